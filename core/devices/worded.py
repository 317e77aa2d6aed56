"""Promises of a result in what a clinic writes of a warranty or an insurance: kept only with a reason (R-004)."""

import re
from itertools import chain

from suivi.core.access.table import PATIENT_SIDE
from suivi.core.acting import Acting
from suivi.core.coverage.content import Content
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.coverage.wording import Kept, own_words, require_worded, reviewed

_ADDRESS = re.compile(r"(?<!\S)\S+@\S+|https?://\S+")
"""Where to claim. What an insurer is called promises nothing in an address."""


async def require_no_promise(
    by: Acting, own: dict[str, str | None], content: Content, reason: str | None, *, words: Vocabulary, language: str
) -> Kept:
    """`own` is text by the field it was sent in, `content` what was sent of it. Raises OutcomePromised.

    What patients write of their own policies promises nobody anything: it is not looked at.
    """
    if by.viewer.role in PATIENT_SIDE:
        return Kept(findings=None, reason=None)
    texts = chain(((field, text) for field, text in own.items() if text), own_words(content, words))
    said = ((field, _ADDRESS.sub(" ", text)) for field, text in texts)
    return require_worded(await reviewed(by.house.registry, said, language=language), reason)

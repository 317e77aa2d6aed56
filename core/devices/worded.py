"""Promises of a result in what a clinic writes of a warranty or an insurance: kept only with a reason (R-004)."""

import re

from suivi.core.access.table import PATIENT_SIDE
from suivi.core.acting import Acting
from suivi.core.coverage.content import Content
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.coverage.wording import Kept, Reviewed, require_worded, words_in
from suivi.core.wording.alone import alone
from suivi.core.wording.rules import review

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
    promises = by.house.registry.promise_words(language)

    def read() -> list[Reviewed]:
        coded = {clause.text for clause in content.clauses if words.says(clause)}
        said = [(field, text) for field, text in (*own.items(), *words_in(content)) if text and text not in coded]
        texts = ((field, _ADDRESS.sub(" ", text)) for field, text in said)
        return [Reviewed(field=field, review=review(text, language=language, words=promises)) for field, text in texts]

    return require_worded(await alone(read), reason)

"""A statement of cover as it is sent, read into a `Content` that can be kept: sizes, texts, codes, numbers, money.

Whether it makes sense is for `suivi.core.coverage.checks`: a draft may be kept that could not be published.
"""

import re
from collections.abc import Sequence
from typing import Any

from suivi.core import inputs
from suivi.core.coverage.checks import require_sound
from suivi.core.coverage.content import Clause, Component, Content, FeeLine, Limit
from suivi.core.coverage.money import money
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.coverage.wording import words_in
from suivi.core.refusals import Refusal

MOST_COMPONENTS = 30
MOST_FEES = 200
MOST_CLAUSES = 100
MOST_WORDS = 100_000
"""Characters in somebody's own words, all together."""
MOST_SAID = 50
"""Events, remedies, or components named by one line."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


class UnusableCode(Refusal):
    """This is neither a code nor an id."""

    code = "CODE_UNUSABLE"
    remedy = "Send 1 to 60 letters a to z, digits, dots, hyphens and underscores, such as crown or exclusion-2."


def read_content(given: Any, *, field: str = "content") -> Content:
    """`given` has the attributes of `CoverContentInput`; None says nothing at all. `field` is where it was sent."""
    if given is None:
        return Content()
    components = _numbered(given.components, field=f"{field}.components", most=MOST_COMPONENTS)
    fees = _numbered(given.fees, field=f"{field}.fees", most=MOST_FEES)
    clauses = _numbered(given.clauses, field=f"{field}.clauses", most=MOST_CLAUSES)
    content = Content(
        components=tuple(_component(one, at) for at, one in components),
        fees=tuple(_fee(one, at) for at, one in fees),
        clauses=tuple(_clause(one, at) for at, one in clauses),
        how_to_claim=inputs.text_or_none(given.how_to_claim, field=f"{field}.howToClaim", limit=2000),
    )
    if sum(len(words) for _, words in words_in(content)) > MOST_WORDS:
        raise inputs.TextTooLong(field=field, limit=MOST_WORDS)
    return content


def _component(given: Any, at: str) -> Component:
    return Component(
        id=_code(given.key, field=f"{at}.key"),
        name=inputs.text_or_none(given.name, field=f"{at}.name", limit=2000),
        object=_code(given.object, field=f"{at}.object"),
        covers=_said(given.covers, field=f"{at}.covers"),
        classes=tuple(dict.fromkeys(one.value for one in given.classes)),
        remedy=_said(given.remedy, field=f"{at}.remedy"),
        limit=None if given.limit is None else _limit(given.limit, f"{at}.limit"),
    )


def _limit(given: Any, at: str) -> Limit:
    if given.count is not None:
        inputs.number(given.count, field=f"{at}.count", least=1, most=1200)
    return Limit(
        unit=given.unit,
        count=given.count,
        lifetime_of=given.lifetime_of,
        starts=_code(given.starts, field=f"{at}.starts"),
    )


def _fee(given: Any, at: str) -> FeeLine:
    if given.share is not None:
        inputs.number(given.share, field=f"{at}.share", least=1, most=99)
    return FeeLine(
        kind=_code(given.kind, field=f"{at}.kind"),
        payer=given.payer,
        component=None if given.component is None else _code(given.component, field=f"{at}.component"),
        share=given.share,
        cap=None if given.cap is None else money(given.cap.amount, given.cap.currency, field=f"{at}.cap"),
        note=inputs.text_or_none(given.note, field=f"{at}.note", limit=2000),
    )


def _clause(given: Any, at: str) -> Clause:
    about = _numbered(given.components, field=f"{at}.components", most=MOST_SAID)
    return Clause(
        id=_code(given.key, field=f"{at}.key"),
        kind=given.kind,
        code=_code(given.code, field=f"{at}.code"),
        text=inputs.text(given.text, field=f"{at}.text", limit=2000),
        components=tuple(dict.fromkeys(_code(one, field=f"{at}.components") for _, one in about)),
    )


def _numbered(given: Sequence[Any], *, field: str, most: int) -> list[tuple[str, Any]]:
    """Each with where it was sent."""
    inputs.number(len(given), field=field, least=0, most=most)
    return [(f"{field}[{number}]", one) for number, one in enumerate(given)]


def _said(given: Sequence[str], *, field: str) -> tuple[str, ...]:
    """Each once, in the order given."""
    inputs.number(len(given), field=field, least=0, most=MOST_SAID)
    return tuple(dict.fromkeys(" ".join(inputs.text(one, field=field, limit=200).split()) for one in given))


def _code(given: str, *, field: str) -> str:
    if not _CODE.fullmatch(given):
        raise UnusableCode(field=field)
    return given


def content_from(given: Any, vocabulary: Vocabulary, *, field: str = "content") -> Content:
    """What was sent, fit to bind whoever says it. Raises whatever is wrong with it."""
    content = read_content(given, field=field)
    require_sound(content, vocabulary, field=field)
    return content

"""Promises of a result in what a clinic writes: published only with a reason, which is kept (R-004)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from suivi.core import inputs
from suivi.core.coverage.content import Content
from suivi.core.coverage.vocabulary import Vocabulary, is_code
from suivi.core.registry import Registry
from suivi.core.wording.alone import alone
from suivi.core.wording.rules import WordingReview, require_reason, review


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One text of somebody's own words. `field` is where it was sent."""

    field: str
    review: WordingReview


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a review: how many promises were found, None where nobody could look, and why they stay."""

    findings: int | None
    reason: str | None


def words_in(content: Content, text: str | None = None, *, field: str = "content") -> Iterator[tuple[str, str]]:
    """Every text of somebody's own, with where it was sent."""
    if text:
        yield "text", text
    for number, component in enumerate(content.components):
        at = f"{field}.components[{number}]"
        if component.name:
            yield f"{at}.name", component.name
        for part, said in (("covers", component.covers), ("remedy", component.remedy)):
            yield from ((f"{at}.{part}", words) for words in said if not is_code(words))
    yield from ((f"{field}.fees[{n}].note", line.note) for n, line in enumerate(content.fees) if line.note)
    yield from ((f"{field}.clauses[{number}].text", one.text) for number, one in enumerate(content.clauses))
    if content.how_to_claim:
        yield f"{field}.howToClaim", content.how_to_claim


def own_words(content: Content, vocabulary: Vocabulary, text: str | None = None) -> Iterator[tuple[str, str]]:
    """As `words_in`; clauses that say what the vocabulary says are nobody's own words."""
    taken_over = {clause.text for clause in content.clauses if vocabulary.says(clause)}
    return ((field, one) for field, one in words_in(content, text) if one not in taken_over)


async def reviewed(registry: Registry, said: Iterable[tuple[str, str]], *, language: str) -> list[Reviewed]:
    """Of each text, with where it was sent, in their order. `language` is the one they are written in.

    In a thread of its own, where `said` is gone through too: the longest terms there can be take about two seconds.
    """
    words = registry.promise_words(language)
    return await alone(
        lambda: [Reviewed(field=field, review=review(one, language=language, words=words)) for field, one in said]
    )


def require_worded(found: list[Reviewed], reason: str | None) -> Kept:
    """What is to be kept. Raises OutcomePromised where a result is promised and nobody says why."""
    checked = all(one.review.checked for one in found)
    findings = tuple(finding for one in found for finding in one.review.findings)
    require_reason(WordingReview(checked=checked, findings=findings), reason, field="wordingReason")
    why = inputs.text_or_none(reason, field="wordingReason", limit=2000) if findings else None
    return Kept(findings=len(findings) if checked else None, reason=why)

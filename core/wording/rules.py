"""Which sentences promise a result, and what publishing one asks for."""

from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

from suivi.core.inputs import TextTooLong, TextUnusable, keepable
from suivi.core.refusals import Refusal
from suivi.core.wording.evident import evident_language
from suivi.core.wording.lexicon import Hit, Lexicon
from suivi.core.wording.line import Line
from suivi.core.wording.model import Finding, PromiseWords, WordingReview
from suivi.core.wording.words import core_words

__all__ = ["Finding", "OutcomePromised", "WordingReview", "findings", "require_reason", "review"]


LONGEST_TEXT = 50_000
"""Characters: as long as the longest text a clinic may publish."""


class OutcomePromised(Refusal):
    """This text promises a result: sentences found: {count}. Medicine is a duty of means, never of result."""

    code = "OUTCOME_PROMISED"
    remedy = "Reword what the query `wording` shows, or publish with a reason, which is kept."


def findings(text: str, *, language: str, words: PromiseWords | None = None) -> tuple[Finding, ...]:
    """At most one a sentence, in their order. Without `words`, those that core has for the language are taken."""
    return review(text, language=language, words=words).findings


def review(text: str, *, language: str, words: PromiseWords | None = None) -> WordingReview:
    """The same, with whether there were any words to check with.

    A text that is evidently in another language than it is said to be is read in both.
    """
    known = words or core_words(language)
    if known is None:
        return WordingReview(checked=False)
    found = _found(text, known)
    other = core_words(evident_language(text, known.language))
    if other is not None and other.language != known.language:
        found |= {place: one for place, one in _found(text, other).items() if place not in found}
    return WordingReview(checked=True, findings=tuple(found[place] for place in sorted(found)))


def _found(text: str, words: PromiseWords) -> dict[int, Finding]:
    """By where the sentence begins."""
    lexicon = compiled(words)
    return {line.tokens[0].start: _finding(text, line, hits, lexicon) for line, hits in lexicon.read(text) if hits}


def require_readable(text: str) -> None:
    """As it was sent: spans count from its first character. Raises TextTooLong and TextUnusable."""
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(field="text", limit=LONGEST_TEXT)
    if not keepable(text):
        raise TextUnusable(field="text")


def require_reason(review: WordingReview, reason: str | None, *, field: str) -> None:
    """Raises OutcomePromised where something was found and no reason is given."""
    if review.findings and not (reason and reason.strip()):
        raise OutcomePromised(field=field, count=len(review.findings))


_compiled: WeakKeyDictionary[PromiseWords, Lexicon] = WeakKeyDictionary()


def compiled(words: PromiseWords) -> Lexicon:
    """Raises UnreadablePattern. Once for each object."""
    if words not in _compiled:
        _compiled[words] = Lexicon(words)
    return _compiled[words]


def _finding(text: str, line: Line, hits: Sequence[Hit], lexicon: Lexicon) -> Finding:
    first = min(hits, key=_weight)
    return Finding(
        sentence=text[line.tokens[0].start : line.tokens[-1].end],
        spans=tuple(_merged((line.tokens[hit.start].start, line.tokens[hit.end - 1].end) for hit in hits)),
        reason=first.reason,
        kind=first.kind,
        suggestion=lexicon.suggestions.get(first.reason.removesuffix("_promised"), ""),
    )


def _weight(hit: Hit) -> tuple[bool, bool, int]:
    """What the sentence says outright comes before what it implies, and a subject before `result`."""
    return (hit.kind == "implied", hit.reason == "result_promised", hit.start)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that touch or overlap as one."""
    begun: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if begun is not None and start <= begun[1]:
            begun = (begun[0], max(begun[1], end))
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun

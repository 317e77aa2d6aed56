"""The words of one language made ready: every pattern compiled, and the sentences of a text found with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from suivi.core.wording.line import Line
from suivi.core.wording.model import SUBJECTS, Kind, Promise, PromiseWords
from suivi.core.wording.patterns import Grammar
from suivi.core.wording.scope import Scope
from suivi.core.wording.tokens import fold, quoted, sentences, tokens

OUTCOME = "<outcome>"
CONTEXTS = (
    "absence", "aim", "assertion", "condition", "conjunction", "consequence", "contrast", "covered", "denial",
    "evidence", "firm", "hedge", "linking", "negation", "negation_after", "neutral", "subject", "turn",
)  # fmt: skip
"""Classes that the rules themselves ask for; a language that has none of one leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A promise in a sentence, by its tokens, half open."""

    start: int
    end: int
    reason: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Rule:
    reason: str
    promise: Promise


class Lexicon:
    def __init__(self, words: PromiseWords) -> None:
        """Raises UnreadablePattern."""
        self.suggestions = words.suggestions or {}
        self._rules: dict[str, _Rule] = {}
        classes: dict[str, tuple[str, ...]] = dict.fromkeys((*CONTEXTS, *SUBJECTS), ())
        classes |= words.classes
        for promise in words.promises:
            for subject in (promise.by,) if promise.by else SUBJECTS:
                # No name of a class in a file has a space.
                name = f"promise {promise.name} {subject}"
                classes[name] = tuple(pattern.replace(OUTCOME, f"<{subject}>") for pattern in promise.match)
                self._rules[name] = _Rule(f"{subject}_promised", promise)
        self.grammar = Grammar(classes)
        self._contractions = {fold(word): fold(parts) for word, parts in (words.contractions or {}).items()}
        self._abbreviations = frozenset(map(fold, words.abbreviations))

    def lines(self, text: str) -> Iterator[Line]:
        vocabulary = self.grammar.vocabulary
        known: dict[str, frozenset[str]] = {}
        found = list(tokens(text, self._contractions))
        for sentence in sentences(text, found, self._abbreviations):
            line = quoted(sentence)
            known |= {one.text: vocabulary.of(one.text) for one in line if one.is_word and one.text not in known}
            yield Line(self.grammar, line, known)

    def hits(self, line: Line) -> list[Hit]:
        """What promises and is not taken back, in the order of the sentence."""
        scope = Scope(line)
        return sorted(self._hits(line, scope), key=lambda hit: (hit.start, -hit.end))

    def _hits(self, line: Line, scope: Scope) -> Iterator[Hit]:
        for start, names in enumerate(line.starting):
            for name in names & self._rules.keys():
                rule = self._rules[name]
                if any(scope.has(unless) for unless in rule.promise.unless):
                    continue
                for end, negated in line.at(name, start):
                    if not negated and not scope.takes_back(
                        start, end, implied=rule.promise.kind == "implied", despite=rule.promise.despite
                    ):
                        yield Hit(start=start, end=end, reason=rule.reason, kind=rule.promise.kind)

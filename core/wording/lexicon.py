"""The words of one language made ready: every pattern compiled, and the sentences of a text found with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from suivi.core.wording.leaning import ENOUGH, TOO_LITTLE, heaviest, leaning, together, weighed
from suivi.core.wording.line import Line
from suivi.core.wording.model import SUBJECTS, Kind, Promise, PromiseWords, Subject
from suivi.core.wording.patterns import Grammar
from suivi.core.wording.scope import Scope
from suivi.core.wording.tokens import fold, quoted, sentences, tokens

OUTCOME = "<outcome>"
SLOGAN, SHORT = 3, 7
"""Words, and tokens with marks."""
LONGEST_LINE = 200
"""Tokens that are read together."""
CONTEXTS = (
    "absence", "aim", "assertion", "condition", "conjunction", "consequence", "contrast", "covered", "denial",
    "evidence", "firm", "hedge", "linking", "negation", "negation_after", "neutral", "subject", "turn",
)  # fmt: skip
"""Classes that the rules themselves ask for; a language that has none of one leaves it out."""
TELLING = (
    *SUBJECTS, "aim", "body", "condition", "covered", "denial", "duty", "evidence", "fine", "forever", "good_end",
    "harm", "hedge", "hundred", "ideal", "negation", "nuisance", "ordinary", "outcome", "payment", "process", "promise",
    "promised", "sight",
    "satisfied", "service", "sure", "total",
)  # fmt: skip
"""Classes whose being in a sentence weighs."""


TAKING_BACK = (
    "aim", "condition", "covered", "denial", "duty", "evidence", "hedge", "negation", "ordinary", "payment", "process",
    "service",
)  # fmt: skip
DOUBTS = frozenset({f"has:{name}" for name in TAKING_BACK} | {"asks", "back:denial", "back:negation"})
"""Without any of these, what is promised outright in a few words is promised, whatever the words weigh."""
NEGATED = "back:negation"
"""Where a pattern is taken back so, weights alone show nothing."""
OFTEN_MEANT: tuple[Subject, ...] = ("pregnancy", "function", "harmlessness", "satisfaction", "looks")
"""Of several that a sentence names without a pattern saying which one it promises, the first."""
OUTCOMES = (*SUBJECTS, "body", "effect", "failing", "fine", "good_end", "harm", "nuisance", "outcome", "satisfied")
"""Classes of what may come of a treatment."""
SAYING_NOTHING = ("effect", "failing", "outcome", "result")
"""Those of them that do not tell which outcome it is."""


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
        self._weights = words.weights or {}
        self._rules: dict[str, _Rule] = {}
        classes: dict[str, tuple[str, ...]] = dict.fromkeys((*CONTEXTS, *SUBJECTS, "sight"), ())
        classes |= words.classes
        for number, promise in enumerate(words.promises):
            for subject in (promise.by,) if promise.by else SUBJECTS:
                # By its number, for a plugin may call one as core does; no name of a class in a file has a space.
                name = f"promise {number} {subject}"
                classes[name] = tuple(pattern.replace(OUTCOME, f"<{subject}>") for pattern in promise.match)
                self._rules[name] = _Rule(f"{subject}_promised", promise)
        self.grammar = Grammar(classes)
        self._telling = tuple(name for name in TELLING if name in classes)
        self._telling_which = tuple(name for name in OUTCOMES if name not in SAYING_NOTHING and name in classes)
        self._outcomes = tuple(name for name in OUTCOMES if name in classes)
        self._contractions = {fold(word): fold(parts) for word, parts in (words.contractions or {}).items()}
        self._abbreviations = frozenset(map(fold, words.abbreviations))

    def lines(self, text: str) -> Iterator[Line]:
        found = list(tokens(text, self._contractions))
        for sentence in sentences(text, found, self._abbreviations):
            whole = quoted(sentence)
            # Nobody writes a sentence as long as that, and what a word costs grows with the words around it.
            for begin in range(0, len(whole), LONGEST_LINE):
                yield Line(self.grammar, whole[begin : begin + LONGEST_LINE])

    def read(self, text: str) -> Iterator[tuple[Line, Sequence[Hit]]]:
        """Every sentence with what promises in it. One that stands there twice is thought about once."""
        known: dict[tuple[tuple[str, bool], ...], Sequence[Hit]] = {}
        for line in self.lines(text):
            key = tuple((token.text, token.quoted) for token in line.tokens)
            if key not in known:
                known[key] = self.hits(line)
            yield line, known[key]

    def hits(self, line: Line) -> list[Hit]:
        """What promises and is not taken back, in the order of the sentence."""
        scope = Scope(line)
        facts: set[str] = set()
        found = sorted(self._hits(line, scope, facts), key=lambda hit: (hit.start, -hit.end))
        if not self._weights:
            return found
        each = self._weighed(line)
        facts |= self._seen(line, scope)
        leans = leaning(each, together(facts), self._weights)
        if found:
            enough = leans > TOO_LITTLE or _is_slogan(found, line)
            plain = "hit:explicit" in facts and len(line.tokens) <= SHORT and not facts & DOUBTS
            return found if enough or plain else []
        if leans <= ENOUGH or NEGATED in facts or not self.names_an_outcome(line):
            return []
        return [self._leaning_hit(line, each)]

    def facts(self, line: Line) -> frozenset[str]:
        """What the patterns say of a sentence, for learning what it weighs."""
        scope, facts = Scope(line), set[str]()
        list(self._hits(line, scope, facts))
        return frozenset(together(facts | self._seen(line, scope)))

    def names_an_outcome(self, line: Line) -> bool:
        """Without a word of what a treatment may lead to, nothing is promised by weights alone."""
        return any(line.starts(name) for name in self._outcomes)

    def _hits(self, line: Line, scope: Scope, facts: set[str]) -> Iterator[Hit]:
        """`facts` takes what was met on the way."""
        for start, known in enumerate(line.known):
            for name in known.opening:
                rule = self._rules.get(name)
                if rule is None:
                    continue
                ends = line.at(name, start)
                if not ends:
                    continue
                facts.add(f"raw:{rule.promise.kind}")
                if any(scope.has(unless) for unless in rule.promise.unless):
                    facts.add("back:unless")
                    continue
                for end, negated in ends:
                    facts.update(f"back:{circumstance}" for circumstance, _ in scope.circumstances(start, end))
                    if not negated and not scope.takes_back(
                        start, end, implied=rule.promise.kind == "implied", despite=rule.promise.despite
                    ):
                        facts.add(f"hit:{rule.promise.kind}")
                        yield Hit(start=start, end=end, reason=self._meant(line, rule), kind=rule.promise.kind)

    def _meant(self, line: Line, rule: _Rule) -> str:
        """What a pattern is of by its name, unless the sentence says what it is about."""
        by = rule.promise.by
        if by not in ("result", "satisfaction", "function", "looks"):
            return rule.reason
        if line.starts("pregnancy"):
            return "pregnancy_promised"
        if by != "satisfaction" and line.starts("sight"):
            return "function_promised"
        return rule.reason if any(line.starts(name) for name in self._telling_which) else "result_promised"

    def _seen(self, line: Line, scope: Scope) -> set[str]:
        seen = {f"has:{name}" for name in self._telling if scope.has(name)}
        return seen | {"asks"} if scope.asks else seen

    def _weighed(self, line: Line) -> list[float]:
        return weighed(words_of(line), self._weights)

    def _leaning_hit(self, line: Line, each: Sequence[float]) -> Hit:
        start, end = heaviest(each)
        reason = next((subject for subject in OFTEN_MEANT if line.starts(subject)), "result")
        return Hit(start=start, end=end, reason=f"{reason}_promised", kind="implied")


def _is_slogan(found: Sequence[Hit], line: Line) -> bool:
    """Whether too few words stand there to speak against what is promised: `zero risk`."""
    words = [place for place, token in enumerate(line.tokens) if token.is_word]
    inside = {place for hit in found for place in range(hit.start, hit.end)}
    return len(words) <= SLOGAN and inside.issuperset(words)


def words_of(line: Line) -> list[str]:
    """As they are weighed: one number is like another."""
    return ["0" if token.text[0].isdigit() else token.text for token in line.tokens]

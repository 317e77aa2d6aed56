"""One sentence, and where in it the patterns of a grammar are."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from suivi.core.wording.model import SUBJECTS
from suivi.core.wording.patterns import ANY_NUMBER, Element, Grammar
from suivi.core.wording.tokens import Token

End = tuple[int, bool]
"""Where a match ends, and whether a gap of it has a negation."""

_GUARDED = frozenset({*SUBJECTS, "harm", "body"})
"""Where `covered` reaches further, it is meant: a `pregnancy test` is no pregnancy."""
_PAUSES = frozenset(",:-–—")
_NONE: frozenset[End] = frozenset()


class Line:
    """`kinds` are the literals that each distinct word is."""

    def __init__(self, grammar: Grammar, tokens: Sequence[Token], kinds: Mapping[str, frozenset[str]]) -> None:
        self.grammar = grammar
        self.tokens = tokens
        self.literals = [self._literals(token, kinds) for token in tokens]
        self.steps = 0
        self._starts: dict[str, frozenset[int]] = {}
        self._found: dict[tuple[str, int], frozenset[End]] = {}

    def _literals(self, token: Token, kinds: Mapping[str, frozenset[str]]) -> frozenset[str]:
        if not token.is_word:
            return frozenset({token.text, ","}) if token.text in _PAUSES else frozenset({token.text})
        return kinds[token.text] | {ANY_NUMBER} if token.text[0].isdigit() else kinds[token.text]

    @cached_property
    def starting(self) -> list[frozenset[str]]:
        """Names of the classes that may begin at each token."""
        index = self.grammar.starting
        return [frozenset().union(*(index.get(one, ()) for one in literals)) for literals in self.literals]

    def at(self, name: str, place: int) -> frozenset[End]:
        """Where the matches of a class that begin here end."""
        if place >= len(self.tokens) or name not in self.starting[place]:
            return _NONE
        key = (name, place)
        if key not in self._found:
            found: set[End] = set()
            for sequence in self._opening(name, place):
                found |= self._follow(sequence, place)
            if found and name in _GUARDED:
                longest = max((end for end, _ in self.at("covered", place)), default=place)
                found = {one for one in found if one[0] > longest}
            self._found[key] = frozenset(found)
        return self._found[key]

    def _opening(self, name: str, place: int) -> Iterable[Sequence[Element]]:
        """The patterns of a class that may begin here, each once."""
        opening = self.grammar.opening[name]
        literals = [one for one in self.literals[place] if one in opening]
        if len(literals) == 1:
            return opening[literals[0]]
        return dict.fromkeys(sequence for one in literals for sequence in opening[one])

    def _follow(self, sequence: Iterable[Element], place: int) -> set[End]:
        reached: set[End] = {(place, False)}
        for element in sequence:
            following: set[End] = set()
            for one in reached:
                following.update(self._step(element, one))
            if not following:
                return following
            reached = following
        return reached

    def _step(self, element: Element, reached: End) -> Iterable[End]:
        place, negated = reached
        self.steps += 1
        if element.gap:
            return self._across(element.gap, place, negated)
        if element.mark == "^":
            return [reached] if place == 0 or self.is_mark(place - 1) else []
        if element.mark == "$":
            return [reached] if place == len(self.tokens) or self.is_mark(place) else []
        found: list[End] = [reached] if element.optional else []
        if place == len(self.tokens):
            return found
        if (element.mark or "") in self.literals[place] or element.literals & self.literals[place]:
            found.append((place + 1, negated))
        for name in element.classes:
            found += [(end, negated or inner) for end, inner in self.at(name, place)]
        return found

    def _across(self, gap: int, place: int, negated: bool) -> Iterable[End]:
        found = [(place, negated)]
        while len(found) <= gap and place < len(self.tokens) and not self._stops(place):
            negated = negated or place in self.negators
            place += 1
            found.append((place, negated))
        return found

    def is_mark(self, place: int) -> bool:
        return not self.tokens[place].is_word and self.tokens[place].text not in ("%", "&", "/", "+")

    def _stops(self, place: int) -> bool:
        return self.is_mark(place) or bool(self.at("condition", place)) or self._covered(place)

    def _covered(self, place: int) -> bool:
        """Whether what is guaranteed is a thing, a duty or money, and nothing beside it: no `implant success`."""
        for end, _ in self.at("covered", place):
            beside = (place - 1, end)
            if any(0 <= next_to < len(self.tokens) and self.joins(next_to) for next_to in beside):
                continue
            if not any(self.at(subject, end) for subject in SUBJECTS):
                return True
        return False

    def joins(self, place: int) -> bool:
        return self.tokens[place].text in (",", "&", "+", "/") or bool(self.at("conjunction", place))

    @cached_property
    def negators(self) -> frozenset[int]:
        """Words that take back what they stand with: `no doubt` and `not only` do not, nor does `no` in `no pain`."""
        idle = self.places("neutral") | self.places("absence")
        return frozenset(place for place in self.places("negation") if place not in idle)

    def starts(self, name: str) -> frozenset[int]:
        """Where matches of the class begin."""
        if name not in self._starts:
            self._starts[name] = frozenset(
                at for at, names in enumerate(self.starting) if name in names and self.at(name, at)
            )
        return self._starts[name]

    def places(self, name: str) -> frozenset[int]:
        """Every token inside a match of the class."""
        return frozenset(
            inside for at in self.starts(name) for end, _ in self.at(name, at) for inside in range(at, end)
        )

"""One sentence, and where in it the patterns of a grammar are."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from suivi.core.wording.model import SUBJECTS
from suivi.core.wording.patterns import NEAR, Grammar, Step
from suivi.core.wording.tokens import Token

End = tuple[int, bool]
"""Where a match ends, and whether a gap of it has a negation."""

_GUARDED = frozenset({*SUBJECTS, "harm", "body"})
"""Where `covered` reaches further, it is meant: a `pregnancy test` is no pregnancy."""
_NONE: frozenset[End] = frozenset()


class Line:
    def __init__(self, grammar: Grammar, tokens: Sequence[Token]) -> None:
        self.grammar = grammar
        self.tokens = tokens
        self.known = [grammar.word(token.text, is_word=token.is_word) for token in tokens]
        self.steps = 0
        self._starts: dict[str, frozenset[int]] = {}
        self._found: dict[tuple[str, int], frozenset[End]] = {}
        self._stopping: dict[int, bool] = {}

    @cached_property
    def _ahead(self) -> list[int]:
        """By place, the elements that may begin there or later."""
        seen, found = 0, [0] * len(self.known)
        for place in range(len(self.known) - 1, -1, -1):
            seen |= self.known[place].begins
            found[place] = seen
        return found

    @cached_property
    def _near(self) -> list[int]:
        """The same within `NEAR` tokens: each window is two that overlap, of half its length."""
        width, found = 1, [one.begins for one in self.known]
        while width < NEAR:
            found = [
                one | (found[place + width] if place + width < len(found) else 0) for place, one in enumerate(found)
            ]
            width *= 2
        return found

    def at(self, name: str, place: int) -> frozenset[End]:
        """Where the matches of a class that begin here end."""
        if place >= len(self.tokens) or name not in self.known[place].opening:
            return _NONE
        key = (name, place)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._matches(name, place)
        return found

    def _matches(self, name: str, place: int) -> frozenset[End]:
        near, ahead = self._near[place], self._ahead[place]
        found: set[End] = set()
        for path in self.known[place].opening[name]:
            if path.needs & (near if path.near else ahead) == path.needs:
                found |= self._follow(path.steps, place)
        if found and name in _GUARDED:
            longest = max((end for end, _ in self.at("covered", place)), default=place)
            found = {one for one in found if one[0] > longest}
        return frozenset(found) if found else _NONE

    def _follow(self, steps: Iterable[Step], place: int) -> set[End]:
        reached: set[End] = {(place, False)}
        for step in steps:
            following: set[End] = set()
            for one in reached:
                self._step(step, one, following)
            if not following:
                return following
            reached = following
        return reached

    def _step(self, step: Step, reached: End, found: set[End]) -> None:
        """Adds what is reached from there."""
        element, bit = step
        place, negated = reached
        self.steps += 1
        if not bit:
            if element.gap:
                self._across(element.gap, place, negated, found)
            elif self._is_end(element.mark, place):
                found.add(reached)
            return
        if element.optional:
            found.add(reached)
        if place == len(self.tokens) or not self.known[place].begins & bit:
            return
        literals = self.known[place].literals
        if (element.mark and element.mark in literals) or not element.literals.isdisjoint(literals):
            found.add((place + 1, negated))
        for name in element.classes:
            for end, inner in self.at(name, place):
                found.add((end, negated or inner))

    def _is_end(self, mark: str, place: int) -> bool:
        if mark == "^":
            return place == 0 or self.is_mark(place - 1)
        return place == len(self.tokens) or self.is_mark(place)

    def _across(self, gap: int, place: int, negated: bool, found: set[End]) -> None:
        found.add((place, negated))
        for at in range(place, min(place + gap, len(self.tokens))):
            if self._stops(at):
                return
            negated = negated or at in self.negators
            found.add((at + 1, negated))

    def is_mark(self, place: int) -> bool:
        return not self.tokens[place].is_word and self.tokens[place].text not in ("%", "&", "/", "+")

    def _stops(self, place: int) -> bool:
        stops = self._stopping.get(place)
        if stops is None:
            stops = self.is_mark(place) or bool(self.at("condition", place)) or self._covered(place)
            self._stopping[place] = stops
        return stops

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
            places = range(len(self.known)) if name in self._names else ()
            self._starts[name] = frozenset(place for place in places if self.at(name, place))
        return self._starts[name]

    @cached_property
    def _names(self) -> frozenset[str]:
        """Of the classes that may begin anywhere in the sentence."""
        return frozenset().union(*(one.opening for one in self.known))

    def places(self, name: str) -> frozenset[int]:
        """Every token inside a match of the class."""
        return frozenset(
            inside for at in self.starts(name) for end, _ in self.at(name, at) for inside in range(at, end)
        )

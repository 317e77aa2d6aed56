"""What takes a promise back: negation, denial, quotation, doubt, condition, question, or a figure of the past.

Everything is counted once a sentence; what is asked of one promise takes the same time however long the sentence is.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

from suivi.core.wording.line import Line

BEFORE = 40
"""Words that are looked at in front of a promise for a negation of it."""
AFTER = 7

_STRONG_MARKS = frozenset(";:.!?()")
_PAUSES = frozenset(",-–—")

Circumstance = tuple[str, bool]
"""Its name, and whether it takes back only what is implied."""


class Scope:
    """Of one sentence. `start` and `end` are those of a promise in it, in tokens and half open."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._known: dict[tuple[int, int], tuple[Circumstance, ...]] = {}
        self._known_before: dict[int, bool] = {}

    def has(self, name: str) -> bool:
        return bool(self.line.starts(name))

    def takes_back(self, start: int, end: int, *, implied: bool, despite: tuple[str, ...]) -> bool:
        """Whether anything around makes it no promise, but for the circumstances it is one despite of."""
        return any(name not in despite and (implied or not weak) for name, weak in self.circumstances(start, end))

    def circumstances(self, start: int, end: int) -> tuple[Circumstance, ...]:
        """Everything around a promise that may take it back."""
        key = (start, end)
        if key not in self._known:
            self._known[key] = tuple(self._circumstances(start, end))
        return self._known[key]

    @property
    def asks(self) -> bool:
        return self._last_question >= 0

    def _circumstances(self, start: int, end: int) -> Iterable[Circumstance]:
        if self._denied(start, end):
            yield "denial", False
        if self._before(start) or self._negated_after(end):
            yield "negation", False
        if self._first_aims.get(self._clauses[start], end) < end:
            yield "aim", False
        if self._first_aims_over_colons.get(self._clauses_over_colons[start], end) < end:
            yield "aim", True
        if self._clauses[start] in self._hedged or any(place in self._hedges for place in range(start, end)):
            yield "hedge", True
        if start in self._conditional:
            yield "condition", False
        if end <= self._last_question:
            yield "question", False
        if self.has("evidence"):
            yield "evidence", True

    @cached_property
    def _last_question(self) -> int:
        return max((place for place, token in enumerate(self.line.tokens) if token.text == "?"), default=-1)

    def _denied(self, start: int, end: int) -> bool:
        if self._parts[start] in self._parts_denied:
            return True
        quoted = all(self.line.tokens[place].quoted for place in range(start, end))
        return quoted and self._parts[start] in self._parts_negated_outside_quotes

    @cached_property
    def _parts_denied(self) -> set[int]:
        return {self._parts[place] for place in self.line.starts("denial") if place not in self._idle}

    @cached_property
    def _parts_negated_outside_quotes(self) -> set[int]:
        return {self._parts[place] for place in self.line.negators if not self.line.tokens[place].quoted}

    @cached_property
    def _parts(self) -> list[int]:
        """Numbers the parts of the sentence that `but` and semicolons divide."""
        return self._numbered(lambda place: self.line.tokens[place].text == ";")

    @cached_property
    def _clauses(self) -> list[int]:
        return self._numbered(lambda place: self._pauses(place) or self.line.tokens[place].text in _STRONG_MARKS)

    @cached_property
    def _clauses_over_colons(self) -> list[int]:
        return self._numbered(
            lambda place: self._pauses(place) or self.line.tokens[place].text in _STRONG_MARKS - {":"}
        )

    def _pauses(self, place: int) -> bool:
        """`we hope, that it grows` is one clause."""
        return self.line.tokens[place].text in _PAUSES and not self.line.at("linking", place + 1)

    def _numbered(self, divides: Callable[[int], bool]) -> list[int]:
        numbers, number = [], 0
        for place in range(len(self.line.tokens)):
            number += divides(place) or bool(self.line.at("contrast", place))
            numbers.append(number)
        return numbers

    def _before(self, start: int) -> bool:
        if start not in self._known_before:
            self._known_before[start] = self._negated_before(start)
        return self._known_before[start]

    def _negated_before(self, start: int) -> bool:
        """A negation reaches to the next clause; over commas only from a verb of saying: `we promise no X, no Y`."""
        crossed = said = False
        for place in range(start - 1, max(-1, start - BEFORE), -1):
            if self._cuts(place):
                return False
            if self.line.tokens[place].text in _PAUSES:
                crossed = True
                continue
            said = said or (crossed and bool(self.line.at("assertion", place)))
            if place in self.line.negators:
                return not crossed or said or bool(self.line.at("assertion", place + 1))
        return False

    def _cuts(self, place: int) -> bool:
        """Whether what stands before this place has no part in what comes after it."""
        if self.line.tokens[place].text in _STRONG_MARKS or self.line.at("contrast", place):
            return True
        return self.line.joins(place) and bool(self.line.at("subject", place + 1))

    def _negated_after(self, end: int) -> bool:
        for place in range(end, min(len(self.line.tokens), end + AFTER)):
            if self.line.is_mark(place) or self.line.at("turn", place):
                return False
            if self.line.at("negation_after", place) and place not in self._idle:
                return True
        return False

    @cached_property
    def _idle(self) -> frozenset[int]:
        return self.line.places("neutral")

    @cached_property
    def _hedges(self) -> frozenset[int]:
        return self.line.starts("hedge") - self.line.places("firm")

    @cached_property
    def _hedged(self) -> set[int]:
        return {self._clauses[place] for place in self._hedges}

    @cached_property
    def _first_aims(self) -> dict[int, int]:
        """By clause: somebody means to do what is said after it."""
        return {self._clauses[place]: place for place in sorted(self.line.starts("aim"), reverse=True)}

    @cached_property
    def _first_aims_over_colons(self) -> dict[int, int]:
        return {self._clauses_over_colons[place]: place for place in sorted(self.line.starts("aim"), reverse=True)}

    @cached_property
    def _conditional(self) -> set[int]:
        """From `if` to the comma; to the end where it comes last."""
        inside: set[int] = set()
        open_ = False
        for place in range(len(self.line.tokens)):
            if self.line.is_mark(place) or self.line.at("consequence", place):
                open_ = False
            open_ = open_ or bool(self.line.at("condition", place))
            if open_:
                inside.add(place)
        return inside

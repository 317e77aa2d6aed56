"""Patterns of words, read once and looked for in one pass over a sentence.

A pattern is elements with spaces between: `word`, `stem*`, `*ending`, `*within*`, `one|other`, `<class>`, `<number>`,
`~4` for at most four words of the same clause in between, `,` for a comma, colon or dash, `^` and `$` for the two ends
of a clause. A `?` after an element makes it one that may be missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from suivi.core.wording.tokens import fold

LONGEST_GAP = 12
ANY_NUMBER = "#"
GAPLESS = frozenset({"absence", "condition", "conjunction", "covered", "negation", "neutral"})
_ELEMENT = re.compile(r"~[0-9]{1,2}|[$^]|,\??|(?:<\w+>|\*?[^\W_][\w/.]*\*?|%)(?:\|(?:<\w+>|\*?[^\W_][\w/.]*\*?|%))*\??")
_OPTION = re.compile(r"<(\w+)>|([^<>|]+)")


class UnreadablePattern(ValueError):  # noqa: N818 - says what is wrong with it
    """A pattern, or a class it names, that means nothing."""


@dataclass(frozen=True, slots=True)
class Element:
    """One step of a pattern: a gap, an end of the clause, or one of some literals and classes."""

    literals: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    optional: bool = False
    gap: int = 0
    mark: str = ""


Sequence = tuple[Element, ...]


@lru_cache(maxsize=50_000)
def read_pattern(pattern: str) -> Sequence:
    """Raises UnreadablePattern."""
    elements = tuple(map(_element, pattern.split()))
    if not elements or elements[0].gap or elements[-1].gap or all(element.optional for element in elements):
        raise UnreadablePattern(f"{pattern!r} has to begin and to end with a word")
    return elements


def _element(part: str) -> Element:
    if not _ELEMENT.fullmatch(part):
        raise UnreadablePattern(f"{part!r} is no element of a pattern")
    if part[0] == "~":
        gap = int(part[1:])
        if not 0 < gap <= LONGEST_GAP:
            raise UnreadablePattern(f"{part}: a gap is of 1 to {LONGEST_GAP} words")
        return Element(gap=gap)
    if part[0] in ",^$":
        return Element(mark=part[0], optional=part.endswith("?"))
    options = _OPTION.findall(part.removesuffix("?"))
    literals = {fold(literal) for _, literal in options if literal} | {
        ANY_NUMBER for name, _ in options if name == "number"
    }
    classes = tuple(name for name, _ in options if name and name != "number")
    return Element(frozenset(literals), classes, optional=part.endswith("?"))


class Grammar:
    """Classes of patterns by name, with an index by the words they can begin with."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        """Raises UnreadablePattern: also for a class that is missing, is inside itself, or has a gap and may not."""
        self.classes = {name: tuple(map(read_pattern, patterns)) for name, patterns in classes.items()}
        self._open: list[str] = []
        self._firsts: dict[str, frozenset[str]] = {}
        for name in self.classes:
            self._first_of(name)
        for name in GAPLESS & self.classes.keys():
            if self._has_gap(name):
                raise UnreadablePattern(f"the class {name} decides how far gaps reach, and can have none itself")

    def _has_gap(self, name: str) -> bool:
        elements = [element for sequence in self.classes[name] for element in sequence]
        return any(element.gap or any(map(self._has_gap, element.classes)) for element in elements)

    def _first_of(self, name: str) -> frozenset[str]:
        if name in self._open:
            raise UnreadablePattern(f"the class {name} is inside itself")
        if name not in self.classes:
            raise UnreadablePattern(f"there is no class {name}")
        if name not in self._firsts:
            self._open.append(name)
            found = frozenset(first for sequence in self.classes[name] for first in self._firsts_in(sequence))
            for sequence in self.classes[name]:
                for element in sequence:
                    for inner in element.classes:
                        self._first_of(inner)
            self._open.pop()
            self._firsts[name] = found
        return self._firsts[name]

    def _firsts_in(self, sequence: Sequence) -> Iterator[str]:
        for element in sequence:
            yield from element.literals
            for name in element.classes:
                yield from self._first_of(name)
            if element.mark == ",":
                yield element.mark
            if not element.optional and element.mark != "^":
                return

    @cached_property
    def literals(self) -> frozenset[str]:
        sequences = (sequence for patterns in self.classes.values() for sequence in patterns)
        return frozenset(literal for sequence in sequences for element in sequence for literal in element.literals)

    @cached_property
    def opening(self) -> Mapping[str, Mapping[str, tuple[Sequence, ...]]]:
        """By class and literal, the patterns that can begin with it."""
        index: dict[str, dict[str, tuple[Sequence, ...]]] = {}
        for name, sequences in self.classes.items():
            opening = index.setdefault(name, {})
            for sequence in sequences:
                for first in frozenset(self._firsts_in(sequence)):
                    opening[first] = (*opening.get(first, ()), sequence)
        return index

    @cached_property
    def starting(self) -> Mapping[str, frozenset[str]]:
        """Names of the classes that can begin with a literal."""
        names: dict[str, set[str]] = {}
        for name, firsts in self._firsts.items():
            for first in firsts:
                names.setdefault(first, set()).add(name)
        return {first: frozenset(found) for first, found in names.items()}

    @cached_property
    def vocabulary(self) -> "Vocabulary":
        return Vocabulary(self.literals)


class Vocabulary:
    """Which literals a word is, by dictionaries alone: the time a word takes depends on its length only."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._whole: set[str] = set()
        self._stems: dict[str, str] = {}
        self._endings: dict[str, str] = {}
        self._within: list[str] = []
        for literal in literals:
            self._put(literal)
        self._longest = max(map(len, (*self._stems, *self._endings)), default=0)

    def _put(self, literal: str) -> None:
        bare = literal.strip("*")
        match literal[:1] == "*", literal[-1:] == "*":
            case True, True:
                self._within.append(bare)
            case False, True:
                self._stems[bare] = literal
            case True, False:
                self._endings[bare] = literal
            case _:
                self._whole.add(bare)

    def of(self, word: str) -> frozenset[str]:
        found = {word} & self._whole
        for length in range(1, min(len(word), self._longest) + 1):
            found |= {self._stems[stem] for stem in [word[:length]] if stem in self._stems}
            found |= {self._endings[end] for end in [word[-length:]] if end in self._endings}
        found |= {f"*{part}*" for part in self._within if part in word[:200]}
        return frozenset(found)

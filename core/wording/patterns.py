"""Patterns of words, read once and looked for in one pass over a sentence.

A pattern is elements with spaces between: `word`, `stem*`, `*ending`, `*within*`, `one|other`, `<class>`, `<number>`,
`~4` for at most four words of the same clause in between, `,` for a comma, colon or dash, `^` and `$` for the two ends
of a clause. A `?` after an element makes it one that may be missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from suivi.core.wording.tokens import fold

LONGEST_GAP = 12
NEAR = 16
"""Tokens: most patterns find all they need within so many, or match nothing."""
MOST_WORDS = 20_000
"""Words remembered at a time."""
PAUSES = frozenset(",:-–—")
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

    @property
    def takes_a_word(self) -> bool:
        return not self.gap and self.mark not in ("^", "$")


Sequence = tuple[Element, ...]


class Step(NamedTuple):
    """An element of a pattern with its bit in the grammar; 0 for gaps and ends."""

    element: Element
    bit: int


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A pattern made ready. `needs` are the elements it cannot do without; `near`: within `NEAR` tokens."""

    steps: tuple[Step, ...]
    needs: int
    near: bool


class Known(NamedTuple):
    """What is known of a word: its literals, the patterns by class and the elements that may begin with it."""

    literals: frozenset[str]
    opening: Mapping[str, tuple[Path, ...]]
    begins: int


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
        self._lengths: dict[str, int] = {}
        self._words: dict[tuple[str, bool], Known] = {}
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
    def bits(self) -> Mapping[Element, int]:
        """A number with one bit for each element that takes words, so that many are compared at once."""
        sequences = (sequence for patterns in self.classes.values() for sequence in patterns)
        taking = dict.fromkeys(one for sequence in sequences for one in sequence if one.takes_a_word)
        return {element: 1 << place for place, element in enumerate(taking)}

    @cached_property
    def opening(self) -> Mapping[str, Mapping[str, tuple["Path", ...]]]:
        """By class and literal, the patterns that can begin with it."""
        index: dict[str, dict[str, dict[Path, None]]] = {}
        for name, sequences in self.classes.items():
            opening = index.setdefault(name, {})
            for sequence in sequences:
                path = self._path(sequence)
                for first in self._firsts_in(sequence):
                    opening.setdefault(first, {})[path] = None
        return {name: {first: tuple(paths) for first, paths in opening.items()} for name, opening in index.items()}

    def _path(self, sequence: Sequence) -> "Path":
        needs = 0
        for element in sequence:
            if not element.optional:
                needs |= self.bits.get(element, 0)
        steps = tuple(Step(element, self.bits.get(element, 0)) for element in sequence)
        return Path(steps, needs, near=self._longest(sequence) <= NEAR)

    def _longest(self, sequence: Sequence) -> int:
        """Tokens that a match has at most."""
        return sum(
            element.gap or max((1, *(self._longest_of(name) for name in element.classes)), default=1)
            for element in sequence
        )

    def _longest_of(self, name: str) -> int:
        if name not in self._lengths:
            self._lengths[name] = max(map(self._longest, self.classes[name]), default=0)
        return self._lengths[name]

    @cached_property
    def _may_begin(self) -> Mapping[str, int]:
        """By literal, the elements that can begin with it."""
        found: dict[str, int] = {}
        for element, bit in self.bits.items():
            for first in {*self._firsts_in((element,))}:
                found[first] = found.get(first, 0) | bit
        return found

    @cached_property
    def starting(self) -> Mapping[str, frozenset[str]]:
        """Names of the classes that can begin with a literal."""
        names: dict[str, set[str]] = {}
        for name, firsts in self._firsts.items():
            for first in firsts:
                names.setdefault(first, set()).add(name)
        return {first: frozenset(found) for first, found in names.items()}

    def word(self, text: str, *, is_word: bool) -> "Known":
        """What is known of a token; remembered, for texts say the same words again and again."""
        if (text, is_word) not in self._words:
            if len(self._words) >= MOST_WORDS:
                self._words.clear()
            self._words[text, is_word] = self._known(self._literals_of(text, is_word=is_word))
        return self._words[text, is_word]

    def _literals_of(self, text: str, *, is_word: bool) -> frozenset[str]:
        if not is_word:
            return frozenset({text, ","}) if text in PAUSES else frozenset({text})
        literals = self.vocabulary.of(text)
        return literals | {ANY_NUMBER} if text[0].isdigit() else literals

    def _known(self, literals: frozenset[str]) -> "Known":
        names: frozenset[str] = frozenset().union(*(self.starting.get(one, ()) for one in literals))
        begins = 0
        for one in literals:
            begins |= self._may_begin.get(one, 0)
        # One order for everybody, so that the same text has the same answer in every process.
        return Known(literals, {name: self._opened(name, literals) for name in self.classes if name in names}, begins)

    def _opened(self, name: str, literals: frozenset[str]) -> tuple[Path, ...]:
        """The patterns of a class that may begin with one of these, each once."""
        opening = self.opening[name]
        return tuple(dict.fromkeys(path for one in sorted(literals) for path in opening.get(one, ())))

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

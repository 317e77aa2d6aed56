"""YAML read in one pass over its events: values, the line of each, and what is wrong with single ones.

As YAML 1.2 reads it: `no`, `on`, `2026-01-01` and `1:30` are texts. Nothing is followed before it is counted, so that
a small file cannot become an endless one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

Loc = tuple[str | int, ...]
"""Where something stands in a file: keys and list indices from the top."""

MAX_TEXT = 4_000
MAX_DEPTH = 40
MAX_VALUES = 200_000

_Parser: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where PyYAML was built with it
_MAY_BE_NO_TEXT = frozenset("0123456789+-.~nNtTfF")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULL = frozenset({"~", "null", "Null", "NULL", ""})
# Longer ones are texts: no figure of ours has twenty digits.
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+)")
_NO_NUMBER = re.compile(r"([-+]?)\.(?:(inf|Inf|INF)|nan|NaN|NAN)")
_UNCLEAR = re.compile(r"[-+]?(0[0-9]{1,18}|0[oO][0-7]{1,18}|0[xX][0-9a-fA-F]{1,16})")
"""Numbers to one reader of YAML and texts, or other numbers, to the next."""
_UNKEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Refused(Exception):  # noqa: N818 - caught where it is raised from, one module up
    """Nothing of the file is used. `problems` are a line and a sentence each."""

    def __init__(self, *problems: tuple[int, str]) -> None:
        self.problems = problems
        super().__init__(problems)


@dataclass
class Content:
    """`found` is what is wrong with keys and single values."""

    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    found: list[tuple[Loc, str]] = field(default_factory=list)


def read_yaml(text: str) -> Content:
    """Raises Refused, and yaml.YAMLError for what is no YAML."""
    reading = _Reading()
    for event in yaml.parse(text, Loader=_Parser):
        reading.follow(event)
    if reading.refused:
        raise Refused(*reading.refused)
    return reading.content


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come. `key` waits for its value."""

    value: Any
    loc: Loc
    anchor: str | None
    begun: int
    key: str | None = None
    inner: int = 0
    """How many lists and mappings stand in each other inside this one."""

    def place(self) -> Loc:
        return (*self.loc, len(self.value) if isinstance(self.value, list) else self.key or "")


class _Reading:
    def __init__(self) -> None:
        self.content = Content()
        self.refused: list[tuple[int, str]] = []
        self._size = 0
        self._documents = 0
        self._open: list[_Open] = []
        self._repeated: dict[str, tuple[Any, int, int]] = {}
        """What stands under an anchor: the value, how many it counts for, and how deep it is."""

    def follow(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._size += 1
        if isinstance(event, yaml.ScalarEvent):
            self._tagged(event, line)
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._tagged(event, line)
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Refused((line, "a second document begins here: a file is a single document"))
        if self._size > MAX_VALUES:
            raise Refused(
                *self.refused, (line, f"the file has more than {MAX_VALUES:,} values, with those that aliases repeat")
            )

    def _tagged(self, event: Any, line: int) -> None:
        if event.tag not in (None, "!"):
            self.refused.append((line, f"the tag {event.tag} is not read: leave it out"))

    def _scalar(self, event: Any, line: int) -> None:
        # Quoted words are texts, whatever they look like.
        value = plain(event.value) if event.implicit[0] and event.tag is None else event.value
        if self._expects_key():
            self._key(event.value, value, line)
        else:
            place = self._add(value, line, event.anchor, 1)
            if isinstance(value, str) and event.implicit[0] and _UNCLEAR.fullmatch(value):
                self.content.found.append((place, _unclear(value)))

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _key(self, name: str, value: Any, line: int) -> None:
        here = self._open[-1]
        here.key = name
        place = here.place()
        if not isinstance(value, str):
            self.content.found.append((place, f"a key is a text: put {name or 'it'} in quotes"))
        if name in here.value:
            self.content.found.append((place, "key given twice"))
        self.content.lines[place] = line
        self.content.found += ((place, says) for says in _wrong_with(name))

    def _add(self, value: Any, line: int, anchor: str | None, size: int) -> Loc:
        """Puts a value where it belongs; answers its place."""
        place: Loc = ()
        if self._open:
            here = self._open[-1]
            place = here.place()
            if isinstance(here.value, list):
                here.value.append(value)
            else:
                here.value[here.key], here.key = value, None
        else:
            self.content.data = value
        self.content.lines.setdefault(place, line)
        if isinstance(value, str):
            self.content.found += ((place, says) for says in _wrong_with(value))
        if anchor is not None:
            self._repeated[anchor] = (value, size, 0)
        return place

    def _begin(self, event: Any, line: int) -> None:
        if self._expects_key():
            raise Refused(*self.refused, (line, "a key is a text, no list and no mapping"))
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        place = self._add(value, line, None, 1)
        self._open.append(_Open(value, place, event.anchor, self._size))
        self._refuse_deeper(len(self._open), line)

    def _refuse_deeper(self, depth: int, line: int) -> None:
        if depth > MAX_DEPTH:
            says = f"lists and mappings stand more than {MAX_DEPTH} deep in each other"
            raise Refused(*self.refused, (line, says))

    def _holds(self, depth: int) -> None:
        if self._open:
            self._open[-1].inner = max(self._open[-1].inner, depth)

    def _end(self) -> None:
        done = self._open.pop()
        if done.anchor is not None:
            self._repeated[done.anchor] = (done.value, self._size - done.begun, done.inner + 1)
        self._holds(done.inner + 1)

    def _alias(self, event: Any, line: int) -> None:
        if event.anchor in {entry.anchor for entry in self._open}:
            raise Refused(*self.refused, (line, f"the alias *{event.anchor} stands inside what it repeats"))
        if event.anchor not in self._repeated:
            raise Refused(*self.refused, (line, f"the alias *{event.anchor} repeats nothing that stands before it"))
        value, size, depth = self._repeated[event.anchor]
        self._size += size
        self._refuse_deeper(len(self._open) + depth, line)
        self._holds(depth)
        if self._expects_key():
            self._key(str(value), value, line)
        else:
            self._add(value, line, None, size)


@lru_cache(maxsize=8192)
def plain(word: str) -> Any:
    """What a word without quotes stands for."""
    if word and word[0] not in _MAY_BE_NO_TEXT:
        return word
    if word in _NULL:
        return None
    if word in _BOOL:
        return _BOOL[word]
    if _INT.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        return float(word)
    unnumbered = _NO_NUMBER.fullmatch(word)
    return float(unnumbered[1] + (unnumbered[2] or "nan")) if unnumbered else word


def _unclear(word: str) -> str:
    sign, digits = ("-" if word[0] == "-" else ""), word.lstrip("+-").lower()
    base = {"0x": 16, "0o": 8}.get(digits[:2], 10)
    return f"{word} is a number or a text: write it as {sign}{int(digits, base)} or put it in quotes"


def _wrong_with(text: str) -> Iterator[str]:
    if len(text) > MAX_TEXT:
        yield f"is longer than {MAX_TEXT:,} characters"
    unkept = _UNKEPT.search(text)
    if unkept is not None:
        yield f"has a character that cannot be kept: U+{ord(unkept[0]):04X}"

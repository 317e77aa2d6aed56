"""Reads `matrix.txt`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("matrix.txt")
REACHES = {"party": "party", "ALL": "all"}

_FIELD = re.compile(r"(\w+)(?:\(([\w ]*)\))?")


@dataclass(frozen=True)
class Field:
    """`rule` is a noun, `noun.verb`, `own` for what every reader of the object sees, or a word of the file's."""

    arguments: tuple[str, ...]
    rule: str


@dataclass
class Type:
    rule: str
    fields: dict[str, Field] = field(default_factory=dict)


@dataclass
class Matrix:
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    roots: dict[str, dict[str, Field]] = field(
        default_factory=lambda: {"query": {}, "mutation": {}, "subscription": {}}
    )

    def rules(self, mutation: str) -> list[tuple[str, str]]:
        """The noun and verb of a mutation; two where each side is asked for its own."""
        rules = self.roots["mutation"][mutation].rule.split()
        return [(noun, verb) for noun, _, verb in (rule.partition(".") for rule in rules)]


@cache
def matrix() -> Matrix:
    read = Matrix()
    roles: list[str] = []
    current = Type("")
    for line in _lines(PATH.read_text(encoding="utf-8")):
        kind, _, rest = line.partition(" ")
        if kind == "grants":
            roles = rest.split()
        elif kind == "type":
            current = _type(rest, read.types)
        elif line.startswith("  "):
            current.fields.update(_fields(line))
        elif kind in read.roots:
            read.roots[kind].update(_fields(rest))
        else:
            read.grants[kind] = _grant(roles, rest.split())
    return read


def _lines(text: str) -> list[str]:
    """Without comments; a line indented by more than two spaces continues the one before."""
    joined = re.sub(r"\n {6}", " ", text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _type(rest: str, types: dict[str, Type]) -> Type:
    name, rule, own = re.fullmatch(r"(\w+) = (\w+): (.*)", rest).groups()  # type: ignore[union-attr]
    named = [] if own == "nothing" else [_named(part) for part in own.split(", ")]
    types[name] = Type(rule, {field: Field(arguments, "own") for field, arguments in named})
    return types[name]


def _fields(line: str) -> dict[str, Field]:
    signature, _, rule = line.strip().partition(" -> ")
    name, arguments = _named(signature)
    return {name: Field(arguments, rule)}


def _named(signature: str) -> tuple[str, tuple[str, ...]]:
    name, arguments = _FIELD.fullmatch(signature.strip()).groups()  # type: ignore[union-attr]
    return name, tuple((arguments or "").split())


def _grant(roles: list[str], reaches: list[str]) -> dict[str, str]:
    assert len(roles) == len(reaches), "a grant has one word for every role"
    return {role: REACHES[word] for role, word in zip(roles, reaches, strict=True) if word != "."}


def grants() -> Mapping[str, Mapping[str, str]]:
    return matrix().grants

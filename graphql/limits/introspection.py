"""How large the answers of introspection are, counted from the schema itself.

Lists inside `__schema { types { … } }` are as long as they are on the average, which for all types together is exact;
so are the wrappers (`!`, `[]`) of all their fields. Anywhere else a list is as long as the longest of its kind, because
there one type may be reached again and again. The query with which tools read a schema so costs what it answers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from functools import cached_property
from typing import Any

from graphql import GraphQLSchema, is_abstract_type, is_input_object_type, is_list_type, is_non_null_type


class Among(Enum):
    """Whose lists are counted."""

    ANY = auto()
    """A type of anybody's choice."""
    ALL = auto()
    """Each type of the schema once, or each of their fields, or arguments."""


Place = Among | int
"""A number: the types of all fields and arguments, with so many wrappers taken off."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Of the lists of one field."""

    average: Fraction
    longest: int

    @classmethod
    def of(cls, lengths: Iterable[int]) -> "Lengths":
        known = list(lengths)
        return cls(Fraction(sum(known), max(len(known), 1)), max(known, default=0))


@dataclass(frozen=True, slots=True)
class Times:
    """How often what is below a field is counted, and where that is."""

    rows: int | Fraction
    below: Place


class Introspection:
    """Of one schema, read when it is first asked about."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def times(self, parent: str, name: str, place: Place) -> Times:
        field = f"{parent}.{name}"
        if field == "__Schema.types":
            return Times(len(self._schema.type_map), Among.ALL)
        if field == "__Schema.directives":
            return Times(len(self._schema.directives), Among.ANY)
        if name == "type" and place is Among.ALL:
            return Times(1, 0)
        if name == "ofType" and isinstance(place, int):
            return Times(self._wrapped(place), min(place + 1, self._deepest))
        if field in self._lengths:
            return self._list(field, place)
        return Times(1, Among.ANY)

    def _list(self, field: str, place: Place) -> Times:
        lengths = self._lengths[field]
        if place is not Among.ALL:
            return Times(lengths.longest, Among.ANY)
        # Those named by types have no wrappers.
        below = self._deepest if field in ("__Type.interfaces", "__Type.possibleTypes") else Among.ALL
        return Times(lengths.average, below)

    def _wrapped(self, off: int) -> Fraction:
        """The share of types with so many wrappers taken off that have one more."""
        reached = sum(number for wrappers, number in self._wrappers.items() if wrappers >= off)
        further = sum(number for wrappers, number in self._wrappers.items() if wrappers > off)
        return Fraction(further, max(reached, 1))

    @property
    def _deepest(self) -> int:
        return max(self._wrappers, default=0)

    @cached_property
    def _wrappers(self) -> Counter[int]:
        """How many types of fields and arguments have so many."""
        return Counter(_wrappers_of(one.type) for one in (*self._fields, *self._arguments, *self._inputs))

    @cached_property
    def _lengths(self) -> dict[str, Lengths]:
        kinds = list(self._schema.type_map.values())
        possible = self._schema.get_possible_types
        return {
            "__Type.fields": Lengths.of(len(_fields(kind)) for kind in kinds),
            "__Type.inputFields": Lengths.of(len(_inputs(kind)) for kind in kinds),
            "__Type.enumValues": Lengths.of(len(getattr(kind, "values", ())) for kind in kinds),
            "__Type.interfaces": Lengths.of(len(getattr(kind, "interfaces", ())) for kind in kinds),
            "__Type.possibleTypes": Lengths.of(len(possible(one)) if is_abstract_type(one) else 0 for one in kinds),
            "__Field.args": Lengths.of(len(field.args) for field in self._fields),
            "__Directive.args": Lengths.of(len(directive.args) for directive in self._schema.directives),
        }

    @property
    def _fields(self) -> Iterator[Any]:
        return (field for kind in self._schema.type_map.values() for field in _fields(kind))

    @property
    def _arguments(self) -> Iterator[Any]:
        return (argument for field in self._fields for argument in field.args.values())

    @property
    def _inputs(self) -> Iterator[Any]:
        return (field for kind in self._schema.type_map.values() for field in _inputs(kind))


def _fields(kind: Any) -> list[Any]:
    return [] if is_input_object_type(kind) else list(getattr(kind, "fields", {}).values())


def _inputs(kind: Any) -> list[Any]:
    return list(kind.fields.values()) if is_input_object_type(kind) else []


def _wrappers_of(kind: Any) -> int:
    wrappers = 0
    while is_list_type(kind) or is_non_null_type(kind):
        kind, wrappers = kind.of_type, wrappers + 1
    return wrappers

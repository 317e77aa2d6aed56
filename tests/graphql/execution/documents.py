"""Random valid documents over any schema: fragments, aliases, merged selections, variables, @skip and @include.

A document is told by its seed, so that one that failed once is kept as two numbers.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

MAX_DEPTH = 5

Values = dict[str, Callable[[Random], Any]]
"""How to make up a value of a scalar, by the scalar's name, as JSON knows it."""

Only = Mapping[str, set[str]]
"""The fields that may be asked for of the types named; of other types, all."""

PLAIN: Values = {
    "Int": lambda random: random.randint(-3, 50),
    "Float": lambda random: random.choice([0.5, -2.25, 3]),
    "String": lambda random: random.choice(["", "a", "été", 'say "so"', "fr"]),
    "Boolean": lambda random: random.random() < 0.5,
    "ID": lambda random: random.choice(["1", "abc"]),
}


class EnumName(str):
    """Written without quotes in a document."""


@dataclass(frozen=True, kw_only=True)
class Document:
    text: str
    variables: dict[str, Any]


@dataclass
class Writer:
    """Writes one document. `left` is how many more fields it may ask for."""

    schema: GraphQLSchema
    random: Random
    left: int
    values: Values
    only: Only = field(default_factory=dict)
    fragments: dict[str, tuple[GraphQLNamedType, str]] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    keys: dict[tuple[str, str, str], str] = field(default_factory=dict)
    depth: int = 0

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    def selection(self, type_: Any) -> str:
        """In braces, and never empty: a field that may be left out has __typename beside it."""
        with self.deeper():
            parts = ["__typename"] if self.chance(0.3) or not self._fields(type_) else []
            parts += [self._part(type_) for _ in range(self.random.randint(1, 5)) if self.left > 0]
        self.random.shuffle(parts)
        parts = [part for part in parts if part]
        if not parts or all("@" in part for part in parts):
            parts.append("__typename")
        return "{ " + " ".join(parts) + " }"

    def _part(self, type_: Any) -> str:
        self.left -= 1
        if self.depth < MAX_DEPTH and self.chance(0.2):
            return self._fragment(type_)
        fields = self._fields(type_)
        return self._field(type_, self.random.choice(fields)) if fields else ""

    def _fields(self, type_: Any) -> list[str]:
        fields: Mapping[str, GraphQLField] = getattr(type_, "fields", {})
        return [
            name
            for name, asked in fields.items()
            if (self.depth < MAX_DEPTH or is_leaf_type(get_named_type(asked.type)))
            and name in self.only.get(type_.name, fields)
        ]

    def _field(self, parent: Any, name: str) -> str:
        asked: GraphQLField = parent.fields[name]
        arguments = self._arguments(asked.args)
        key = self._key(parent, name, arguments)
        named = get_named_type(asked.type)
        selection = self.selection(named) if is_composite_type(named) else ""
        return f"{key}{name}{arguments}{self._directives()} {selection}"

    def _key(self, parent: Any, name: str, arguments: str) -> str:
        """An alias that only ever means this field with these arguments; or none, where the name alone does."""
        if not arguments and self._is_uniform(name) and self.chance(0.7):
            return ""
        known = (parent.name, name, arguments)
        return self.keys.setdefault(known, f"k{len(self.keys)}") + ": "

    def _is_uniform(self, name: str) -> bool:
        types: list[Any] = [type_ for type_ in self.schema.type_map.values() if hasattr(type_, "fields")]
        return len({str(type_.fields[name].type) for type_ in types if name in type_.fields}) == 1

    def _fragment(self, type_: Any) -> str:
        condition = self._overlapping(type_)
        directives = self._directives()
        if self.chance(0.5):
            on = f" on {condition.name}" if condition is not type_ or self.chance(0.5) else ""
            return f"...{on}{directives} {self.selection(condition)}"
        known = [name for name, (on, _) in self.fragments.items() if on is condition]
        if known and self.chance(0.6):
            return f"...{self.random.choice(known)}{directives}"
        text = self.selection(condition)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (condition, f"fragment {name} on {condition.name} {text}")
        return f"...{name}{directives}"

    def _overlapping(self, type_: Any) -> Any:
        possible = self._possible(type_)
        found = [
            other
            for other in self.schema.type_map.values()
            if is_composite_type(other) and not other.name.startswith("__") and possible & self._possible(other)
        ]
        return self.random.choice(sorted(found, key=lambda other: other.name))

    def _possible(self, type_: Any) -> set[GraphQLObjectType]:
        return {type_} if isinstance(type_, GraphQLObjectType) else set(self.schema.get_possible_types(type_))

    def _directives(self) -> str:
        if not self.chance(0.15):
            return ""
        names = self.random.sample(["skip", "include"], self.random.choice([1, 1, 2]))
        return "".join(f" @{name}(if: {self._condition()})" for name in names)

    def _condition(self) -> str:
        if self.chance(0.4):
            return self.random.choice(["true", "false"])
        name = self.random.choice(["yes", "no", "perhaps"])
        self.declared[name] = "Boolean! = true" if name == "perhaps" else "Boolean!"
        if name != "perhaps":
            self.variables[name] = name == "yes"
        return f"${name}"

    def _arguments(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {self._given(argument)}"
            for name, argument in arguments.items()
            if is_required_argument(argument) or self.chance(0.4)
        ]
        return f"({', '.join(given)})" if given else ""

    def _given(self, argument: GraphQLArgument) -> str:
        value = self.value(argument.type)
        if not self.chance(0.4):
            return literal(value)
        name = f"v{len(self.declared)}"
        self.declared[name] = str(argument.type)
        nullable = not isinstance(argument.type, GraphQLNonNull)
        if nullable and self.chance(0.3):
            self.declared[name] += f" = {literal(value)}"
        elif not nullable or self.chance(0.7):
            self.variables[name] = value
        return f"${name}"

    def value(self, type_: GraphQLInputType) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type)
        return None if self.chance(0.2) else self._present(type_)

    def _present(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type) for _ in range(self.random.randint(0, 2))]
        if isinstance(type_, GraphQLEnumType):
            return EnumName(self.random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType) and _is_one_of(type_):
            name = self.random.choice(list(type_.fields))
            return {name: self._present(type_.fields[name].type)}
        if isinstance(type_, GraphQLInputObjectType):
            return {name: self.value(asked.type) for name, asked in type_.fields.items() if self._is_given(asked)}
        return self.values[type_.name](self.random)

    def _is_given(self, asked: GraphQLInputField) -> bool:
        return is_required_input_field(asked) or self.chance(0.5)


def _is_one_of(type_: GraphQLInputObjectType) -> bool:
    return type_.is_one_of or getattr(type_.extensions.get("strawberry-definition"), "is_one_of", False)


def literal(value: Any) -> str:
    if isinstance(value, EnumName):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def write(
    schema: GraphQLSchema,
    seed: int,
    size: int,
    *,
    kind: str = "query",
    values: Values = PLAIN,
    only: Only | None = None,
) -> Document:
    """`size` bounds how many fields are asked for."""
    root = {"query": schema.query_type, "mutation": schema.mutation_type}[kind]
    assert root is not None
    writer = Writer(schema, Random(seed), size, values, only or {})
    selection = writer.selection(root)
    declared = ", ".join(f"${name}: {type_}" for name, type_ in writer.declared.items())
    head = f"{kind} Q({declared})" if declared else kind
    text = " ".join([head, selection, *(text for _, text in writer.fragments.values())])
    return Document(text=text, variables=writer.variables)

"""A schema with everything a schema may have, whose resolvers do anything resolvers may do.

What a resolver does follows from the seed and from where it is, so that it does the same for every executor.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_abstract_type,
    is_leaf_type,
)

SDL = """
scalar Odd
enum Colour { RED GREEN BLUE }
input Inner { colour: Colour = GREEN, deep: [Int!] = [1, 2] }
input Filter { text: String! = "x", inner: Inner = {}, list: [Inner!], odd: Odd }
interface Named { name: String, other: Named }
interface Aged implements Named { name: String, other: Named, age: Int! }
type Cat implements Named & Aged {
  name: String, other: Named, age: Int!, colour: Colour!, friends(first: Int = 2, of: Colour): [Pet!]!, tail: Tail
}
type Dog implements Named & Aged { name: String, other: Cat, age: Int!, barks: [[String!]]!, owner: Person!, odd: Odd }
type Tail { length: Float!, cat: Cat!, bits: [Boolean!], grid: [[Tail]!] }
type Person implements Named {
  name: String, other: Named, pets(filter: Filter, ids: [ID!]): [Pet], best: Pet!, boss: Person, ids: [ID!]!
  words(a: String = "b", b: [Filter!]! = [{}]): String!
}
union Pet = Cat | Dog
union Anything = Cat | Dog | Person | Tail
type Query {
  pet(id: ID!): Pet, pets: [Pet!]!, person(filter: Filter): Person, named: Named, aged: [Aged]!
  anything(colour: Colour! = RED, odd: Odd): Anything, tails: [Tail!], count(of: [Int]): Int!, must: Person!
}
type Mutation { change(filter: Filter!): Person, must(id: ID = "m"): Person!, count: Int, tail: Tail }
"""

SLOW = 3
"""Turns of the event loop that an awaited value takes at most."""


@dataclass(frozen=True)
class Thing:
    """What is found at a path."""

    kind: str
    path: str


class Trouble(Exception):  # noqa: N818 - what a resolver may be in
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.extensions = {"code": "TROUBLE"}


@dataclass
class World:
    """`troubled` is how often something is null, wrong or raised; `awaited` how often something is awaited."""

    seed: int
    troubled: float
    awaited: float

    def random(self, *where: Any) -> Random:
        return Random(repr((self.seed, where)))

    def resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        path = ".".join(str(key) for key in info.path.as_list())
        asked = (info.parent_type.name, info.field_name, sorted(arguments.items()), getattr(source, "path", None))
        return self._told(info.return_type, info.schema, f"{path} {asked}", may_raise=True)

    def _told(self, type_: Any, schema: GraphQLSchema, where: str, *, may_raise: bool = False) -> Any:
        """A value of the type, or what takes its place; now or later."""
        random = self.random(where)
        if random.random() < self.awaited:
            return self._told_later(type_, schema, where, turns=random.randint(0, SLOW))
        value = self._found(type_, schema, random, where)
        if may_raise and _is_raised(value):
            raise value
        return value

    async def _told_later(self, type_: Any, schema: GraphQLSchema, where: str, *, turns: int) -> Any:
        """The value is made when it is awaited: lists have awaitables in them, which are to be awaited too."""
        for _ in range(turns):
            await asyncio.sleep(0)
        value = self._found(type_, schema, self.random("later", where), where)
        if _is_raised(value):
            raise value
        return value

    def _found(self, type_: Any, schema: GraphQLSchema, random: Random, where: str) -> Any:
        if random.random() < self.troubled:
            return random.choice([None, None, Trouble("as a value"), Trouble("raised"), object, "odd", [None], 0.5])
        return self._value(type_, schema, random, where)

    def _value(self, type_: Any, schema: GraphQLSchema, random: Random, where: str) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._value(type_.of_type, schema, random, where)
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, schema, random, where)
        if is_leaf_type(type_):
            return _leaf(type_, random)
        possible = schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return Thing(random.choice(list(possible)).name, where)

    def _list(self, type_: Any, schema: GraphQLSchema, random: Random, where: str) -> Any:
        """A list or tuple; now and then an iterator that has to be awaited."""
        items = (self._told(type_, schema, f"{where}.{index}") for index in range(random.randint(0, 3)))
        if self.awaited and random.random() < 0.1:
            return _one_by_one(items, fails=random.random() < self.troubled)
        return list(items) if random.random() < 0.8 else tuple(items)

    def is_type_of(self, kind: str, value: Any) -> Any:
        random = self.random(kind, str(getattr(value, "path", value.__class__)))
        verdict = getattr(value, "kind", None) == kind and random.random() >= self.troubled / 2
        return _later(verdict) if random.random() < self.awaited / 2 else verdict

    def resolve_type(self, value: Any, abstract: str) -> Any:
        random = self.random(abstract, str(getattr(value, "path", value.__class__)))
        name = getattr(value, "kind", None)
        if random.random() < self.troubled / 2:
            name = random.choice([None, "Nobody", "Colour", "Tail", 3])
        return _later(name) if random.random() < self.awaited / 2 else name


def _is_raised(value: Any) -> bool:
    return isinstance(value, Trouble) and str(value) == "raised"


async def _later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


async def _one_by_one(items: Iterator[Any], *, fails: bool) -> AsyncIterator[Any]:
    for item in items:
        yield item
        await asyncio.sleep(0)  # not before: an item made and not handed over would be its own loss
    if fails:
        raise Trouble("no more")


def _leaf(type_: Any, random: Random) -> Any:
    if isinstance(type_, GraphQLEnumType):
        return random.choice(list(type_.values))
    made = {
        "Int": random.choice([1, 7, 2**31, True]),
        "Float": random.choice([1.5, 3, float("inf")]),
        "String": random.choice(["a", 3, ""]),
        "ID": random.choice(["id", 5]),
        "Boolean": random.choice([True, False, 1]),
        "Odd": random.choice([1, 3, 4]),
    }
    return made.get(type_.name, "2026-03-03")


def _odd(value: Any) -> Any:
    if not isinstance(value, int):
        raise GraphQLError(f"not odd at all: {value!r}", extensions={"code": "ODD"})
    return None if value == 4 else {"odd": value}


def everything() -> GraphQLSchema:
    """The world to resolve in is the context."""
    schema = troubled(SDL)
    odd: Any = schema.type_map["Odd"]
    odd.coerce_output_value = _odd
    for name in ("Cat", "Tail"):
        _ask(schema.type_map[name])
    return schema


def troubled(sdl: str) -> GraphQLSchema:
    """A schema whose every field is resolved by the world."""
    schema = build_schema(sdl)
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for asked in type_.fields.values():
                asked.resolve = _resolve
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = _resolve_type
    return schema


def _ask(type_: Any) -> None:
    type_.is_type_of = lambda value, info: info.context.is_type_of(type_.name, value)


def _resolve(source: Any, info: Any, **arguments: Any) -> Any:
    return info.context.resolve(source, info, **arguments)


def _resolve_type(value: Any, info: Any, abstract: Any) -> Any:
    return info.context.resolve_type(value, abstract.name)

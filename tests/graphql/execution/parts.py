"""A Strawberry schema with what Strawberry adds: attributes, info, parents, permissions, extensions, input classes."""

import asyncio
from collections.abc import Awaitable, Generator
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from random import Random
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

T = TypeVar("T")


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"


@strawberry.input
class Wanted:
    text: str = "x"
    colour: Colour | None = None
    numbers: list[int] = strawberry.field(default_factory=lambda: [1])

    def __post_init__(self) -> None:
        if self.text == "":
            raise ValueError("no text at all")


class Allowed(BasePermission):
    message = "not for everybody"

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        return source.flag is True


class Louder(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return f"{next_(source, info, **arguments)}!"


@strawberry.type
class Edge(Generic[T]):
    node: T
    cursor: str


@strawberry.interface
class Named:
    name: str | None

    @strawberry.field
    def initial(self) -> str | None:
        return self.name[0] if self.name else None


@strawberry.type
class Leaf(Named):
    text: str
    number: int
    ratio: float | None
    flag: bool
    ident: strawberry.ID
    colour: Colour
    maybe: Colour | None
    at: datetime
    on: date | None
    words: list[str]
    grid: list[list[int | None]] | None


@strawberry.type
class Branch(Named):
    flag: bool
    left: "Branch | None"
    leaf: Leaf
    leaves: list[Leaf]
    named: list[Named | None]
    edge: Edge[Leaf] | None
    either: Annotated["Leaf | Branch", strawberry.union("Either")]

    @strawberry.field
    def told(self, info: strawberry.Info, wanted: Wanted | None = None, more: list[Colour] | None = None) -> str:
        path = ".".join(map(str, info.path.as_list()))
        return f"{path} {info.field_name} {info.python_name} {info.variable_values} {wanted} {more} {self.name}"

    @strawberry.field
    async def later(self, wanted: Wanted, text: str = "a") -> str | None:
        await asyncio.sleep(0)
        wanted.numbers.append(2)
        return f"{wanted} {text}"

    @strawberry.field
    def of_root(root: Any) -> bool:  # noqa: N805
        return bool(root.flag)

    @strawberry.field
    def of_parent(self, parent: strawberry.Parent[Any]) -> str | None:
        return f"{parent.name}"

    @strawberry.field
    @staticmethod
    def constant() -> int:
        return 3

    @strawberry.field(permission_classes=[Allowed])  # type: ignore[untyped-decorator]
    def guarded(self) -> str | None:
        return self.name

    @strawberry.field(extensions=[Louder()])  # type: ignore[untyped-decorator]
    def loud(self, text: str = "hey") -> str:
        return text

    @strawberry.field
    async def deeper(self) -> "Branch":
        await asyncio.sleep(0)
        return self.left or self

    @strawberry.field
    def selected(self, info: strawberry.Info) -> str:
        return str(info.selected_fields)


@strawberry.type
class Query:
    @strawberry.field
    def branch(self, info: strawberry.Info) -> Branch | None:
        seed, troubled = info.context
        found: Branch | None = made(Branch, Random(seed), troubled)
        return found

    @strawberry.field
    async def branches(self, info: strawberry.Info, seeds: list[int] | None = None) -> list[Branch]:
        _, troubled = info.context
        return [made(Branch, Random(seed), troubled) for seed in seeds or [1, 2]]


schema = strawberry.Schema(Query)


@strawberry.type
class Trunk:
    leaf: Leaf | None
    named: Named | None
    either: Annotated["Leaf | Branch", strawberry.union("Either")] | None


def _trunk(*, is_cast: bool) -> Trunk:
    made_of = [made(Leaf, Random(3), 0) for _ in range(3)]
    leaf, named, either = [strawberry.cast(Branch, leaf) for leaf in made_of] if is_cast else made_of
    return Trunk(leaf=leaf, named=named, either=either)


@strawberry.type
class CastingQuery:
    @strawberry.field
    def trunks(self) -> list[Trunk]:
        return [_trunk(is_cast=False), _trunk(is_cast=True)]


casting = strawberry.Schema(CastingQuery)


class Later(Awaitable[Any]):
    """May be awaited as often as anybody likes, unlike a coroutine."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "something later"

    def __await__(self) -> Generator[Any, None, Any]:
        yield
        return self.value


class Foreign:
    """Nothing Strawberry knows."""

    def __repr__(self) -> str:
        return "a foreigner"


def made(kind: type[Any], random: Random, troubled: float, depth: int = 0) -> Any:
    """With random attributes, some of them not at all what the schema says, and some not there."""
    thing = object.__new__(kind)
    for asked in fields(kind):
        if getattr(asked, "base_resolver", None) is not None:
            continue
        if random.random() < troubled:
            trouble = random.choice([None, None, ValueError("bad"), Foreign(), "odd", [None], 0.5, "missing", True])
            if trouble == "missing":
                continue
            value = trouble
        else:
            value = _value(asked.name, random, troubled, depth)
        setattr(thing, asked.name, Later(value) if random.random() < troubled else value)
    return thing


PLAIN: dict[str, list[Any]] = {
    "name": [None, "Anna", ""],
    "text": ["t"],
    "number": [3, True, 2**40, 4.0],
    "ratio": [1.5, None, 2],
    "flag": [True, False],
    "ident": ["7", 7],
    "at": [datetime(2026, 3, 3, tzinfo=UTC)],
    "on": [None, date(2026, 3, 3)],
    "words": [["a"], [], ("b",), ["a", 3]],
    "grid": [None, [[1, None], []]],
}


def _value(name: str, random: Random, troubled: float, depth: int) -> Any:
    def leaf() -> Any:
        return made(Leaf, random, troubled, depth + 1)

    def branch() -> Any:
        return made(Branch, random, troubled, depth + 1) if depth < 1 else leaf()

    makers: dict[str, Any] = {
        "left": lambda: made(Branch, random, troubled, depth + 1) if depth < 1 else None,
        "leaf": leaf,
        "leaves": lambda: [leaf() for _ in range(random.randint(0, 2))],
        "named": lambda: [branch() if random.random() < 0.5 else None for _ in range(2)],
        "edge": lambda: Edge(node=leaf(), cursor="c"),
        "either": branch,
        "colour": lambda: random.choice([Colour.RED, "green", "GREEN"]),
        "maybe": lambda: random.choice([None, Colour.GREEN]),
    }
    return makers[name]() if name in makers else random.choice(PLAIN[name])

"""Edges are asked once a level, and told which attributes of what they load will be read."""

from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Annotated, Any

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse, validate
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from suivi.graphql.edges import edge
from suivi.graphql.execution import compile_plan
from suivi.graphql.loading import Level, Loader

Read = frozenset[str] | None


@dataclass
class Asking:
    """One request's: which edges were asked, with what they were told, and the sets that were loaded."""

    asked: list[tuple[str, Read]] = field(default_factory=list)
    sets: list[list[str]] = field(default_factory=list)
    loaders: dict[str, Loader] = field(default_factory=dict)

    def level(self, name: str, read: Read, make: Any) -> Level[Any]:
        self.asked.append((name, read))

        async def load(keys: list[str]) -> list[Any]:
            self.sets.append(keys)
            return [make(key) for key in keys]

        return Level(self.loaders.setdefault(f"{name} {read}", Loader(load)))


Info = strawberry.Info[Asking, None]


def read_of(info: Info, typename: str) -> Read:
    told: Any = getattr(info._raw_info, "attributes_read", None)
    found: Read = told(typename) if told else None
    return found


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Leaf(Named):
    size: int
    colour: str | None
    veins: list[str]
    tree: Annotated["Tree", strawberry.lazy(__name__)] | None

    @strawberry.field
    def loud(self) -> str:
        return self.name.upper()


@strawberry.type
class Leaves:
    nodes: list[Leaf]
    pages: int
    either: Named
    both: Annotated["Leaf | Leaves", strawberry.union("Both")] | None = None

    @strawberry.field
    def first(self) -> Leaf:
        return self.nodes[0]


def a_leaf(key: str) -> Leaf:
    return Leaf(name=key, size=len(key), colour=None, veins=[], tree=Tree(key=f"{key}!"))


def some_leaves(key: str) -> Leaves:
    leaf = a_leaf(f"{key}1")
    return Leaves(nodes=[leaf, a_leaf(f"{key}2")], pages=1, either=leaf, both=leaf)


@strawberry.type
class Tree:
    key: str

    @edge()
    @staticmethod
    def leaf(info: Info) -> Level[Leaf | None]:
        return info.context.level("leaf", read_of(info, "Leaf"), a_leaf)

    @edge(by="key", description="Of one kind.")
    @staticmethod
    def leaves(info: Info, first: int = 20) -> Level[Leaves]:
        if first > 100:
            raise ValueError("too many")
        return info.context.level("leaves", read_of(info, "Leaf"), some_leaves)


@strawberry.type
class Query:
    @strawberry.field
    def trees(self, number: int = 2) -> list[Tree]:
        return [Tree(key="abcdefgh"[n]) for n in range(number)]


@strawberry.type
class Mutation:
    @strawberry.field
    def cut(self, key: str) -> Tree:
        return Tree(key=key)


SCHEMA = strawberry.Schema(Query, Mutation)._schema


async def answered(text: str, **variables: Any) -> tuple[ExecutionResult, Asking]:
    parsed, asking = parse(text), Asking()
    assert not validate(SCHEMA, parsed), text
    plan = compile_plan(SCHEMA, parsed)
    assert plan is not None
    result: Any = plan.execute(context=asking, variables=variables)
    result = await result if isawaitable(result) else result
    return result, asking


async def read(text: str, **variables: Any) -> Read:
    """What the one edge of a document was told."""
    result, asking = await answered(text, **variables)
    assert not result.errors
    ((_, told),) = asking.asked
    return told


async def test_an_edge_is_asked_once_for_all_objects_of_its_level() -> None:
    result, asking = await answered("{ trees(number: 5) { leaf { name } } }")

    assert [name for name, _ in asking.asked] == ["leaf"]
    assert asking.sets == [["a", "b", "c", "d", "e"]]
    assert result.data
    assert result.data["trees"][4] == {"leaf": {"name": "e"}}


async def test_an_edge_is_asked_again_on_every_level_and_for_every_alias() -> None:
    text = "{ trees { leaf { tree { leaf { name } } } one: leaves { pages } other: leaves(first: 3) { pages } } }"

    result, asking = await answered(text)

    assert [name for name, _ in asking.asked] == ["leaf", "leaves", "leaves", "leaf"]
    assert not result.errors


async def test_an_edge_is_asked_again_in_the_next_request() -> None:
    plan = compile_plan(SCHEMA, parse("{ trees { leaf { name } } }"))
    assert plan is not None
    both = Asking(), Asking()

    for asking in both:
        await plan.execute(context=asking)  # type: ignore[misc]

    assert [len(asking.asked) for asking in both] == [1, 1]


async def test_after_a_mutation_of_the_same_request_an_edge_is_asked_again() -> None:
    """What was found before a mutation is not what is there after it."""
    text = """mutation { one: cut(key: "a") { ...Cut } other: cut(key: "b") { ...Cut } }
      fragment Cut on Tree { leaf { name } }"""

    result, asking = await answered(text)

    assert [name for name, _ in asking.asked] == ["leaf", "leaf"]
    assert result.data == {"one": {"leaf": {"name": "a"}}, "other": {"leaf": {"name": "b"}}}


async def test_one_field_of_a_mutation_that_several_places_ask_for_is_asked_again_too() -> None:
    text = """mutation { one: cut(key: "a") { leaf { name } } other: cut(key: "b") { leaf { name } }
      third: cut(key: "c") { leaf { size } } }"""

    result, asking = await answered(text)

    assert asking.asked == [("leaf", frozenset({"name"})), ("leaf", frozenset({"name"})), ("leaf", frozenset({"size"}))]
    assert result.data
    assert result.data["third"] == {"leaf": {"size": 1}}


async def test_an_edge_that_refuses_refuses_for_every_object() -> None:
    result, asking = await answered("{ trees { key leaves(first: 500) { pages } } }")

    assert result.errors
    assert {error.message for error in result.errors} == {"too many"}
    assert (result.data, asking.sets) == (None, [])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("leaf { name size }", {"name", "size"}),
        ("leaf { name __typename }", {"name"}),
        ("leaf { __typename }", set()),
        ("leaf { a: size b: size }", {"size"}),
        ("leaf { name } leaf { size }", {"name", "size"}),
        ("leaf { ...Some } leaf { ... on Leaf { colour } }", {"name", "colour"}),
        ("leaf { ... on Named { name } }", {"name"}),
        ("leaf { ... { ...Some size } }", {"name", "size"}),
        ("leaf { name size @skip(if: true) colour @include(if: false) }", {"name"}),
        ("leaf { name size @skip(if: $no) colour @include(if: $yes) }", {"name", "size", "colour"}),
        ("leaf { name ... @include(if: $no) { loud } }", {"name"}),
        ("leaves { nodes { name } pages }", {"name"}),
        ("leaves { nodes { name } first { size } }", {"name", "size"}),
        ("leaves { pages }", set()),
    ],
)
async def test_an_edge_is_told_the_attributes_that_will_be_read(asked: str, told: set[str]) -> None:
    text = f"query($yes: Boolean!, $no: Boolean!) {{ trees {{ {asked} key @skip(if: $yes) @include(if: $no) }} }}"
    text += " fragment Some on Leaf { name }" if "Some" in asked else ""

    assert await read(text, yes=True, no=False) == frozenset(told)


@pytest.mark.parametrize(
    "asked",
    [
        "leaf { name loud }",
        "leaf { name tree { key } }",
        "leaf { ...Loud }",
        "leaf { veins }",
        "leaves { nodes { loud } }",
        "leaves { nodes { name } either { name } }",
        "leaves { both { ... on Leaf { name } } }",
        "leaves { nodes { name } first { name tree { key } } }",
    ],
)
async def test_an_edge_is_told_nothing_where_more_is_asked_for_than_attributes(asked: str) -> None:
    """A resolver may read any of them; an interface or union may be an object of the type."""
    text = f"{{ trees {{ {asked} }} }}"
    text += " fragment Loud on Leaf { loud }" if "Loud" in asked else ""

    assert await read(text) is None


async def test_the_same_document_is_read_anew_for_every_answer_to_its_conditions() -> None:
    text = "query($all: Boolean!) { trees { leaf { name size @include(if: $all) loud @include(if: $all) } } }"
    plan = compile_plan(SCHEMA, parse(text))
    assert plan is not None

    told: list[Read] = []
    for everything in (False, True, False):
        asking = Asking()
        await plan.execute(context=asking, variables={"all": everything})  # type: ignore[misc]
        told += [read for _, read in asking.asked]

    assert told == [{"name"}, None, {"name"}]


@pytest.mark.parametrize(
    "text",
    [
        "{ trees(number: 3) { leaf { name size tree { key leaf { loud } } } leaves(first: 2) { nodes { name } } } }",
        "{ trees { leaves(first: 101) { pages } } }",
        'mutation { a: cut(key: "x") { leaf { name } } b: cut(key: "y") { leaf { veins } leaves { first { size } } } }',
    ],
)
async def test_to_graphql_core_an_edge_is_a_field_like_any_other(text: str) -> None:
    ours, _ = await answered(text)
    theirs: Any = execute(
        SCHEMA,
        parse(text),
        context_value=Asking(),
        executor_class=StrawberryGraphQLCoreExecutionContext,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
    )
    core = await theirs if isawaitable(theirs) else theirs

    assert ours.data == core.data
    assert {error.message for error in ours.errors or []} == {error.message for error in core.errors or []}

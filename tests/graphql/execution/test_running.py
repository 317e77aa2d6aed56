"""What is executed, how often, and what is left when a request ends early."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, parse
from strawberry.dataloader import DataLoader

from suivi.graphql.execution import compile_plan

SDL = """
type Query { a: Thing, b: Thing, list: [Thing!]!, must: Thing! }
type Mutation { first: Thing, second: Thing!, third: Thing }
type Thing { name: String, must: String!, thing: Thing, things: [Thing!] }
"""


def a_schema(**resolvers: Callable[..., Any]) -> GraphQLSchema:
    """Resolvers by type and field, such as `Query_a`."""
    schema = build_schema(SDL)
    for name, resolve in resolvers.items():
        kind, _, asked = name.partition("_")
        type_: Any = schema.type_map[kind]
        type_.fields[asked].resolve = resolve
    return schema


def begun(schema: GraphQLSchema, text: str, root: Any = None) -> Any:
    plan = compile_plan(schema, parse(text))
    assert plan is not None
    return plan.execute(root_value=root)


async def answered(schema: GraphQLSchema, text: str, root: Any = None) -> ExecutionResult:
    result = begun(schema, text, root)
    result = await result if isawaitable(result) else result
    assert isinstance(result, ExecutionResult)
    return result


def test_with_nothing_to_await_the_answer_is_there_at_once() -> None:
    result = begun(a_schema(), "{ a { name } }", {"a": {"name": "Anna"}})

    assert result == ExecutionResult({"a": {"name": "Anna"}}, None)


async def test_mutations_run_in_turn_and_once_each_with_all_that_is_under_them() -> None:
    told: list[str] = []

    def mutation(name: str) -> Callable[..., Any]:
        async def resolve(source: Any, info: Any) -> Any:
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            return {"name": name}

        return resolve

    async def thing(source: Any, info: Any) -> Any:
        await asyncio.sleep(0)
        told.append(f"under {source['name']}")

    schema = a_schema(Mutation_first=mutation("first"), Mutation_second=mutation("second"), Thing_thing=thing)
    await answered(schema, "mutation { second { thing { name } } first { thing { name } } }")

    assert told == ["second begins", "under second", "first begins", "under first"]


async def test_after_an_answer_is_lost_no_further_mutation_runs() -> None:
    ran: list[str] = []

    async def fails(source: Any, info: Any) -> Any:
        ran.append("second")
        raise ValueError("no")

    schema = a_schema(Mutation_second=fails, Mutation_third=lambda source, info: ran.append("third"))

    result = await answered(schema, "mutation { second { name } third { name } }")

    assert (result.data, ran) == (None, ["second"])


async def test_a_failed_mutation_is_not_tried_again() -> None:
    ran: list[str] = []

    def fails(source: Any, info: Any) -> Any:
        ran.append("first")
        raise ValueError("no")

    result = await answered(a_schema(Mutation_first=fails), "mutation { first { name } }")

    assert (result.data, ran) == ({"first": None}, ["first"])


async def test_what_is_on_one_level_is_loaded_together() -> None:
    batches: list[list[str]] = []

    async def load(keys: list[str]) -> list[str]:
        batches.append(keys)
        return [key.upper() for key in keys]

    loader = DataLoader(load_fn=load)

    async def name(source: Any, info: Any) -> str:
        return await loader.load(source["key"])

    things = [{"key": key, "thing": {"key": key * 2}} for key in "abc"]
    result = await answered(a_schema(Thing_name=name), "{ list { name thing { name } } }", {"list": things})

    assert batches == [["a", "aa", "b", "bb", "c", "cc"]]
    assert result.data
    assert result.data["list"][1] == {"name": "B", "thing": {"name": "BB"}}


async def test_siblings_are_awaited_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    async def waits(source: Any, info: Any) -> Any:
        await both.wait()
        return {"name": info.field_name}

    result = await answered(a_schema(Query_a=waits, Query_b=waits), "{ a { name } b { name } }")

    assert result.data == {"a": {"name": "a"}, "b": {"name": "b"}}


async def test_a_child_need_not_wait_for_a_slow_sibling_of_its_parent() -> None:
    child_ran = asyncio.Event()

    async def slow(source: Any, info: Any) -> Any:
        await child_ran.wait()
        return {}

    async def child(source: Any, info: Any) -> Any:
        child_ran.set()

    schema = a_schema(Query_a=slow, Query_b=_quick, Thing_thing=child)
    result = await answered(schema, "{ a { name } b { thing { name } } }")

    assert result.data == {"a": {"name": None}, "b": {"thing": None}}


async def test_work_under_a_value_that_became_null_is_finished_and_its_error_not_told() -> None:
    finished: list[str] = []

    async def fails(source: Any, info: Any) -> Any:
        raise ValueError("no name")

    async def slow(source: Any, info: Any) -> Any:
        for _ in range(5):
            await asyncio.sleep(0)
        finished.append("slow")
        raise ValueError("never told")

    schema = a_schema(Query_a=_quick, Thing_must=fails, Thing_thing=slow)
    result = await answered(schema, "{ a { must thing { name } } }")

    assert (result.data, finished) == ({"a": None}, ["slow"])
    assert [error.message for error in result.errors or []] == ["no name"]


async def test_what_nobody_will_see_is_not_begun() -> None:
    begun_for: list[str] = []

    async def begins(source: Any, info: Any) -> Any:
        begun_for.append(info.field_name)

    schema = a_schema(Thing_thing=begins)
    result = await answered(schema, "{ a { thing { name } must } b { name } }", {"a": {}, "b": {"name": "B"}})

    assert (result.data, begun_for) == ({"a": None, "b": {"name": "B"}}, [])


async def test_work_for_an_answer_that_is_lost_is_cancelled() -> None:
    ended: list[str] = []

    async def fails(source: Any, info: Any) -> Any:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def waits(source: Any, info: Any) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waiting")

    result = await answered(a_schema(Query_must=fails, Query_a=waits), "{ must { name } a { name } }")

    assert (result.data, ended) == (None, ["waiting"])


async def test_a_request_that_is_given_up_leaves_nothing_running() -> None:
    ended: list[str] = []

    async def waits(source: Any, info: Any) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(info.field_name)

    schema = a_schema(Query_a=waits, Query_b=waits)
    request = asyncio.create_task(answered(schema, "{ a { name } b { name } }"))
    for _ in range(3):
        await asyncio.sleep(0)
    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert sorted(ended) == ["a", "b"]


async def test_a_future_that_somebody_else_waits_for_is_not_cancelled() -> None:
    shared = asyncio.get_running_loop().create_future()
    schema = a_schema(Query_a=lambda source, info: shared)
    request = asyncio.create_task(answered(schema, "{ a { name } }"))
    await asyncio.sleep(0)

    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

    assert not shared.cancelled()
    shared.set_result(None)


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        '{ a { ...F } } fragment F on Query { __type(name: "Thing") { name } }',
        "subscription { a }",
        "{ a { name } } query B { a { name } }",
        "query @later { a { name } }",
        "{ a @later { name } }",
    ],
)
def test_what_a_plan_does_not_take_is_known_before_anything_runs(text: str) -> None:
    assert compile_plan(a_schema(), parse(text)) is None


def test_more_ways_to_skip_than_are_kept_are_left_to_graphql_core() -> None:
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    asked = " ".join(f"k{name}: a @skip(if: ${name}) {{ name }}" for name in names)
    plan = compile_plan(a_schema(), parse(f"query({declared}) {{ {asked} }}"))
    assert plan is not None

    ways = [{name: bool(number >> place & 1) for place, name in enumerate(names)} for number in range(64)]
    results = [plan.execute(root_value={}, variables=way) for way in ways]

    assert results.count(None) == 32
    assert plan.execute(root_value={}, variables=ways[0]) is not None


async def _quick(source: Any, info: Any) -> Any:
    return {}

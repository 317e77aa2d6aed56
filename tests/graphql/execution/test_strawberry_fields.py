"""Attributes, arguments and resolvers as Strawberry means them, whatever an attribute turns out to be."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from inspect import isawaitable
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, execute, parse, validate
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from suivi.graphql.execution import Plan, compile_plan
from tests.graphql.execution.documents import Document, write
from tests.graphql.execution.parts import casting, schema
from tests.graphql.execution.sameness import require_same

SCHEMA = schema._schema
CASTING = casting._schema


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # as in test_same_as_core


async def _finished(result: Any) -> ExecutionResult:
    result = await result if isawaitable(result) else result
    assert isinstance(result, ExecutionResult)
    return result


async def _ours(plan: Plan, document: Document, context: Any) -> ExecutionResult:
    return await _finished(plan.execute(context=context, variables=document.variables))


async def _core(document: Document, context: Any, schema: GraphQLSchema = SCHEMA) -> ExecutionResult:
    return await _finished(
        execute(
            schema,
            parse(document.text),
            context_value=context,
            variable_values=document.variables,
            executor_class=StrawberryGraphQLCoreExecutionContext,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )
    )


# A permission is asked in a coroutine of its own, which graphql-core may leave behind.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:coroutine:RuntimeWarning")
@settings(
    max_examples=300, deadline=None, suppress_health_check=(HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 50), troubled=st.sampled_from([0, 0.05, 0.2]))
@example(seed=0, size=50, troubled=0.2)
def test_a_plan_answers_the_same_as_often_as_it_is_run(
    runner: asyncio.Runner, seed: int, size: int, troubled: float
) -> None:
    document = write(SCHEMA, seed, size)
    parsed = parse(document.text)
    assert not validate(SCHEMA, parsed), document.text
    plan = compile_plan(SCHEMA, parsed)
    assert plan is not None

    for context in ((seed, troubled), (seed + 1, troubled)):
        ours = runner.run(_ours(plan, document, context))
        core = runner.run(_core(document, context))
        require_same(ours, core, in_order=False)


@pytest.mark.parametrize("asked", ['(wanted: {text: "a"})', "(wanted: $wanted)"])
def test_what_a_resolver_does_to_its_arguments_is_not_seen_by_the_next_call(runner: asyncio.Runner, asked: str) -> None:
    text = f"query($wanted: Wanted! = {{}}) {{ branches {{ later{asked} }} k: branches {{ later(wanted: $wanted) }} }}"
    document = Document(text=text, variables={})
    plan = compile_plan(SCHEMA, parse(text))
    assert plan is not None

    for _ in range(2):
        ours, core = runner.run(_ours(plan, document, (1, 0))), runner.run(_core(document, (1, 0)))
        require_same(ours, core, in_order=True)


@pytest.mark.parametrize("asked", ["told", "later"])
def test_an_argument_its_class_refuses_is_told_as_an_error_of_the_field(runner: asyncio.Runner, asked: str) -> None:
    text = f'{{ branch {{ flag {asked}(wanted: {{text: ""}}) }} }}'
    document = Document(text=text, variables={})
    plan = compile_plan(SCHEMA, parse(text))
    assert plan is not None

    ours, core = runner.run(_ours(plan, document, (1, 0))), runner.run(_core(document, (1, 0)))

    require_same(ours, core, in_order=True)
    assert [error.message for error in ours.errors or []] == ["no text at all"]


@pytest.mark.parametrize("asked", ["leaf { text }", "named { __typename }", "either { __typename }"])
def test_an_object_cast_to_another_type_is_of_that_type(runner: asyncio.Runner, asked: str) -> None:
    """Also after one of its class that was not cast."""
    text = f"{{ trunks {{ {asked} }} }}"
    document = Document(text=text, variables={})
    plan = compile_plan(CASTING, parse(text))
    assert plan is not None

    ours = runner.run(_ours(plan, document, None))
    core = runner.run(_core(document, None, CASTING))

    require_same(ours, core, in_order=True)
    assert ours.data
    as_it_is, cast = ours.data["trunks"]
    assert as_it_is != cast

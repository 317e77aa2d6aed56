"""Nothing that was begun for an answer is forgotten, whatever becomes of the answer."""

import asyncio
import gc
from collections.abc import Iterator
from inspect import isawaitable
from typing import Any

import pytest
from graphql import parse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from suivi.graphql.execution import compile_plan
from tests.graphql.execution.documents import PLAIN, Document, Values, write
from tests.graphql.execution.everything import World, everything

SCHEMA = everything()
VALUES: Values = PLAIN | {"Odd": lambda random: 1}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


async def _run(document: Document, world: World) -> None:
    plan = compile_plan(SCHEMA, parse(document.text))
    assert plan is not None
    result: Any = plan.execute(context=world, variables=document.variables)
    if isawaitable(result):
        await result


@settings(max_examples=200, deadline=None, suppress_health_check=(HealthCheck.function_scoped_fixture,))
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 40),
    troubled=st.sampled_from([0, 0.05, 0.3]),
    awaited=st.sampled_from([0.1, 0.5, 1]),
    kind=st.sampled_from(["query", "mutation"]),
)
@example(seed=924964616, size=6, troubled=0.3, awaited=1, kind="query")
@example(seed=84639121, size=20, troubled=0.3, awaited=1, kind="mutation")
@example(seed=4048150768, size=15, troubled=0.3, awaited=0.5, kind="query")
def test_no_task_and_no_coroutine_is_left_behind(
    runner: asyncio.Runner, seed: int, size: int, troubled: float, awaited: float, kind: str
) -> None:
    """Warnings are errors: a coroutine that nobody awaited, an exception that nobody looked at."""
    document = write(SCHEMA, seed, size, kind=kind, values=VALUES)

    runner.run(_run(document, World(seed, troubled, awaited)))
    gc.collect(0)

    assert asyncio.all_tasks(runner.get_loop()) == set()

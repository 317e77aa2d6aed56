"""Our own resolvers on a database: the same answers as graphql-core, from no more statements where all goes well."""

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, execute, parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from suivi.graphql.context import Context
from suivi.graphql.execution import compile_plan
from suivi.graphql.execution.written import Written
from suivi.graphql.schema import schema
from tests.graphql.execution.documents import PLAIN, Document, Values, write
from tests.graphql.execution.sameness import require_same
from tests.services.suivi import NOW, Client, Statements
from tests.services.world import World

SCHEMA = schema._schema
INBOX = """query($first: Int!, $photos: Boolean!) { cases(first: $first) { nodes {
  ...Head messages(first: 3) { nodes { body attachments { id } } } photoCount messageCount
  evidence(first: 4) @include(if: $photos) { nodes { kind } }
  treatments { sites anchors { name on { text } } terms { number } recovery { stabilisation { tooEarly } } }
  complicationReports { urgency { level } } availableActions { mutation allowed } } } }
fragment Head on Case { id state clinic { name ... on Node { id __typename } } patient { reference } }"""
NODES = "query($a: ID!, $b: ID!) { a: node(id: $a) { id ...C } b: node(id: $b) { ...C __typename } } "
NODES += "fragment C on Node { ... on Case { state openedAt } ... on Clinic { name } }"

Execute = Callable[[DocumentNode, Document, Context], Any]


def by_plan(parsed: DocumentNode, document: Document, context: Context) -> Any:
    plan = compile_plan(SCHEMA, parsed)
    assert plan is not None, document.text
    return plan.execute(context=context, variables=document.variables, by_statement=True)


def by_core(parsed: DocumentNode, document: Document, context: Context) -> Any:
    return execute(
        SCHEMA,
        parsed,
        context_value=context,
        variable_values=document.variables,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        operation_extensions=None,
    )


async def answer(world: World, client: Client, document: Document, by: Execute) -> tuple[ExecutionResult, int]:
    """The answer, and how many statements it took."""
    running = world.suivi.running
    viewer = await running.verifier.verify(client.token, now=datetime.now(UTC))
    context = Context(viewer=viewer, house=running.house, clock=lambda: NOW)
    with Statements() as statements:
        result = by(parse(document.text), document, context)
        if isawaitable(result):
            result = await result
    assert isinstance(result, ExecutionResult)
    if isinstance(result.data, Written):
        result.data = result.data.read()
    return result, len(statements)


async def require_same_from_no_more(world: World, client: Client, document: Document) -> None:
    assert not validate(SCHEMA, parse(document.text)), document.text

    ours, our_statements = await answer(world, client, document, by_plan)
    core, core_statements = await answer(world, client, document, by_core)

    require_same(ours, core, in_order=False)
    if not core.errors:  # graphql-core cancels more of what became null
        assert our_statements <= core_statements


def values_of(world: World) -> Values:
    ids = [world.case_id, world.clinic_id, world.patient_id, world.treatment_id, world.terms_id, world.partner_id, "?"]
    words = ["crown", "dental", "fr", "en", "2026-03-13", "FR", "HU", "unknown", ""]
    return PLAIN | {
        "ID": lambda random: random.choice(ids),
        "String": lambda random: random.choice(words),
        "Int": lambda random: random.choice([1, 2, 20]),
        "Date": lambda random: random.choice(["2026-03-03", "2026-04-30"]),
        "DateTime": lambda random: "2026-03-03T09:00:00+00:00",
        "JSON": lambda random: {"a": [1]},
    }


@settings(
    max_examples=150, deadline=None, suppress_health_check=(HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40))
async def test_any_query_on_real_data_is_answered_the_same(world: World, seed: int, size: int) -> None:
    """R-215, R-218."""
    document = write(SCHEMA, seed, size, values=values_of(world))

    for client in (world.patient, world.coordinator):
        await require_same_from_no_more(world, client, document)


@pytest.mark.parametrize("photos", [True, False])
async def test_the_inbox_is_the_same_from_as_many_statements(world: World, photos: bool) -> None:
    """R-218."""
    document = Document(text=INBOX, variables={"first": 3, "photos": photos})

    _, ours = await answer(world, world.patient, document, by_plan)
    _, core = await answer(world, world.patient, document, by_core)

    await require_same_from_no_more(world, world.patient, document)
    assert ours == core


async def test_nodes_of_any_type_are_found_by_their_ids(world: World) -> None:
    document = Document(text=NODES, variables={"a": world.case_id, "b": world.clinic_id})

    await require_same_from_no_more(world, world.patient, document)


async def test_what_a_variable_may_not_be_is_told_in_the_same_words(world: World) -> None:
    document = Document(text=INBOX, variables={"first": "three"})

    await require_same_from_no_more(world, world.patient, document)


async def test_a_refused_argument_is_told_in_the_same_words(world: World) -> None:
    document = Document(text='{ case(id: "nothing") { id } cases(first: 0) { nodes { id } } }', variables={})

    await require_same_from_no_more(world, world.patient, document)

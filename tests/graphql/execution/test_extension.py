"""Strawberry with plans in it, and with the setting off: one and the same to whoever asks."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import FieldNode, parse
from strawberry.extensions import SchemaExtension

from suivi.graphql.execution import CompiledExecution, PlanCache


@strawberry.type
class Query:
    @strawberry.field
    def greeting(self, info: strawberry.Info, name: str = "you") -> str:
        if name == "nobody":
            raise ValueError("nobody there")
        return f"{type(info._raw_info).__name__}: {name}"


RAN: list[str] = []


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def count(self) -> int:
        RAN.append("count")
        raise ValueError("counted, then failed")


class Resolving(SchemaExtension):
    def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
        return f"through {_next(root, info, *args, **kwargs)}"


GIVEN = parse('{ greeting(name: "given") }')


class Giving(SchemaExtension):
    """Has parsed and validated by itself."""

    def on_operation(self) -> Iterator[None]:
        self.execution_context.graphql_document = GIVEN
        self.execution_context.pre_execution_errors = []
        yield


def a_schema(plans: PlanCache, *extensions: Any) -> strawberry.Schema:
    """The context says whether plans are wanted."""
    ours = [lambda: CompiledExecution(plans, wanted=lambda context: bool(context)), *extensions]
    return strawberry.Schema(Query, Mutation, extensions=ours)


async def test_queries_run_by_their_plan_where_it_is_wanted_and_by_graphql_core_where_not() -> None:
    schema = a_schema(PlanCache())

    with_plan = await schema.execute('{ greeting(name: "Anna") }', context_value=True)
    without = await schema.execute('{ greeting(name: "Anna") }', context_value=False)

    assert with_plan.data == {"greeting": "FieldInfo: Anna"}
    assert without.data == {"greeting": "_OperationContextAwareGraphQLResolveInfo: Anna"}


async def test_a_document_is_parsed_validated_and_compiled_once() -> None:
    plans, seen = PlanCache(), []

    class Seeing(SchemaExtension):
        def on_execute(self) -> Any:
            seen.append(self.execution_context.graphql_document)
            yield

    schema = a_schema(plans, Seeing)
    for _ in range(3):
        await schema.execute("{ greeting }", context_value=True)

    assert len(plans) == 1
    assert seen[0] is seen[1] is seen[2]


async def test_a_document_prepared_by_another_extension_is_compiled_as_it_is() -> None:
    plans = PlanCache()
    schema = a_schema(plans, Giving)

    answers = [await schema.execute("{ greeting }", context_value=True) for _ in range(2)]

    assert [answer.data for answer in answers] == [{"greeting": "FieldInfo: given"}] * 2
    assert len(plans) == 1


async def test_invalid_documents_are_refused_every_time_and_not_kept() -> None:
    plans = PlanCache()
    schema = a_schema(plans)

    answers = [await schema.execute(text, context_value=True) for text in ("{ nothing }", "{ nothing }", "{", "{")]

    assert all(answer.errors and answer.data is None for answer in answers)
    assert len(plans) == 0


async def test_two_operations_of_one_document_are_two_plans() -> None:
    plans = PlanCache()
    schema = a_schema(plans)
    text = 'query A { greeting(name: "A") } query B { greeting(name: "B") }'

    answers = [await schema.execute(text, context_value=True, operation_name=name) for name in "ABA"]

    assert [answer.data and answer.data["greeting"] for answer in answers] == [f"FieldInfo: {name}" for name in "ABA"]
    assert len(plans) == 2


async def test_errors_are_told_as_graphql_core_tells_them() -> None:
    schema = a_schema(PlanCache())

    ours, core = [
        await schema.execute('{ greeting(name: "nobody") }', context_value=wanted) for wanted in (True, False)
    ]

    assert ours.data is None
    assert core.data is None
    assert [error.formatted for error in ours.errors or []] == [error.formatted for error in core.errors or []]
    [error] = ours.errors or []
    assert isinstance(error.original_error, ValueError)
    assert error.nodes
    assert isinstance(error.nodes[0], FieldNode)


async def test_a_mutation_that_fails_has_run_once() -> None:
    RAN.clear()

    await a_schema(PlanCache()).execute("mutation { count }", context_value=True)

    assert RAN == ["count"]


async def test_introspection_is_answered_by_graphql_core() -> None:
    answer = await a_schema(PlanCache()).execute("{ __schema { queryType { name } } }", context_value=True)

    assert answer.data == {"__schema": {"queryType": {"name": "Query"}}}


async def test_an_extension_that_takes_part_in_every_field_keeps_plans_out() -> None:
    answer = await a_schema(PlanCache(), Resolving).execute("{ greeting }", context_value=True)

    assert answer.data == {"greeting": "through _OperationContextAwareGraphQLResolveInfo: you"}

"""Where Strawberry meets the plans."""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from inspect import isawaitable
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.schema import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from suivi.graphql.execution.cache import PlanCache, Prepared
from suivi.graphql.execution.plan import compile_plan


def always(context: Any) -> bool:
    return True


class CompiledExecution(SchemaExtension):
    """Parses, validates and compiles a document once; runs queries and mutations by its plan where it has one.

    `wanted` is asked with the request's context. Where it says no, and for subscriptions, graphql-core executes.
    A document that an extension before this one has parsed or validated is taken as it is. Strawberry's own caches
    are not needed beside it. Not for `Schema.execute_sync`.
    """

    def __init__(self, plans: PlanCache, *, wanted: Callable[[Any], bool] = always) -> None:
        self._plans = plans
        self._wanted = wanted
        self._known: Prepared | None = None

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        self._known = self._plans.get(self._key())
        if self._known is not None and context.graphql_document is None:
            context.graphql_document = self._known.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._is_known() and context.pre_execution_errors is None:
            context.pre_execution_errors = []
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Only valid documents come as far as this."""
        context = self.execution_context
        prepared = self._known if self._is_known() else self._prepare()
        plan = prepared.plan if prepared is not None else None
        if plan is not None and self._wanted(context.context):
            result: Any = plan.execute(
                root_value=context.root_value,
                context=context.context,
                variables=context.variables,
                extensions=context.operation_extensions,
            )
            context.result = await result if isawaitable(result) else result
        yield

    def _key(self) -> Hashable:
        """Everything that parsing, validating and compiling depend on."""
        context = self.execution_context
        limits = tuple(sorted(context.parse_options.items()))
        return context.query, context._provided_operation_name, context.schema, limits, context.validation_rules

    def _is_known(self) -> bool:
        return self._known is not None and self._known.document is self.execution_context.graphql_document

    def _prepare(self) -> Prepared | None:
        context = self.execution_context
        schema: Any = context.schema
        if context.query is None or context.graphql_document is None:
            return None
        plan = None
        if _runs_plainly(schema):
            plan = compile_plan(schema._schema, context.graphql_document, context.operation_name)
        prepared = Prepared(context.query, context.graphql_document, plan)
        self._plans.keep(self._key(), prepared)
        return prepared


def _runs_plainly(schema: Schema) -> bool:
    """Nothing takes part in every field: no resolving extension, no directive, no execution class of its own."""
    return (
        schema.execution_context_class is StrawberryGraphQLCoreExecutionContext
        and not schema.directives
        and not any(extension._implements_resolve() for extension in schema.get_extensions())
    )

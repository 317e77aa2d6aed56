"""An operation compiled once: run for any variables, as often as it is sent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
)
from graphql.execution import ExecutionResult
from graphql.execution.values import VariableValues

from suivi.graphql.execution.field import Field
from suivi.graphql.execution.fields import steps_of
from suivi.graphql.execution.lookahead import Attributes, attributes_read
from suivi.graphql.execution.objects import Step
from suivi.graphql.execution.operations import Operation, taken
from suivi.graphql.execution.running import Run, settled
from suivi.graphql.execution.selection import Collector
from suivi.graphql.execution.sql import Statements
from suivi.graphql.execution.variables import Variables

MAX_SHAPES = 32
NO_VARIABLES = VariableValues({}, {})

Grew = Callable[[int], None]
"""Told how many fields were compiled; of statements as of so many fields, and with a minus when they are dropped."""


class Shape:
    """The operation for one answer to its @skip and @include. Steps are compiled when they are first needed."""

    def __init__(self, operation: Operation, conditions: Mapping[str, bool], grew: Grew) -> None:
        self.schema: GraphQLSchema = operation.schema
        self._grew = grew
        self._collector = Collector(operation, conditions)
        self._compiled: dict[tuple[str, tuple[int, ...]], Sequence[Step]] = {}
        self._read: dict[tuple[int, str], Attributes] = {}
        fields = self._fields(operation.root_type, [operation.definition.selection_set])
        self.root = self._steps(fields)
        self.statements = Statements(self, fields, grew)

    def steps(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Sequence[Step]:
        """What is asked of this type by these fields of the document together."""
        key = (type_.name, tuple(map(id, nodes)))
        if key not in self._compiled:
            self._compiled[key] = self._steps(self.fields(type_, nodes))
        return self._compiled[key]

    def fields(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> list[Field]:
        return self._fields(type_, [node.selection_set for node in nodes])

    def attributes_read(self, field: Field, typename: str) -> Attributes:
        key = (id(field), typename)
        if key not in self._read:
            self._read[key] = attributes_read(field, typename, self)
        return self._read[key]

    def _steps(self, fields: Sequence[Field]) -> Sequence[Step]:
        self._grew(len(fields))
        return steps_of(fields, self)

    def _fields(self, type_: GraphQLObjectType, sets: Sequence[Any]) -> list[Field]:
        return [
            Field(key, nodes, definition, type_)
            for key, nodes in self._collector.fields(type_, sets).items()
            if (definition := self.schema.get_field(type_, nodes[0].name.value)) is not None
        ]


class Plan:
    """Answers as graphql-core answers, errors included. Nothing is ever executed twice."""

    def __init__(self, operation: Operation, grew: Grew) -> None:
        self.operation = operation
        self._grew = grew
        self._shapes: dict[tuple[bool, ...], Shape] = {}
        asked = operation.definition.variable_definitions
        self._variables = Variables(operation.schema, asked) if asked else None

    def execute(
        self,
        *,
        root_value: Any = None,
        context: Any = None,
        variables: Mapping[str, Any] | None = None,
        extensions: Any = None,
        by_statement: bool = False,
    ) -> ExecutionResult | Awaitable[ExecutionResult] | None:
        """The answer, to be awaited where a resolver has to be; none where graphql-core is to give it.

        By one statement where that may be and can be: its data is `Written` then. The context has a viewer and a day.
        """
        coerced = self._variables.read(variables) if self._variables else NO_VARIABLES
        if isinstance(coerced, list):
            return ExecutionResult(None, errors=coerced)
        shape = self._shape(coerced.coerced)
        if shape is None:
            return None
        run = Run(
            self.operation, shape, root_value=root_value, context=context, variables=coerced, extensions=extensions
        )
        if self.operation.is_serial:
            return _in_turn(run, shape)
        asked = shape.statements.asked(run) if by_statement else None
        return _together(run, shape) if asked is None else _by_statement(run, shape, *asked)

    def _shape(self, variables: Mapping[str, Any]) -> Shape | None:
        """None where a condition is neither true nor false, or there are too many ways to answer them all."""
        told: tuple[Any, ...] = tuple(variables.get(name) for name in self.operation.conditions)
        known = self._shapes.get(told)
        if known is not None:
            return known
        if len(self._shapes) >= MAX_SHAPES or not all(isinstance(value, bool) for value in told):
            return None
        shape = Shape(self.operation, dict(zip(self.operation.conditions, told, strict=True)), self._grew)
        self._shapes[told] = shape
        return shape


def compile_plan(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None = None, *, grew: Grew | None = None
) -> Plan | None:
    """A plan for an operation of a validated document; none where graphql-core is to run it.

    `grew` is told whenever it takes more.
    """
    operation = taken(schema, document, operation_name)
    return None if operation is None else Plan(operation, grew or _unheard)


def _unheard(fields: int) -> None:
    """Nobody counts."""


def _together(run: Run, shape: Shape) -> ExecutionResult | Awaitable[ExecutionResult]:
    try:
        _take(run, shape.root)
    except GraphQLError as error:
        run.lose(error)
    return settled(run) if run.is_waiting else run.result()


async def _by_statement(run: Run, shape: Shape, text: str, values: list[Any]) -> ExecutionResult:
    written: Any = await shape.statements.answered(text, values)
    if written is not None:
        return ExecutionResult(written, None)
    result = _together(run, shape)
    return result if isinstance(result, ExecutionResult) else await result


def _take(run: Run, steps: Sequence[Step]) -> None:
    data = run.data
    for step in steps:
        assert data is not None  # noqa: S101 - it is lost only by an error, which ends this
        step(data, run.root_value, None, run)


async def _in_turn(run: Run, shape: Shape) -> ExecutionResult:
    """Root fields of a mutation: each with everything under it, before the next begins; none after an answer lost."""
    for step in shape.root:
        run.levels.clear()
        try:
            _take(run, [step])
        except GraphQLError as error:
            run.lose(error)
        await run.settle()
        if run.data is None:
            break
    return run.result()

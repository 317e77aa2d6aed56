"""What a resolver is told about its field, worked out only when it asks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers

from suivi.graphql.execution.field import Field
from suivi.graphql.execution.places import Place, field_of, path_of
from suivi.graphql.execution.running import Run, awaits, drop


class FieldInfo:
    """Reads like graphql-core's GraphQLResolveInfo as Strawberry fills it."""

    __slots__ = ("_field", "_place", "_run")

    def __init__(self, run: Run, field: Field, place: Place) -> None:
        self._run = run
        self._field = field
        self._place = place

    def attributes_read(self, typename: str) -> frozenset[str] | None:
        """Of all objects of the type under this field; None where more is asked of them than attributes."""
        return self._run.shape.attributes_read(self._field, typename)

    @property
    def context(self) -> Any:
        return self._run.context

    def is_at(self, place: Place) -> None:
        """Told once more, to a function that has returned from the call before."""
        self._place = place

    @property
    def field_name(self) -> str:
        return self._field.name

    @property
    def field_nodes(self) -> list[FieldNode]:
        return self._field.nodes

    @property
    def return_type(self) -> GraphQLOutputType:
        return self._field.definition.type

    @property
    def parent_type(self) -> GraphQLObjectType:
        return self._field.parent

    @property
    def path(self) -> Path:
        return path_of(field_of(self._place))

    @property
    def schema(self) -> GraphQLSchema:
        return self._run.operation.schema

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return self._run.operation.fragments

    @property
    def operation(self) -> OperationDefinitionNode:
        return self._run.operation.definition

    @property
    def root_value(self) -> Any:
        return self._run.root_value

    @property
    def variable_values(self) -> dict[str, Any]:
        return self._run.variables.coerced

    @property
    def operation_extensions(self) -> Any:
        return self._run.extensions

    @property
    def is_awaitable(self) -> Callable[[Any], bool]:
        return awaits

    @property
    def abort_signal(self) -> None:
        return None

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        return GraphQLResolveInfoHelpers(gather=_gather, track=_track)


def resolve_info(run: Run, field: Field, place: Place) -> GraphQLResolveInfo[Any]:
    """For functions of graphql-core, which read it only."""
    return cast("GraphQLResolveInfo[Any]", FieldInfo(run, field, place))


def _gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*values)


def _track(values: Sequence[Any]) -> None:
    drop(values)

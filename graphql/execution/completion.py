"""From a type of the schema to the function that completes its values.

Such a function gives null for null: whether null may stand there is for the place to say.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol, cast

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
)

from suivi.graphql.execution import leaves, lists, objects
from suivi.graphql.execution.field import Field
from suivi.graphql.execution.places import Place
from suivi.graphql.execution.running import Complete, Run


class Shape(Protocol):
    """Where completing an object finds the fields that are asked of it."""

    @property
    def schema(self) -> GraphQLSchema: ...

    def steps(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Sequence[objects.Step]: ...

    def fields(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> list[Field]: ...

    def attributes_read(self, field: Field, typename: str) -> frozenset[str] | None: ...


def bare(type_: GraphQLOutputType) -> GraphQLOutputType:
    """The type without its exclamation mark."""
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def settled_kind(type_: GraphQLOutputType) -> type:
    """A class whose instances are neither null nor awaited; that of nothing where none is known."""
    if isinstance(type_, GraphQLList):
        return list
    return objects.kind_of(type_) if isinstance(type_, GraphQLObjectType) else objects.Nothing


def completion(type_: GraphQLOutputType, field: Field, shape: Shape) -> Complete:
    type_ = bare(type_)
    if isinstance(type_, GraphQLList):
        return _of_list(type_.of_type, field, shape)
    if isinstance(type_, GraphQLObjectType):
        return _of_object(type_, field=field, shape=shape)
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        member = partial(_of_object, field=field, shape=shape)
        return objects.of_abstract(type_, field, shape.schema, member)
    return _of_leaf(cast("GraphQLLeafType", type_))


def _of_object(type_: GraphQLObjectType, *, field: Field, shape: Shape) -> Complete:
    return objects.of_object(type_, field, partial(shape.steps, type_, field.nodes))


def _of_list(item: GraphQLOutputType, field: Field, shape: Shape) -> Complete:
    inner: Any = bare(item)
    required = isinstance(item, GraphQLNonNull)
    complete = lists.of_items(field, completion(inner, field, shape), required=required, kind=settled_kind(inner))
    unchanged = leaves.AS_THEY_ARE.get(inner)
    return complete if unchanged is None else lists.of_unchanged(unchanged, complete)


def _of_leaf(type_: GraphQLLeafType) -> Complete:
    convert = leaves.conversion(type_)

    def complete_leaf(value: Any, place: Place, run: Run) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        done = convert(value)
        if done is None or done is Undefined:
            raise leaves.refused(type_, value, done)
        return done

    return complete_leaf

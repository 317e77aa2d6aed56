"""What a selection reads, told to resolvers that load no more than that."""

from collections.abc import Sequence

from graphql import FieldNode, GraphQLList, GraphQLObjectType, GraphQLOutputType, is_leaf_type

from suivi.graphql.execution.completion import Shape, bare
from suivi.graphql.execution.field import Field
from suivi.graphql.execution.flat import flat_attribute

Attributes = frozenset[str] | None
"""None where something is asked for that is more than attributes."""


def attributes_read(field: Field, typename: str, shape: Shape) -> Attributes:
    """Of all objects of a type that are found under a field, before any other of the same type."""
    read: set[str] = set()
    known = _read(field.definition.type, field.nodes, typename, shape, read)
    return frozenset(read) if known else None


def _read(type_: GraphQLOutputType, nodes: Sequence[FieldNode], typename: str, shape: Shape, read: set[str]) -> bool:
    type_ = _named(type_)
    if not isinstance(type_, GraphQLObjectType):
        return is_leaf_type(type_)
    fields = [field for field in shape.fields(type_, nodes) if field.name != "__typename"]
    if type_.name == typename:
        names = [flat_attribute(field, shape) for field in fields]
        read.update(name for name in names if name is not None)
        return None not in names
    return all(_read(field.definition.type, field.nodes, typename, shape, read) for field in fields)


def _named(type_: GraphQLOutputType) -> GraphQLOutputType:
    type_ = bare(type_)
    while isinstance(type_, GraphQLList):
        type_ = bare(type_.of_type)
    return type_

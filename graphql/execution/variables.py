"""The variables of an operation, read as graphql-core reads them, which has the last word wherever one is wrong.

What it finds out about types with each request is found out once. Input types that refer to themselves, or want
exactly one of their fields, are left to it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_required_input_field,
)
from graphql.execution import get_variable_values
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

MAX_COERCION_ERRORS = 50
"""As graphql-core has it."""

Coerce = Callable[[Any], Any]
"""Undefined for whatever does not fit."""


class Unsettled(Exception):  # noqa: N818 - nothing is wrong
    """Values of this type are left to graphql-core."""


class Variables:
    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._definitions = definitions
        self._settled: list[tuple[str, GraphQLVariableSignature, Coerce]] | None = None
        try:
            self._settled = [_settled(schema, definition) for definition in definitions]
        except Unsettled:
            self._settled = None

    def read(self, given: Mapping[str, Any] | None) -> VariableValues | list[GraphQLError]:
        given = given or {}
        try:
            settled = self._read(given)
        except Exception:
            # Types may have rules of their own, such as Strawberry's for exactly one field: told properly below.
            settled = None
        return settled or get_variable_values(
            self._schema, self._definitions, dict(given), max_errors=MAX_COERCION_ERRORS
        )

    def _read(self, given: Mapping[str, Any]) -> VariableValues | None:
        """None where anything is not plainly right."""
        if self._settled is None:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, signature, coerce in self._settled:
            if name in given:
                sources[name] = VariableValueSource(signature, given[name])
                coerced[name] = value = coerce(given[name])
                if value is Undefined:
                    return None
            elif signature.default is None and not isinstance(signature.type, GraphQLNonNull):
                sources[name] = VariableValueSource(signature)
            else:
                return None
        return VariableValues(sources, coerced)


def _settled(schema: GraphQLSchema, definition: VariableDefinitionNode) -> tuple[str, GraphQLVariableSignature, Coerce]:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):
        raise Unsettled
    return signature.name, signature, _coercion(signature.type, ())


def _coercion(type_: GraphQLInputType, within: tuple[GraphQLInputType, ...]) -> Coerce:
    """`within`: the input types around it. Raises Unsettled."""
    if isinstance(type_, GraphQLNonNull):
        return _of_something(_coercion(type_.of_type, within))
    if isinstance(type_, GraphQLList):
        return _of_list(_coercion(type_.of_type, within))
    if isinstance(type_, GraphQLInputObjectType):
        if type_ in within or type_.is_one_of:
            raise Unsettled
        return _of_object(type_, (*within, type_))
    return _of_leaf(type_.coerce_input_value)


def _of_something(coerce: Coerce) -> Coerce:
    return lambda value: Undefined if value is None else coerce(value)


def _of_leaf(coerce: Coerce) -> Coerce:
    def coerce_leaf(value: Any) -> Any:
        if value is None:
            return None
        try:
            return coerce(value)
        except Exception:
            return Undefined

    return coerce_leaf


def _of_list(coerce: Coerce) -> Coerce:
    def coerce_list(values: Any) -> Any:
        if values is None:
            return None
        # One alone stands for a list of it: left to graphql-core, which also knows other kinds of lists.
        found = [coerce(value) for value in values] if type(values) is list else [Undefined]
        return Undefined if any(value is Undefined for value in found) else found

    return coerce_list


def _of_object(type_: GraphQLInputObjectType, within: tuple[GraphQLInputType, ...]) -> Coerce:
    fields = [
        (name, field.out_name or name, field, is_required_input_field(field), _coercion(field.type, within))
        for name, field in type_.fields.items()
    ]

    def coerce_object(told: Any) -> Any:
        if told is None:
            return None
        if type(told) is not dict or not told.keys() <= type_.fields.keys():
            return Undefined
        found: dict[str, Any] = {}
        for name, out_name, field, required, coerce in fields:
            if name in told:
                value = coerce(told[name])
            elif required:
                return Undefined
            elif (value := coerce_default_value(field)) is Undefined:
                continue
            if value is Undefined:
                return Undefined
            found[out_name] = value
        return type_.out_type(found)

    return coerce_object

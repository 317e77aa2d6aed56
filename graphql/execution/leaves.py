"""Scalars and enums: from Python's value to the answer's, exactly as the type itself would, only quicker."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from graphql.pyutils import inspect

Convert = Callable[[Any], Any]

AS_THEY_ARE: dict[GraphQLLeafType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Types that give a value of exactly this class back unchanged."""

ORDINARY = frozenset({str, int, float, bool, bytes, list, tuple, dict, date, datetime, time, Decimal, UUID})
"""Classes of values that are neither null, nor awaited, nor an error."""


def conversion(type_: GraphQLLeafType) -> Convert:
    """Raises what the type raises for a value that is none of it; null and undefined are for the caller to refuse."""
    coerce = type_.coerce_output_value
    if type_ is GraphQLInt:
        return _whole(coerce)
    return _by_name(type_, coerce) if isinstance(type_, GraphQLEnumType) else coerce


def ordinary(type_: GraphQLLeafType) -> frozenset[type]:
    """Classes of values that can be converted without looking further."""
    members = getattr(type_, "wrapped_cls", None)
    return ORDINARY | {members} if isinstance(members, type) and issubclass(members, Enum) else ORDINARY


def refused(type_: GraphQLLeafType, value: Any, done: Any) -> TypeError:
    return TypeError(
        f"Expected `{inspect(type_)}.coerce_output_value({inspect(value)})`"
        f" to return non-nullable value, returned: {inspect(done)}"
    )


def _whole(coerce: Convert) -> Convert:
    def whole(value: Any) -> Any:
        if value.__class__ is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
            return value
        return coerce(value)

    return whole


def _by_name(type_: GraphQLEnumType, coerce: Convert) -> Convert:
    """Strawberry looks through an enum's values one by one; here each is looked for once."""
    members = getattr(type_, "wrapped_cls", None)
    names: dict[int, str] = {}  # by identity: there is one of each member, and its hash is slow

    def named(value: Any) -> Any:
        if value.__class__ is not members:
            return coerce(value)
        name = names.get(id(value))
        if name is None:
            name = names[id(value)] = coerce(value)
        return name

    return named

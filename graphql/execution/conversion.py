"""From values as the schema knows them to those that a function takes.

What Strawberry finds out about a type with each value is found out once. What is seldom stays with Strawberry: types
that make their values themselves or refer to themselves, `Maybe`, and its own kind of ids.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING
from typing import Any, TypeAlias

from strawberry.relay.types import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

from suivi.graphql.execution.field import Given

Convert: TypeAlias = Callable[[Any], Any] | None
"""None where a value stays as it is."""


class LeftToStrawberry(Exception):  # noqa: N818 - nothing is wrong
    """A type that is not settled once for all its values."""


def conversion(arguments: Sequence[StrawberryArgument], strawberry: Any) -> Callable[[Given], Given]:
    """Names and values of the schema to those of the function. What raises does so as in Strawberry."""
    settled: list[tuple[str, str, Convert]] = []

    def convert(given: Given) -> Given:
        if not settled:
            # When it is first needed: types may name others that are made later.
            settled.extend([_of_argument(argument, strawberry) for argument in arguments])
        return {
            python_name: given[name] if one is None else one(given[name])
            for name, python_name, one in settled
            if name in given
        }

    return convert


def _of_argument(argument: StrawberryArgument, strawberry: Any) -> tuple[str, str, Convert]:
    name = strawberry.config.name_converter.from_argument(argument)
    try:
        return name, argument.python_name, _of_type(argument.type, strawberry, ())
    except LeftToStrawberry:
        return name, argument.python_name, _by_strawberry(argument, name, strawberry)


def _by_strawberry(argument: StrawberryArgument, name: str, strawberry: Any) -> Convert:
    registry, config = strawberry.schema_converter.scalar_registry, strawberry.config

    def convert_each_time(value: Any) -> Any:
        return convert_argument(value, argument.type, registry, config, path=(name,))

    return convert_each_time


def _of_type(type_: Any, strawberry: Any, within: tuple[Any, ...]) -> Convert:
    """`within`: the input types around it. Raises LeftToStrawberry."""
    if isinstance(type_, StrawberryMaybe) or type_ is GlobalID or type_ in within:
        raise LeftToStrawberry
    if isinstance(type_, StrawberryOptional):
        return _of_type(type_.of_type, strawberry, within)
    if isinstance(type_, LazyType):
        return _of_type(type_.resolve_type(), strawberry, within)
    if isinstance(type_, StrawberryList):
        return _of_list(_of_type(type_.of_type, strawberry, within))
    if isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_):
        return None
    if is_scalar(type_, strawberry.schema_converter.scalar_registry):
        return None
    if not has_object_definition(type_) or type_.__strawberry_definition__.from_input is not None:
        raise LeftToStrawberry
    return _of_input(type_, strawberry, (*within, type_))


def _of_list(one: Convert) -> Convert:
    def convert_list(values: Any) -> Any:
        if values is None or values is UNSET:
            return values
        # A list of its own: the default value is one for all requests.
        return list(values) if one is None else [one(value) for value in values]

    return convert_list


def _of_input(type_: Any, strawberry: Any, within: tuple[Any, ...]) -> Convert:
    definition, name_of = type_.__strawberry_definition__, strawberry.config.name_converter.from_field
    absent: dict[str, Any] = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING and definition.is_input
    }
    kinds = [field.resolve_type(type_definition=definition) for field in definition.fields]
    fields = [
        (name_of(field), field.python_name, _of_type(kind, strawberry, within))
        for field, kind in zip(definition.fields, kinds, strict=True)
    ]

    def convert_input(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        told = dict(absent)
        for name, python_name, one in fields:
            if name in value:
                told[python_name] = value[name] if one is None else one(value[name])
        return type_(**told)

    return convert_input

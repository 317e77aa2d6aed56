"""Objects, and the unions and interfaces they are found under."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    default_type_resolver,
)
from graphql.pyutils import inspect
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.union import StrawberryUnion

from suivi.graphql.execution.field import STRAWBERRY, Field
from suivi.graphql.execution.info import resolve_info
from suivi.graphql.execution.places import Place
from suivi.graphql.execution.running import Complete, Run, awaits

Step = Callable[[dict[str, Any], Any, Place | None, Run], None]
"""Puts one field of an object into the answer."""

Steps = Callable[[], Sequence[Step]]
"""Steps are compiled when the first object of their type is met."""


class Nothing:
    """The class of no value."""


def kind_of(type_: GraphQLObjectType) -> type:
    """The class whose instances are of this type for sure: Strawberry asks a class of its own nothing further."""
    definition = type_.extensions.get(STRAWBERRY)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
        return Nothing
    origin = definition.origin
    return Nothing if issubclass(origin, Exception) or hasattr(origin, "__await__") else origin


def of_object(type_: GraphQLObjectType, field: Field, steps: Steps) -> Complete:
    kind, is_type_of = kind_of(type_), type_.is_type_of
    is_asked = is_type_of is not None
    compiled: Sequence[Step] | None = None
    whole: Callable[[Any], dict[str, Any] | None] | None = None

    def complete_object(value: Any, place: Place, run: Run, *, is_sure: bool = False) -> Any:
        if not is_sure and (value.__class__ is not kind or (is_asked and hasattr(value, TYPE_CAST_ATTRIBUTE))):
            return complete_unsure(value, place, run)
        nonlocal compiled, whole
        if compiled is None:
            compiled = steps()
            whole = getattr(compiled[0], "whole", None) if len(compiled) == 1 else None
        if whole is not None:
            try:
                flat: dict[str, Any] | None = whole(value)
            except Exception:
                flat = None  # told properly below
            if flat is not None:
                return flat
        data: dict[str, Any] = {}
        for step in compiled:
            step(data, value, place, run)
        return data

    def complete_unsure(value: Any, place: Place, run: Run) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        if is_type_of is None:
            return complete_object(value, place, run, is_sure=True)
        verdict: Any = is_type_of(value, resolve_info(run, field, place))
        if awaits(verdict):
            return run.later(verdict, place, field, lambda verdict, place, run: judged(verdict, value, place, run))
        return judged(verdict, value, place, run)

    def judged(verdict: Any, value: Any, place: Place, run: Run) -> Any:
        if not verdict:
            raise GraphQLError(f"Expected value of type '{type_}' but got: {inspect(value)}.", field.nodes)
        return complete_object(value, place, run, is_sure=True)

    return complete_object


def of_abstract(
    type_: GraphQLAbstractType, field: Field, schema: GraphQLSchema, member: Callable[[GraphQLObjectType], Complete]
) -> Complete:
    """`member` makes what completes one of the possible types; it is made when the first of them is met."""
    resolve = type_.resolve_type or default_type_resolver
    by_type: dict[GraphQLObjectType, Complete] = {}
    by_class: dict[type, Complete] = {}
    remembers = _is_told_by_class(type_)

    def complete_abstract(value: Any, place: Place, run: Run) -> Any:
        known = by_class.get(value.__class__)
        if known is not None and not hasattr(value, TYPE_CAST_ATTRIBUTE):
            return known(value, place, run)
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        name: Any = resolve(value, resolve_info(run, field, place), type_)
        if awaits(name):
            return run.later(name, place, field, lambda name, place, run: of(name, value)(value, place, run))
        complete = of(name, value)
        if remembers and _tells_its_type(value):
            by_class[value.__class__] = complete
        return complete(value, place, run)

    def of(name: Any, value: Any) -> Complete:
        runtime = possible(name, value, type_, field, schema)
        if runtime not in by_type:
            by_type[runtime] = member(runtime)
        return by_type[runtime]

    return complete_abstract


def possible(
    name: Any, value: Any, type_: GraphQLAbstractType, field: Field, schema: GraphQLSchema
) -> GraphQLObjectType:
    """The object type of this name. Raises what graphql-core raises for a name that is none of this type's."""
    about = f"for field '{field.parent}.{field.name}'"
    must = f"Abstract type '{type_}' must resolve to an Object type at runtime {about}"
    was = f"Abstract type '{type_}' was resolved"
    if name is None:
        raise GraphQLError(
            f"{must}. Either the '{type_}' type should provide a 'resolve_type' function"
            " or each possible type should provide an 'is_type_of' function.",
            field.nodes,
        )
    if not isinstance(name, str):
        got = f"with value {inspect(value)}, received '{inspect(name)}'"
        raise GraphQLError(f"{must} {got}, which is not a valid Object type name.", field.nodes)
    found = schema.get_type(name)
    if found is None:
        raise GraphQLError(f"{was} to a type '{name}' that does not exist inside the schema.", field.nodes)
    if not isinstance(found, GraphQLObjectType):
        raise GraphQLError(f"{was} to a non-object type '{name}'.", field.nodes)
    if not schema.is_sub_type(type_, found):
        raise GraphQLError(f"Runtime Object type '{found}' is not a possible type for '{type_}'.", field.nodes)
    return found


def _is_told_by_class(type_: GraphQLAbstractType) -> bool:
    """Whether Strawberry resolves the type, and no function of ours."""
    definition = type_.extensions.get(STRAWBERRY)
    if isinstance(definition, StrawberryObjectDefinition):
        return definition.resolve_type is None
    return type(definition) is StrawberryUnion


def _tells_its_type(value: Any) -> bool:
    """A class made by Strawberry, not generic and not cast, has one type for all its instances."""
    definition = get_object_definition(value)
    generic = definition is None or definition.is_graphql_generic
    return not generic and not hasattr(value, TYPE_CAST_ATTRIBUTE)

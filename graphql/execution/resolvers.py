"""How the value of a field is got from the object it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from graphql import GraphQLSchema, default_field_resolver
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from suivi.graphql.execution.arguments import Arguments, NotConverted
from suivi.graphql.execution.conversion import conversion
from suivi.graphql.execution.field import STRAWBERRY, Field, Given
from suivi.graphql.execution.info import FieldInfo, resolve_info
from suivi.graphql.execution.places import Place
from suivi.graphql.execution.running import Run
from suivi.graphql.loading import Level

Call = Callable[[Any, Place, Run], Any]


def attribute(field: Field, schema: GraphQLSchema) -> str | None:
    """The attribute of its object that the field is, where it is no more than that."""
    definition, strawberry = field.strawberry, schema.extensions.get(STRAWBERRY)
    if type(definition) is not StrawberryField or strawberry is None:
        return None
    plain = definition.is_basic_field and strawberry.config.default_resolver is getattr
    return definition.python_name if plain and not strawberry.exception_handlers else None


def resolver(field: Field, schema: GraphQLSchema) -> Call:
    """Calls the function behind a field: Strawberry's own way round it is only taken where it would add something."""
    name = attribute(field, schema)
    if name is not None:
        read = attrgetter(name)
        return lambda source, place, run: read(source)
    definition, strawberry = field.strawberry, schema.extensions.get(STRAWBERRY)
    if strawberry is None or strawberry.exception_handlers or not _is_bare(definition):
        return _wrapped(field)
    return _direct(field, definition, strawberry)


def _is_bare(definition: Any) -> bool:
    """A function with nothing around it: no extension, no permission, no class of its own."""
    return (
        type(definition) is StrawberryField
        and type(definition.base_resolver) is StrawberryResolver
        and callable(definition.base_resolver.wrapped_func)
        and not definition.extensions
        and not definition.is_subscription
    )


def _wrapped(field: Field) -> Call:
    """As graphql-core calls it."""
    resolve = field.definition.resolve or default_field_resolver
    arguments = Arguments(field)

    def call(source: Any, place: Place, run: Run) -> Any:
        return resolve(source, resolve_info(run, field, place), **arguments.of(run))

    return call


def _direct(field: Field, definition: StrawberryField, strawberry: Any) -> Call:
    bare = definition.base_resolver
    assert bare is not None  # noqa: S101 - _is_bare has seen it
    function: Callable[..., Any] = cast("Any", bare.wrapped_func)
    is_async, info_class = definition.is_async, strawberry.config.info_class
    arguments = Arguments(field, _conversion(definition, strawberry))
    takes_self = bare.self_parameter is not None
    info_name = bare.info_parameter.name if bare.info_parameter else None
    source_names = [parameter.name for parameter in (bare.parent_parameter, bare.root_parameter) if parameter]
    if takes_self and not (definition.arguments or info_name or source_names):
        return lambda source, place, run: function(source)

    def call(source: Any, place: Place, run: Run) -> Any:
        try:
            given = arguments.of(run)
        except NotConverted as error:
            return _fails(error.reason, is_async=is_async)
        if info_name is not None:
            info = run.infos.get(field)
            if info is None:
                info = info_class(_raw_info=FieldInfo(run, field, place), _field=definition)
                if not is_async:
                    run.infos[field] = info
            else:
                info._raw_info.is_at(place)
            given = {**given, info_name: info}
        if source_names:
            given = given | dict.fromkeys(source_names, source)
        return function(source, **given) if takes_self else function(**given)

    return call


def level(field: Field, schema: GraphQLSchema) -> tuple[Callable[[Place, Run], Level[Any]], str] | None:
    """Of an edge: what is the same for all objects of a level, and the attribute by which each finds its value."""
    definition, strawberry = field.strawberry, schema.extensions.get(STRAWBERRY)
    if strawberry is None or strawberry.exception_handlers or not _is_bare(definition):
        return None
    bare: Any = definition.base_resolver
    if not hasattr(bare.wrapped_func, "level"):
        return None
    ask, info_name = bare.wrapped_func.level, bare.info_parameter.name
    arguments, info_class = Arguments(field, _conversion(definition, strawberry)), strawberry.config.info_class

    def asked(place: Place, run: Run) -> Level[Any]:
        if field not in run.levels:
            try:
                given = arguments.of(run)
            except NotConverted as error:
                raise error.reason from None
            info = info_class(_raw_info=FieldInfo(run, field, place), _field=definition)
            run.levels[field] = ask(**given, **{info_name: info})
        return run.levels[field]

    return asked, bare.wrapped_func.by


@dataclass(frozen=True, slots=True, eq=False)
class Unbound:
    """A function behind a field that may be asked before there is any object: an edge's, or that of a root field.

    `by` is the attribute that an object finds its value by; none for a root field.
    """

    by: str | None
    arguments: Arguments
    _ask: Callable[[Given], Any]

    def ask(self, run: Run) -> Any:
        try:
            given = self.arguments.of(run)
        except NotConverted as error:
            raise error.reason from None
        return self._ask(given)


def unbound(field: Field, schema: GraphQLSchema, raw_info: Any, *, is_root: bool) -> Unbound | None:
    """`raw_info` is all that it is told besides its arguments."""
    definition, strawberry = field.strawberry, schema.extensions.get(STRAWBERRY)
    if strawberry is None or strawberry.exception_handlers or not _is_bare(definition) or definition.is_async:
        return None
    bare: Any = definition.base_resolver
    if bare.info_parameter is None or bare.parent_parameter or bare.root_parameter:
        return None
    function, info_name, info_class = bare.wrapped_func, bare.info_parameter.name, strawberry.config.info_class
    edge = getattr(function, "level", None)
    if edge is None and not (is_root and bare.self_parameter is not None):
        return None

    info = {info_name: info_class(_raw_info=raw_info, _field=definition)}

    def ask(given: Given) -> Any:
        return function(None, **given, **info) if edge is None else edge(**given, **info)

    return Unbound(None if edge is None else function.by, Arguments(field, _conversion(definition, strawberry)), ask)


def _conversion(definition: StrawberryField, strawberry: Any) -> Callable[[Given], Given] | None:
    """From names and values of the schema to those of the function."""
    return conversion(definition.arguments, strawberry) if definition.arguments else None


def _fails(reason: Exception, *, is_async: bool) -> Any:
    """Raises at once or when awaited, as Strawberry does: that decides which siblings still run."""
    if not is_async:
        raise reason
    return _failing(reason)


async def _failing(reason: Exception) -> Any:
    raise reason

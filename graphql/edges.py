"""Edges: fields that are loaded for all objects of a level together."""

import inspect
from collections.abc import Callable
from typing import Any

import strawberry

from suivi.graphql.loading import Load


def edge(*, by: str = "key", description: str | None = None) -> Callable[[Any], Any]:
    """A field whose resolver is called once a level, and says in which set each object finds its value.

    The static method it decorates takes what a resolver takes, without the object: `info` and the field's arguments.
    It gives back a `Level`, in which objects are found `by` one of their attributes. Compiled execution calls it once
    a level and request; to graphql-core the field is one like any other.
    """

    def decorate(method: Any) -> Any:
        return strawberry.field(resolver=_resolver(method.__func__, by), description=description)

    return decorate


def _resolver(level: Callable[..., Any], by: str) -> Callable[..., Any]:
    def resolve(self: Any, **given: Any) -> Load[Any]:
        found: Load[Any] = level(**given).of(getattr(self, by))
        return found

    signature = inspect.signature(level)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    told: Any = resolve
    told.__signature__ = signature.replace(parameters=[itself, *signature.parameters.values()])
    told.__annotations__ = level.__annotations__
    told.__name__, told.__qualname__, told.__module__ = level.__name__, level.__qualname__, level.__module__
    told.level, told.by = level, by
    return resolve

"""Two answers to one document, and what it means that they are the same."""

import json
from typing import Any

from graphql import ExecutionResult, GraphQLError

Told = tuple[Any, ...]


def told(error: GraphQLError) -> Told:
    """Everything of an error that anybody could see."""
    original = error.original_error
    return (
        tuple(error.path or ()),
        error.message,
        tuple(error.locations or ()),
        json.dumps(error.extensions, default=str),
        type(original).__name__,
        str(original),
    )


def require_same(ours: ExecutionResult, core: ExecutionResult, *, in_order: bool) -> None:
    """`in_order` where nothing was awaited: then even the order of errors is one and the same.

    Where several errors race to make the same parent null, which of them are told is a matter of chance in both:
    there, one has to be told by each.
    """
    assert json.dumps(ours.data, default=repr) == json.dumps(core.data, default=repr)
    our_errors, core_errors = ours.errors or [], core.errors or []
    if in_order:
        assert [told(error) for error in our_errors] == [told(error) for error in core_errors]
        return
    assert by_null(ours.data, our_errors) == by_null(core.data, core_errors)


def by_null(data: Any, errors: list[GraphQLError]) -> dict[Told, Any]:
    """For every null that errors made: the error, or that errors below it made it."""
    found: dict[Told, Any] = {}
    for error in errors:
        path = tuple(error.path or ())
        null = _null_on_the_way(data, path)
        found[null] = told(error) if null == path and found.get(null) != "below" else "below"
    return found


def _null_on_the_way(data: Any, path: Told) -> Told:
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path

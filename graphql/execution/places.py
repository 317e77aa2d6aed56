"""Where a value goes in the answer: its path, and what becomes null when it cannot be had."""

from typing import Any, TypeAlias

from graphql.pyutils import Path

Container: TypeAlias = dict[str, Any] | list[Any]

Place: TypeAlias = tuple["Place | None", str | int, Any, bool, str | None]
"""The place above, the key, the object or list that holds the value, whether it may not be null, the parent's type.

A plain tuple, because one is made for every object and every item of a list.
"""


def keys_of(place: Place) -> list[str | int]:
    """The path as errors tell it."""
    keys: list[str | int] = []
    above: Place | None = place
    while above is not None:
        keys.append(above[1])
        above = above[0]
    return keys[::-1]


def path_of(place: Place) -> Path:
    """The path as resolvers are told it."""
    above, key, _, _, typename = place
    return Path(None if above is None else path_of(above), key, typename)


def field_of(place: Place) -> Place:
    """The place of the field whose list this place is an item of; the place itself where it is no item."""
    while isinstance(place[1], int) and place[0] is not None:
        place = place[0]
    return place


def nullable_from(place: Place) -> Place | None:
    """The nearest place, this one or one above, that may be null; none where the whole answer has to be."""
    above: Place | None = place
    while above is not None and above[3]:
        above = above[0]
    return above


def counts(place: Place, data: Container | None) -> bool:
    """Whether a value put here would still be seen: every holder on the way up holds the next one."""
    above, _, container = place[:3]
    while above is not None:
        if _held(above) is not container:
            return False
        above, _, container = above[:3]
    return container is data


def _held(place: Place) -> Any:
    _, key, container = place[:3]
    try:
        return container[key]
    except LookupError:
        return None  # its holder was given up before it was put there

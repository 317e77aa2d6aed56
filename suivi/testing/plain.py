"""An answer as plain data, so that answers of two processes can be compared."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel


def plain(value: Any) -> Any:
    """JSON, keeping the order of everything that has one. A set has none, so it is sorted."""
    match value:
        case None | bool() | int() | float() | str():
            return value.value if isinstance(value, Enum) else value
        case BaseModel():
            return {name: plain(getattr(value, name)) for name in type(value).model_fields}
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=repr)
        case list() | tuple():
            return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    # A function, such as an adapter's, is known by its name: its address differs in every process.
    return getattr(value, "__qualname__", None) or type(value).__qualname__


def difference(one: Any, other: Any, at: str = "") -> str | None:
    """Where two plain answers first differ."""
    if type(one) is not type(other):
        return f"{at or 'the answer'} is {_short(one)} and then {_short(other)}"
    if isinstance(one, dict) and list(one) == list(other):
        pairs = [(f"{at}.{key}" if at else str(key), one[key], other[key]) for key in one]
    elif isinstance(one, list) and len(one) == len(other):
        pairs = [(f"{at}[{index}]", *pair) for index, pair in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other else f"{at or 'the answer'} is {_short(one)} and then {_short(other)}"
    return next((found for at, left, right in pairs if (found := difference(left, right, at))), None)


def _short(value: Any) -> str:
    spelt = repr(list(value) if isinstance(value, dict) else value)
    return spelt if len(spelt) <= 120 else f"{spelt[:117]}..."

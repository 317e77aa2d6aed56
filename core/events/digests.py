"""The one way a row or an event is put into bytes before it is hashed.

Anything that changes this text changes every digest: it is part of the storage format (`docs/decisions/`).
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

import orjson
from tortoise import Model

GENESIS = "0" * 64

BEGAN = "began"
"""In the payload of an event: `table:id` of the rows that have had chains of their own since."""


_AS_THEY_ARE = frozenset({NoneType, bool, int, float, str})


def plain(value: Any) -> Any:
    """A value as JSON can say it, the same for equal values whatever database they came from."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    # The kinds there are most of, and in the order of how many, told as below.
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, UUID):
        return str(value)
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    match value:
        case Enum():
            return value.value
        case bool() | int() | float() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Sequence():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return plain(asdict(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    return orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS)


def columns(row: Model) -> dict[str, Any]:
    """Every column of a row, whatever it is for."""
    return {name: getattr(row, name) for name in type(row)._meta.fields_db_projection}


def digest(row: Model) -> str:
    """SHA-256 of every column, in hex."""
    return digest_of(columns(row))


def digest_of(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(_stated(values))).hexdigest()


def record_key(row: Model) -> str:
    return f"{type(row)._meta.db_table}:{row.pk}"


def event_hash(key: bytes, event: Model) -> str:
    """HMAC-SHA-256 of every column but the hash itself, the hash before it included.

    Keyed, so that whoever can write to the database but does not hold the key cannot make a chain that verifies.
    """
    return hash_of(key, columns(event))


def hash_of(key: bytes, values: Mapping[str, Any]) -> str:
    content = {name: value for name, value in _stated(values).items() if name != "hash"}
    return hmac.digest(key, canonical(content), "sha256").hex()


def end_hash(key: bytes, event_hash: str) -> str:
    """What a chain's row says of the event that the chain ends with.

    Unlike an event's own hash it stands nowhere else: who cuts events off the end cannot make the row fit again.
    """
    return hmac.digest(key, canonical({"ends_with": event_hash}), "sha256").hex()


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    # A null column counts as none: a migration that adds a nullable column leaves every digest as it was.
    return {name: value for name, value in values.items() if value is not None}

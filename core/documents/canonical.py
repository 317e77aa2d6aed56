"""A document in its one spelling (RFC 8785), and the hash of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785


class NotCanonical(ValueError):  # noqa: N818 - named for what is found
    """A text is no JSON object of texts, whole numbers, booleans and null, or names a key twice."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """`text` is the document in its one spelling, `digest` the SHA-256 of its UTF-8 bytes in hexadecimal digits."""

    text: str
    digest: str

    @property
    def document(self) -> dict[str, Any]:
        return thawed(self.text)


def freeze(document: Mapping[str, Any]) -> Frozen:
    """Raises NotCanonical where the document holds anything but texts, whole numbers, booleans, null and their lists.

    A fraction has more than one spelling, so none is taken: an amount of money is a text.
    """
    _require_plain(document)
    try:
        spelt = rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise NotCanonical(str(error)) from None
    return Frozen(spelt.decode(), hashlib.sha256(spelt).hexdigest())


def thawed(text: str | bytes) -> dict[str, Any]:
    """Raises NotCanonical. The spelling may be another: `freeze` says whether it is the one."""
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from None
    if not isinstance(value, dict):
        raise NotCanonical("no object")
    return value


def instant(at: datetime) -> str:
    """How a document spells it, such as `2026-11-23T10:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise NotCanonical("a key stands twice")
    return read


def _refuse(number: str) -> Any:
    raise NotCanonical(f"{number[:20]} is no whole number")


def _require_plain(value: Any) -> None:
    match value:
        case None | str() | bool() | int():
            return
        case Mapping():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise NotCanonical(f"a key is {type(key).__name__}")
                _require_plain(item)
        case list() | tuple():
            for item in value:
                _require_plain(item)
        case _:
            raise NotCanonical(f"holds {type(value).__name__}")

"""A specialty as it is written down to be kept, and the digest that is its name.

Both are part of the storage format: see `docs/decisions/0012-pinned-rules.md` before changing a line here.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from suivi.core.specialties.model import Specialty


class DamagedRules(Exception):  # noqa: N818 - names what is damaged
    """Kept rules that are not what was kept, or that nothing here can read."""


def body_of(specialty: Specialty) -> str:
    """JSON of everything the specialty says, defaults included, in the order in which patients are to read it."""
    return specialty.model_dump_json(fallback=_named_only)


def digest_of(body: str) -> str:
    """SHA-256 in hex. What says nothing does not count: a field that a later Suivi adds, empty, changes no digest.

    Nor does the order of keys. Raises DamagedRules for what is no JSON.
    """
    try:
        said = _said(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise DamagedRules("the body is no JSON") from error
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def specialty_in(body: str, *, digest: str) -> Specialty:
    """Raises DamagedRules. Keys that another Suivi wrote and this one does not know are passed over."""
    if digest_of(body) != digest:
        raise DamagedRules("the body does not fit its digest")
    try:
        return Specialty.model_validate_json(body, extra="ignore")
    except ValidationError as error:
        raise DamagedRules(f"{error.error_count()} problems with the body") from error


def _named_only(value: object) -> str:
    # The default text of an object holds its address: another digest in every process.
    return type(value).__name__


def _said(value: Any) -> Any:
    """Without nulls and empty collections under a key. In a list every place counts: `[null, 5]` is an open range."""
    if isinstance(value, Mapping):
        told = ((key, _said(item)) for key, item in value.items())
        return {key: item for key, item in told if item is not None and item not in ({}, [])}
    return [_said(item) for item in value] if isinstance(value, list) else value

"""Every figure says where it comes from and how far to trust it, also in a specialty that no file was read for."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from suivi.core.specialties.model import (
    Cited,
    NormalSign,
    OnSite,
    Phase,
    Series,
    Specialty,
    Stabilisation,
    Text,
    Threshold,
)

_CAPPED = (Phase, NormalSign, OnSite, Stabilisation, Threshold)
_UNCITED = (Series,)
"""May rest on what it is part of."""


def problems(specialty: Specialty) -> Iterator[str]:
    used: set[str] = set()
    for place, entry in cited(specialty):
        used |= set(entry.src)
        yield from (f"{place}: {says}" for says in _wrong(entry, specialty))
    for key, source in specialty.sources.items():
        if not source.title.strip():
            yield f"sources[{key}]: a source has a title"


def _wrong(entry: Cited, specialty: Specialty) -> Iterator[str]:
    if not isinstance(entry, _UNCITED):
        if not entry.src:
            yield "it names no source (src)"
        if entry.conf is None:
            yield "it does not say how far to trust it (conf)"
    for key in entry.src:
        if key not in specialty.sources:
            yield f"its source {key!r} is not among the specialty's sources"
    if isinstance(entry, _CAPPED) and entry.src == ("gk",) and entry.conf == "high":
        yield "a figure that rests on general knowledge (gk) alone is medium at most"


def cited(value: Any, place: str = "") -> Iterator[tuple[str, Cited]]:
    """Everything that carries a figure, with where it is."""
    if isinstance(value, Cited):
        yield place, value
    if isinstance(value, BaseModel) and not isinstance(value, Text):
        for name in type(value).model_fields:
            if name != "raw":
                yield from cited(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from cited(item, f"{place}[{key}]")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from cited(item, f"{place}[{getattr(item, 'id', index)}]")

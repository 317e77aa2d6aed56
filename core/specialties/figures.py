"""What single values of a protocol may be: ids that fit everywhere, whole days, finite numbers."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from suivi.core.specialties.document import Document, Loc

ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
VERSION = re.compile(r"(\d+!)?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?(\+[a-z0-9]+(\.[a-z0-9]+)*)?")
"""As PEP 440 spells a version that is already normalised."""

A_CENTURY = 36_525
"""More days than this are a slip of the keyboard, and reach past the last date that can be counted."""

_DAYS = {
    "day", "days", "window", "from_day", "to_confirm_day", "peak_day", "late_tail_days", "min_days", "typical_days",
    "flight_after_days", "flight_range_days", "second_trip_days", "repeat_every_days", "apart_days", "interval_days",
    "min", "typical", "max", "cycles",
}  # fmt: skip
_KEYED = ("measurements", "facts", "photo_sets", "duties", "red_flag_library", "exclusions", "warranty_templates")
_LISTED = ("phases", "normal_signs", "red_flags", "outcomes", "hints")


def check_figures(document: Document, raw: tuple[str, ...]) -> None:
    """Reports to `document`. `raw` are the keys of a procedure that nothing computes with."""
    _check_ids(document)
    _check_version(document)
    for loc, value in _leaves(document.data, ()):
        if isinstance(value, float) and not math.isfinite(value):
            document.report(loc, f"{value} is not a finite number")
        elif _counts_days(loc, raw):
            _check_day(document, loc, value)


def _check_day(document: Document, loc: Loc, value: Any) -> None:
    if isinstance(value, bool | str):
        document.report(loc, f"{value!r} is not a whole number")
    elif isinstance(value, int | float) and abs(value) > A_CENTURY:
        document.report(loc, f"{value} is more than a hundred years of days")


def _counts_days(loc: Loc, raw: tuple[str, ...]) -> bool:
    named = [step for step in loc if isinstance(step, str)]
    match loc:
        case ("procedures", _, section, *_) if section in raw and section not in _LISTED:
            return False
        case ("procedures", _, *_):
            return named[-1] in _DAYS
        case ("warranty_templates", _, "duration", ("min" | "typical" | "max")):
            return True
    return False


def _check_version(document: Document) -> None:
    version = _mapping(document.data.get("meta")).get("version")
    if isinstance(version, str) and not VERSION.fullmatch(version):
        document.report(("meta", "version"), f"{version!r} is no version such as 1.0.0")


def _check_ids(document: Document) -> None:
    for loc, name in _ids(document.data):
        if name is not None and not (isinstance(name, str) and ID.fullmatch(name)):
            document.report(loc, f"{name!r} is no id: a letter, then letters, digits and _, all lower case, at most 60")


def _ids(data: Mapping[str, Any]) -> Iterator[tuple[Loc, Any]]:
    yield ("meta", "specialty"), _mapping(data.get("meta")).get("specialty")
    for section in _KEYED:
        yield from (((section, name), name) for name in _mapping(data.get(section)))
    for index, procedure in enumerate(_list(data.get("procedures"))):
        yield from _ids_of(_mapping(procedure), ("procedures", index))


def _ids_of(procedure: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, Any]]:
    yield (*loc, "id"), procedure.get("id")
    anchors = _mapping(procedure.get("anchors"))
    yield (*loc, "anchors", "day0"), anchors.get("day0")
    yield from (((*loc, "anchors", "other", i), name) for i, name in enumerate(_list(anchors.get("other"))))
    for section in _LISTED:
        for index, item in enumerate(_list(procedure.get(section))):
            yield (*loc, section, index, "id"), _mapping(item).get("id")


def _leaves(value: Any, loc: Loc) -> Iterator[tuple[Loc, Any]]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if pairs is None:
        yield loc, value
    else:
        for key, item in pairs:
            yield from _leaves(item, (*loc, key))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

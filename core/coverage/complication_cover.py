"""What is covered when a complication is reported, on the day it was noticed (R-077)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.coverage.cover_map import CoverMap, CoverRecord, Layer, Segment, cover_map
from suivi.core.coverage.times import CoverState

COMPLICATION = "complication"
"""As the object of a component."""


class ComplicationState(StrEnum):
    COVERED = "COVERED"
    NOT_COVERED = "NOT_COVERED"
    """No statement covers complications on that day."""
    NONE_PUBLISHED = "NONE_PUBLISHED"
    """The clinic has stated nothing at all for the treatment, and nobody else covers complications."""
    NEEDS_REVIEW = "NEEDS_REVIEW"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplicationCover:
    """`found` as of the last day it can have been noticed. `segments` are those that cover complications, or may."""

    state: ComplicationState
    found: CoverMap
    segments: tuple[tuple[Layer, Segment], ...]


def complication_cover(record: CoverRecord, noticed: DateInterval | None, *, today: date) -> ComplicationCover:
    """`noticed` is every day it may have been; None where that is not known, and it is looked at as of today."""
    days = (noticed.earliest, noticed.latest) if noticed else (today, today)
    first, last = (cover_map(record, on) for on in days)
    surely, perhaps = _running(first) & _running(last), _perhaps(first) | _perhaps(last)
    segments = tuple((layer, one) for layer, one in last.segments if one.id in perhaps | surely)
    if surely:
        state = ComplicationState.COVERED
    elif perhaps:
        state = ComplicationState.NEEDS_REVIEW
    else:
        state = ComplicationState.NONE_PUBLISHED if last.none_published else ComplicationState.NOT_COVERED
    return ComplicationCover(state=state, found=last, segments=segments)


def _running(found: CoverMap) -> set[str]:
    return {one.id for one in _about(found) if one.time.state is CoverState.RUNNING}


def _perhaps(found: CoverMap) -> set[str]:
    doubtful = (CoverState.RUNNING, CoverState.NEEDS_REVIEW, CoverState.COUNTED, CoverState.NOT_STATED)
    return {one.id for one in _about(found) if one.time.state in doubtful}


def _about(found: CoverMap) -> list[Segment]:
    segments = [segment for _, segment in found.segments if segment.component]
    return [
        one
        for one in segments
        if one.component and (one.component.object == COMPLICATION or "medical_complication" in one.component.classes)
    ]

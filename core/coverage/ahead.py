"""What a cover map leads to: what starts or ends next, what to do to keep cover, and what nobody has stated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.clocks.periods import Period
from suivi.core.coverage.content import Clause, ClauseKind
from suivi.core.coverage.cover_map import CoverMap, Layer, Segment
from suivi.core.coverage.models import Payer
from suivi.core.coverage.times import CoverState
from suivi.core.devices.rules import Standing, StepState
from suivi.core.specialties.common import common
from suivi.core.specialties.model import CaseClass

YEARLY = frozenset({"annual_checkup", "yearly_radiograph"})
"""Duties that fall due by every anniversary of the day the cover started (codes of `warranty_conditions`)."""

CLASSES: tuple[CaseClass, ...] = ("medical_complication", "objective_insufficiency")
"""Classes of a case that ask for something to be done, which cover may answer for."""


class TurnKind(StrEnum):
    STARTS = "STARTS"
    ENDS = "ENDS"
    DUE = "DUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What to do to keep cover: an obligation of a statement, or a step of a device's warranty.

    `due` is the last day to do it next, where there is one.
    """

    layer: Layer
    clause: Clause | None = None
    step: Standing | None = None
    due: DateInterval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something that happens after the day the map is of: the day, or every day it may be."""

    kind: TurnKind
    on: DateInterval
    layer: Layer
    segment: Segment | None = None
    duty: Duty | None = None


class GapKind(StrEnum):
    NO_TERMS = "NO_TERMS"
    TIME_NOT_STATED = "TIME_NOT_STATED"
    FEE_NOT_STATED = "FEE_NOT_STATED"
    CLASS_NOT_STATED = "CLASS_NOT_STATED"
    DEVICE_WITHOUT_WARRANTY = "DEVICE_WITHOUT_WARRANTY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something no cover is stated for. `about` is a kind of fee, a class, a component, or a device."""

    kind: GapKind
    about: Any = None
    layer: Layer | None = None


def duties(found: CoverMap) -> tuple[Duty, ...]:
    """Those with a date first, the earliest before the others."""
    listed = [duty for layer in found.layers for duty in _duties(layer, found.on)]
    return tuple(sorted(listed, key=lambda duty: (duty.due is None, duty.due.earliest if duty.due else date.max)))


def turns(found: CoverMap) -> tuple[Turn, ...]:
    """The soonest first."""
    listed = [
        *(turn for layer, segment in found.segments for turn in _of_segment(layer, segment, found.on)),
        *(Turn(kind=TurnKind.DUE, on=duty.due, layer=duty.layer, duty=duty) for duty in duties(found) if duty.due),
    ]
    return tuple(sorted(listed, key=lambda turn: (turn.on.latest, turn.on.earliest)))


def gaps(found: CoverMap) -> tuple[Gap, ...]:
    return tuple(_gaps(found))


def _of_segment(layer: Layer, segment: Segment, on: date) -> Iterator[Turn]:
    time = segment.time
    if time.starts and time.state is not CoverState.ENDED and time.starts.latest > on:
        yield Turn(kind=TurnKind.STARTS, on=time.starts, layer=layer, segment=segment)
    if time.ends and time.ends.latest > on:
        yield Turn(kind=TurnKind.ENDS, on=time.ends, layer=layer, segment=segment)


def _duties(layer: Layer, on: date) -> Iterator[Duty]:
    for clause in layer.content.clauses:
        if clause.kind is ClauseKind.OBLIGATION:
            due = _next_anniversary(layer, clause, on) if clause.code in YEARLY else None
            yield Duty(layer=layer, clause=clause, due=due)
    for step in layer.steps:
        waits = step.state in (StepState.OPEN, StepState.NEEDS_REVIEW)
        yield Duty(layer=layer, step=step, due=step.deadline if waits else None)


def _next_anniversary(layer: Layer, clause: Clause, on: date) -> DateInterval | None:
    """Of the components that it keeps and that run, the earliest; none where the cover ends before."""
    found = [
        due
        for segment in layer.segments
        if segment.component and (not clause.components or segment.component.id in clause.components)
        if (due := _anniversary(segment, on))
    ]
    return min(found, key=lambda due: due.latest, default=None)


def _anniversary(segment: Segment, on: date) -> DateInterval | None:
    starts, ends = segment.time.starts, segment.time.ends
    if starts is None or segment.time.state is CoverState.ENDED:
        return None
    years = max(1, on.year - starts.latest.year)
    due = starts.plus(Period(years=years))
    if due.latest < on:
        due = starts.plus(Period(years=years + 1))
    return due if ends is None or due.latest < ends.latest else None


def _gaps(found: CoverMap) -> Iterator[Gap]:
    if found.none_published:
        yield Gap(kind=GapKind.NO_TERMS, layer=found.layers[0])
    for layer, segment in found.segments:
        if segment.time.state is CoverState.NOT_STATED:
            yield Gap(kind=GapKind.TIME_NOT_STATED, about=segment.component, layer=layer)
    answered = {one for _, segment in found.segments if segment.component for one in segment.component.classes}
    yield from (Gap(kind=GapKind.CLASS_NOT_STATED, about=one) for one in CLASSES if one not in answered)
    warranted = {layer.device.id for layer in found.layers if layer.device is not None}
    for device in found.devices:
        if device.id not in warranted:
            yield Gap(kind=GapKind.DEVICE_WITHOUT_WARRANTY, about=device)
    stated = {line.kind for layer in found.layers for line in layer.content.fees if line.payer is not Payer.NOT_STATED}
    yield from (Gap(kind=GapKind.FEE_NOT_STATED, about=kind) for kind in common().fee_kinds if kind not in stated)

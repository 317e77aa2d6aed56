"""What a cover map leads to: what starts or ends next, what to do to keep cover, and what nobody has stated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.coverage.content import Clause, ClauseKind
from suivi.core.coverage.cover_map import CoverMap, Layer, Segment
from suivi.core.coverage.models import Payer
from suivi.core.coverage.times import CoverState
from suivi.core.coverage.yearly import CHECK_UP, YEARLY, CheckUpCounted, next_due
from suivi.core.devices.rules import Standing, StepState
from suivi.core.specialties.common import common
from suivi.core.specialties.model import CaseClass

CLASSES: tuple[CaseClass, ...] = ("medical_complication", "objective_insufficiency")
"""Classes of a case that ask for something to be done, which cover may answer for."""


class TurnKind(StrEnum):
    STARTS = "STARTS"
    ENDS = "ENDS"
    DUE = "DUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What to do to keep cover: an obligation of a statement, or a step of a device's warranty.

    `due` is the last day to do it next, where there is one, and `done` are check-ups on record that count for it.
    """

    layer: Layer
    clause: Clause | None = None
    step: Standing | None = None
    due: DateInterval | None = None
    done: tuple[CheckUpCounted, ...] = ()


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
    listed = [duty for layer in found.layers for duty in _duties(layer, found)]
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


def _duties(layer: Layer, found: CoverMap) -> Iterator[Duty]:
    for clause in layer.content.clauses:
        if clause.kind is ClauseKind.OBLIGATION:
            yield _yearly(layer, clause, found) if clause.code in YEARLY else Duty(layer=layer, clause=clause)
    for step in layer.steps:
        waits = step.state in (StepState.OPEN, StepState.NEEDS_REVIEW)
        yield Duty(layer=layer, step=step, due=step.deadline if waits else None)


def _yearly(layer: Layer, clause: Clause, found: CoverMap) -> Duty:
    """Of the components that it keeps, the earliest; no day where the cover ends before."""
    held = found.check_ups if clause.code == CHECK_UP else ()
    days: list[DateInterval] = []
    done: dict[Any, CheckUpCounted] = {}
    for segment, starts in _dated(layer, clause):
        sites = segment.sites or layer.sites or found.sites
        due = next_due(starts, segment.time.ends, held, sites=sites, on=found.on)
        days += [due] if due else []
        done |= {one.row.id: one for one in held if one.day.earliest >= starts.earliest}
    due = min(days, key=lambda day: day.latest, default=None)
    return Duty(layer=layer, clause=clause, due=due, done=tuple(done.values()))


def _dated(layer: Layer, clause: Clause) -> Iterator[tuple[Segment, DateInterval]]:
    """Those whose first day is known and that have not ended, each with it."""
    for segment in layer.segments:
        kept = segment.component and (not clause.components or segment.component.id in clause.components)
        if kept and segment.time.starts and segment.time.state is not CoverState.ENDED:
            yield segment, segment.time.starts


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

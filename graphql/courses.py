"""What is on record of how a treatment went on: dates at a site or in a cycle, cycles, the way home, own dates."""

import asyncio
from datetime import date, datetime
from typing import Any

import strawberry

from suivi.core.check_ups.models import CheckUpHeld
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clocks import cycles as clock
from suivi.core.clocks.cycles import CycleState
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.progress import Held
from suivi.core.clocks.zones import day_at, zone
from suivi.core.measurements.models import Measurement as MeasurementRow
from suivi.core.treatments.models import Anchor as AnchorRow
from suivi.core.treatments.models import Cycle as CycleRow
from suivi.core.treatments.models import Departure as DepartureRow
from suivi.core.treatments.models import DepartureDecision
from suivi.core.treatments.models import IndividualDate as IndividualDateRow
from suivi.core.treatments.models import LocalAnchor as LocalAnchorRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.core.treatments.recoveries import OnRecord
from suivi.core.treatments.series import Course, Part, course
from suivi.graphql.clinics import Member, load_member
from suivi.graphql.context import Info
from suivi.graphql.recovery import DepartureDecisionEnum, WindowStateEnum
from suivi.graphql.scalars import DateSpan, PartialDateValue, Reason

CycleStateEnum = strawberry.enum(CycleState)

MOST_CONTINUATIONS = 20
"""Treatments that go on with one and the same, at most."""


@strawberry.type(description="An anchor's date at one site or in one cycle; it goes before that of the treatment.")
class LocalAnchor:
    name: str
    site: str | None = strawberry.field(description="Null: at every site.")
    cycle: int | None = strawberry.field(description="Null: in every cycle.")
    on: PartialDateValue
    recorded_at: datetime

    @classmethod
    def of(cls, row: Any) -> "LocalAnchor":
        return cls(
            name=row.name,
            site=row.site or None,
            cycle=row.cycle or None,
            on=PartialDateValue.of(PartialDate.parse(row.on)),
            recorded_at=row.recorded_at,
        )


@strawberry.type(description="One stimulation and every transfer of its embryos; or one session or use of a series.")
class Cycle:
    number: int = strawberry.field(description="From 1, through every treatment of the series.")
    state: CycleStateEnum = strawberry.field(  # type: ignore[valid-type]
        description="CLOSED: no transfer is left. CANCELLED: given up, with no embryo left."
    )
    counts: bool = strawberry.field(description="By the rules of the procedure.")
    outcome_known_from: DateSpan | None = strawberry.field(description="Null while what it counts from is not known.")
    outcome_known: bool | None = strawberry.field(description="Null when the dates allow no answer.")
    cancelled_on: PartialDateValue | None
    closed_on: PartialDateValue | None
    embryos_left: int | None = strawberry.field(description="That may still be transferred; null: not known.")
    reasons: list[Reason]

    @classmethod
    def of(cls, today: clock.CycleToday) -> "Cycle":
        return cls(
            number=today.number,
            state=today.state,
            counts=today.counts,
            outcome_known_from=DateSpan.of(today.outcome_from),
            outcome_known=today.outcome_known,
            cancelled_on=_partial(today.cancelled_on),
            closed_on=_partial(today.closed_on),
            embryos_left=today.embryos_left,
            reasons=[Reason.of(reason) for reason in today.reasons],
        )


@strawberry.type(description="A period counted in cycles, sessions or uses. The last one is included.")
class CyclesWindow:
    state: WindowStateEnum  # type: ignore[valid-type]
    unit: str = strawberry.field(description="`cycle`, `session` or `use`.")
    allowed: int
    counted: int
    left: int = strawberry.field(description="How many may still begin.")
    reason: Reason

    @classmethod
    def of(cls, window: clock.CyclesWindow, *, unit: str) -> "CyclesWindow":
        return cls(
            state=window.state,
            unit=unit,
            allowed=window.allowed,
            counted=window.counted,
            left=window.left,
            reason=Reason.of(window.reason),
        )


@strawberry.type(description="When the patient travelled home, and who decided it, as one side told it.")
class Departure:
    left_on: PartialDateValue
    decision: DepartureDecisionEnum  # type: ignore[valid-type]
    recorder_role: str
    recorded_at: datetime

    @classmethod
    def of(cls, row: Any) -> "Departure":
        return cls(
            left_on=PartialDateValue.of(PartialDate.parse(row.left_on)),
            decision=DepartureDecision(row.decision),
            recorder_role=row.recorder_role,
            recorded_at=row.recorded_at,
        )


@strawberry.type(description="The practitioner's own date from which this patient's result may be judged.")
class IndividualDate:
    site: str | None = strawberry.field(description="Null: all of them.")
    judged_from: date
    reason: str
    decided_at: datetime
    row: strawberry.Private[Any]

    @strawberry.field
    async def practitioner(self, info: Info) -> Member | None:
        return await load_member(info, self.row.practitioner_id)

    @classmethod
    def of(cls, row: Any) -> "IndividualDate":
        return cls(site=row.site, judged_from=row.judged_from, reason=row.reason, decided_at=row.decided_at, row=row)


async def on_record(info: Info, row: Any) -> OnRecord:
    """Everything the recovery of a treatment rests on; those of a page are read together, a statement a table."""
    procedure = (await info.context.rules(row)).procedure_of(row)
    anchors, local, individual = await asyncio.gather(
        *(info.context.parts(model, "treatment_id", row.id) for model in (AnchorRow, LocalAnchorRow, IndividualDateRow))
    )
    measured = procedure.stabilisation.measured is not None
    return OnRecord(
        treatment=row,
        procedure=procedure,
        anchors=anchors,
        local_anchors=local,
        individual_dates=individual,
        departures=await info.context.parts(DepartureRow, "treatment_id", row.id) if procedure.on_site else [],
        measurements=await info.context.parts(MeasurementRow, "treatment_id", row.id) if measured else [],
        course=await load_course(info, row),
    )


async def load_course(info: Info, row: Any) -> Course | None:
    """The series of a treatment, as far as the viewer may see it; None for what is not counted."""
    procedure = (await info.context.rules(row)).procedure_of(row)
    if procedure.series is None and row.continues_id is None:
        return None
    return course(await asyncio.gather(*(_part(info, treatment) for treatment in await _series_of(info, row))))


async def _series_of(info: Info, row: Any) -> list[Any]:
    """The one that began it first, then those that go on with it in the order they were registered."""
    first = row
    while first.continues_id is not None:
        earlier = await info.context.one(TreatmentRow, first.continues_id)
        if earlier is None:
            break
        first = earlier
    found, newest = [first], [first]
    while newest:
        pages = await asyncio.gather(
            *(
                info.context.newest(TreatmentRow, "continues_id", treatment.id, last=MOST_CONTINUATIONS)
                for treatment in newest
            )
        )
        newest = [treatment for page in pages for treatment in page]
        found += newest
    return [first, *sorted(found[1:], key=lambda treatment: treatment.id)]


async def _part(info: Info, row: Any) -> Part:
    procedure = (await info.context.rules(row)).procedure_of(row)
    models = (AnchorRow, LocalAnchorRow, CycleRow, MeasurementRow)
    read = await asyncio.gather(*(info.context.parts(model, "treatment_id", row.id) for model in models))
    anchors, local, cycles, measurements = read
    return Part(
        treatment=row,
        procedure=procedure,
        anchors=anchors,
        local_anchors=local,
        cycles=cycles,
        measurements=measurements,
    )


async def held_check_ups(info: Info, row: Any, site: str | None) -> tuple[Held, ...]:
    """Those of the site and those of the whole treatment."""
    rows = await info.context.parts(CheckUpHeld, "treatment_id", row.id)
    return tuple(
        Held(id=held.id, on=PartialDate.parse(held.held_on), due_day=held.due_day, anchor=held.anchor)
        for held in rows
        if site is None or held.site in (None, site)
    )


async def today_at_clinic(info: Info, row: Any) -> date:
    clinic = await info.context.one(ClinicRow, row.clinic_id)
    return day_at(zone(clinic.time_zone) if clinic else None, info.context.at)


def _partial(day: PartialDate | None) -> PartialDateValue | None:
    return None if day is None else PartialDateValue.of(day)

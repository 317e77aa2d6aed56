"""What is on record, as cases to try rules on: every report on its day, every treatment as it stands.

Rules that are loaded are tried, whatever a treatment is pinned to. Ids and figures only; nobody's words are read.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from tortoise.queryset import QuerySet

from suivi.core import reading
from suivi.core.check_ups.models import CheckUpHeld
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import day_at, zone
from suivi.core.complications.models import ComplicationReport
from suivi.core.hints.evidence import kept_for
from suivi.core.hints.model import Assessment
from suivi.core.hints.on_record import OnRecord, Told, assess_record, assess_report, noticed
from suivi.core.measurements.models import Measurement
from suivi.core.pins.library import RulesLibrary
from suivi.core.pins.rules import Rules
from suivi.core.registry import Registry
from suivi.core.treatments import recoveries
from suivi.core.treatments.models import Anchor, Cycle, LocalAnchor, Treatment
from suivi.core.treatments.series import Part, course

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`about` is a report on the day its signs were noticed, or a treatment as it stands today."""

    about: Literal["report", "treatment"]
    id: UUID
    procedure: str
    on: date
    sites: tuple[Assessment, ...]


async def try_history(
    registry: Registry, library: RulesLibrary, *, at: datetime, specialty: str | None = None
) -> AsyncIterator[list[Tried]]:
    """Batches of at most 200 treatments with their reports, in the order they were registered."""
    found: QuerySet[Treatment] = Treatment.filter(specialty=specialty) if specialty else Treatment.all()
    after: UUID | None = None
    while True:
        later = found.filter(id__gt=after) if after else found
        treatments = await reading.rows(later.order_by("id").limit(BATCH))
        if treatments:
            yield await _tried(registry, library, treatments, at)
        if len(treatments) < BATCH:
            return
        after = treatments[-1].id


async def _tried(registry: Registry, library: RulesLibrary, treatments: Sequence[Any], at: datetime) -> list[Tried]:
    rules = (await library.ready(treatments)).as_if_moved()
    ids = [treatment.id for treatment in treatments]
    records = await _records(treatments, rules, ids)
    reports = await reading.children(ComplicationReport, "treatment_id", ids)
    clinics = await reading.by_id(Clinic.all(), list({treatment.clinic_id for treatment in treatments}))
    found: list[Tried] = []
    for treatment in treatments:
        record = records[treatment.id]
        today = day_at(zone(clinics[treatment.clinic_id].time_zone), at)
        found += (_of_report(registry, record, report) for report in reports.get(treatment.id, ()))
        found.append(_of_treatment(registry, record, today))
    return found


def _of_report(registry: Registry, record: OnRecord, report: Any) -> Tried:
    answers = assess_report(record, report, offers=registry.offered)
    _, last = noticed(report)
    return Tried(about="report", id=report.id, procedure=record.procedure.id, on=last, sites=answers)


def _of_treatment(registry: Registry, record: OnRecord, today: date) -> Tried:
    answers = assess_record(record, Told(), on=today, offers=registry.offered)
    identity = record.treatment.treatment.id
    return Tried(about="treatment", id=identity, procedure=record.procedure.id, on=today, sites=answers)


async def _records(treatments: Sequence[Any], rules: Rules, ids: Sequence[UUID]) -> dict[UUID, OnRecord]:
    """In six statements. A series is counted as far as the treatment itself has it on record."""
    anchors = await reading.children(Anchor, "treatment_id", ids)
    local = await reading.children(LocalAnchor, "treatment_id", ids)
    cycles = await reading.children(Cycle, "treatment_id", ids)
    measured = await reading.children(Measurement, "treatment_id", ids)
    held = await reading.children(CheckUpHeld, "treatment_id", ids)
    filed = await kept_for(ids)

    def record(treatment: Any) -> OnRecord:
        part = Part(
            treatment=treatment,
            procedure=rules.procedure_of(treatment),
            anchors=anchors.get(treatment.id, []),
            local_anchors=local.get(treatment.id, []),
            cycles=cycles.get(treatment.id, []),
            measurements=measured.get(treatment.id, []),
        )
        return OnRecord(
            treatment=_recovery(part),
            specialty=rules.specialty_of(treatment),
            measurements=part.measurements,
            check_ups=held.get(treatment.id, []),
            evidence=filed[treatment.id],
        )

    return {treatment.id: record(treatment) for treatment in treatments}


def _recovery(part: Part) -> recoveries.OnRecord:
    return recoveries.OnRecord(
        treatment=part.treatment,
        procedure=part.procedure,
        anchors=part.anchors,
        local_anchors=part.local_anchors,
        measurements=part.measurements,
        course=course([part]),
    )

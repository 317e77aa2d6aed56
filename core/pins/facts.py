"""What answers about treatments are computed from, read for many of them at once: a statement a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from suivi.core import reading
from suivi.core.clinics.models import Clinic
from suivi.core.confirmations.held import confirmed_periods
from suivi.core.coverage.models import Terms
from suivi.core.measurements.models import Measurement
from suivi.core.patients.models import Patient
from suivi.core.pins.changes import Facts
from suivi.core.pins.library import RulesLibrary
from suivi.core.pins.rules import Rules
from suivi.core.reading import Row
from suivi.core.records import Record
from suivi.core.treatments.models import Anchor, Cycle, Departure, IndividualDate, LocalAnchor, Treatment
from suivi.core.treatments.recoveries import OnRecord
from suivi.core.treatments.series import Part

PARTS: tuple[type[Record], ...] = (Anchor, LocalAnchor, IndividualDate, Departure, Measurement, Cycle)
"""Tables whose rows are part of a treatment."""

Families = dict[UUID, list[Any]]


async def facts_of(
    treatments: Sequence[Any], library: RulesLibrary, *, seen: QuerySet[Treatment]
) -> tuple[Rules, dict[UUID, Facts]]:
    """By treatment. `seen` are those whose dates may count where a series goes on over several treatments."""
    families = await _families(treatments, seen)
    everybody = {row.id: row for family in families.values() for row in family}
    rules = await library.ready(everybody.values())
    rows = _Rows(rules, {model: await reading.children(model, "treatment_id", list(everybody)) for model in PARTS})
    terms = await reading.by_id(Terms.all(), _named(treatment.terms_id for treatment in treatments))
    clinics = await reading.by_id(Clinic.all(), _named(treatment.clinic_id for treatment in treatments))
    patients = await reading.by_id(Patient.all(), _named(treatment.patient_id for treatment in treatments))
    confirmed = await confirmed_periods([treatment.id for treatment in treatments])
    return rules, {
        treatment.id: Facts(
            record=rows.record(treatment),
            series=tuple(rows.part(other) for other in families[treatment.id]),
            terms=terms.get(treatment.terms_id),
            clinic_zone=clinics[treatment.clinic_id].time_zone,
            patient_zone=patients[treatment.patient_id].time_zone,
            confirmed=tuple(confirmed[treatment.id]),
        )
        for treatment in treatments
    }


@dataclass(frozen=True)
class _Rows:
    """What was read, by table and treatment."""

    rules: Rules
    by_table: Mapping[Any, Mapping[UUID, list[Row]]]

    def of(self, model: type[Record], treatment: Any) -> list[Row]:
        return self.by_table[model].get(treatment.id, [])

    def record(self, treatment: Any) -> OnRecord:
        return OnRecord(
            treatment=treatment,
            procedure=self.rules.procedure_of(treatment),
            anchors=self.of(Anchor, treatment),
            local_anchors=self.of(LocalAnchor, treatment),
            individual_dates=self.of(IndividualDate, treatment),
            departures=self.of(Departure, treatment),
            measurements=self.of(Measurement, treatment),
        )

    def part(self, treatment: Any) -> Part:
        return Part(
            treatment=treatment,
            procedure=self.rules.procedure_of(treatment),
            anchors=self.of(Anchor, treatment),
            local_anchors=self.of(LocalAnchor, treatment),
            cycles=self.of(Cycle, treatment),
            measurements=self.of(Measurement, treatment),
        )


async def _families(treatments: Sequence[Any], seen: QuerySet[Treatment]) -> Families:
    """Each treatment with those of its series: the one that began it, then the others as they were registered."""
    known = {treatment.id: treatment for treatment in treatments}
    await _add_earlier(known, seen)
    await _add_later(known, seen)
    grouped = defaultdict(list)
    for treatment in sorted(known.values(), key=lambda row: str(row.id)):
        grouped[_first(treatment, known).id].append(treatment)
    return {
        treatment.id: [known[first], *(row for row in family if row.id != first)]
        for first, family in grouped.items()
        for treatment in family
    }


async def _add_earlier(known: dict[UUID, Any], seen: QuerySet[Treatment]) -> None:
    wanted = _named(row.continues_id for row in known.values())
    while wanted := [identity for identity in wanted if identity not in known]:
        found = await reading.by_id(seen, wanted)
        known |= found
        wanted = _named(row.continues_id for row in found.values())


async def _add_later(known: dict[UUID, Any], seen: QuerySet[Treatment]) -> None:
    newest = list(known)
    while newest:
        later = await reading.rows(seen.filter(continues_id__in=newest))
        newest = [row.id for row in later if row.id not in known]
        known |= {row.id: row for row in later if row.id not in known}


def _first(treatment: Any, known: dict[UUID, Any]) -> Any:
    while treatment.continues_id in known:
        treatment = known[treatment.continues_id]
    return treatment


def _named(ids: Iterable[UUID | None]) -> list[UUID]:
    return list({identity for identity in ids if identity is not None})

"""The cycles of several treatments that go on with one another: which of their dates belong to which cycle.

Treatments come with the one that began the series first. Each brings the dates of its own cycles; its dates without
a cycle belong to the one it begins, or, for a transfer of frozen embryos, to the one it goes on with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core.clocks.cycles import CycleRecord, SeriesToday, begun_by, negative_on, series_on
from suivi.core.clocks.measured import Reading
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.sites import LocalDate, dates_at
from suivi.core.measurements.models import Purpose
from suivi.core.specialties.model import Procedure, Series
from suivi.core.treatments.answers import dates_of, local_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One treatment of a series with what is on record of it, as rows in the order they were recorded."""

    treatment: Any
    procedure: Procedure
    anchors: Sequence[Any] = ()
    local_anchors: Sequence[Any] = ()
    cycles: Sequence[Any] = ()
    measurements: Sequence[Any] = ()

    @property
    def numbers(self) -> set[int]:
        """Cycles that were recorded by their number."""
        return {row.number for row in self.cycles} | {row.cycle for row in self.local_anchors if row.cycle}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A series of treatments. By treatment, `homes` is the cycle that its dates without a cycle belong to, and
    `records` what it has on record, a cycle each.
    """

    rule: Series
    parts: tuple[Part, ...]
    homes: Mapping[UUID, int]
    records: Mapping[UUID, Sequence[CycleRecord]]

    def numbers_of(self, treatment_id: UUID) -> set[int]:
        """The cycles one treatment has anything on record of."""
        return {record.number for record in self.records.get(treatment_id, ())}

    def begun_by(self, treatment_id: UUID, on: date) -> set[int]:
        """Those of them that are not certain to begin later."""
        return {record.number for record in self.records.get(treatment_id, ()) if begun_by(record, on)}

    @property
    def numbers(self) -> set[int]:
        return {record.number for records in self.records.values() for record in records}

    def on(self, on: date) -> SeriesToday:
        records = (record for part in self.parts for record in self.records[part.treatment.id])
        return series_on(self.rule, self.parts[0].procedure.stabilisation, records, on)


def course(parts: Iterable[Part]) -> Course | None:
    """None for what is not counted in cycles, sessions or uses."""
    ordered = tuple(parts)
    rule = ordered[0].procedure.series if ordered else None
    if rule is None:
        return None
    homes = _homes(rule, ordered)
    records = {part.treatment.id: _records(part, homes[part.treatment.id]) for part in ordered}
    return Course(rule=rule, parts=ordered, homes=homes, records=records)


def readings_of(rows: Iterable[Any]) -> dict[str, list[Reading]]:
    """Numbers measured after treatment, by measurement, in the order they were recorded."""
    found: dict[str, list[Reading]] = {}
    for row in rows:
        value = row.value["value"]
        if Purpose(row.purpose) is Purpose.FOLLOW_UP and isinstance(value, int | float) and not isinstance(value, bool):
            reading = Reading(on=PartialDate.parse(row.measured_on), value=float(value))
            found.setdefault(row.key, []).append(reading)
    return found


def goes_on_with(procedure: Procedure, earlier: Procedure) -> bool:
    """Whether a treatment can go on with the series of an earlier one: more of the same, or a named continuation."""
    if earlier.series is None:
        return False
    return procedure.id == earlier.id or procedure.id in earlier.series.continued_by


def _homes(rule: Series, parts: Sequence[Part]) -> dict[UUID, int]:
    homes: dict[UUID, int] = {}
    last = 0
    for part in parts:
        more = part.treatment.continues_id is not None and not rule.starts
        goes_on = part.procedure.id in rule.continued_by or more
        home = min(part.numbers, default=max(last, 1)) if goes_on else last + 1
        homes[part.treatment.id] = home
        last = max([last, home, *part.numbers])
    return homes


def _records(part: Part, home: int) -> list[CycleRecord]:
    begun = {home} if part.anchors or any(not row.cycle for row in part.local_anchors) else set[int]()
    local, readings = local_dates(part.local_anchors), readings_of(part.measurements)
    return [_record(part, number, home, local, readings) for number in sorted(part.numbers | begun)]


def _record(
    part: Part, number: int, home: int, local: Sequence[LocalDate], readings: Mapping[str, Sequence[Reading]]
) -> CycleRecord:
    own = dates_of(part.anchors) if number == home else {}
    places = (None, number) if number == home else (number,)
    dates = dates_at(own, [entry for entry in local if entry.cycle in places], cycle=number)
    row = next((row for row in part.cycles if row.number == number), None)
    return CycleRecord(
        number=number,
        dates=dates,
        cancelled_on=_partial(row.cancelled_on if row else None),
        closed_on=_partial(row.closed_on if row else None),
        embryos_left=row.embryos_left if row else None,
        negative_on=negative_on(part.procedure, dates, readings),
    )


def _partial(text: str | None) -> PartialDate | None:
    return None if text is None else PartialDate.parse(text)

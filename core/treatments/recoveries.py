"""Where one treatment stands: at each of its sites, in each of its cycles, by everything that is on record of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from suivi.core.clocks.anchors import Timeline
from suivi.core.clocks.check_ups import Left
from suivi.core.clocks.lodging import ask_before_judging
from suivi.core.clocks.measured import Reading
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery, with_flags_of
from suivi.core.clocks.sites import dates_at
from suivi.core.clocks.stabilisation import (
    Individual,
    StabilisationState,
    StabilisationToday,
    for_variant,
    stabilisation_on,
)
from suivi.core.clocks.windows import ReferenceWindow
from suivi.core.specialties.model import Procedure
from suivi.core.treatments.answers import dates_of, local_dates
from suivi.core.treatments.models import DepartureDecision
from suivi.core.treatments.rules import UnknownCycle, checked_site
from suivi.core.treatments.series import Course, readings_of

_SLOWEST_FIRST = (
    StabilisationState.NOT_STARTED,
    StabilisationState.TOO_EARLY,
    StabilisationState.UNKNOWN,
    StabilisationState.MAY_BE_JUDGED,
    StabilisationState.SETTLING_TIME_OVER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What the recovery of a treatment rests on, as rows in the order they were recorded."""

    treatment: Any
    procedure: Procedure
    anchors: Sequence[Any] = ()
    local_anchors: Sequence[Any] = ()
    individual_dates: Sequence[Any] = ()
    departures: Sequence[Any] = ()
    measurements: Sequence[Any] = ()
    course: Course | None = None

    def cycle_on(self, on: date) -> int | None:
        """The latest of this treatment's cycles begun by then, else its first; None where dates are not a cycle's."""
        if self.course is None or self.course.rule.unit != "cycle":
            return None
        begun = self.course.begun_by(self.treatment.id, on)
        return max(begun) if begun else min(self.course.numbers_of(self.treatment.id), default=None)


def recovery_on(record: OnRecord, on: date, *, site: str | None = None, cycle: int | None = None) -> Recovery:
    """Without a site, the treatment as a whole; without a cycle, its latest. No red flag of another one is hidden.

    Raises SiteNotTreated and UnknownCycle.
    """
    checked_site(site, record.treatment.sites, field="site")
    if cycle is not None and (record.course is None or cycle not in record.course.numbers_of(record.treatment.id)):
        raise UnknownCycle(field="cycle")
    number = cycle or record.cycle_on(on)
    answer = _at(record, on, site, number)
    answer = replace(answer, stabilisation=_slowest(record, on, site, number) or answer.stabilisation)
    return with_flags_of(answer, (_at(record, on, *other) for other in _others(record, on, site)))


def stabilisation_at(
    record: OnRecord, on: date, *, site: str | None = None
) -> tuple[StabilisationToday, StabilisationToday | None]:
    """The main result and the prosthetic one, as `recovery_on` has them, without signs, flags and check-ups.

    Raises SiteNotTreated.
    """
    checked_site(site, record.treatment.sites, field="site")
    number = record.cycle_on(on)
    second = record.procedure.prosthetic
    series = record.course.on(on) if record.course else None
    timeline = _timeline(record, on, site, number)
    prosthetic = stabilisation_on(second, timeline, series=series) if second else None
    return _slowest(record, on, site, number) or _main_at(record, on, site, number), prosthetic


def recoveries_on(record: OnRecord, on: date) -> list[tuple[str, Recovery]]:
    """One a site, in the order of the treatment."""
    return [(site, recovery_on(record, on, site=site)) for site in record.treatment.sites]


def in_time(answer: Recovery, window: ReferenceWindow) -> Recovery:
    """The answer, saying so where a re-evaluation has to be asked for before anyone may judge."""
    asked = ask_before_judging(window, answer.stabilisation)
    if asked is None and answer.prosthetic is not None:
        asked = ask_before_judging(window, answer.prosthetic)
    return replace(answer, ask_now=asked)


@dataclass(frozen=True, slots=True)
class DatedAnchor:
    name: str
    on: str


def anchors_in_force(record: OnRecord, *, site: str | None = None, cycle: int | None = None) -> list[DatedAnchor]:
    """As rows of anchors, for windows. Without a cycle, the treatment's own dates: a new cycle restarts no window.

    Raises SiteNotTreated.
    """
    dates = _dates(record, checked_site(site, record.treatment.sites, field="site"), cycle)
    return [DatedAnchor(name, str(day)) for name, day in dates.items()]


def timeline_on(record: OnRecord, on: date, *, site: str | None = None, cycle: int | None = None) -> Timeline:
    """Raises SiteNotTreated."""
    checked_site(site, record.treatment.sites, field="site")
    return _timeline(record, on, site, cycle or record.cycle_on(on))


def _timeline(record: OnRecord, on: date, site: str | None, cycle: int | None) -> Timeline:
    return Timeline(day0=record.procedure.anchors.day0, anchors=_dates_by(record, on, site, cycle), on=on)


def _slowest(record: OnRecord, on: date, site: str | None, cycle: int | None) -> StabilisationToday | None:
    """Of the treatment as a whole, where its sites have answers of their own."""
    if site is not None or not _diverge(record):
        return None
    return min((_main_at(record, on, place, cycle) for place in record.treatment.sites), key=_slowness)


def _main_at(record: OnRecord, on: date, site: str | None, cycle: int | None) -> StabilisationToday:
    own, before = _individual(record, site)
    return stabilisation_on(
        for_variant(record.procedure.stabilisation, record.treatment.variant),
        _timeline(record, on, site, cycle),
        individual=Individual(judged_from=own, before=before) if own else None,
        series=record.course.on(on) if record.course else None,
        readings=_readings(record, site),
    )


def _at(record: OnRecord, on: date, site: str | None, cycle: int | None) -> Recovery:
    own, before = _individual(record, site)
    return recovery(
        record.procedure,
        _dates_by(record, on, site, cycle),
        on,
        individual_date=own,
        told_before=before,
        variant=record.treatment.variant,
        series=record.course.on(on) if record.course else None,
        readings=_readings(record, site),
        departures=[_left(row) for row in record.departures],
    )


def _diverge(record: OnRecord) -> bool:
    """Whether the sites have answers of their own: the whole is then judged when the last of them may be."""
    local = any(row.site for row in (*record.local_anchors, *record.individual_dates))
    return len(record.treatment.sites) > 1 and (local or record.procedure.stabilisation.measured is not None)


def _slowness(result: StabilisationToday) -> tuple[int, int]:
    """Smaller is slower; a day nobody can name is the slowest."""
    from_day = result.may_be_judged_from
    return _SLOWEST_FIRST.index(result.state), -(from_day.latest if from_day else date.max).toordinal()


def _others(record: OnRecord, on: date, site: str | None) -> Iterator[tuple[str | None, int | None]]:
    """The places and cycles whose red flags are shown as well: all sites of the whole, all cycles so far."""
    cycles: list[int | None] = [None]
    if record.course is not None and record.cycle_on(on) is not None:
        cycles = [*sorted(record.course.begun_by(record.treatment.id, on))] or [record.cycle_on(on)]
    local = sorted({row.site for row in record.local_anchors if row.site})
    for place in [site] if site is not None else local or [None]:
        yield from ((place, cycle) for cycle in cycles)


def _dates_by(record: OnRecord, on: date, site: str | None, cycle: int | None) -> Mapping[str, PartialDate]:
    """Without what had not happened by then, but for a planned day 0 that everything counts from."""
    day0 = record.procedure.anchors.day0
    dates = _dates(record, site, cycle)
    return {name: day for name, day in dates.items() if name == day0 or not day.is_after(on)}


def _dates(record: OnRecord, site: str | None, cycle: int | None) -> Mapping[str, PartialDate]:
    home = record.course.homes[record.treatment.id] if record.course and cycle else None
    local = local_dates(record.local_anchors)
    return dates_at(dates_of(record.anchors), local, site=site, cycle=cycle, first_cycle=home)


def _individual(record: OnRecord, site: str | None) -> tuple[date | None, date | None]:
    """The practitioner's own date and the one before it."""
    dates = [row.judged_from for row in record.individual_dates if row.site in _places(record, site)]
    return (dates[-1] if dates else None), (dates[-2] if len(dates) > 1 else None)


def _readings(record: OnRecord, site: str | None) -> list[Reading]:
    rule = record.procedure.stabilisation.measured
    if rule is None:
        return []
    places = _places(record, site)
    return readings_of(row for row in record.measurements if row.site in places).get(rule.measure, [])


def _places(record: OnRecord, site: str | None) -> set[str | None]:
    """What is said of the only site is said of the whole, and the reverse."""
    sites = record.treatment.sites
    return {None, *sites} if len(sites) == 1 else {None, site}


def _left(row: Any) -> Left:
    side = "clinic" if row.recorder_role in ("practitioner", "coordinator") else "patient"
    return Left(on=PartialDate.parse(row.left_on), decision=DepartureDecision(row.decision).value, told_by=side)

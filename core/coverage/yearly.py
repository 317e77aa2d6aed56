"""Check-ups that cover asks for every year: which of those on record count, and which is due next (R-124)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from suivi.core.check_ups.rules import Place, Timeliness, planned, timeliness
from suivi.core.clocks.anchors import start_of
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import Period, PeriodTooLong
from suivi.core.specialties.model import Procedure

CHECK_UP = "annual_checkup"
YEARLY = frozenset({CHECK_UP, "yearly_radiograph"})
"""Duties that fall due by every anniversary of the day the cover started (codes of `warranty_conditions`)."""
DAYS_OF_A_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckUpCounted:
    """A check-up on record that counts as a yearly one. `day` says for which year.

    It is the planned day, if it had one whose window had opened.
    """

    row: Any
    held: DateInterval
    day: DateInterval

    def is_of(self, site: str | None) -> bool:
        return self.row.site in (None, site)


def counted(
    rows: Iterable[Any], procedure: Procedure, dates: Mapping[str, PartialDate], *, on: date
) -> Iterator[CheckUpCounted]:
    """Held by this day at the clinic, or with a local clinician whose document is on file.

    Controls that are planned within the first year are others, and count for none.
    """
    for row in rows:
        held = PartialDate.parse(row.held_on).dates
        proven = row.where == Place.ON_SITE or (row.where == Place.LOCAL_CLINICIAN and row.evidence_id is not None)
        if not proven or held is None or held.latest > on:
            continue
        if row.due_day is None:
            yield CheckUpCounted(row=row, held=held, day=held)
        elif _is_yearly(row, procedure):
            yield CheckUpCounted(row=row, held=held, day=_day(row, procedure, dates, held))


def _is_yearly(row: Any, procedure: Procedure) -> bool:
    """Its window reaches the end of the first year, or it is of a later one."""
    found = planned(procedure, row.due_day, row.anchor)
    return found is not None and found.window[1] + row.due_day - found.day >= DAYS_OF_A_YEAR


def _day(row: Any, procedure: Procedure, dates: Mapping[str, PartialDate], held: DateInterval) -> DateInterval:
    """The planned day; as it was held where that was too early for the plan, or the anchor has no date."""
    start = start_of(row.anchor, dates).dates
    standing = timeliness(PartialDate.parse(row.held_on), row.due_day, row.anchor, procedure, dates)
    return held if start is None or standing is Timeliness.EARLY else start.plus_days(row.due_day)


def next_due(
    starts: DateInterval,
    ends: DateInterval | None,
    held: Collection[CheckUpCounted],
    *,
    sites: Sequence[str],
    on: date,
) -> DateInterval | None:
    """The first anniversary from `on` that no check-up is on record for; None where cover or calendar end before."""
    year = max(1, on.year - starts.latest.year)
    while True:
        try:
            due = starts.plus(Period(years=year))
        except PeriodTooLong:
            return None
        if ends is not None and due.latest >= ends.latest:
            return None
        if due.latest >= on and not _done(starts, year, held, sites):
            return due
        year += 1


def _done(starts: DateInterval, year: int, held: Collection[CheckUpCounted], sites: Sequence[str]) -> bool:
    """Whether every site certainly had one in that year of cover, whose last day is the anniversary."""
    due = starts.plus(Period(years=year))
    before = starts.plus(Period(years=year - 1)) if year > 1 else starts.plus_days(-1)
    of_year = [one for one in held if before.latest < one.day.earliest and one.day.latest <= due.earliest]
    return all(any(one.is_of(site) for one in of_year) for site in sites or (None,))

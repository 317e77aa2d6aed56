"""Deadlines counted in days, and the time a warranty covers."""

from dataclasses import dataclass
from datetime import date

from suivi.core.clocks.periods import Period, add_days


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantyInterval:
    """From `starts_on` up to but not including `ends_on`."""

    starts_on: date
    ends_on: date

    def covers(self, noticed_on: date) -> bool:
        return self.starts_on <= noticed_on < self.ends_on


def warranty_interval(start: date, period: Period) -> WarrantyInterval:
    """Half open: three years from 29 February 2024 end on 28 February 2027, a day that is not covered."""
    return WarrantyInterval(starts_on=start, ends_on=period.add_to(start))


def deadline(event_date: date, n: int) -> date:
    """The last day in time: the day of the event is day 0 and day `n` is included."""
    return add_days(event_date, n)

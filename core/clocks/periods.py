"""Lengths of time in calendar units, added the way contracts are read: months first and clamped, then days."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from suivi.core.refusals import Refusal

_ISO = re.compile(r"P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?", re.ASCII)


class UnreadablePeriod(Refusal):
    """The period could not be read."""

    code = "UNREADABLE_PERIOD"
    remedy = "Write a positive length in years, months, weeks or days, such as P9M, P1Y6M, P6W or P90D."


class PeriodTooLong(Refusal):
    """The period runs past the end of the calendar."""

    code = "PERIOD_TOO_LONG"
    remedy = "Give a shorter period."


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A positive length of time; `P1Y` and `P12M` add the same but are written as they were given."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        parts = (self.years, self.months, self.weeks, self.days)
        if min(parts) < 0 or not any(parts):
            raise UnreadablePeriod()

    @classmethod
    def parse(cls, text: str, *, field: str | None = None) -> "Period":
        """Reads ISO 8601 with years, months, weeks and days only; raises `UnreadablePeriod`, also for zero."""
        match = _ISO.fullmatch(text)
        years, months, weeks, days = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
        if not any((years, months, weeks, days)):
            raise UnreadablePeriod(field=field)
        return cls(years=years, months=months, weeks=weeks, days=days)

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
        return "P" + "".join(f"{number}{unit}" for number, unit in parts if number)

    @property
    def total_months(self) -> int:
        return 12 * self.years + self.months

    @property
    def total_days(self) -> int:
        """The days beside the months, never instead of them."""
        return 7 * self.weeks + self.days

    def add_to(self, start: date) -> date:
        """31 May + P9M is the last day of February. Raises `PeriodTooLong` from the year 9999 on."""
        return add_days(add_months(start, self.total_months), self.total_days)


def add_months(start: date, months: int) -> date:
    year, month = divmod(12 * start.year + start.month - 1 + months, 12)
    if year >= MAXYEAR:
        raise PeriodTooLong()
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def add_days(start: date, days: int) -> date:
    """Raises `PeriodTooLong` from the year 9999 on, so that the day after any answer exists in every time zone."""
    try:
        moved = start + timedelta(days=days)
    except OverflowError as error:
        raise PeriodTooLong() from error
    if moved.year >= MAXYEAR:
        raise PeriodTooLong()
    return moved

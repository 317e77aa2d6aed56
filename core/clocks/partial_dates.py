"""Dates as people remember them: a day, a month, a year, or not at all."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

from suivi.core.clocks.periods import Period, add_days
from suivi.core.refusals import Refusal

FIRST_YEAR, LAST_YEAR = 1900, 2200
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class UnreadableDate(Refusal):
    """The date could not be read."""

    code = "UNREADABLE_DATE"
    remedy = "Write the day (2026-03-03), the month (2026-03), the year (2026) or unknown, between 1900 and 2200."


@dataclass(frozen=True, slots=True)
class DateInterval:
    """Every day a date may be, both ends included."""

    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest

    def plus_days(self, days: int) -> "DateInterval":
        return DateInterval(add_days(self.earliest, days), add_days(self.latest, days))

    def plus(self, period: Period) -> "DateInterval":
        return DateInterval(period.add_to(self.earliest), period.add_to(self.latest))

    def __str__(self) -> str:
        """ISO 8601: one day, or `first/last`."""
        return str(self.earliest) if self.exact else f"{self.earliest}/{self.latest}"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, to the month, to the year, or unknown. Raises `UnreadableDate` when impossible."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not _possible(self.year, self.month, self.day):
            raise UnreadableDate()

    @classmethod
    def parse(cls, text: str, *, field: str | None = None) -> "PartialDate":
        """Reads `2026-03-03`, `2026-03`, `2026` or `unknown`, nothing else; raises `UnreadableDate`."""
        if text == "unknown":
            return cls()
        match = _ISO.fullmatch(text)
        year, month, day = (int(part) if part else None for part in match.groups()) if match else (None, None, None)
        if year is None or not _possible(year, month, day):
            raise UnreadableDate(field=field)
        return cls(year, month, day)

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        if self.year is None:
            return "unknown"
        return "-".join([f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)])

    @property
    def earliest(self) -> date | None:
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def exact(self) -> bool:
        return self.day is not None

    @property
    def dates(self) -> DateInterval | None:
        """Every day it may be; None when nothing is known."""
        first, last = self.earliest, self.latest
        return DateInterval(first, last) if first and last else None

    def is_after(self, on: date) -> bool:
        """Whether it is certain to be later than `on`; never for an unknown date."""
        return self.earliest is not None and self.earliest > on


@dataclass(frozen=True, slots=True)
class DisputedDate(PartialDate):
    """A date that two sides tell differently: any day from the first to the last of what either says."""

    between: DateInterval = field(kw_only=True)

    @property
    def earliest(self) -> date:
        return self.between.earliest

    @property
    def latest(self) -> date:
        return self.between.latest

    def __str__(self) -> str:
        return str(self.between)


def _possible(year: int | None, month: int | None, day: int | None) -> bool:
    if year is None or month is None:
        return month is None and day is None and (year is None or FIRST_YEAR <= year <= LAST_YEAR)
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return False
    return day is None or 1 <= day <= monthrange(year, month)[1]

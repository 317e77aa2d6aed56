"""Named dates that clocks start from, and how many days have passed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.specialties.model import DayRange


class Standing(StrEnum):
    """Where a day number is with regard to a range of days, when either may be uncertain."""

    BEFORE = "BEFORE"
    POSSIBLE = "POSSIBLE"
    INSIDE = "INSIDE"
    AFTER = "AFTER"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNumber:
    """Days since an anchor, which is day 0: one number for an exact date, else the least and the most it may be."""

    anchor: str
    earliest: int
    latest: int

    def __str__(self) -> str:
        return str(self.earliest) if self.earliest == self.latest else f"{self.earliest}/{self.latest}"

    def standing(self, days: DayRange) -> Standing:
        first, last = days
        if first is not None and self.latest < first:
            return Standing.BEFORE
        if last is not None and self.earliest > last:
            return Standing.AFTER
        certain = (first is None or self.earliest >= first) and (last is None or self.latest <= last)
        return Standing.INSIDE if certain else Standing.POSSIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a clock starts. Without `dates` it does not run; `happened` tells an unknown date from a missing one."""

    anchor: str
    dates: DateInterval | None
    happened: bool

    def day_number(self, on: date) -> DayNumber | None:
        if self.dates is None:
            return None
        earliest, latest = (on - self.dates.latest).days, (on - self.dates.earliest).days
        return DayNumber(anchor=self.anchor, earliest=earliest, latest=latest)


def start_of(anchor: str, anchors: Mapping[str, PartialDate]) -> Start:
    """The start an anchor's name stands for; `a_or_b` is the later of those that are known."""
    names = (anchor,) if anchor in anchors else tuple(anchor.split("_or_"))
    known = [dates for name in names if name in anchors and (dates := anchors[name].dates)]
    later = DateInterval(max(d.earliest for d in known), max(d.latest for d in known)) if known else None
    return Start(anchor=anchor, dates=later, happened=any(name in anchors for name in names))


def days_since(anchor: str, since: Mapping[str, int]) -> int | None:
    """The same for numbers of days: of `a_or_b`, fewer have passed since the later of the two."""
    known = [since[name] for name in ((anchor,) if anchor in since else anchor.split("_or_")) if name in since]
    return min(known, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The dates of one treatment seen from one day."""

    day0: str
    anchors: Mapping[str, PartialDate]
    on: date

    def start(self, anchor: str | None) -> Start:
        """The start of an entry; entries that name no anchor count from day 0."""
        return start_of(anchor or self.day0, self.anchors)

    def day_number(self, anchor: str | None) -> DayNumber | None:
        return self.start(anchor).day_number(self.on)


def day_range(days: DayRange) -> str:
    """The range as a fact of a reason."""
    first, last = (".." if day is None else str(day) for day in days)
    return f"{first}/{last}"

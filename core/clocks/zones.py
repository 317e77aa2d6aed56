"""Where a day begins."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from suivi.core.refusals import Refusal

# Names a machine may resolve although they say nothing about a place.
_NOT_PLACES = frozenset({"localtime", "Factory", "posixrules"})


class UnknownTimeZone(Refusal):
    """The time zone is not known."""

    code = "UNKNOWN_TIME_ZONE"
    remedy = "Use a name from the IANA time zone list, such as Europe/Istanbul."


def zone(name: str, *, field: str | None = None) -> ZoneInfo:
    """The IANA zone of that name; raises `UnknownTimeZone`."""
    if name in _NOT_PLACES:
        raise UnknownTimeZone(field=field)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown name; path outside the list; name of a folder
        raise UnknownTimeZone(field=field) from error


def day_at(place: tzinfo | None, on: date | datetime) -> date:
    """The calendar day there at an instant; a plain day is that day everywhere."""
    return on.astimezone(place).date() if isinstance(on, datetime) else on


def start_of_day(day: date, place: ZoneInfo) -> datetime:
    """The first instant of that local date, in UTC; where clocks skip midnight, the first instant after the gap."""
    midnight = datetime.combine(day, time.min, tzinfo=place)
    after, before = midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)
    # Only inside a gap does the first reading of a wall clock lie after the second (PEP 495).
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(place).date() >= day:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)

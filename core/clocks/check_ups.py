"""The next check-ups, how long to stay near the clinic, and the first flight home."""

from dataclasses import dataclass, field
from datetime import date

from suivi.core.clocks.anchors import DayNumber, Timeline
from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.specialties.model import CheckUp, Procedure, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckUpAhead:
    """A check-up whose window has not ended. `day` is the number of days since the anchor, after rolling on."""

    day: int
    anchor: str
    planned: DateInterval
    window: DateInterval
    """Every day it may take place; for a date known in part, the widest reading."""
    where: Where
    checks: tuple[str, ...]
    photos: str | None
    only_if: str | None
    repeats: bool
    open_today: bool
    reason: Reason = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSiteToday:
    """`stay_until` ends the shortest stay; `earliest_flight` is never before it."""

    stay_until: DateInterval
    earliest_flight: DateInterval
    note: str | None
    reason: Reason = field(repr=False)


def check_ups_ahead(procedure: Procedure, timeline: Timeline) -> tuple[CheckUpAhead, ...]:
    """Soonest first; one that repeats is given once, at its next occurrence."""
    ahead = []
    for check_up in procedure.check_ups:
        start = timeline.start(check_up.anchor)
        day = start.day_number(timeline.on)
        if start.dates and day and (repeats := _repeats_passed(check_up, day)) is not None:
            ahead.append(_ahead(check_up, start.dates, day, repeats, timeline.on))
    return tuple(sorted(ahead, key=lambda due: (due.window.earliest, due.planned.earliest)))


def on_site_on(procedure: Procedure, timeline: Timeline) -> OnSiteToday | None:
    """None when the procedure asks for no stay or the date it counts from is not known."""
    stay = procedure.on_site
    if stay is None or (dates := timeline.start(stay.anchor).dates) is None:
        return None
    stay_until = dates.plus_days(stay.min_days)
    flight = dates.plus_days(max(stay.min_days, stay.flight_after_days or 0))
    facts: dict[str, str | int] = {
        "min_days": stay.min_days,
        "flight_after_days": stay.flight_after_days or 0,
        "stay_until": str(stay_until),
        "earliest_flight": str(flight),
    }
    reason = Reason(rule="on_site@1", text_key="on_site.stay", facts=facts, src=stay.src, conf=stay.conf)
    return OnSiteToday(stay_until=stay_until, earliest_flight=flight, note=stay.note, reason=reason)


def _repeats_passed(check_up: CheckUp, day: DayNumber) -> int | None:
    """How many occurrences are over, at the fewest days the date allows; None when all of them are."""
    overdue = day.earliest - check_up.window[1]
    if overdue <= 0:
        return 0
    every = check_up.repeat_every_days or 0
    return -(-overdue // every) if every > 0 else None


def _ahead(check_up: CheckUp, start: DateInterval, day: DayNumber, repeats: int, on: date) -> CheckUpAhead:
    shift = repeats * (check_up.repeat_every_days or 0)
    opens, closes = check_up.window
    window = DateInterval(add_days(start.earliest, opens + shift), add_days(start.latest, closes + shift))
    facts: dict[str, str | int] = {"day": check_up.day + shift, "anchor": day.anchor, "window": str(window)}
    return CheckUpAhead(
        day=check_up.day + shift,
        anchor=day.anchor,
        planned=start.plus_days(check_up.day + shift),
        window=window,
        where=check_up.where,
        checks=check_up.checks,
        photos=check_up.photos,
        only_if=check_up.only_if,
        repeats=bool(check_up.repeat_every_days),
        open_today=window.earliest <= on <= window.latest,
        reason=Reason(rule="check_up@1", text_key="check_up.ahead", facts=facts, src=check_up.src, conf=check_up.conf),
    )

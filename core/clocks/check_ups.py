"""The next check-ups, how long to stay near the clinic, and the first flight home."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from suivi.core.clocks.anchors import DayNumber, Timeline
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.specialties.model import CheckUp, OnSite, Procedure, Where


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
class Left:
    """That the patient travelled home, who decided it, and which side says so."""

    on: PartialDate
    decision: str
    told_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSiteToday:
    """`stay_until` ends the shortest stay; `earliest_flight` is never before it."""

    stay_until: DateInterval
    earliest_flight: DateInterval
    flight_range: DateInterval | None
    """How far sources disagree about flying."""
    second_trip_days: tuple[int | None, int | None] | None
    over: bool
    """The stay lies in the past, or the patient has left: nothing of it is advice any more."""
    left: Left | None
    left_early: bool | None
    """Before the end of the shortest stay; None when nobody left or the dates do not tell."""
    disputed: bool
    """The two sides tell the departure differently."""
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


def on_site_on(procedure: Procedure, timeline: Timeline, departures: Iterable[Left] = ()) -> OnSiteToday | None:
    """None when the procedure asks for no stay or the date it counts from is not known. Of departures the last counts.

    Those told to be after the day asked about have not happened yet.
    """
    stay = procedure.on_site
    if stay is None or (dates := timeline.start(stay.anchor).dates) is None:
        return None
    told = [departure for departure in departures if not departure.on.is_after(timeline.on)]
    left = told[-1] if told else None
    until, flight = dates.plus_days(stay.min_days), dates.plus_days(max(stay.min_days, stay.flight_after_days or 0))
    over = left is not None or timeline.on > flight.latest
    early = _is_early(left, until)
    return OnSiteToday(
        stay_until=until,
        earliest_flight=flight,
        flight_range=_flight_range(stay, dates),
        second_trip_days=stay.second_trip_days,
        over=over,
        left=left,
        left_early=early,
        disputed=_disputed(told),
        note=stay.note,
        reason=_stay_reason(stay, until, flight, left=left, early=early, over=over),
    )


def _is_early(left: Left | None, until: DateInterval) -> bool | None:
    went = left.on.dates if left else None
    if went is None:
        return None
    if went.latest < until.earliest:
        return True
    return False if went.earliest >= until.latest else None


def _flight_range(stay: OnSite, dates: DateInterval) -> DateInterval | None:
    first, last = stay.flight_range_days or (None, None)
    if first is None or last is None:
        return None
    return DateInterval(dates.plus_days(first).earliest, dates.plus_days(last).latest)


def _disputed(told: Iterable[Left]) -> bool:
    latest = {departure.told_by: (str(departure.on), departure.decision) for departure in told}
    return len(set(latest.values())) > 1


def _stay_reason(
    stay: OnSite, until: DateInterval, flight: DateInterval, *, left: Left | None, early: bool | None, over: bool
) -> Reason:
    facts: dict[str, str | int] = {
        "min_days": stay.min_days,
        "flight_after_days": stay.flight_after_days or 0,
        "stay_until": str(until),
        "earliest_flight": str(flight),
    }
    if left is not None:
        facts |= {"left_on": str(left.on), "decision": left.decision}
    key = "past" if over else "stay"
    if left is not None:
        key = f"left_early_{left.decision}" if early else "left"
    return Reason(rule="on_site@1", text_key=f"on_site.{key}", facts=facts, src=stay.src, conf=stay.conf)


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

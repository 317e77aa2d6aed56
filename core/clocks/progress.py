"""A whole recovery at a glance: phases with their dates, check-ups planned and held, and where a photo belongs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from suivi.core.clocks.anchors import Standing, Start, Timeline
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import add_days
from suivi.core.specialties.model import CheckUp, Phase, Procedure, Text, Where

# Of a check-up that repeats, those of about two years at fortnightly intervals.
MOST_REPEATS = 60


class Progress(StrEnum):
    """Where a phase is; UNDATED while the date it counts from is not known."""

    AHEAD = "AHEAD"
    UNDER_WAY = "UNDER_WAY"
    PAST = "PAST"
    UNDATED = "UNDATED"


class PhotoTime(StrEnum):
    """Which of a photo's three times places it; the others are never merged with it."""

    CLAIMED = "CLAIMED"
    EMBEDDED = "EMBEDDED"
    RECEIVED = "RECEIVED"


class CheckUpProgress(StrEnum):
    """HELD: there is a record of it. NOT_ON_RECORD: its time has passed and there is none, which blames nobody."""

    AHEAD = "AHEAD"
    OPEN = "OPEN"
    HELD = "HELD"
    NOT_ON_RECORD = "NOT_ON_RECORD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDated:
    """From `starts` to `ends`, both included; None is open or not known."""

    id: str
    text: Text
    days: tuple[int | None, int | None]
    anchor: str
    progress: Progress
    starts: DateInterval | None
    ends: DateInterval | None

    def may_include(self, day: DateInterval) -> bool:
        if self.progress is Progress.UNDATED:
            return False
        after_start = self.starts is None or day.latest >= self.starts.earliest
        return after_start and (self.ends is None or day.earliest <= self.ends.latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A control on record; without `due_day` it was not one of those planned."""

    id: object
    on: PartialDate
    due_day: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckUpDated:
    """A planned check-up, or a control outside the plan, which has neither day nor dates of its own."""

    progress: CheckUpProgress
    day: int | None
    anchor: str | None
    planned: DateInterval | None
    window: DateInterval | None
    where: Where | None
    photos: str | None
    held: tuple[Held, ...] = ()


def photo_day(
    claimed_at: str | None, embedded_at: str | None, received_at: datetime | None, place: tzinfo | None
) -> tuple[date, PhotoTime] | None:
    """The day the sender names, else the one in the file, else the one it came on; None when none can be read."""
    times = ((claimed_at, PhotoTime.CLAIMED), (embedded_at, PhotoTime.EMBEDDED))
    for text, which in times:
        if text is not None and (day := _day(text, place)):
            return day, which
    return (received_at.astimezone(place).date(), PhotoTime.RECEIVED) if received_at else None


def _day(text: str, place: tzinfo | None) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(place).date() if moment.tzinfo and place else moment.date()


def phases_dated(procedure: Procedure, timeline: Timeline) -> tuple[PhaseDated, ...]:
    """In the protocol's order, those without a date included."""
    return tuple(_phase(phase, timeline) for phase in procedure.phases)


def check_ups_dated(procedure: Procedure, timeline: Timeline, held: tuple[Held, ...] = ()) -> tuple[CheckUpDated, ...]:
    """In the order of their dates: all that were planned until the next one, then controls outside the plan."""
    planned = [
        dated for check_up in procedure.check_ups for dated in _occurrences(check_up, timeline, held) if dated.planned
    ]
    planned.sort(key=lambda dated: dated.planned.earliest if dated.planned else date.max)
    named = {control.id for dated in planned for control in dated.held}
    later = {control.id for control in held if control.on.is_after(timeline.on)}
    others = tuple(_unplanned(control) for control in held if control.id not in named | later)
    return (*planned, *others)


def phases_around(phases: tuple[PhaseDated, ...], day: date) -> tuple[str, ...]:
    """Ids of the phases that may include a day."""
    return tuple(phase.id for phase in phases if phase.may_include(DateInterval(day, day)))


def _phase(phase: Phase, timeline: Timeline) -> PhaseDated:
    start = timeline.start(phase.anchor)
    first, last = phase.days
    return PhaseDated(
        id=phase.id,
        text=phase.text,
        days=phase.days,
        anchor=start.anchor,
        progress=_progress(phase, start, timeline.on),
        starts=start.dates.plus_days(first) if start.dates and first is not None else None,
        ends=start.dates.plus_days(last) if start.dates and last is not None else None,
    )


def _progress(phase: Phase, start: Start, on: date) -> Progress:
    day = start.day_number(on)
    if day is None:
        return Progress.UNDATED
    standing = day.standing(phase.days)
    return {Standing.BEFORE: Progress.AHEAD, Standing.AFTER: Progress.PAST}.get(standing, Progress.UNDER_WAY)


def _occurrences(check_up: CheckUp, timeline: Timeline, held: tuple[Held, ...]) -> Iterator[CheckUpDated]:
    start = timeline.start(check_up.anchor)
    if start.dates is None:
        return
    every = check_up.repeat_every_days or 0
    for repeat in range(MOST_REPEATS if every else 1):
        dated = _occurrence(check_up, start, start.dates, repeat * every, timeline.on, held)
        yield dated
        if dated.progress is CheckUpProgress.AHEAD:
            return


def _occurrence(
    check_up: CheckUp, start: Start, dates: DateInterval, shift: int, on: date, held: tuple[Held, ...]
) -> CheckUpDated:
    opens, closes = check_up.window
    day = check_up.day + shift
    window = DateInterval(add_days(dates.earliest, opens + shift), add_days(dates.latest, closes + shift))
    done = tuple(
        control
        for control in held
        if control.due_day == day and control.anchor in (start.anchor, check_up.anchor) and not control.on.is_after(on)
    )
    return CheckUpDated(
        progress=_check_up_progress(window, on, done=bool(done)),
        day=day,
        anchor=start.anchor,
        planned=dates.plus_days(day),
        window=window,
        where=check_up.where,
        photos=check_up.photos,
        held=done,
    )


def _check_up_progress(window: DateInterval, on: date, *, done: bool) -> CheckUpProgress:
    if done:
        return CheckUpProgress.HELD
    if on < window.earliest:
        return CheckUpProgress.AHEAD
    return CheckUpProgress.OPEN if on <= window.latest else CheckUpProgress.NOT_ON_RECORD


def _unplanned(control: Held) -> CheckUpDated:
    return CheckUpDated(
        progress=CheckUpProgress.HELD,
        day=None,
        anchor=None,
        planned=None,
        window=None,
        where=None,
        photos=None,
        held=(control,),
    )

"""When a component is covered, seen from one day: half open, in intervals where a date is known only in part."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from suivi.core.clocks.anchors import Start, start_of
from suivi.core.clocks.cycles import SeriesToday, cycles_window
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import Period
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.windows import WindowState
from suivi.core.coverage.content import DAY0, LifetimeOf, Limit, LimitUnit
from suivi.core.coverage.sentences import CoverReason
from suivi.core.devices.enrolment import Hindrance
from suivi.core.devices.rules import Standing

RULE = "cover_time@1"


class CoverState(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    """It depends on dates that are not known exactly."""
    COUNTED = "COUNTED"
    """Counted in cycles, sessions or uses of which there is no count here."""
    NOT_STATED = "NOT_STATED"
    """For how long is not stated."""
    NOT_HELD = "NOT_HELD"
    """It depended on an enrolment that nobody made in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What limits are counted from and end with."""

    day0: str
    anchors: Mapping[str, PartialDate]
    series: SeriesToday | None = None
    device_out: PartialDate | None = None
    """When the last of the devices was taken out; None while one is in place."""
    practice_closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverTime:
    """`starts` is the first day covered and `ends` the first that is not. None: not known, or there is no such day."""

    state: CoverState
    limit: Limit | None
    starts: DateInterval | None = None
    ends: DateInterval | None = None
    counted: int | None = None
    """Cycles, sessions or uses that have counted."""
    left: int | None = None
    reason: Reason = field(repr=False)


def time_of(limit: Limit | None, dated: Dated, *, on: date) -> CoverTime:
    if limit is None:
        return _time(CoverState.NOT_STATED, None, "not_stated")
    start = start_of(dated.day0 if limit.starts == DAY0 else limit.starts, dated.anchors)
    if limit.unit is LimitUnit.LIFETIME:
        return _between(limit, start, _end_of_life(limit, dated), on)
    if limit.period is None:
        return _counted(limit, start, dated.series, on)
    ends = start.dates.plus(Period.parse(limit.period)) if start.dates else None
    return _between(limit, start, ends, on)


def enrolled(time: CoverTime, hindrance: Hindrance | None, enrolment: Standing | None) -> CoverTime:
    """The same, with what stands against it: nothing is held without the enrolment it depends on (R-138)."""
    if hindrance is None or enrolment is None:
        return time
    facts = {"on": str(enrolment.deadline)} if enrolment.deadline else {}
    reason = CoverReason(rule=RULE, text_key=f"time.{hindrance}", facts=facts)
    if hindrance is Hindrance.NOT_ENROLLED:
        return CoverTime(state=CoverState.NOT_HELD, limit=time.limit, reason=reason)
    in_doubt = time.state in (CoverState.RUNNING, CoverState.COUNTED, CoverState.NOT_STATED)
    return replace(time, state=CoverState.NEEDS_REVIEW, reason=reason) if in_doubt else time


def within(time: CoverTime, valid: tuple[date, date | None], *, on: date) -> CoverTime:
    """The same inside a policy's validity: `valid` is the first day covered and the first that is not."""
    first, last = valid
    policy = DateInterval(first, first)
    starts = _later(time.starts, policy) if time.starts else policy
    ends = time.ends if last is None else _earlier(time.ends, DateInterval(last, last))
    if time.state in (CoverState.COUNTED, CoverState.NOT_STARTED) and time.starts is None:
        return replace(time, ends=ends) if last is None or on < last else _ended(time, starts, ends)
    if time.counted is not None and time.state is not CoverState.RUNNING:
        return replace(time, starts=starts, ends=ends)
    state, key = _state(starts, ends, on)
    return _time(state, time.limit, key, starts=starts, ends=ends)


def _ended(time: CoverTime, starts: DateInterval, ends: DateInterval | None) -> CoverTime:
    return _time(CoverState.ENDED, time.limit, "ended", starts=starts, ends=ends)


def _between(limit: Limit, start: Start, ends: DateInterval | None, on: date) -> CoverTime:
    if not start.happened:
        return _time(CoverState.NOT_STARTED, limit, "not_recorded")
    if start.dates is None:
        ended = ends is not None and limit.unit is LimitUnit.LIFETIME and on >= ends.latest
        return _time(*((CoverState.ENDED, limit, "ended") if ended else _doubt(limit)), ends=ends)
    state, key = _state(start.dates, ends, on)
    if ends is None and state is CoverState.RUNNING and limit.lifetime_of:
        key = f"lifetime_of_{limit.lifetime_of}"
    return _time(state, limit, key, starts=start.dates, ends=ends)


def _doubt(limit: Limit) -> tuple[CoverState, Limit, str]:
    return CoverState.NEEDS_REVIEW, limit, "start_unknown"


def _state(starts: DateInterval, ends: DateInterval | None, on: date) -> tuple[CoverState, str]:
    if ends is not None and on >= ends.latest:
        return CoverState.ENDED, "ended"
    if on < starts.earliest:
        return CoverState.NOT_STARTED, "not_started"
    if on < starts.latest or (ends is not None and on >= ends.earliest):
        return CoverState.NEEDS_REVIEW, "doubtful"
    return CoverState.RUNNING, "running_open" if ends is None else "running"


def _end_of_life(limit: Limit, dated: Dated) -> DateInterval | None:
    """A device's lifetime ends with the explantation, a practice's with its closing; a patient's on no day of ours."""
    if limit.lifetime_of is LifetimeOf.DEVICE and dated.device_out:
        return dated.device_out.dates
    closed = dated.practice_closed_on if limit.lifetime_of is LifetimeOf.PRACTICE else None
    return DateInterval(closed, closed) if closed else None


def _counted(limit: Limit, start: Start, series: SeriesToday | None, on: date) -> CoverTime:
    """By the treatment's own series, where it is counted in the same unit; the last one is included."""
    allowed = limit.count or 0
    if series is None or series.unit != limit.unit.value:
        late = start.dates is not None and on < start.dates.earliest
        state = CoverState.NOT_STARTED if late or not start.happened else CoverState.COUNTED
        key = "counted" if state is CoverState.COUNTED else "not_started" if late else "not_recorded"
        return _time(state, limit, key, starts=start.dates)
    window = cycles_window(series, allowed)
    state = _STATES[window.state]
    facts: dict[str, str | int] = {"allowed": allowed, "counted": window.counted, "left": window.left}
    reason = CoverReason(rule=RULE, text_key=f"time.series_{state.lower()}", facts=facts)
    return CoverTime(
        state=state, limit=limit, starts=start.dates, counted=window.counted, left=window.left, reason=reason
    )


_STATES = {
    WindowState.NOT_STARTED: CoverState.NOT_STARTED,
    WindowState.OPEN: CoverState.RUNNING,
    WindowState.EXPIRED: CoverState.ENDED,
    WindowState.NEEDS_REVIEW: CoverState.NEEDS_REVIEW,
}


def _time(
    state: CoverState,
    limit: Limit | None,
    key: str,
    *,
    starts: DateInterval | None = None,
    ends: DateInterval | None = None,
) -> CoverTime:
    dates = (("starts", starts), ("ends", ends))
    facts: dict[str, str | int] = {name: str(dates) for name, dates in dates if dates is not None}
    if limit is not None and limit.period:
        facts["period"] = limit.period
    reason = CoverReason(rule=RULE, text_key=f"time.{_worded(key, facts)}", facts=facts)
    return CoverTime(state=state, limit=limit, starts=starts, ends=ends, reason=reason)


def _worded(key: str, facts: Mapping[str, str | int]) -> str:
    """Without the dates a sentence would name that are not known."""
    if key == "ended" and "ends" not in facts:
        return "over"
    return f"{key}_open" if key == "doubtful" and "ends" not in facts else key


def _later(one: DateInterval, other: DateInterval) -> DateInterval:
    return DateInterval(max(one.earliest, other.earliest), max(one.latest, other.latest))


def _earlier(one: DateInterval | None, other: DateInterval) -> DateInterval:
    if one is None:
        return other
    return DateInterval(min(one.earliest, other.earliest), min(one.latest, other.latest))

"""Which planned check-up was held, whether in time, and whether all that were due are on file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks.anchors import DayNumber, Standing, days_since, start_of
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.refusals import Refusal
from suivi.core.specialties.hints import CheckUpsOnFile
from suivi.core.specialties.model import CheckUp, Procedure


class CheckUpNotPlanned(Refusal):
    """No check-up of this procedure is planned on that day. From that anchor they are planned on: {days}."""

    code = "CHECK_UP_NOT_PLANNED"
    remedy = (
        "Send `day` and `anchor` as `procedure { checkUps }` has them, a repeated one with its interval added; "
        "leave both out for a visit outside the plan."
    )


class HeldInFuture(Refusal):
    """A check-up is recorded once it was held, and this day is still to come."""

    code = "HELD_IN_FUTURE"
    remedy = "Record it on or after its day."


class Place(StrEnum):
    """Where one check-up was really held."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    LOCAL_CLINICIAN = "local_clinician"


class Timeliness(StrEnum):
    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    """After its window, and still held: late is not missing (R-035)."""
    UNCERTAIN = "uncertain"
    """A date known in part, or missing, allows no answer."""
    OUTSIDE_PLAN = "outside_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A check-up as the sender tells it. `held_on` None is today; without `due_day` it was outside the plan."""

    where: Place
    held_on: str | None = None
    due_day: int | None = None
    anchor: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`anchor` is there whenever `due_day` is."""

    due_day: int | None
    anchor: str | None
    site: str | None
    held_on: PartialDate


class Held(Protocol):
    """A row of a check-up that was held."""

    @property
    def due_day(self) -> int | None: ...
    @property
    def anchor(self) -> str | None: ...
    @property
    def site(self) -> str | None: ...
    @property
    def held_on(self) -> str: ...


def checked_check_up(asked: Asked, procedure: Procedure, *, sites: Sequence[str], on: date) -> Checked:
    """`on` is the day at the clinic. Raises CheckUpNotPlanned, SiteNotTreated, HeldInFuture and UnreadableDate."""
    if asked.site is not None and asked.site not in sites:
        raise SiteNotTreated(field="site")
    held_on = PartialDate.parse(asked.held_on or str(on), field="heldOn")
    if held_on.is_after(on):
        raise HeldInFuture(field="heldOn", available_from=held_on.earliest)
    anchor = None
    if asked.due_day is not None or asked.anchor is not None:
        anchor = asked.anchor or procedure.anchors.day0
        if asked.due_day is None or planned(procedure, asked.due_day, anchor) is None:
            days = [str(due.day) for due in procedure.check_ups if _anchor(due, procedure) == anchor]
            raise CheckUpNotPlanned(field="dueDay", days=", ".join(days) or "none")
    return Checked(due_day=asked.due_day, anchor=anchor, site=asked.site, held_on=held_on)


def planned(procedure: Procedure, due_day: int, anchor: str) -> CheckUp | None:
    """The planned check-up that falls on this day after the anchor, the first time or repeated."""
    here = (check_up for check_up in procedure.check_ups if _anchor(check_up, procedure) == anchor)
    return next((check_up for check_up in here if _occurs(check_up, due_day)), None)


def timeliness(
    held_on: PartialDate,
    due_day: int | None,
    anchor: str | None,
    procedure: Procedure,
    dates: Mapping[str, PartialDate],
) -> Timeliness:
    """Both ends of a window are inside it."""
    if due_day is None or anchor is None:
        return Timeliness.OUTSIDE_PLAN
    check_up, start = planned(procedure, due_day, anchor), start_of(anchor, dates).dates
    if check_up is None or start is None or held_on.earliest is None or held_on.latest is None:
        return Timeliness.UNCERTAIN
    day = DayNumber(
        anchor=anchor,
        earliest=(held_on.earliest - start.latest).days,
        latest=(held_on.latest - start.earliest).days,
    )
    shift = due_day - check_up.day
    return _TIMELINESS[day.standing((check_up.window[0] + shift, check_up.window[1] + shift))]


_TIMELINESS = {
    Standing.BEFORE: Timeliness.EARLY,
    Standing.INSIDE: Timeliness.ON_TIME,
    Standing.AFTER: Timeliness.LATE,
    Standing.POSSIBLE: Timeliness.UNCERTAIN,
}


def check_ups_on_file(
    procedure: Procedure,
    held: Iterable[Held],
    day: int,
    *,
    anchor_days: Mapping[str, int] | None = None,
    site: str | None = None,
    dates: Mapping[str, PartialDate] | None = None,
) -> CheckUpsOnFile:
    """Whether every check-up whose window has closed by `day` was held, some were, or none.

    `day` counts from day 0, `anchor_days` from other anchors that have happened. What is not due yet counts for
    nothing, so that while nothing is due all that were due are on file. A check-up under a condition in words is not
    asked for: only a person can say whether it was due. With a `site`, check-ups of another site do not count. With the
    `dates` of anchors, one certainly held before its window opened does not count either.
    """
    since = {procedure.anchors.day0: day, **(anchor_days or {})}
    due = {
        (days, _anchor(check_up, procedure))
        for check_up in procedure.check_ups
        for days in _closed(check_up, procedure, since)
    }
    here = (row for row in held if site is None or row.site in (None, site))
    mine = {(row.due_day, row.anchor) for row in here if not _early(row, procedure, dates or {})}
    missed = due - mine
    if not missed:
        return "all_due"
    return "some" if missed < due else "none"


def _early(row: Held, procedure: Procedure, dates: Mapping[str, PartialDate]) -> bool:
    if not dates:
        return False
    held_on = PartialDate.parse(row.held_on)
    return timeliness(held_on, row.due_day, row.anchor, procedure, dates) is Timeliness.EARLY


def _closed(check_up: CheckUp, procedure: Procedure, since: Mapping[str, int]) -> Iterator[int]:
    """The days of a check-up and of its repetitions whose last day has passed."""
    passed, shift = days_since(_anchor(check_up, procedure), since), 0
    if check_up.only_if is not None or passed is None:
        return
    while check_up.window[1] + shift < passed:
        yield check_up.day + shift
        if not check_up.repeat_every_days:
            return
        shift += check_up.repeat_every_days


def _anchor(check_up: CheckUp, procedure: Procedure) -> str:
    return check_up.anchor or procedure.anchors.day0


def _occurs(check_up: CheckUp, due_day: int) -> bool:
    after, every = due_day - check_up.day, check_up.repeat_every_days
    return after == 0 or bool(every and after > 0 and after % every == 0)

"""When somebody is reminded of a deadline, and when it is missed: days of the clinic, never of the server."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from suivi.core.clocks.zones import start_of_day

WEEK = timedelta(days=7)

MORNING = time(8)
"""Local time of a reminder: when somebody is at work who can do something about it."""


class ReminderState(StrEnum):
    OPEN = "open"
    """The deadline is still ahead, or today."""
    NEEDS_REVIEW = "needs_review"
    """It counts from a date known in part, and may have passed."""
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"
    """There is nothing left to meet, such as a request that was withdrawn."""


class Reminded(Protocol):
    """What is read of a reminder here: a model's row or a light one."""

    deadline: date
    latest_deadline: date
    next_at: datetime | None
    met_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is to be done with a reminder at one moment, and when to look at it again; None: never."""

    missed: bool
    next_at: datetime | None


def days_to_remind(begun: date, deadline: date) -> list[date]:
    """Half-way, a week before and on the last day. Where a week is too long, half-way and on the last day."""
    half, week = begun + (deadline - begun) // 2, deadline - WEEK
    days = {half, week, deadline} if half < week else {week if week > begun else half, deadline}
    return sorted(day for day in days if begun < day)


def missed_at(latest: date, place: ZoneInfo) -> datetime:
    """The first instant at which the deadline is certain to have passed: the last day itself is in time."""
    return start_of_day(latest + timedelta(days=1), place)


def next_look(begun: date, deadline: date, latest: date, *, after: datetime, place: ZoneInfo) -> datetime:
    """The next moment at which there is something to do. It may lie in the past: then the deadline is missed."""
    moments = [_morning(day, place) for day in days_to_remind(begun, deadline)]
    return min((moment for moment in moments if moment > after), default=missed_at(latest, place))


def look(begun: date, deadline: date, latest: date, *, at: datetime, place: ZoneInfo) -> Look:
    """However long nobody looked, one reminder is due and not those that were passed over."""
    if at >= missed_at(latest, place):
        return Look(missed=True, next_at=None)
    return Look(missed=False, next_at=next_look(begun, deadline, latest, after=at, place=place))


def state_on(reminder: Reminded, on: date) -> ReminderState:
    """On a day at the clinic. What was missed and met afterwards is met, and `missed_at` still says so."""
    if reminder.met_at is not None:
        return ReminderState.MET
    if reminder.missed_at is not None:
        return ReminderState.MISSED
    if reminder.next_at is None:
        return ReminderState.DROPPED
    if on <= reminder.deadline:
        return ReminderState.OPEN
    return ReminderState.MISSED if on > reminder.latest_deadline else ReminderState.NEEDS_REVIEW


def _morning(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=place).astimezone(UTC)

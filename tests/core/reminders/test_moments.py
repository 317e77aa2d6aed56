"""When somebody is reminded of a deadline, and from when on it is missed (R-138)."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.zones import day_at
from suivi.core.reminders import rules
from suivi.core.reminders.rules import ReminderState

BUDAPEST, SEOUL, LOS_ANGELES = (ZoneInfo(name) for name in ("Europe/Budapest", "Asia/Seoul", "America/Los_Angeles"))

moderately = settings(max_examples=80, deadline=None)
places = st.sampled_from([BUDAPEST, SEOUL, LOS_ANGELES, ZoneInfo("Pacific/Apia"), ZoneInfo("America/Sao_Paulo")])


@pytest.mark.parametrize(
    ("length", "after"),
    [(90, [45, 83, 90]), (45, [22, 38, 45]), (15, [7, 8, 15]), (10, [3, 10]), (5, [2, 5]), (1, [1]), (0, [])],
)
def test_reminders_come_half_way_a_week_before_and_on_the_last_day(length: int, after: list[int]) -> None:
    begun = date(2026, 3, 3)

    days = rules.days_to_remind(begun, begun + timedelta(days=length))

    assert [(day - begun).days for day in days] == after


@moderately
@given(
    place=places,
    begun=st.integers(950_000_000, 2_800_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    length=st.integers(0, 400),
    doubt=st.integers(0, 40),
    gaps=st.lists(st.integers(1, 200), max_size=6),
)
def test_whoever_looks_however_seldom_is_told_a_growing_moment_and_at_last_that_it_is_missed(
    place: ZoneInfo, begun: datetime, length: int, doubt: int, gaps: list[int]
) -> None:
    first = day_at(place, begun)
    deadline = first + timedelta(days=length)
    latest = deadline + timedelta(days=doubt)
    at, ended = begun, rules.missed_at(latest, place)

    for gap in gaps:
        look = rules.look(first, deadline, latest, at=at, place=place)
        assert look.missed is (at >= ended)
        if look.next_at is None:
            assert look.missed
            return
        assert at < look.next_at <= ended
        at = look.next_at + timedelta(days=gap - 1)


def test_the_last_day_ends_with_the_day_at_the_clinic() -> None:
    """R-064: at the same instant it is over in Seoul and not in Los Angeles."""
    last, at = date(2026, 6, 1), datetime(2026, 6, 1, 15, 0, tzinfo=UTC)

    missed = {place.key: rules.look(last, last, last, at=at, place=place).missed for place in (SEOUL, LOS_ANGELES)}

    assert missed == {"Asia/Seoul": True, "America/Los_Angeles": False}


def test_a_reminder_comes_in_the_morning_at_the_clinic_whatever_the_clocks_do() -> None:
    """On the night of 29 March 2026 clocks in Budapest go forward."""
    begun, deadline = date(2026, 3, 1), date(2026, 3, 29)

    moments = []
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    while (look := rules.look(begun, deadline, deadline, at=at, place=BUDAPEST)).next_at:
        at = look.next_at
        moments.append(at.astimezone(BUDAPEST).strftime("%m-%d %H:%M"))

    assert moments == ["03-15 08:00", "03-22 08:00", "03-29 08:00", "03-30 00:00"]


def a_reminder(**values: Any) -> Any:
    known = {"deadline": date(2026, 6, 1), "latest_deadline": date(2026, 6, 5), "met_at": None, "missed_at": None}
    return SimpleNamespace(**{**known, "next_at": datetime(2026, 6, 1, tzinfo=UTC), **values})


def test_what_a_reminder_shows_on_a_day_does_not_wait_for_a_worker() -> None:
    day = {offset: rules.state_on(a_reminder(), date(2026, 6, 1) + timedelta(days=offset)) for offset in (0, 1, 4, 5)}
    done = datetime(2026, 6, 9, tzinfo=UTC)

    assert day == {
        0: ReminderState.OPEN,
        1: ReminderState.NEEDS_REVIEW,
        4: ReminderState.NEEDS_REVIEW,
        5: ReminderState.MISSED,
    }
    on = date(2026, 5, 1)
    assert rules.state_on(a_reminder(next_at=None, met_at=done, missed_at=done), on) is ReminderState.MET
    assert rules.state_on(a_reminder(next_at=None, missed_at=done), on) is ReminderState.MISSED
    assert rules.state_on(a_reminder(next_at=None), on) is ReminderState.DROPPED

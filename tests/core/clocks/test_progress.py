"""The timeline: every phase and check-up with its dates, and where photos belong (R-044)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from suivi.core.clocks import PartialDate
from suivi.core.clocks.anchors import Timeline
from suivi.core.clocks.progress import (
    CheckUpProgress,
    Held,
    PhotoTime,
    Progress,
    check_ups_dated,
    phases_around,
    phases_dated,
    photo_day,
)
from tests.core.clocks.builders import a_check_up, a_full_procedure, a_procedure, dates

DAY_0 = date(2026, 3, 3)
BUDAPEST = ZoneInfo("Europe/Budapest")


def seen(day: int, **anchors: str) -> Timeline:
    known = dates(**{"implant_placement": "2026-03-03", **anchors})
    return Timeline(day0="implant_placement", anchors=known, on=DAY_0 + timedelta(days=day))


def held(text: str, due_day: int | None = None, anchor: str | None = "implant_placement") -> Held:
    return Held(id=text, on=PartialDate.parse(text), due_day=due_day, anchor=anchor)


def test_every_phase_is_there_past_present_ahead_or_undated() -> None:
    phases = {phase.id: phase for phase in phases_dated(a_full_procedure(), seen(10))}

    assert {name: phase.progress for name, phase in phases.items()} == {
        "planning": Progress.PAST,
        "healing": Progress.UNDER_WAY,
        "integration": Progress.AHEAD,
        "biting": Progress.UNDATED,
    }
    assert (str(phases["healing"].starts), str(phases["healing"].ends)) == ("2026-03-03", "2026-03-17")
    assert (str(phases["integration"].starts), phases["integration"].ends) == ("2026-03-17", None)


def test_a_timeline_without_any_date_has_its_phases_all_the_same() -> None:
    undated = Timeline(day0="implant_placement", anchors={}, on=DAY_0)

    assert [phase.progress for phase in phases_dated(a_full_procedure(), undated)] == [Progress.UNDATED] * 4
    assert check_ups_dated(a_full_procedure(), undated) == ()


def test_check_ups_are_held_open_ahead_or_simply_not_on_record() -> None:
    check_ups = check_ups_dated(a_full_procedure(), seen(310), (held("2026-03-10", 7), held("2026-05-05", None, None)))

    assert [(dated.day, dated.progress) for dated in check_ups] == [
        (7, CheckUpProgress.HELD),
        (365, CheckUpProgress.OPEN),
        (730, CheckUpProgress.AHEAD),
        (None, CheckUpProgress.HELD),
    ]
    assert check_ups_dated(a_full_procedure(), seen(20))[0].progress is CheckUpProgress.NOT_ON_RECORD


def test_a_check_up_that_repeats_every_fortnight_ends_somewhere() -> None:
    fortnightly = a_procedure(check_ups=(a_check_up(14, window=(7, 21), repeat_every_days=14),))

    assert len(check_ups_dated(fortnightly, seen(5000))) == 60


@pytest.mark.parametrize(
    ("claimed", "embedded", "day", "by"),
    [
        ("2026-03-10", "2026-03-09T10:00:00", date(2026, 3, 10), PhotoTime.CLAIMED),
        (None, "2026-03-09T10:00:00", date(2026, 3, 9), PhotoTime.EMBEDDED),
        ("last week", None, date(2026, 3, 12), PhotoTime.RECEIVED),
        ("2026-03-09T23:30:00+00:00", None, date(2026, 3, 10), PhotoTime.CLAIMED),
    ],
)
def test_a_photo_lies_on_the_day_its_sender_names_else_the_files_else_the_day_it_came(
    claimed: str | None, embedded: str | None, day: date, by: PhotoTime
) -> None:
    received = datetime(2026, 3, 12, 9, tzinfo=UTC)

    assert photo_day(claimed, embedded, received, BUDAPEST) == (day, by)
    assert photo_day(None, None, None, BUDAPEST) is None


def test_a_photo_stands_beside_every_phase_of_its_day() -> None:
    phases = phases_dated(a_full_procedure(), seen(100))

    assert phases_around(phases, date(2026, 3, 17)) == ("healing", "integration")
    assert phases_around(phases, date(2025, 1, 1)) == ()


def test_a_visit_after_the_day_asked_about_is_not_on_the_timeline_yet() -> None:
    """R-044"""
    visit = held("2026-04-20", anchor=None)
    before, after = (
        Timeline(day0="implant_placement", anchors=dates(implant_placement="2026-03-03"), on=on)
        for on in (date(2026, 4, 19), date(2026, 4, 20))
    )

    assert [control.held for control in check_ups_dated(a_procedure(), before, (visit,))] == []
    assert [control.held for control in check_ups_dated(a_procedure(), after, (visit,))] == [(visit,)]

"""How long to stay, when to fly, and when and why the patient left (R-028)."""

from datetime import date

import pytest

from suivi.core.clocks import PartialDate, recovery
from suivi.core.clocks.check_ups import Left, OnSiteToday
from suivi.core.specialties.model import OnSite
from tests.core.clocks.builders import a_procedure, dates

STAY = OnSite(
    min_days=8,
    typical_days=10,
    flight_after_days=7,
    flight_range_days=(7, 10),
    second_trip_days=(5, 10),
    note="splint",
    src=("gk",),
    conf="medium",
)


def left(text: str, decision: str = "as_planned", told_by: str = "patient") -> Left:
    return Left(on=PartialDate.parse(text), decision=decision, told_by=told_by)


def stay(*departures: Left, on: date = date(2026, 3, 5)) -> OnSiteToday:
    found = recovery(
        a_procedure(on_site=STAY), dates(implant_placement="2026-03-03"), on, departures=departures
    ).on_site
    assert found is not None
    return found


def test_the_stay_the_flight_and_the_second_journey_are_told_while_they_are_ahead() -> None:
    advice = stay()

    assert (str(advice.stay_until), str(advice.earliest_flight)) == ("2026-03-11", "2026-03-11")
    assert (str(advice.flight_range), advice.second_trip_days) == ("2026-03-10/2026-03-13", (5, 10))
    assert (advice.over, advice.left_early, advice.note) == (False, None, "splint")


@pytest.mark.parametrize(("on", "over"), [(date(2026, 3, 11), False), (date(2026, 3, 12), True)])
def test_nothing_is_advised_once_the_stay_lies_in_the_past(on: date, over: bool) -> None:
    found = stay(on=on)

    assert found.over is over
    assert ("has ended" in found.reason.sentence("en")) is over


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ("clinic_advised", "on the clinic's advice"),
        ("patient_decided", "by the patient's own decision"),
        ("as_planned", "as planned"),
        ("other", "for another reason"),
    ],
)
def test_leaving_early_on_the_clinics_advice_is_not_leaving_early_alone(decision: str, says: str) -> None:
    early = stay(left("2026-03-08", decision), on=date(2026, 3, 9))

    assert early.left_early is True
    assert says in early.reason.sentence("en")


@pytest.mark.parametrize(
    ("text", "early"), [("2026-03-10", True), ("2026-03-11", False), ("2026-03", None), ("unknown", None)]
)
def test_who_stayed_to_the_last_day_did_not_leave_early_and_a_date_known_in_part_accuses_nobody(
    text: str, early: bool | None
) -> None:
    assert stay(left(text), on=date(2026, 4, 1)).left_early is early


def test_of_several_accounts_the_last_counts_and_a_contradiction_is_shown() -> None:
    agreed = stay(left("2026-03-08"), left("2026-03-08", told_by="clinic"), on=date(2026, 4, 1))
    apart = stay(
        left("2026-03-08", "clinic_advised"), left("2026-03-08", "patient_decided", "clinic"), on=date(2026, 4, 1)
    )

    assert (agreed.disputed, apart.disputed) == (False, True)
    assert apart.left is not None
    assert apart.left.decision == "patient_decided"


def test_a_departure_after_the_day_asked_about_has_not_happened_yet() -> None:
    assert stay(left("2026-03-12"), on=date(2026, 3, 5)).left is None

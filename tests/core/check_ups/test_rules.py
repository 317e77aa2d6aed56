"""Which planned check-up was held, and whether those that were due are on file."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from suivi.core.check_ups import rules
from suivi.core.check_ups.rules import Asked, Place, Timeliness, check_ups_on_file, checked_check_up, timeliness
from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.specialties.model import Anchors, CheckUp, Procedure, Site, Stabilisation, Text

TODAY = date(2026, 6, 1)
IMPLANT = Procedure(
    id="single_implant",
    specialty="dental",
    names=Text(by_locale={"en": "implant"}),
    site=Site(scheme="fdi", unit="implant"),
    anchors=Anchors(day0="placement", other=("crown",)),
    stabilisation=Stabilisation(min=90, typical=180),
    check_ups=(
        CheckUp(day=2, window=(1, 3), where="on_site"),
        CheckUp(day=10, window=(7, 14), where="local_clinician"),
        CheckUp(day=30, window=(20, 40), where="remote", only_if="pain"),
        CheckUp(day=365, window=(300, 425), where="on_site", anchor="crown", repeat_every_days=365),
    ),
)


@dataclass(frozen=True)
class Held:
    due_day: int | None
    anchor: str | None = "placement"
    site: str | None = None
    held_on: str = "unknown"


def checked(**given: Any) -> rules.Checked:
    return checked_check_up(Asked(where=Place.ON_SITE, **given), IMPLANT, sites=["36", "46"], on=TODAY)


def test_a_check_up_is_named_by_its_day_and_its_anchor() -> None:
    """R-030."""
    first = checked(due_day=2)
    yearly = checked(due_day=365 + 2 * 365, anchor="crown", site="46")

    assert (first.due_day, first.anchor, first.site, str(first.held_on)) == (2, "placement", None, "2026-06-01")
    assert (yearly.due_day, yearly.anchor, yearly.site) == (1095, "crown", "46")


def test_a_visit_outside_the_plan_is_recorded_too() -> None:
    unplanned = checked(held_on="2026-05")

    assert (unplanned.due_day, unplanned.anchor, str(unplanned.held_on)) == (None, None, "2026-05")


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({"due_day": 3}, "2, 10, 30"),
        ({"due_day": 375}, "2, 10, 30"),
        ({"due_day": 0, "anchor": "crown"}, "365"),
        ({"due_day": 366, "anchor": "crown"}, "365"),
        ({"due_day": 2, "anchor": "surgery"}, "none"),
        ({"anchor": "crown"}, "365"),
    ],
)
def test_a_day_on_which_nothing_is_planned_is_told_when_something_is(given: dict[str, Any], days: str) -> None:
    with pytest.raises(rules.CheckUpNotPlanned) as refusal:
        checked(**given)

    assert refusal.value.facts["days"] == days


def test_a_check_up_is_held_at_a_treated_site_and_not_tomorrow() -> None:
    with pytest.raises(SiteNotTreated):
        checked(site="11")
    with pytest.raises(rules.HeldInFuture) as refusal:
        checked(held_on="2026-06-02")

    assert refusal.value.available_from == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("held_on", "found"),
    [
        ("2026-03-06", Timeliness.EARLY),
        ("2026-03-10", Timeliness.ON_TIME),
        ("2026-03-17", Timeliness.ON_TIME),
        ("2026-03-18", Timeliness.LATE),
        ("2026-04", Timeliness.LATE),
        ("2026-03", Timeliness.UNCERTAIN),
        ("unknown", Timeliness.UNCERTAIN),
    ],
)
def test_late_is_told_apart_from_on_time_by_the_last_day_of_the_window(held_on: str, found: Timeliness) -> None:
    """R-035: the tenth day after 3 March, from the seventh to the fourteenth."""
    placed = {"placement": PartialDate(2026, 3, 3)}

    assert timeliness(PartialDate.parse(held_on), 10, "placement", IMPLANT, placed) is found


def test_a_repeated_check_up_has_its_window_again_each_time() -> None:
    crowned = {"crown": PartialDate(2026, 1, 1)}

    assert timeliness(PartialDate(2028, 1, 10), 730, "crown", IMPLANT, crowned) is Timeliness.ON_TIME
    assert timeliness(PartialDate(2027, 1, 10), 730, "crown", IMPLANT, crowned) is Timeliness.EARLY


def test_without_a_date_to_count_from_nobody_is_late() -> None:
    held_on = PartialDate(2026, 5, 1)

    assert timeliness(held_on, 10, "placement", IMPLANT, {}) is Timeliness.UNCERTAIN
    assert timeliness(held_on, None, None, IMPLANT, {}) is Timeliness.OUTSIDE_PLAN


@pytest.mark.parametrize(
    ("day", "held", "found"),
    [
        (1, (), "all_due"),
        (3, (), "all_due"),
        (4, (), "none"),
        (4, (Held(2),), "all_due"),
        (4, (Held(10),), "none"),
        (14, (Held(2),), "all_due"),
        (15, (Held(2),), "some"),
        (15, (Held(10),), "some"),
        (15, (Held(2), Held(10)), "all_due"),
        (15, (Held(None, None), Held(2, "crown")), "none"),
    ],
)
def test_a_check_up_counts_as_missed_once_its_window_has_closed(day: int, held: tuple[Held, ...], found: str) -> None:
    """R-035: what is not due yet counts for nothing, and its last day belongs to the window."""
    assert check_ups_on_file(IMPLANT, held, day) == found


def test_a_check_up_under_a_condition_is_never_missed() -> None:
    """Only a person can say whether there was pain, and so whether it was due."""
    assert check_ups_on_file(IMPLANT, (Held(2), Held(10)), 200) == "all_due"


def test_every_repetition_that_is_over_is_asked_for() -> None:
    first = (Held(2), Held(10), Held(365, "crown"))

    assert check_ups_on_file(IMPLANT, first, 900, anchor_days={"crown": 700}) == "all_due"
    assert check_ups_on_file(IMPLANT, first, 900, anchor_days={"crown": 791}) == "some"
    assert check_ups_on_file(IMPLANT, first[:2], 900) == "all_due"


def test_a_check_up_of_one_tooth_says_nothing_of_the_other() -> None:
    """R-022."""
    held = (Held(2, site="36"),)

    assert check_ups_on_file(IMPLANT, held, 5, site="36") == "all_due"
    assert check_ups_on_file(IMPLANT, held, 5, site="46") == "none"
    assert check_ups_on_file(IMPLANT, (Held(2),), 5, site="46") == "all_due"


@pytest.mark.parametrize(
    ("held_on", "found"),
    [("2026-03-04", "some"), ("2026-03-09", "some"), ("2026-03-10", "all_due"), ("2026-03", "all_due")],
)
def test_a_check_up_held_before_its_window_opened_is_not_the_one_that_was_due(held_on: str, found: str) -> None:
    """R-035: the tenth day after 3 March, from the seventh on; a date that leaves it open is believed."""
    held = (Held(2, held_on="2026-03-05"), Held(10, held_on=held_on))
    dates = {"placement": PartialDate(2026, 3, 3)}

    assert check_ups_on_file(IMPLANT, held, 15, dates=dates) == found
    assert check_ups_on_file(IMPLANT, held, 15) == "all_due"

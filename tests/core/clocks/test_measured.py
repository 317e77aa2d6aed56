"""Two stable refractions: results that have to be measured before anyone may judge them."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import PartialDate, recovery
from suivi.core.clocks.measured import Condition, MeasuredToday, Reading, measured_on
from suivi.core.clocks.stabilisation import StabilisationState, StabilisationToday
from suivi.core.specialties.model import Stabilisation, StableMeasurement
from tests.core.clocks.builders import a_procedure, dates

TWO = StableMeasurement(measure="refraction", within=0.5, times=2, apart_days=30, src=("gk",), conf="medium")
SURGERY = dates(implant_placement="2026-03-03")
ON = date(2026, 9, 1)


def readings(*values: tuple[str, float]) -> list[Reading]:
    return [Reading(PartialDate.parse(on), value) for on, value in values]


def found(*values: tuple[str, float], on: date = ON) -> MeasuredToday:
    return measured_on(TWO, readings(*values), on)


def laser(*values: tuple[str, float], on: date = ON, **more: Any) -> StabilisationToday:
    """Judged from day ninety, settled by day 365, and measured to be so."""
    rule = Stabilisation(min=90, typical=90, max=365, measured=TWO)
    given = {"readings": readings(*values), **more}
    return recovery(a_procedure(stabilisation=rule), SURGERY, on, **given).stabilisation


@pytest.mark.parametrize(
    ("values", "state", "needed", "next_on"),
    [
        ([], Condition.UNKNOWN, 2, None),
        ([("2026-06-01", -0.25)], Condition.UNKNOWN, 1, "2026-07-01"),
        ([("2026-06-01", -0.25), ("2026-06-30", -0.25)], Condition.UNKNOWN, 1, "2026-07-01"),
        ([("2026-06-01", -0.25), ("2026-07-01", -0.25)], Condition.MET, 0, None),
        ([("2026-06-01", -0.25), ("2026-07-01", -0.75)], Condition.MET, 0, None),
        ([("2026-06-01", -0.25), ("2026-07-01", -0.76)], Condition.NOT_MET, 1, "2026-07-31"),
        ([("2026-06-01", 0.1), ("2026-07-01", 0.6)], Condition.MET, 0, None),
        ([("2026-06-01", 0), ("2026-07-01", 0), ("2026-08-01", 1)], Condition.NOT_MET, 1, "2026-08-31"),
        ([("2026-06-01", 0), ("2026-06-15", 1), ("2026-07-05", 0)], Condition.NOT_MET, 1, "2026-08-04"),
        ([("2026-06-01", 5), ("2026-07-01", 0), ("2026-08-01", 0)], Condition.MET, 0, None),
        ([("2026-08-01", 0), ("2026-06-01", 0)], Condition.MET, 0, None),
    ],
)
def test_two_values_in_a_row_count_when_they_are_far_enough_apart_and_close_to_each_other(
    values: list[tuple[str, float]], state: Condition, needed: int, next_on: str | None
) -> None:
    """R-041"""
    answer = found(*values)

    assert (answer.state, answer.still_needed) == (state, needed)
    assert answer.next_on == (date.fromisoformat(next_on) if next_on else None)


def test_what_is_missing_is_said_with_its_date() -> None:
    """R-041: one more refraction on or after 1 July."""
    reason = found(("2026-06-01", -0.25)).reason

    assert reason.sentence("en") == (
        "Too few measurements to tell. Still needed: 1. The next one counts from: July 1, 2026."
    )
    assert reason.sentence("fr").endswith("La prochaine compte à partir de : 1er juillet 2026.")


def test_of_two_values_of_one_day_the_later_recorded_counts() -> None:
    """R-041"""
    assert found(("2026-06-01", 9), ("2026-06-01", 0), ("2026-07-01", 0)).state is Condition.MET


def test_a_date_known_to_the_month_counts_only_where_every_day_of_it_does() -> None:
    """R-065"""
    assert found(("2026-05", 0), ("2026-06-30", 0)).state is Condition.MET
    assert found(("2026-05", 0), ("2026-06-29", 0)).state is Condition.UNKNOWN
    assert found(("2026-06-01", 0), ("unknown", 0)).state is Condition.UNKNOWN
    assert found(("2026-06-01", 0), ("2026-08", 9), ("unknown", 0)).state is Condition.UNKNOWN


def test_what_was_measured_before_the_operation_or_after_the_day_asked_about_is_left_out() -> None:
    """R-041"""
    assert laser(("2026-01-01", 0), ("2026-02-01", 0)).measured == laser().measured
    assert laser(("2026-06-01", 0), ("2026-07-01", 0), on=date(2026, 6, 15)).too_early


def test_a_result_may_be_judged_from_the_later_of_the_day_and_the_measurement() -> None:
    """R-041: day ninety is 1 June; the second refraction came on 10 July."""
    stable = laser(("2026-06-10", 0), ("2026-07-10", 0))
    early = laser(("2026-03-20", 0), ("2026-04-25", 0))

    assert (stable.state, str(stable.may_be_judged_from)) == (StabilisationState.MAY_BE_JUDGED, "2026-07-10")
    assert str(early.may_be_judged_from) == "2026-06-01"


def test_while_a_second_refraction_is_not_due_yet_it_is_too_early_and_then_it_is_missing() -> None:
    """R-041"""
    one = ("2026-06-10", 0.0)

    waiting, missing = laser(one, on=date(2026, 7, 9)), laser(one, on=date(2026, 7, 10))

    assert (waiting.too_early, str(waiting.may_be_judged_from)) == (True, "2026-07-10")
    assert (missing.state, missing.too_early) == (StabilisationState.UNKNOWN, None)


def test_a_refraction_that_moved_is_told_from_one_that_was_not_repeated() -> None:
    """R-041"""
    moved = laser(("2026-06-10", 0), ("2026-07-10", 1), on=date(2026, 7, 20))

    assert moved.measured is not None
    assert (moved.too_early, moved.measured.state) == (True, Condition.NOT_MET)


def test_nobody_waits_for_a_measurement_beyond_the_time_a_result_needs_to_settle() -> None:
    """R-045: a missing refraction stops no right."""
    assert laser(on=date(2027, 3, 3)).state is StabilisationState.SETTLING_TIME_OVER


def test_the_practitioners_own_date_goes_before_what_was_measured() -> None:
    """R-043"""
    assert laser(individual_date=ON).too_early is False


VALUES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=400).map(lambda days: date(2026, 3, 3) + timedelta(days=days)),
        st.integers(min_value=-8, max_value=8).map(lambda quarters: quarters / 4),
    ),
    max_size=6,
)


@given(values=VALUES)
def test_the_condition_is_met_only_by_two_values_that_meet_it_and_none_between_them_that_differs(
    values: list[tuple[date, float]],
) -> None:
    """R-041: held against the rule read word for word."""
    on = date(2028, 1, 1)
    last = dict(values)
    dated = sorted(last.items())
    pairs = [
        (first, len(dated) - 1)
        for first in range(len(dated))
        if any((later[0] - dated[first][0]).days >= TWO.apart_days for later in dated[first + 1 :])
    ]
    spreads = [[value for _, value in dated[first : end + 1]] for first, end in pairs]

    answer = measured_on(TWO, [Reading(PartialDate.of(day), value) for day, value in values], on)

    assert (answer.state is Condition.MET) == any(max(run) - min(run) <= TWO.within for run in spreads)


@given(values=VALUES, days=st.integers(min_value=0, max_value=500))
def test_the_day_it_may_be_judged_from_is_never_before_the_usual_one(
    values: list[tuple[date, float]], days: int
) -> None:
    """R-041"""
    given_values = [(str(day), value) for day, value in values]

    answer = laser(*given_values, on=date(2026, 3, 3) + timedelta(days=days))

    assert answer.earliest is not None
    if answer.may_be_judged_from is None:
        assert answer.state is StabilisationState.UNKNOWN
        return
    assert answer.may_be_judged_from.earliest >= answer.earliest.earliest


def test_no_day_of_the_past_is_named_while_only_measurements_are_missing() -> None:
    """R-041: on day 113 of a laser operation, with nothing measured."""
    unmeasured = laser(on=date(2026, 6, 24))
    measured_once = laser(("2026-06-20", -0.25), on=date(2026, 6, 24))

    assert (unmeasured.state, unmeasured.may_be_judged_from) == (StabilisationState.UNKNOWN, None)
    assert str(unmeasured.earliest) == "2026-06-01"
    assert (measured_once.too_early, str(measured_once.may_be_judged_from)) == (True, "2026-07-20")


def test_nobody_is_told_to_wait_for_a_measurement_beyond_the_time_to_settle() -> None:
    """R-041"""
    over = date(2027, 3, 10)

    assert laser(on=over).state is StabilisationState.SETTLING_TIME_OVER
    assert str(laser(on=over).may_be_judged_from) == "2027-03-03"
    assert str(laser(("2027-03-09", 0.0), on=over).may_be_judged_from) == "2027-03-03"

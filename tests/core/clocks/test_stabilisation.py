from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import DateInterval, StabilisationState, recovery
from suivi.core.specialties.model import Stabilisation
from tests.core.clocks.builders import a_procedure, dates

DAY_0 = date(2026, 3, 3)
STATES = StabilisationState


@pytest.mark.parametrize(
    ("day", "state", "too_early"),
    [
        (-1, STATES.NOT_STARTED, True),
        (0, STATES.TOO_EARLY, True),
        (59, STATES.TOO_EARLY, True),
        (60, STATES.MAY_BE_JUDGED, False),
        (179, STATES.MAY_BE_JUDGED, False),
        (180, STATES.SETTLING_TIME_OVER, False),
        (4000, STATES.SETTLING_TIME_OVER, False),
    ],
)
def test_it_is_too_early_until_the_earliest_date_which_itself_counts_as_reached(
    day: int, state: StabilisationState, too_early: bool
) -> None:
    """R-040, R-042"""
    result = recovery(a_procedure(), dates(implant_placement="2026-03-03"), DAY_0 + timedelta(days=day))

    assert (result.stabilisation.state, result.too_early) == (state, too_early)


def test_the_answer_has_the_earliest_the_usual_and_the_latest_date_with_their_source() -> None:
    """R-040, R-042"""
    judged = recovery(a_procedure(), dates(implant_placement="2026-03-03"), DAY_0).stabilisation

    assert [str(day) for day in (judged.earliest, judged.typical, judged.latest)] == [
        "2026-05-02",
        "2026-07-01",
        "2026-08-30",
    ]
    assert (judged.reasons[0].rule, judged.reasons[0].src, judged.reasons[0].conf) == (
        "stabilisation@1",
        ("iti2013",),
        "high",
    )


@pytest.mark.parametrize(
    ("on", "state", "too_early"),
    [
        (date(2026, 4, 29), STATES.TOO_EARLY, True),
        (date(2026, 4, 30), STATES.UNKNOWN, None),
        (date(2026, 5, 29), STATES.UNKNOWN, None),
        (date(2026, 5, 30), STATES.MAY_BE_JUDGED, False),
        (date(2026, 9, 26), STATES.MAY_BE_JUDGED, False),
        (date(2026, 9, 27), STATES.SETTLING_TIME_OVER, False),
    ],
)
def test_with_only_the_month_known_the_answer_is_open_while_the_month_decides(
    on: date, state: StabilisationState, too_early: bool | None
) -> None:
    """R-065"""
    judged = recovery(a_procedure(), dates(implant_placement="2026-03"), on).stabilisation

    assert (judged.state, judged.too_early) == (state, too_early)
    assert judged.earliest == DateInterval(date(2026, 4, 30), date(2026, 5, 30))


def test_without_a_date_nobody_can_say_whether_it_is_too_early() -> None:
    for anchors in (dates(), dates(implant_placement="unknown")):
        judged = recovery(a_procedure(), anchors, DAY_0).stabilisation

        assert (judged.state, judged.too_early, judged.earliest) == (STATES.UNKNOWN, None, None)


def test_an_implant_and_its_crown_are_judged_by_two_clocks() -> None:
    """R-023: implant 3 March, crown 10 August."""
    crown = Stabilisation(min=30, typical=180, max=365, anchor="definitive_crown")
    placed = dates(implant_placement="2026-03-03", definitive_crown="2026-08-10")

    result = recovery(a_procedure(prosthetic=crown), placed, date(2026, 9, 1))

    assert result.prosthetic is not None
    assert (result.stabilisation.state, result.prosthetic.state) == (STATES.SETTLING_TIME_OVER, STATES.TOO_EARLY)
    assert str(result.prosthetic.may_be_judged_from) == "2026-09-09"


def test_the_practitioners_own_date_decides_and_the_usual_ones_stay_beside_it() -> None:
    """R-043"""
    placed, own = dates(implant_placement="2026-03-03"), date(2026, 6, 30)

    before = recovery(a_procedure(), placed, date(2026, 6, 29), individual_date=own).stabilisation
    reached = recovery(a_procedure(), placed, own, individual_date=own).stabilisation

    assert (before.state, reached.state) == (STATES.TOO_EARLY, STATES.MAY_BE_JUDGED)
    assert (str(before.may_be_judged_from), str(before.earliest)) == ("2026-06-30", "2026-05-02")
    assert [reason.rule for reason in before.reasons][:2] == ["stabilisation@1", "individual_date@1"]


def test_a_date_set_later_than_the_one_told_before_says_so_and_names_the_earlier_one() -> None:
    """R-043: never silent."""
    placed, on = dates(implant_placement="2026-03-03"), date(2026, 6, 1)

    later = recovery(a_procedure(), placed, on, individual_date=date(2026, 8, 1), told_before=date(2026, 7, 1))
    sooner = recovery(a_procedure(), placed, on, individual_date=date(2026, 6, 15), told_before=date(2026, 7, 1))
    than_usual = recovery(a_procedure(), placed, on, individual_date=date(2026, 8, 1))

    assert later.stabilisation.moved_from == date(2026, 7, 1)
    assert sooner.stabilisation.moved_from is None
    assert than_usual.stabilisation.moved_from == date(2026, 5, 2)
    assert later.stabilisation.reasons[-1].sentence("en") == (
        "This date is later than the one told before: July 1, 2026."
    )


def test_the_practitioners_own_date_may_be_earlier_or_answer_where_no_date_is_known() -> None:
    """R-043"""
    own = date(2026, 4, 1)

    earlier = recovery(a_procedure(), dates(implant_placement="2026-03-03"), own, individual_date=own)
    undated = recovery(a_procedure(), dates(), own, individual_date=own)

    assert (earlier.too_early, undated.too_early) == (False, False)


@pytest.mark.parametrize(
    ("cycle", "state", "too_early"),
    [
        (None, STATES.UNKNOWN, None),
        (1, STATES.TOO_EARLY, True),
        (2, STATES.MAY_BE_JUDGED, False),
        (6, STATES.SETTLING_TIME_OVER, False),
    ],
)
def test_ivf_is_judged_by_cycles_and_not_by_months(
    cycle: int | None, state: StabilisationState, too_early: bool | None
) -> None:
    """R-041"""
    ivf = a_procedure(stabilisation=Stabilisation(unit="cycle", min=2, typical=3, max=6))

    judged = recovery(ivf, dates(implant_placement="2020-01-01"), date(2026, 1, 1), cycle).stabilisation

    assert (judged.state, judged.too_early) == (state, too_early)
    assert (judged.earliest, judged.latest, judged.cycle) == (None, None, cycle)


def test_a_result_without_a_latest_date_may_be_judged_but_is_never_called_settled() -> None:
    open_ended = a_procedure(stabilisation=Stabilisation(min=60, typical=120))

    judged = recovery(open_ended, dates(implant_placement="2020"), date(2026, 1, 1)).stabilisation

    assert (judged.state, judged.latest) == (STATES.MAY_BE_JUDGED, None)


def test_a_variant_of_a_procedure_has_its_own_dates() -> None:
    lens = Stabilisation(min=28, typical=42, max=90, variants={"multifocal": {"min": 90, "typical": 180, "max": 365}})
    day_50 = (dates(implant_placement="2026-03-03"), DAY_0 + timedelta(days=50))

    plain = recovery(a_procedure(stabilisation=lens), *day_50, variant="monofocal")
    multifocal = recovery(a_procedure(stabilisation=lens), *day_50, variant="multifocal")

    assert (plain.too_early, multifocal.too_early) == (False, True)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from([4, 7]), st.integers(-50, 900))
def test_what_a_partial_date_answers_the_exact_date_answers_too(anchor: date, length: int, later: int) -> None:
    """R-065"""
    on = anchor + timedelta(days=later)
    exact = recovery(a_procedure(), dates(implant_placement=str(anchor)), on).stabilisation
    partial = recovery(a_procedure(), dates(implant_placement=str(anchor)[:length]), on).stabilisation

    assert partial.too_early in (None, exact.too_early)
    assert partial.earliest
    assert exact.earliest
    assert partial.earliest.earliest <= exact.earliest.earliest <= partial.earliest.latest


@given(st.integers(0, 400), st.integers(0, 400))
def test_waiting_never_makes_it_too_early_again(day: int, more: int) -> None:
    placed = dates(implant_placement="2026-03-03")

    now = recovery(a_procedure(), placed, DAY_0 + timedelta(days=day)).too_early
    later = recovery(a_procedure(), placed, DAY_0 + timedelta(days=day + more)).too_early

    assert now is not None
    assert later is not None
    assert later <= now

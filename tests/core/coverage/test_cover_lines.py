"""Lines of two statements of cover, compared from the patient's side."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.periods import Period
from suivi.core.coverage.content import Content, LifetimeOf, Limit, LimitUnit
from suivi.core.coverage.differences import differences
from suivi.core.coverage.lines import (
    Compared,
    compared_clauses,
    compared_components,
    compared_fees,
    compared_limits,
    compared_periods,
    compared_response_days,
)
from suivi.core.coverage.models import Payer
from tests.core.coverage.cover import (
    CALENDAR_LIMITS,
    LIMITS,
    START,
    contents,
    crown,
    euros,
    exclusion,
    fee,
    lifetime,
    years,
)

SAME, BETTER, WORSE, NOT_COMPARABLE = Compared
OPPOSITE = {SAME: SAME, BETTER: WORSE, WORSE: BETTER, NOT_COMPARABLE: NOT_COMPARABLE}


def limit(unit: LimitUnit, count: int, *, starts: str = START) -> Limit:
    return Limit(unit=unit, count=count, starts=starts)


@pytest.mark.parametrize(
    ("says", "new", "old", "compared"),
    [
        ("five years after three", years(5), years(3), BETTER),
        ("two years after three", years(2), years(3), WORSE),
        ("a year is twelve months", years(1), limit(LimitUnit.MONTH, 12), SAME),
        ("two weeks are fourteen days", limit(LimitUnit.WEEK, 2), limit(LimitUnit.DAY, 14), SAME),
        ("a month may be longer than thirty days or not", limit(LimitUnit.MONTH, 1), limit(LimitUnit.DAY, 30), None),
        ("no month is shorter than four weeks", limit(LimitUnit.MONTH, 1), limit(LimitUnit.WEEK, 4), BETTER),
        ("no month is longer than 31 days", limit(LimitUnit.MONTH, 1), limit(LimitUnit.DAY, 31), WORSE),
        ("from another day", years(5, starts="tooth_preparation"), years(3), None),
        ("from the same day by another name", years(3, starts="day0"), years(3), SAME),
        ("three cycles after two", limit(LimitUnit.CYCLE, 3), limit(LimitUnit.CYCLE, 2), BETTER),
        ("cycles and years", limit(LimitUnit.CYCLE, 3), years(3), None),
        ("the patient's lifetime after ten years", lifetime(LifetimeOf.PATIENT), years(10), BETTER),
        ("the practice's lifetime after ten years", lifetime(LifetimeOf.PRACTICE), years(10), None),
        ("ten years after the patient's lifetime", years(10), lifetime(LifetimeOf.PATIENT), WORSE),
        ("a practice after a device", lifetime(LifetimeOf.PRACTICE), lifetime(LifetimeOf.DEVICE), None),
        ("a practice after the patient", lifetime(LifetimeOf.PRACTICE), lifetime(LifetimeOf.PATIENT), WORSE),
        ("a time where none was stated", years(1), None, BETTER),
        ("no time stated any more", None, years(1), WORSE),
    ],
)
def test_a_time_limit_against_the_one_before(
    says: str, new: Limit | None, old: Limit | None, compared: Compared | None
) -> None:
    """R-123, R-126."""
    assert compared_limits(new, old, day0=START) is (compared or NOT_COMPARABLE), says


@pytest.mark.parametrize(
    ("says", "new", "old", "compared"),
    [
        ("the clinic pays what the patient paid", fee(Payer.CLINIC), fee(Payer.PATIENT), BETTER),
        ("nobody says who pays what the clinic paid", None, fee(Payer.CLINIC), WORSE),
        ("that the patient pays is worse than silence", fee(Payer.PATIENT), None, WORSE),
        ("case by case is better than silence", fee(Payer.CASE_BY_CASE), None, BETTER),
        ("60 % after 40 %", fee(Payer.SHARED, share=60), fee(Payer.SHARED, share=40), BETTER),
        ("a share without saying how much", fee(Payer.SHARED), fee(Payer.SHARED, share=1), WORSE),
        ("all of it after 99 %", fee(Payer.INSURER), fee(Payer.SHARED, share=99), BETTER),
        ("another payer of the same", fee(Payer.INSURER), fee(Payer.CLINIC), NOT_COMPARABLE),
        ("a cap where there was none", fee(Payer.CLINIC, cap=euros("500")), fee(Payer.CLINIC), WORSE),
        ("a higher cap", fee(Payer.CLINIC, cap=euros("500.01")), fee(Payer.CLINIC, cap=euros("500.00")), BETTER),
        (
            "forints for euros",
            fee(Payer.CLINIC, cap=euros("500").model_copy(update={"currency": "HUF"})),
            fee(Payer.CLINIC, cap=euros("1")),
            NOT_COMPARABLE,
        ),
        (
            "more of it, but only up to a sum",
            fee(Payer.CLINIC, cap=euros("500")),
            fee(Payer.SHARED, share=50),
            NOT_COMPARABLE,
        ),
        ("up to nothing is as if the patient paid", fee(Payer.CLINIC, cap=euros("0.00")), fee(Payer.PATIENT), SAME),
        ("up to nothing where nobody said", fee(Payer.CLINIC, cap=euros("0")), None, WORSE),
        ("a sum where the patient paid all", fee(Payer.CLINIC, cap=euros("1")), fee(Payer.PATIENT), BETTER),
    ],
)
def test_who_pays_a_fee_against_who_paid_it_before(says: str, new: object, old: object, compared: Compared) -> None:
    """R-122, R-126."""
    assert compared_fees(new, old) is compared, says  # type: ignore[arg-type]
    assert compared_fees(old, new) is OPPOSITE[compared], says  # type: ignore[arg-type]


def test_every_exclusion_and_every_obligation_is_one_too_many() -> None:
    """R-124."""
    everywhere, crown_only = exclusion("bruxism"), exclusion("bruxism", components=("crown",))

    assert compared_clauses(everywhere, None) is WORSE
    assert compared_clauses(None, everywhere) is BETTER
    assert compared_clauses(crown_only, everywhere) is BETTER
    assert compared_clauses(exclusion("bruxism", text="Not  after BRUXISM."), everywhere) is SAME
    assert compared_clauses(exclusion("bruxism", text="Not if you sleep badly."), everywhere) is NOT_COMPARABLE


def test_more_events_in_less_time_cannot_be_compared() -> None:
    """R-126: a person has to look."""
    more_for_shorter = crown(years(2), covers=("fracture", "loss_of_retention"))

    assert compared_components(more_for_shorter, crown(years(3))) is NOT_COMPARABLE
    assert compared_components(crown(covers=("fracture", "loss_of_retention")), crown()) is BETTER
    assert compared_components(crown(object="veneer"), crown()) is NOT_COMPARABLE


def test_an_answer_sooner_and_a_period_longer_are_better() -> None:
    assert [compared_response_days(3, 5), compared_response_days(None, 5)] == [BETTER, WORSE]
    assert [compared_periods("P12M", "P9M"), compared_periods("P1Y", "P12M")] == [BETTER, SAME]
    assert compared_periods(None, "P9M") is NOT_COMPARABLE


def test_two_versions_are_told_line_by_line() -> None:
    """R-125: a line that was renamed is still the same line, and a general fee counts for each component."""
    old = Content(
        components=(crown(years(3)),),
        fees=(fee(Payer.CLINIC),),
        clauses=(exclusion("bruxism"),),
    )
    new = Content(
        components=(crown(years(5), id="the-crown"),),
        fees=(fee(Payer.CLINIC), fee(Payer.PATIENT, component="the-crown")),
        clauses=(exclusion("bruxism", id="grinding"), exclusion("smoking")),
    )

    found = {one.id: one.compared for one in differences(new, old, response_days=(5, 5))}

    assert found == {
        "component:crown": BETTER,
        "fee:materials:crown": WORSE,
        "clause:smoking": WORSE,
    }


def test_what_is_new_brings_clauses_and_fees_of_its_own() -> None:
    """They take nothing away from what was there."""
    old = Content(components=(crown(),), fees=(fee(Payer.CLINIC),))
    post = crown(id="post", object="post")
    new = Content(
        components=(crown(), post),
        fees=(fee(Payer.CLINIC), fee(Payer.PATIENT, component="post")),
        clauses=(exclusion("smoking", components=("post",)),),
    )

    assert {one.id: one.compared for one in differences(new, old)} == {"component:post": BETTER}


@given(new=LIMITS, old=LIMITS)
@settings(max_examples=150, deadline=None)
def test_two_limits_looked_at_from_the_other_side_are_the_opposite(new: Limit | None, old: Limit | None) -> None:
    assert compared_limits(old, new, day0=START) is OPPOSITE[compared_limits(new, old, day0=START)]


@given(
    new=CALENDAR_LIMITS,
    old=CALENDAR_LIMITS,
    start=st.dates(date(1999, 12, 1), date(2101, 3, 31)),
)
@settings(max_examples=200, deadline=None)
def test_a_better_limit_ends_no_sooner_from_whatever_day(new: Limit, old: Limit, start: date) -> None:
    """29 February and month ends included: by adding each to the day, and looking."""
    compared = compared_limits(new, old, day0=START)
    ends = [Period.parse(one.period or "").add_to(start) for one in (new, old)]

    assert ends[0] >= ends[1] or compared in (WORSE, NOT_COMPARABLE)
    assert ends[0] <= ends[1] or compared in (BETTER, NOT_COMPARABLE)


def test_a_limit_that_cannot_be_compared_depends_on_the_day_it_starts() -> None:
    february, march = date(2027, 2, 1), date(2027, 3, 1)
    month, thirty = Period(months=1), timedelta(days=30)

    assert february + thirty > month.add_to(february)
    assert march + thirty < month.add_to(march)


@given(new=contents(), old=contents())
@settings(max_examples=100, deadline=None)
def test_differences_from_the_other_side_are_the_same_lines(new: Content, old: Content) -> None:
    """And a statement has none against itself."""
    forth = {one.id: one.compared for one in differences(new, old, day0=START) if one.id.startswith("component")}
    back = {one.id: one.compared for one in differences(old, new, day0=START) if one.id.startswith("component")}

    assert differences(new, new, day0=START) == ()
    assert {name: OPPOSITE[compared] for name, compared in forth.items()} == back


@given(amount=st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
@settings(max_examples=60, deadline=None)
def test_money_never_loses_a_cent_in_a_statement(amount: Decimal) -> None:
    """Out to JSON and in again, to the same digits."""
    content = Content(fees=(fee(Payer.CLINIC, cap=euros(str(amount))),))

    [line] = Content.model_validate_json(content.model_dump_json()).fees

    assert line.cap is not None
    assert (str(line.cap.amount), line.cap.currency) == (str(amount), "EUR")
    assert Content.model_validate(content.plain()) == content

"""What each side says of a date: where they disagree, cover is in doubt between the two and never silently over."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.coverage.content import Limit, LimitUnit
from suivi.core.coverage.times import CoverState, Dated, time_of
from suivi.core.treatments.sides import Side, Told, dates_by_both
from tests.core.treatments.rows import anchor, local

SEATED = "definitive_cementation"
BY_PATIENT, BY_CLINIC = Told(side=Side.PATIENT), Told(side=Side.CLINIC)
THREE_YEARS = Limit(unit=LimitUnit.YEAR, count=3, starts=SEATED)


def told(side: Side, on: str, before: str | None = None, *, site: str = "", cycle: int = 0) -> Told:
    return Told(side=side, place=(SEATED, site, cycle), on=on, before=before)


def seated(on: str, *history: Told) -> PartialDate:
    return dates_by_both([anchor(SEATED, on)], [], history)[0][SEATED]


def test_a_clinic_that_moves_the_patients_date_to_2020_ends_no_cover_by_itself() -> None:
    """R-065, R-077: in doubt until it would end by the patient's date."""
    day = seated("2020-01-01", BY_PATIENT, told(Side.CLINIC, "2020-01-01", "2026-03-03"))
    dated = Dated(day0=SEATED, anchors={SEATED: day})

    states = [
        time_of(THREE_YEARS, dated, on=on).state
        for on in (date(2019, 12, 31), date(2026, 6, 1), date(2029, 3, 2), date(2029, 3, 3))
    ]

    assert day.dates == DateInterval(date(2020, 1, 1), date(2026, 3, 3))
    assert states == [CoverState.NOT_STARTED, CoverState.NEEDS_REVIEW, CoverState.NEEDS_REVIEW, CoverState.ENDED]


def test_nobody_extends_cover_alone_either() -> None:
    """A patient who moves the clinic's date is covered up to the day both sides give, and in doubt after it."""
    day = seated("2026-03-03", BY_CLINIC, told(Side.PATIENT, "2026-03-03", "2025-03-03"))
    dated = Dated(day0=SEATED, anchors={SEATED: day})

    states = [time_of(THREE_YEARS, dated, on=on).state for on in (date(2028, 3, 2), date(2028, 3, 3))]

    assert states == [CoverState.RUNNING, CoverState.NEEDS_REVIEW]


def test_who_agrees_in_the_end_is_in_dispute_no_more() -> None:
    moved = told(Side.CLINIC, "2020-01-01", "2026-03-03")

    back = seated("2026-03-03", BY_PATIENT, moved, told(Side.CLINIC, "2026-03-03", "2020-01-01"))
    accepted = seated("2020-01-01", BY_PATIENT, moved, told(Side.PATIENT, "2020-01-01", "2020-01-01"))

    assert (str(back), str(accepted)) == ("2026-03-03", "2020-01-01")


@pytest.mark.parametrize("side", Side)
def test_a_side_corrects_its_own_date_as_often_as_it_likes(side: Side) -> None:
    """R-023."""
    first = told(side, "2026-03-04", "2026-03-03")

    day = seated("2026-03-05", Told(side=side), first, told(side, "2026-03-05", "2026-03-04"))

    assert day == PartialDate.parse("2026-03-05")


@pytest.mark.parametrize("vague", ["2026-03", "2026", "unknown"])
def test_who_knows_less_contradicts_nobody(vague: str) -> None:
    """The more exact of the two counts, whoever spoke last."""
    made_vague = seated(vague, BY_PATIENT, told(Side.CLINIC, vague, "2026-03-03"))
    made_exact = seated("2026-03-03", BY_PATIENT, told(Side.CLINIC, "2026-03-03", vague))

    assert (str(made_vague), str(made_exact)) == ("2026-03-03", "2026-03-03")


def test_a_date_of_one_tooth_from_one_side_stands_against_the_others_date_of_all() -> None:
    """R-022: else a date of the only tooth would end what a date of the treatment cannot."""
    _, [at_14] = dates_by_both(
        [anchor(SEATED, "2026-03-03")],
        [local(SEATED, "2020-01-01", site="14")],
        [BY_PATIENT, told(Side.CLINIC, "2020-01-01", site="14")],
    )

    assert (at_14.site, str(at_14.date)) == ("14", "2020-01-01/2026-03-03")


def test_the_same_side_may_date_one_tooth_later_than_the_rest() -> None:
    """R-022."""
    dates, [at_15] = dates_by_both(
        [anchor(SEATED, "2026-03-03")],
        [local(SEATED, "2026-03-17", site="15")],
        [BY_CLINIC, told(Side.CLINIC, "2026-03-17", site="15")],
    )

    assert (str(dates[SEATED]), str(at_15.date)) == ("2026-03-03", "2026-03-17")


def test_a_later_cycle_is_not_measured_by_the_date_of_the_first() -> None:
    """R-066."""
    _, [second] = dates_by_both(
        [anchor(SEATED, "2026-01-03")],
        [local(SEATED, "2026-05-03", cycle=2)],
        [BY_PATIENT, told(Side.CLINIC, "2026-05-03", cycle=2)],
    )

    assert (second.cycle, str(second.date)) == (2, "2026-05-03")


def test_a_date_of_one_site_in_a_cycle_stands_against_the_others_date_of_that_cycle() -> None:
    """R-022, R-066: as it does outside of cycles."""
    _, [_, at_14] = dates_by_both(
        [],
        [local(SEATED, "2026-05-03", cycle=2), local(SEATED, "2026-10-01", site="14", cycle=2)],
        [BY_CLINIC, told(Side.PATIENT, "2026-05-03", cycle=2), told(Side.CLINIC, "2026-10-01", site="14", cycle=2)],
    )

    assert (at_14.site, at_14.cycle, str(at_14.date)) == ("14", 2, "2026-05-03/2026-10-01")


def test_without_a_history_the_dates_on_record_count() -> None:
    dates, [at_14] = dates_by_both([anchor(SEATED, "2026-03")], [local(SEATED, "2026-04", site="14")], [])

    assert (str(dates[SEATED]), str(at_14.date)) == ("2026-03", "2026-04")


PARTIAL = st.one_of(
    st.dates(date(2019, 1, 1), date(2027, 12, 31)).flatmap(
        lambda day: st.sampled_from([str(day), str(day)[:7], str(day)[:4]])
    ),
    st.just("unknown"),
)


@settings(deadline=None, max_examples=80)
@given(first=PARTIAL, spoken=st.lists(st.tuples(st.sampled_from(list(Side)), PARTIAL), max_size=5))
def test_a_date_is_never_outside_what_both_sides_said_last(first: str, spoken: list[tuple[Side, str]]) -> None:
    history, on = [BY_PATIENT], first
    for side, said in spoken:
        history.append(told(side, said, on))
        on = said
    last = {Side.PATIENT: first} | dict(spoken)
    known = [dates for said in last.values() if (dates := PartialDate.parse(said).dates)]

    found = seated(on, *history).dates

    assert (found is None) == (not known)
    if found:
        assert min(one.earliest for one in known) <= found.earliest
        assert found.latest <= max(one.latest for one in known)
        assert all(one.earliest <= found.latest and found.earliest <= one.latest for one in known)

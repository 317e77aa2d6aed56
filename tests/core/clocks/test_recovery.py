from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import Recovery, recovery
from suivi.core.clocks.anchors import start_of
from suivi.core.specialties.model import OnSite
from tests.core.clocks.builders import a_check_up, a_flag, a_full_procedure, a_phase, a_procedure, a_sign, dates

DAY_0 = date(2026, 3, 3)


def on_day(day: int, **anchors: str) -> Recovery:
    placed = dates(**{"implant_placement": "2026-03-03", **anchors})
    return recovery(a_full_procedure(), placed, DAY_0 + timedelta(days=day))


@pytest.mark.parametrize(
    ("day", "phases"),
    [
        (-31, []),
        (-30, ["planning"]),
        (0, ["planning", "healing"]),
        (14, ["healing", "integration"]),
        (15, ["integration"]),
        (5000, ["integration"]),
    ],
)
def test_the_phases_of_a_day_include_both_their_ends_and_those_before_the_treatment(
    day: int, phases: list[str]
) -> None:
    """R-042"""
    today = on_day(day).phases

    assert [phase.id for phase in today] == phases
    assert all(phase.certain for phase in today)


def test_a_phase_counts_from_its_own_anchor() -> None:
    """R-023"""
    result = on_day(165, definitive_crown="2026-08-10")

    assert [(phase.id, str(phase.day)) for phase in result.phases] == [("integration", "165"), ("biting", "5")]
    assert [(day.anchor, str(day)) for day in result.days] == [("implant_placement", "165"), ("definitive_crown", "5")]


def test_a_date_known_in_part_gives_an_interval_of_days_and_possible_phases() -> None:
    """R-065"""
    result = recovery(a_full_procedure(), dates(implant_placement="2026-03"), date(2026, 3, 31))

    assert str(result.days[0]) == "0/30"
    assert [(phase.id, phase.certain) for phase in result.phases] == [
        ("planning", False),
        ("healing", False),
        ("integration", False),
    ]


def test_a_sign_is_normal_only_inside_its_days_and_afterwards_wants_a_clinician() -> None:
    """R-042"""
    last_day, after = on_day(7), on_day(8)

    assert [sign.id for sign in last_day.normal_signs] == ["swelling", "tightness"]
    assert [sign.id for sign in after.normal_signs] == ["tightness"]
    assert [sign.id for sign in after.no_longer_normal] == ["swelling"]
    assert after.no_longer_normal[0].sign.read("fr") == ("swelling", "en")


def test_before_the_treatment_no_sign_is_expected_and_none_is_overdue() -> None:
    result = on_day(-1)

    assert (result.normal_signs, result.no_longer_normal) == ((), ())


@pytest.mark.parametrize("day", [-1, 31, 1000])
def test_an_emergency_is_shown_on_any_day(day: int) -> None:
    """R-045: an empty list would read as an all-clear."""
    shown = {flag.id: flag for flag in on_day(day).red_flags}

    assert not shown["airway_swelling"].certain
    assert shown["airway_swelling"].reason.sentence("en").endswith("Must not wait on any day.")


def test_red_flags_of_the_day_come_most_urgent_first_while_it_is_too_early_to_judge() -> None:
    """R-045"""
    result = on_day(14)

    assert result.too_early
    assert [flag.id for flag in result.red_flags] == ["airway_swelling", "late_swelling", "loose_implant"]
    assert not any(hasattr(flag, "suspect") for flag in result.red_flags)


def test_no_doubtful_date_hides_a_red_flag() -> None:
    """R-045, R-065"""
    for text in ("2026", "unknown"):
        flags = recovery(a_full_procedure(), dates(implant_placement=text), date(2026, 12, 31)).red_flags

        assert [flag.id for flag in flags] == ["airway_swelling", "late_swelling", "loose_implant"]
        assert not any(flag.certain for flag in flags if flag.id == "airway_swelling")


def test_what_counts_from_a_date_nobody_gave_is_left_out_and_named() -> None:
    """R-023"""
    result = on_day(14)

    assert [missing.anchor for missing in result.missing_anchors] == ["definitive_crown"]
    assert result.missing_anchors[0].entries == ("prosthetic", "phase:biting", "check_up:180")
    assert result.prosthetic is not None
    assert result.prosthetic.too_early is None


def test_without_any_date_every_entry_is_named_and_nothing_is_guessed() -> None:
    result = recovery(a_full_procedure(), {}, DAY_0)

    assert (result.days, result.phases, result.check_ups, result.on_site) == ((), (), (), None)
    assert sum(len(missing.entries) for missing in result.missing_anchors) == 15


def test_the_next_check_up_is_the_one_open_today_else_the_first_to_open() -> None:
    """R-042"""
    open_today, ahead = on_day(6), on_day(12)

    assert [(due.day, due.open_today) for due in open_today.next_check_ups] == [(7, True)]
    assert [(due.day, due.open_today) for due in ahead.next_check_ups] == [(365, False)]
    assert str(open_today.next_check_ups[0].window) == "2026-03-08/2026-03-13"
    assert (open_today.check_ups[0].where, open_today.check_ups[0].photos) == ("remote", "tooth_local")


@pytest.mark.parametrize(("day", "next_day"), [(0, 365), (425, 365), (426, 730), (790, 730), (791, 1095)])
def test_a_yearly_check_up_rolls_on_to_the_next_year_once_its_window_has_ended(day: int, next_day: int) -> None:
    yearly = a_procedure(check_ups=(a_check_up(365, window=(300, 425), repeat_every_days=365),))

    due = recovery(yearly, dates(implant_placement="2026-03-03"), DAY_0 + timedelta(days=day)).check_ups

    assert [check_up.day for check_up in due] == [next_day]


def test_a_check_up_that_depends_on_something_says_so() -> None:
    conditional = a_procedure(check_ups=(a_check_up(14, only_if="positive"),))

    due = recovery(conditional, dates(implant_placement="2026-03-03"), DAY_0).check_ups

    assert due[0].only_if == "positive"


def test_a_check_up_from_a_partial_date_may_take_place_on_any_day_the_date_allows() -> None:
    """R-065"""
    due = recovery(a_full_procedure(), dates(implant_placement="2026-03"), date(2026, 4, 10)).check_ups[0]

    assert (str(due.planned), str(due.window)) == ("2026-03-08/2026-04-07", "2026-03-06/2026-04-10")


@pytest.mark.parametrize(("flight_after", "flies"), [(None, 3), (2, 3), (10, 10)])
def test_nobody_flies_before_the_shortest_stay_is_over(flight_after: int | None, flies: int) -> None:
    stay = a_procedure(on_site=OnSite(min_days=3, flight_after_days=flight_after))

    on_site = recovery(stay, dates(implant_placement="2026-03-03"), DAY_0).on_site

    assert on_site is not None
    assert (str(on_site.stay_until), str(on_site.earliest_flight)) == ("2026-03-06", str(DAY_0 + timedelta(days=flies)))


def test_a_start_named_a_or_b_is_the_later_of_those_known() -> None:
    both = dates(implant_placement="2026-03-03", loading="2026-06")

    assert str(start_of("implant_placement_or_loading", both).dates) == "2026-06-01/2026-06-30"
    assert str(start_of("implant_placement_or_loading", dates(loading="2026-06-02")).dates) == "2026-06-02"
    assert start_of("implant_placement_or_loading", dates(loading="unknown")).dates is None
    assert str(start_of("a_or_b", dates(a_or_b="2026-01-01", b="2026-02-02")).dates) == "2026-01-01"


def test_every_figure_used_is_a_reason_with_its_source() -> None:
    """R-040"""
    result = on_day(165, definitive_crown="2026-08-10")

    assert {reason.rule.split("@")[0] for reason in result.reasons} == {
        "stabilisation",
        "phase",
        "normal_sign",
        "red_flag",
        "check_up",
        "on_site",
    }
    assert all(reason.src == ("gk",) for reason in result.reasons if reason.rule == "phase@1")


RANGES = st.tuples(st.integers(-30, 200), st.integers(0, 200)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from([4, 7]), st.integers(-400, 800), RANGES)
def test_a_partial_date_hides_nothing_that_the_exact_date_would_show(
    anchor: date, length: int, later: int, days: tuple[int, int]
) -> None:
    """R-045, R-065"""
    on = anchor + timedelta(days=later)
    procedure = a_procedure(
        phases=(a_phase("p", days=days),),
        normal_signs=(a_sign("s", days=days),),
        red_flags=(a_flag("f", days=days),),
        check_ups=(a_check_up(days[0], window=days),),
    )
    exact = recovery(procedure, dates(implant_placement=str(anchor)), on)
    partial = recovery(procedure, dates(implant_placement=str(anchor)[:length]), on)

    assert len(exact.phases) <= len(partial.phases)
    assert len(exact.normal_signs) <= len(partial.normal_signs)
    assert len(exact.red_flags) <= len(partial.red_flags)
    assert len(exact.check_ups) <= len(partial.check_ups)
    assert len(partial.no_longer_normal) <= len(exact.no_longer_normal)
    assert not any(phase.certain for phase in partial.phases) or exact.phases


@given(st.integers(-100, 3000))
def test_the_same_day_has_the_same_answer_when_asked_again(day: int) -> None:
    """R-062"""
    assert on_day(day) == on_day(day)
    assert on_day(day).reasons == on_day(day).reasons

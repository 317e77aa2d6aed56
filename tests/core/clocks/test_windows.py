from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import (
    Candidate,
    PartialDate,
    Period,
    PeriodSource,
    PeriodTooLong,
    ReferenceWindow,
    SuspensionBackwards,
    UnknownTimeZone,
    WindowState,
    reference_window,
)
from suivi.core.clocks.windows import suspended_days
from tests.core.clocks.builders import a_window

DAYS = st.dates(date(1980, 1, 1), date(2090, 12, 31))
PLACES = st.sampled_from(["Europe/Istanbul", "Pacific/Auckland", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Midway"])
PERIODS = st.builds(Period, months=st.integers(0, 36), days=st.integers(1, 400)).map(str)
SUSPENSIONS = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=5,
)


def test_where_the_terms_are_silent_the_default_of_nine_months_applies_and_is_named_so() -> None:
    """R-060"""
    window = a_window("2026-03-03")

    assert (window.won.source, str(window.won.period), window.lost) == (PeriodSource.DEFAULT, "P9M", ())
    assert window.last_day_earliest == window.last_day_latest == date(2026, 12, 3)
    assert window.reasons[0].text_key == "window.period_from_default"


def test_a_signed_confirmation_beats_terms_which_beat_the_specialty_which_beats_the_default() -> None:
    """R-060"""
    everybody = a_window(specialty="P12M", terms="P10M", confirmation="P8M")
    unsigned = a_window(specialty="P12M", terms="P10M")
    no_terms = a_window(specialty="P12M")

    assert [str(said.period) for said in (everybody.won, *everybody.lost)] == ["P8M", "P10M", "P12M", "P9M"]
    assert (unsigned.won.source, no_terms.won.source) == (PeriodSource.CLINIC_TERMS, PeriodSource.SPECIALTY)


@pytest.mark.parametrize(
    ("terms", "shorter"), [("P8M", True), ("P9M", False), ("P1Y", False), ("P270D", True), ("P275D", False)]
)
def test_a_period_shorter_than_the_default_wins_but_is_pointed_out(terms: str, shorter: bool) -> None:
    """R-060: from 3 March nine months are 275 days."""
    window = a_window("2026-03-03", terms=terms)

    assert str(window.won.period) == terms
    assert window.shorter_than_default is shorter
    assert ("window.shorter_than_default" in {reason.text_key for reason in window.reasons}) is shorter


def test_before_the_date_is_known_a_period_that_may_be_shorter_is_pointed_out() -> None:
    """R-060: from some days nine months are 276 days, never more."""
    assert a_window("unknown", terms="P275D").shorter_than_default
    assert not a_window("unknown", terms="P276D").shorter_than_default


@pytest.mark.parametrize(("anchor", "last"), [("2025-05-31", date(2026, 2, 28)), ("2023-05-31", date(2024, 2, 29))])
def test_nine_months_from_the_end_of_may_end_with_february_and_that_day_is_included(anchor: str, last: date) -> None:
    """R-063"""
    on_the_last_day, the_day_after = a_window(anchor, on=last), a_window(anchor, on=last + timedelta(days=1))

    assert (on_the_last_day.state, on_the_last_day.days_left) == (WindowState.OPEN, 0)
    assert the_day_after.state is WindowState.EXPIRED


def test_a_patient_in_auckland_is_in_time_until_the_day_has_ended_in_istanbul() -> None:
    """R-064: half past eleven at night in Istanbul is the next morning in Auckland, and still in time."""
    window = a_window(
        "2026-03-03",
        clinic="Europe/Istanbul",
        patient="Pacific/Auckland",
        on=datetime.fromisoformat("2026-12-03T23:30:00+03:00"),
    )

    assert (window.state, window.days_left) == (WindowState.OPEN, 0)
    assert window.closes_at == datetime.fromisoformat("2026-12-04T00:00:00+03:00")
    assert str(window.closes_at_clinic) == "2026-12-04 00:00:00+03:00"
    assert str(window.closes_at_patient) == "2026-12-04 00:00:00+13:00"


def test_a_patient_west_of_the_clinic_has_the_whole_last_day_at_home() -> None:
    """R-064"""
    late_at_home = datetime.fromisoformat("2026-12-03T23:30:00-08:00")

    in_time = a_window(patient="America/Los_Angeles", on=late_at_home)
    too_late = a_window(patient="America/Los_Angeles", on=late_at_home + timedelta(minutes=30))

    assert (in_time.state, too_late.state) == (WindowState.OPEN, WindowState.EXPIRED)


def test_where_clocks_skip_the_closing_midnight_the_window_closes_after_the_gap() -> None:
    """R-063"""
    window = a_window("2018-02-03", clinic="America/Sao_Paulo", patient="Europe/Lisbon", on=date(2018, 6, 1))

    assert window.closes_at == datetime(2018, 11, 4, 3, 0, tzinfo=UTC)
    assert str(window.closes_at_clinic) == "2018-11-04 01:00:00-02:00"


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 9, 30), WindowState.OPEN),
        (date(2026, 10, 1), WindowState.OPEN),
        (date(2026, 10, 2), WindowState.NEEDS_REVIEW),
        (date(2027, 9, 30), WindowState.NEEDS_REVIEW),
        (date(2027, 10, 1), WindowState.EXPIRED),
    ],
)
def test_with_only_the_year_known_doubt_is_for_a_person_and_expiry_only_for_certainty(
    on: date, state: WindowState
) -> None:
    """R-065"""
    window = a_window("2026", on=on)

    assert window.state is state
    assert (window.last_day_earliest, window.last_day_latest) == (date(2026, 10, 1), date(2027, 9, 30))


def test_without_any_date_a_person_has_to_look() -> None:
    """R-065"""
    window = a_window("unknown")

    assert window.state is WindowState.NEEDS_REVIEW
    assert (window.closes_at, window.days_left, window.last_day_latest) == (None, None, None)
    assert window.reasons[-1].text_key == "window.anchor_unknown"


def test_before_the_treatment_the_window_has_not_started() -> None:
    assert a_window("2026-06-02", on=date(2026, 6, 1)).state is WindowState.NOT_STARTED
    assert a_window("2026-06-01", on=date(2026, 6, 1)).state is WindowState.OPEN
    assert a_window("2026-06", on=date(2026, 6, 1)).state is WindowState.OPEN


def test_overlapping_suspensions_are_merged_not_added() -> None:
    """R-067: 1 to 10 June and 5 to 14 June are fourteen days."""
    june = [(date(2026, 6, 5), date(2026, 6, 14)), (date(2026, 6, 1), date(2026, 6, 10))]

    window = a_window("2026-03-03", suspensions=june)

    assert window.suspended_days == 14
    assert window.last_day_latest == date(2026, 12, 17)
    assert "suspension@1" in {reason.rule for reason in window.reasons}


def test_a_suspension_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(SuspensionBackwards):
        a_window(suspensions=[(date(2026, 6, 2), date(2026, 6, 1))])


def test_a_time_zone_nobody_knows_is_refused_by_field() -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        a_window(patient="Moon/Base")

    assert refusal.value.field == "patientZone"


def test_a_window_past_the_calendar_is_refused() -> None:
    for suspensions in ([], [(date(2026, 1, 1), date.max)]):
        with pytest.raises(PeriodTooLong):
            a_window(terms="P7980Y" if not suspensions else None, suspensions=suspensions)


def test_an_instant_without_its_offset_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="offset"):
        a_window(on=datetime(2026, 6, 1, 12, 0))  # noqa: DTZ001 - the mistake under test


def test_every_answer_names_anchor_rule_version_end_days_left_and_why() -> None:
    """R-062"""
    window = a_window("2026-03-03", on=date(2026, 12, 1))

    assert (window.anchor_name, str(window.anchor), window.rule) == ("surgery", "2026-03-03", "reference_window@1")
    assert (window.last_day_latest, window.days_left) == (date(2026, 12, 3), 2)
    assert [reason.text_key for reason in window.reasons] == [
        "window.period_from_default",
        "window.last_day",
        "window.closes",
        "window.open",
    ]


def a_window_of(anchor: date, period: str, clinic: str, patient: str, on: date | datetime) -> ReferenceWindow:
    return a_window(anchor.isoformat(), terms=period, clinic=clinic, patient=patient, on=on)


@given(DAYS, PERIODS, PLACES, PLACES)
def test_the_window_is_open_until_the_later_place_has_seen_its_last_day_end(
    anchor: date, period: str, clinic: str, patient: str
) -> None:
    """R-064"""
    window = a_window_of(anchor, period, clinic, patient, on=anchor)
    closes, at_clinic, at_patient = window.closes_at, window.closes_at_clinic, window.closes_at_patient
    assert closes
    assert at_clinic
    assert at_patient

    just_before = a_window_of(anchor, period, clinic, patient, on=closes - timedelta(seconds=1))
    at_closing = a_window_of(anchor, period, clinic, patient, on=closes)

    assert closes == max(at_clinic.astimezone(UTC), at_patient.astimezone(UTC))
    assert (just_before.state, just_before.days_left) == (WindowState.OPEN, 0)
    assert at_closing.state is WindowState.EXPIRED


@given(DAYS, st.integers(1, 60), st.integers(0, 60), PLACES, PLACES)
def test_a_longer_period_never_closes_sooner(anchor: date, months: int, more: int, clinic: str, patient: str) -> None:
    shorter = a_window_of(anchor, f"P{months}M", clinic, patient, on=anchor)
    longer = a_window_of(anchor, f"P{months + more}M", clinic, patient, on=anchor)

    assert shorter.closes_at
    assert longer.closes_at
    assert shorter.closes_at <= longer.closes_at


@given(DAYS, st.sampled_from([4, 7]), PERIODS, st.integers(-100, 2000))
def test_a_date_known_in_part_never_contradicts_the_exact_one(
    anchor: date, length: int, period: str, later: int
) -> None:
    """R-065"""
    on = anchor + timedelta(days=later)
    exact = a_window(anchor.isoformat(), terms=period, on=on)
    partial = a_window(anchor.isoformat()[:length], terms=period, on=on)

    assert partial.last_day_earliest
    assert partial.last_day_latest
    assert exact.last_day_latest
    assert partial.last_day_earliest <= exact.last_day_latest <= partial.last_day_latest
    if partial.state is not WindowState.NEEDS_REVIEW and exact.state is not WindowState.NOT_STARTED:
        assert partial.state is exact.state


@given(SUSPENSIONS)
def test_suspensions_add_the_days_of_their_union_in_any_order(suspensions: list[tuple[date, date]]) -> None:
    """R-067"""
    union = {first + timedelta(days=n) for first, last in suspensions for n in range((last - first).days + 1)}

    assert suspended_days(suspensions) == suspended_days(suspensions[::-1] * 2) == len(union)


@given(DAYS, PERIODS, PLACES, PLACES, st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_the_same_question_has_the_same_answer_when_asked_again(
    anchor: date, period: str, clinic: str, patient: str, on: datetime
) -> None:
    """R-062, R-068"""
    first = a_window_of(anchor, period, clinic, patient, on)
    again = a_window_of(anchor, period, clinic, patient, on)

    assert first == again
    assert first.reasons == again.reasons


def test_another_default_may_be_given_and_is_then_the_usual_period() -> None:
    """R-060"""
    default = Candidate(source=PeriodSource.DEFAULT, period=Period.parse("P12M"))
    terms = Candidate(source=PeriodSource.CLINIC_TERMS, period=Period.parse("P10M"))

    window = reference_window(
        PartialDate.parse("2026-03-03"),
        on=date(2026, 6, 1),
        clinic_zone="UTC",
        patient_zone="UTC",
        candidates=[default, terms],
    )

    assert (window.won, window.lost, window.shorter_than_default) == (terms, (default,), True)

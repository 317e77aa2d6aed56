from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import Period, deadline, lodging_preserved_until, recovery, warranty_interval
from suivi.core.clocks.lodging import ask_before_judging
from suivi.core.specialties.model import Anchors, Stabilisation
from tests.core.clocks.builders import a_procedure, a_window, dates


def test_a_hair_patient_who_asks_in_month_eight_is_judged_in_month_twelve() -> None:
    """R-061"""
    month_eight = a_window("2026-01-10", on=date(2026, 9, 5))

    lodging = lodging_preserved_until(month_eight, stabilisation_latest=date(2027, 1, 10), response_days=14)

    assert lodging.kept
    assert lodging.until == date(2027, 1, 24)


def test_a_request_after_the_window_keeps_nothing() -> None:
    """R-061"""
    too_late = a_window("2026-01-10", on=date(2026, 10, 11))

    lodging = lodging_preserved_until(too_late, stabilisation_latest=date(2027, 1, 10), response_days=14)

    assert (lodging.kept, lodging.until) == (False, None)
    assert lodging.reasons[0].text_key == "lodging.too_late"


def test_a_request_lodged_when_the_window_is_in_doubt_is_kept() -> None:
    """R-061, R-065"""
    in_doubt = a_window("2026", on=date(2027, 3, 1))

    assert lodging_preserved_until(in_doubt, stabilisation_latest=None, response_days=14).kept


def test_a_request_about_a_settled_result_gives_the_clinic_its_time_and_never_shortens_the_window() -> None:
    """R-061"""
    settled, last_evening = date(2026, 6, 1), datetime.fromisoformat("2026-12-03T22:00:00+00:00")

    late = lodging_preserved_until(
        a_window("2026-03-03", patient="America/Lima", on=last_evening), stabilisation_latest=settled, response_days=14
    )
    early = lodging_preserved_until(
        a_window("2026-03-03", on=date(2026, 6, 5)), stabilisation_latest=settled, response_days=14
    )

    assert late.until == date(2026, 12, 18)
    assert early.until == date(2026, 12, 3)


def test_a_warranty_of_three_years_from_a_leap_day_ends_on_28_february_and_does_not_cover_it() -> None:
    """R-063"""
    warranty = warranty_interval(date(2024, 2, 29), Period.parse("P3Y"))

    assert warranty.ends_on == date(2027, 2, 28)
    assert warranty.covers(date(2024, 2, 29))
    assert warranty.covers(date(2027, 2, 27))
    assert not warranty.covers(date(2027, 2, 28))
    assert not warranty.covers(date(2024, 2, 28))


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 1000))
def test_a_deadline_counts_the_day_of_the_event_as_day_zero(event: date, days: int) -> None:
    assert (deadline(event, days) - event).days == days


def test_who_straightens_teeth_for_a_year_is_told_to_ask_before_the_window_ends() -> None:
    """R-061: nine months from the first aligner, judged ninety days after the last."""
    aligners = a_procedure(
        anchors=Anchors(day0="first_aligner", other=("end",)),
        stabilisation=Stabilisation(min=90, typical=365, max=730, anchor="end"),
    )
    first = dates(first_aligner="2026-03-03")

    def told(on: date, **more: str) -> str | None:
        today = recovery(aligners, {**first, **dates(**more)}, on).stabilisation
        reason = ask_before_judging(a_window("2026-03-03", on=on), today)
        return None if reason is None else reason.sentence("en")

    assert told(date(2026, 6, 1)) is None, "it may still end in time"
    assert told(date(2026, 10, 1)) == (
        "The last day to ask for a re-evaluation, December 3, 2026, comes before the result may be judged "
        "(December 30, 2026). It can be asked for now: asked in time, the request stays open until then."
    )
    assert told(date(2026, 11, 1), end="2026-10-20") is not None
    assert told(date(2026, 8, 1), end="2026-07-01") is None
    assert told(date(2027, 1, 1)) is None, "the window has closed"

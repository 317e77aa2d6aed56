from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import Period, PeriodTooLong, UnreadablePeriod

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
PERIODS = st.builds(
    Period, years=st.integers(0, 20), months=st.integers(1, 40), weeks=st.integers(0, 60), days=st.integers(0, 400)
)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (date(2025, 5, 31), "P9M", date(2026, 2, 28)),
        (date(2023, 5, 31), "P9M", date(2024, 2, 29)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2024, 1, 31), "P1M1D", date(2024, 3, 1)),
        (date(2024, 1, 31), "P1Y1M", date(2025, 2, 28)),
        (date(2026, 12, 15), "P1M", date(2027, 1, 15)),
        (date(2026, 3, 3), "P6W", date(2026, 4, 14)),
        (date(2026, 3, 3), "P1W3D", date(2026, 3, 13)),
    ],
)
def test_months_are_calendar_months_clamped_to_the_end_of_the_month(start: date, period: str, end: date) -> None:
    """R-063"""
    assert Period.parse(period).add_to(start) == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "9M",
        "P0M",
        "P0Y0D",
        "P-1M",
        "-P1M",
        "PT9H",
        "P1DT1H",
        "P1.5M",
        "P1D1M",
        "p9m",
        "P9M ",
        "P999999D",
        "P٩M",
        "P9M\n",
    ],
)
def test_a_period_that_is_not_a_positive_number_of_calendar_units_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePeriod) as refusal:
        Period.parse(text, field="referencePeriod")

    assert refusal.value.field == "referencePeriod"


def test_a_period_that_leaves_the_calendar_is_refused() -> None:
    for text in ("P9999Y", "P99999Y", "P8000Y", "P7973Y", "P99999M99999W99999D"):
        with pytest.raises(PeriodTooLong):
            Period.parse(text).add_to(date(2026, 3, 3))


@given(PERIODS)
def test_a_period_reads_back_as_it_was_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(DAYS, st.integers(1, 400))
def test_a_period_in_months_ends_on_the_same_day_of_the_month_or_on_the_last_one(start: date, months: int) -> None:
    end = Period(months=months).add_to(start)

    assert (12 * end.year + end.month) - (12 * start.year + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, PERIODS)
def test_a_later_start_never_ends_sooner(one: date, other: date, period: Period) -> None:
    first, second = sorted((one, other))

    assert first < period.add_to(first) <= period.add_to(second)

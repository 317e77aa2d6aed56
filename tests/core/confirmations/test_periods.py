"""Which confirmed reference period counts: agreed to before treatment, or better afterwards."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.periods import Period
from suivi.core.confirmations.periods import ConfirmedPeriod, counting

AGREED = date(2026, 3, 3)
BUDAPEST = ZoneInfo("Europe/Budapest")
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
REGISTERED = NOON + timedelta(hours=6)
NINE_MONTHS = Period(months=9)
PERIODS = st.builds(Period, months=st.integers(1, 36))


def confirmed(period: Period, *, days: int) -> ConfirmedPeriod:
    return ConfirmedPeriod(number=f"C-{days}", period=period, signed_at=NOON + timedelta(days=days))


def counted(*stated: ConfirmedPeriod, otherwise: Period = NINE_MONTHS) -> list[str]:
    return [
        one.number for one in counting(stated, otherwise, agreed_on=AGREED, clinic=BUDAPEST, registered_at=REGISTERED)
    ]


def test_what_was_confirmed_before_treatment_counts_longer_or_shorter() -> None:
    """R-060: it is what the patient agreed to."""
    assert counted(confirmed(Period(months=12), days=-9), confirmed(Period(months=6), days=0)) == ["C-0", "C--9"]


def test_afterwards_only_a_longer_period_counts() -> None:
    """R-126."""
    assert counted(confirmed(Period(months=8), days=1)) == []
    assert counted(confirmed(Period(months=8), days=1), confirmed(Period(months=10), days=2)) == ["C-2"]
    assert counted(confirmed(Period(days=270), days=1)) == [], "days that may be fewer than nine months"


def test_what_is_signed_once_the_treatment_is_registered_shortens_nothing_even_on_the_day_of_agreement() -> None:
    """R-126."""
    evening = REGISTERED + timedelta(minutes=1)

    shorter = ConfirmedPeriod(number="S", period=Period(months=6), signed_at=evening)
    longer = ConfirmedPeriod(number="L", period=Period(months=12), signed_at=evening)

    assert counted(shorter) == []
    assert counted(shorter, longer) == ["L"]


def test_the_day_is_the_clinics() -> None:
    """R-064: half past eleven in UTC on the day of the agreement is the next day in Budapest."""
    at_night = ConfirmedPeriod(number="C", period=Period(months=6), signed_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))

    assert counted(at_night) == []


@given(st.lists(st.tuples(PERIODS, st.integers(1, 400)), max_size=6), PERIODS)
@settings(deadline=None, max_examples=80)
def test_after_treatment_the_period_never_gets_shorter(stated: list[tuple[Period, int]], otherwise: Period) -> None:
    """R-126."""
    signed = [confirmed(period, days=days) for period, days in sorted(stated, key=lambda one: one[1])]

    found = counting(signed, otherwise, agreed_on=AGREED, clinic=BUDAPEST, registered_at=REGISTERED)

    months = [otherwise.total_months, *(one.period.total_months for one in reversed(found))]
    assert months == sorted(months)
    assert months[-1] == max([otherwise.total_months, *(period.total_months for period, _ in stated)])

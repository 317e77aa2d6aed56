"""R-214: how many operations one holder of a token may send."""

import pytest

from suivi.core.access.viewer import Role, Viewer
from suivi.graphql.endpoint.rates import Rates
from suivi.graphql.endpoint.refusing import RateLimited

PATIENT = Viewer(role=Role.PATIENT, subject="patient")
OTHER = Viewer(role=Role.PATIENT, subject="other")


def test_a_minutes_worth_may_come_at_once_and_then_they_come_back_evenly() -> None:
    rates = Rates()
    for _ in range(60):
        rates.take(PATIENT, 60, now=0)

    with pytest.raises(RateLimited) as refusal:
        rates.take(PATIENT, 60, now=0.25)
    rates.take(PATIENT, 60, now=1.25)

    assert refusal.value.facts == {"limit": 60, "seconds": 1}


def test_one_holders_haste_is_nobody_elses_and_no_limit_is_none() -> None:
    rates = Rates()
    rates.take(PATIENT, 1, now=0)

    rates.take(OTHER, 1, now=0)
    for _ in range(1000):
        rates.take(PATIENT, None, now=0)
    with pytest.raises(RateLimited):
        rates.take(PATIENT, 1, now=0)


def test_holders_are_forgotten_so_that_memory_is_bounded() -> None:
    rates = Rates()
    for n in range(rates.MOST_HOLDERS + 10):
        rates.take(Viewer(role=Role.PATIENT, subject=str(n)), 5, now=0)

    assert len(rates._buckets) == rates.MOST_HOLDERS

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import UnknownTimeZone, start_of_day, zone

PLACES = ["Europe/Istanbul", "Pacific/Auckland", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana"]


@pytest.mark.parametrize(
    ("place", "day", "starts"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T01:00:00-02:00"),
        ("Africa/Cairo", date(2023, 4, 28), "2023-04-28T01:00:00+03:00"),
        ("Asia/Beirut", date(2024, 3, 31), "2024-03-31T01:00:00+03:00"),
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T00:30:00-04:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_where_clocks_skip_midnight_the_day_starts_after_the_gap(place: str, day: date, starts: str) -> None:
    """R-063"""
    assert start_of_day(day, zone(place)) == datetime.fromisoformat(starts)


def test_where_midnight_comes_twice_the_day_starts_with_the_first() -> None:
    """R-063"""
    assert start_of_day(date(2025, 11, 2), zone("America/Havana")).isoformat() == "2025-11-02T04:00:00+00:00"


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)), st.sampled_from(PLACES))
def test_an_instant_before_a_day_starts_it_is_another_day_there(day: date, place: str) -> None:
    begins = start_of_day(day, zone(place))

    assert begins.tzinfo is UTC
    assert begins.astimezone(zone(place)).date() == day
    assert (begins - timedelta(seconds=1)).astimezone(zone(place)).date() < day


@pytest.mark.parametrize("name", ["", "Mars/Base", "Europe", "../etc/passwd", "/etc/localtime", "localtime", "é\0"])
def test_a_time_zone_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        zone(name, field="patientZone")

    assert refusal.value.field == "patientZone"

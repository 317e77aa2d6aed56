from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import PartialDate, UnreadableDate

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2026-03-03", date(2026, 3, 3), date(2026, 3, 3)),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("unknown", None, None),
    ],
)
def test_a_date_known_in_part_is_every_day_it_may_be(text: str, earliest: date | None, latest: date | None) -> None:
    """R-065"""
    known = PartialDate.parse(text)

    assert (known.earliest, known.latest, str(known)) == (earliest, latest, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1899",
        "2201",
        "2026-13",
        "2026-00",
        "2026-02-29",
        "2026-04-31",
        "20260303",
        "2026-3-3",
        "2026-W10",
        "2026-03-03T10:00",
        " 2026",
        "2026\n",
        "２０２６",
        "Unknown",
        "2026-03-00",
        "26-03-03",
    ],
)
def test_a_date_that_cannot_be_is_refused_and_names_the_field_but_not_the_text(text: str) -> None:
    with pytest.raises(UnreadableDate) as refusal:
        PartialDate.parse(text, field="anchors.surgery")

    assert refusal.value.field == "anchors.surgery"
    assert not text.strip() or text not in str(refusal.value) + repr(refusal.value.facts)


def test_an_impossible_date_cannot_be_built_either() -> None:
    for parts in [(2026, 2, 30), (None, 3, None), (2026, None, 3), (1800, None, None)]:
        with pytest.raises(UnreadableDate):
            PartialDate(*parts)


def test_a_date_is_in_the_future_only_when_every_reading_is() -> None:
    on = date(2026, 3, 15)

    assert PartialDate.parse("2026-03-16").is_after(on)
    assert PartialDate.parse("2026-04").is_after(on)
    assert not PartialDate.parse("2026-03").is_after(on)
    assert not PartialDate.parse("2026-03-15").is_after(on)
    assert not PartialDate.parse("unknown").is_after(on)


@given(DAYS)
def test_every_day_lies_in_its_month_and_in_its_year(day: date) -> None:
    exact = PartialDate.of(day)

    assert exact.exact
    assert PartialDate.parse(str(exact)) == exact
    for length in (7, 4):
        known = PartialDate.parse(day.isoformat()[:length])
        assert known.earliest is not None
        assert known.latest is not None
        assert known.earliest <= day <= known.latest
        assert (known.latest + timedelta(days=1)).day == 1
        assert not known.exact

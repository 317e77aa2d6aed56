"""Check-ups that cover asks for every year: which count, and which is due next."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from suivi.core.check_ups.rules import Place
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.coverage.yearly import CheckUpCounted, counted, next_due
from suivi.core.registry import Registry

CEMENTED = date(2026, 3, 3)
START = DateInterval(CEMENTED, CEMENTED)
ON = date(2027, 5, 1)
CROWN = Registry.load(only=["dental"]).specialties()["dental"].procedures["crown"]


def held(on: str, where: Place = Place.ON_SITE, **changed: Any) -> Any:
    told: dict[str, Any] = {"due_day": None, "anchor": None, "site": None, "evidence_id": None}
    return SimpleNamespace(held_on=on, where=where, **(told | changed))


def counting(*rows: Any, on: date = ON) -> list[CheckUpCounted]:
    anchors = {"definitive_cementation": PartialDate.of(CEMENTED)}
    return list(counted(rows, CROWN, anchors, on=on))


def due(*rows: Any, on: date = ON, ends: date | None = None, sites: tuple[str, ...] = ()) -> str | None:
    until = DateInterval(ends, ends) if ends else None
    found = next_due(START, until, counting(*rows, on=on), sites=sites, on=on)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("says", "row", "counts"),
    [
        ("at the clinic", held("2027-02-10"), True),
        ("by video", held("2027-02-10", Place.REMOTE), False),
        ("with a local clinician, with a report", held("2027-02-10", Place.LOCAL_CLINICIAN, evidence_id=1), True),
        ("with a local clinician, without", held("2027-02-10", Place.LOCAL_CLINICIAN), False),
        ("the planned one of the first weeks", held("2026-03-17", due_day=14, anchor="definitive_cementation"), False),
        ("the planned one of the first year", held("2027-03-01", due_day=365, anchor="definitive_cementation"), True),
        ("the planned one of year two", held("2027-04-30", due_day=730, anchor="definitive_cementation"), True),
        ("on a day nobody remembers", held("unknown"), False),
        ("after the day that is looked at", held("2027-05-02"), False),
        ("in the month that is looked at", held("2027-05"), False),
    ],
)
def test_which_check_ups_count_for_a_year(says: str, row: Any, counts: bool) -> None:
    """R-124: documented, at the clinic, or with a local clinician who gives written proof."""
    assert bool(counting(row)) is counts, says


def test_a_year_is_done_once_it_has_its_check_up() -> None:
    """R-124: each year of cover, up to its anniversary, needs one of its own."""
    first, second = held("2027-03-03"), held("2027-03-04")

    assert due(on=CEMENTED) == due(on=date(2027, 3, 3)) == "2027-03-03"
    assert due(first, on=date(2027, 3, 3)) == due(on=date(2027, 3, 4)) == due(first) == "2028-03-03"
    assert due(first, second) == due(second) == "2029-03-03"
    assert due(held("2026-03-02")) == due(held("2027-03")) == "2028-03-03"


def test_a_planned_check_up_is_of_the_year_it_was_planned_for() -> None:
    """R-035: late is not missing, and next year's is still to come."""
    late = held("2027-04-20", due_day=365, anchor="definitive_cementation")

    assert due(late) == "2028-03-03"
    assert due(held("2027-04-20")) == "2029-03-03"


@pytest.mark.parametrize("due_day", [3_650, 3_650_000])
def test_a_check_up_held_years_before_its_plan_is_of_the_year_it_was_held_in(due_day: int) -> None:
    """R-035: the plan's year still needs its own, and there may be no such day."""
    early = held("2027-02-10", due_day=due_day, anchor="definitive_cementation")

    assert due(early, on=date(2027, 3, 1)) == "2028-03-03"
    assert due(early, on=date(2036, 3, 1)) == "2036-03-03"


def test_none_is_due_that_the_cover_would_not_outlast() -> None:
    assert due(ends=date(2028, 3, 3)) is None
    assert due(ends=date(2028, 3, 4)) == "2028-03-03"


def test_none_is_due_after_the_last_day_of_the_calendar() -> None:
    """A policy may begin on any day: a mistyped year leaves the rest of the map as it is."""
    last = DateInterval(date(9999, 12, 31), date(9999, 12, 31))

    assert next_due(last, None, (), sites=(), on=ON) is None


def test_every_site_needs_its_check_up() -> None:
    """R-022: one of the whole treatment is one of each."""
    left, right = held("2027-04-01", site="14"), held("2027-04-02", site="24")
    teeth = ("14", "24")

    assert due(left, sites=teeth) == "2028-03-03"
    assert due(left, right, sites=teeth) == due(held("2027-04-01"), sites=teeth) == "2029-03-03"


def test_a_start_known_in_part_ticks_off_only_what_is_certain() -> None:
    """R-065: cemented some day in March."""
    march = DateInterval(date(2026, 3, 1), date(2026, 3, 31))
    certain, doubtful = (counting(held(on)) for on in ("2027-02-20", "2027-03-10"))

    found = [next_due(march, None, rows, sites=(), on=date(2027, 3, 15)) for rows in (certain, doubtful)]

    assert [str(one) for one in found] == ["2028-03-01/2028-03-31", "2027-03-01/2027-03-31"]

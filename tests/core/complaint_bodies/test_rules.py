"""Which entries are asked for, which are still verified, and directories put together."""

from datetime import date
from typing import Any

import pytest

from suivi.core.complaint_bodies.merging import merged
from suivi.core.complaint_bodies.model import BodyKind, ComplaintBodies, ComplaintBody
from suivi.core.complaint_bodies.rules import hears, is_verified, listed
from suivi.core.plugin_problems import ConflictingPlugins
from suivi.core.specialties.model import Source


def a_body(id: str = "hu_council", **changes: Any) -> ComplaintBody:  # noqa: A002
    scope = {"foreigners": True, **changes.pop("scope", {})}
    given = {"id": id, "country": "HU", "name": "Council", "kind": "regulator", "remit": "complaints", **changes}
    return ComplaintBody.model_validate({**given, "scope": scope})


def a_directory(*bodies: ComplaintBody, **others: Any) -> ComplaintBodies:
    return ComplaintBodies(bodies={body.id: body for body in bodies}, **others)


@pytest.mark.parametrize(
    ("on", "verified"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2027, 3, 1), True),
        (date(2027, 3, 2), False),
    ],
)
def test_an_entry_stays_verified_for_twelve_months(on: date, verified: bool) -> None:
    """R-183."""
    assert is_verified(a_body(verified_on=date(2026, 3, 1)), on) is verified


def test_an_entry_that_nobody_has_looked_at_is_not_verified() -> None:
    """R-183."""
    assert not is_verified(a_body(), date(2026, 3, 1))


def test_a_body_hears_every_specialty_it_does_not_leave_out() -> None:
    dentists, doctors = a_body(scope={"specialties": ["teeth"]}), a_body(scope={"excluded_specialties": ["teeth"]})

    assert (hears(dentists, "teeth"), hears(dentists, "eyes")) == (True, False)
    assert (hears(doctors, "teeth"), hears(doctors, "eyes")) == (False, True)
    assert hears(a_body(), "eyes")


def test_the_list_is_cut_to_all_that_is_asked_for_at_once() -> None:
    bodies = [
        a_body("hu_one"),
        a_body("hu_two", kind="consumer_body"),
        a_body("hu_three", scope={"specialties": ["teeth"]}),
        a_body("fr_four", country="FR"),
    ]

    asked = listed(bodies, country="HU", specialty="eyes", kind=BodyKind.REGULATOR)
    everything = listed(bodies, country=None, specialty=None, kind=None)

    assert [body.id for body in asked] == ["hu_one"]
    assert everything == bodies


def test_directories_of_several_plugins_are_one() -> None:
    """R-183, R-220."""
    one = a_directory(a_body("hu_one"), sources={"page": Source(title="A page", kind="official")})
    two = a_directory(a_body("hu_two"), sources={"page": Source(title="A page", kind="official")})

    both = merged({"one": one, "two": two})

    assert list(both.bodies) == ["hu_one", "hu_two"]
    assert list(both.sources) == ["page"]


def test_a_body_of_two_plugins_belongs_to_neither() -> None:
    """R-183."""
    with pytest.raises(ConflictingPlugins, match="one and two both claim the complaint body hu_council"):
        merged({"one": a_directory(a_body()), "two": a_directory(a_body())})


def test_one_source_that_means_two_things_is_refused() -> None:
    one = a_directory(sources={"page": Source(title="A page", kind="official")})
    two = a_directory(sources={"page": Source(title="Another page", kind="official")})

    with pytest.raises(ConflictingPlugins, match="the source page, each with another meaning"):
        merged({"one": one, "two": two})

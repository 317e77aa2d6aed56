"""What a manufacturer gives to those alone who enrolled in time, and what it gives to everybody (R-137, R-138)."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suivi.core.coverage.content import Clause, ClauseKind, Component, Content
from suivi.core.coverage.scopes import Known, Scope
from suivi.core.devices.enrolment import ENROLLED, Hindrance, hindrance
from suivi.core.devices.rules import Standing, Step, standing
from suivi.core.devices.templates import Offered, manufacturer_templates, offered
from suivi.core.specialties.reader import read_specialty

SURGERY = read_specialty(Path(__file__).parents[3] / "plugins" / "surgery")


def programme(key: str) -> Offered:
    known = Known(scope=Scope(specialty=SURGERY.id), specialty=SURGERY, procedure=None)
    return offered(manufacturer_templates(SURGERY)[key], known, language="en")


def enrolment(days: int | None, on: str, *, implanted: str = "2026-03-03", enrolled: str | None = None) -> Any:
    """Where it stands on a day."""
    device = SimpleNamespace(implanted_on=implanted)
    enrolled_on = date.fromisoformat(enrolled) if enrolled else None
    warranty = SimpleNamespace(enrolment_days=days, enrolled_on=enrolled_on, withdrawn_at=None)
    return standing(Step.ENROLMENT, warranty, device, date.fromisoformat(on))


@pytest.mark.parametrize(
    ("key", "lost"),
    [
        ("motiva", {"first_year_free", "extended_no_qid", "extended_with_qid"}),
        ("mentor", {"other_events"}),
        ("natrelle", set()),
    ],
)
def test_of_each_programme_only_what_its_maker_ties_to_enrolment_is_lost_without_it(key: str, lost: set[str]) -> None:
    """Motiva: first year and extended. Mentor: the enhanced plan. Natrelle enrols by itself."""
    found = programme(key)
    missed = enrolment(found.enrolment_days, "2034-05-01")

    hindered = {one.id: hindrance(missed, found.content, one.id) for one in found.content.components}

    assert {part for part, why in hindered.items() if why is not None} == lost
    assert {why for why in hindered.values() if why} <= {Hindrance.NOT_ENROLLED}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (enrolment(90, "2026-06-01"), None),
        (enrolment(90, "2026-06-02"), Hindrance.NOT_ENROLLED),
        (enrolment(90, "2034-01-01", enrolled="2026-06-01"), None),
        (enrolment(90, "2034-01-01", enrolled="2026-06-02"), Hindrance.ENROLLED_LATE),
        (enrolment(90, "2034-01-01", implanted="2026-03", enrolled="2026-06-02"), Hindrance.DOUBTFUL),
        (enrolment(90, "2026-06-10", implanted="2026-03"), Hindrance.DOUBTFUL),
        (enrolment(90, "2034-01-01", implanted="unknown"), Hindrance.DOUBTFUL),
        (enrolment(None, "2034-01-01"), None),
        (enrolment(None, "2034-01-01", enrolled="2026-06-02"), None),
    ],
)
def test_what_stands_against_cover_that_depends_on_enrolment(found: Standing | None, why: Hindrance | None) -> None:
    content = programme("motiva").content

    assert hindrance(found, content, "first_year_free") is why
    assert hindrance(found, content, "product_rupture") is None


def test_an_obligation_about_nothing_in_particular_is_about_all_and_silence_wants_a_person() -> None:
    shell = Component(id="shell", object="breast_implant")
    duty = Clause(id="enrol", kind=ClauseKind.OBLIGATION, code=ENROLLED, text="Register it in time.")
    missed = enrolment(90, "2034-01-01")

    assert hindrance(missed, Content(components=(shell,), clauses=(duty,)), "shell") is Hindrance.NOT_ENROLLED
    assert hindrance(missed, Content(components=(shell,)), "shell") is Hindrance.NOT_STATED
    assert hindrance(enrolment(90, "2026-03-04"), Content(components=(shell,)), "shell") is None

"""A clinic that leaves, merges or closes: it takes nothing new, and owes what it owed."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.world import CEMENTED, World, build_world, publish_terms

LATER = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
CLINIC = "... on Clinic { version ceased ceasedOn successor { id name } }"


def ending(clinic_id: str, **changed: Any) -> dict[str, Any]:
    return {"clinicId": clinic_id, "expectedVersion": 1, "ceased": "CLOSED", "on": "2026-06-01", **changed}


@pytest.fixture
async def other(world: World) -> World:
    return await build_world(world.suivi, name="two")


async def test_what_cannot_be_the_end_of_a_clinic(world: World, other: World, subtests: pytest.Subtests) -> None:
    """R-128: nobody succeeds themselves, and whoever has ended succeeds nobody."""
    await other.coordinator.do("recordClinicEnd", CLINIC, **ending(other.clinic_id))
    good = ending(world.clinic_id)
    wrong = Trying(who=world.coordinator, mutation="recordClinicEnd", good=good)
    ended = ending(other.clinic_id, expectedVersion=2)
    again = Trying(who=other.coordinator, mutation="recordClinicEnd", good=ended)

    await each_is_refused(
        [
            wrong("in itself", "SUCCESSOR_IS_ITSELF", "successorId", successorId=world.clinic_id),
            wrong("in one that has ended", "SUCCESSOR_ENDED", "successorId", successorId=other.clinic_id),
            wrong("merged with nobody", "SUCCESSOR_MISSING", "successorId", ceased="MERGED"),
            wrong("in no clinic", "INVALID_ID", "successorId", successorId=world.patient_id),
            wrong("unread", "STALE_VERSION", "expectedVersion", expectedVersion=2),
            again("twice", "CLINIC_END_ON_RECORD"),
            Trying(who=world.patient, mutation="recordClinicEnd", good=good)("by a patient", "NOT_ALLOWED"),
            Trying(who=other.coordinator, mutation="recordClinicEnd", good=good)("by a stranger", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_an_ended_clinic_takes_nothing_new_and_names_its_successor(world: World, other: World) -> None:
    """R-128: what was agreed before it ended may still be put on record."""
    told = ending(world.clinic_id, ceased="MERGED", successorId=other.clinic_id)
    ended = await world.coordinator.do("recordClinicEnd", CLINIC, **told)
    agreed: dict[str, Any] = {
        "patientId": world.patient_id,
        "clinicId": world.clinic_id,
        "procedure": "crown",
        "sites": ["15"],
        "agreedOn": "2026-06-01",
    }
    wrong = Trying(who=world.patient.at(LATER), mutation="registerTreatment", good=agreed)

    refused = await refusal(wrong("agreed on the day it ended", "CLINIC_ENDED", "clinicId"))
    terms = await publish_terms(world.coordinator.at(LATER), world.clinic_id)
    before = await world.patient.at(LATER).do(
        "registerTreatment", "... on Treatment { terms { number } }", **(agreed | {"agreedOn": "2026-05-31"})
    )

    assert ended == {
        "__typename": "Clinic",
        "version": 2,
        "ceased": "MERGED",
        "ceasedOn": "2026-06-01",
        "successor": {"id": other.clinic_id, "name": "Duna Dental two"},
    }
    assert "Duna Dental two" in refused["message"]
    assert terms["code"] == "CLINIC_ENDED"
    assert before["terms"] == {"number": 1}


async def test_an_announced_end_changes_nothing_before_its_day(world: World) -> None:
    """R-128."""
    await world.coordinator.do("recordClinicEnd", CLINIC, **ending(world.clinic_id))

    terms = await publish_terms(world.coordinator.at(CEMENTED), world.clinic_id)
    too_late = await publish_terms(world.coordinator.at(CEMENTED), world.clinic_id, effectiveFrom="2026-06-01")

    assert int(terms["number"]) == 2
    assert too_late["code"] == "CLINIC_ENDED"


async def test_whatever_becomes_of_a_clinic_its_patients_are_heard(world: World) -> None:
    """R-070, R-128: cases, complications and messages go on, and pinned terms stay readable."""
    await world.operator.at(CEMENTED).do("recordClinicEnd", CLINIC, **ending(world.clinic_id, on="2026-03-03"))
    patient = world.patient.at(LATER)

    asked = {"caseId": world.case_id, "words": "It broke.", "language": "en"}
    report = await patient.do("reportComplication", "... on ComplicationReport { id }", **asked)
    message = await patient.do(
        "postMessage", "... on Message { id }", caseId=world.case_id, body="Hello?", language="en"
    )
    case = await patient.do("openCase", "... on Case { id }", treatmentIds=[world.treatment_id])
    kept = await patient.ask(
        "query($id: ID!) { treatment(id: $id) { terms { text obligor { ceased successor { id } } } } }",
        id=world.treatment_id,
    )

    assert [result["__typename"] for result in (report, message, case)] == ["ComplicationReport", "Message", "Case"]
    assert kept["treatment"]["terms"]["obligor"] == {"ceased": "CLOSED", "successor": None}


async def test_of_two_clinics_that_name_each_other_at_once_one_is_refused(world: World, other: World) -> None:
    """R-128: neither waits for the other for ever."""
    results = await asyncio.gather(
        *(
            one.coordinator.do(
                "recordClinicEnd", CLINIC, **ending(one.clinic_id, ceased="MERGED", successorId=next_one.clinic_id)
            )
            for one, next_one in ((world, other), (other, world))
        )
    )

    assert sorted(result.get("code", "done") for result in results) == ["SUCCESSOR_ENDED", "done"]

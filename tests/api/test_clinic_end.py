"""A clinic that leaves, merges or closes: it takes nothing new, and owes what it owed."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from suivi.core.events.models import Event
from suivi.core.events.verification import verify
from tests.api.wrongs import Trying, Wrong, each_is_refused, refusal
from tests.services.world import CEMENTED, World, build_world, publish_terms, row_id

LATER = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
CLINIC = """... on Clinic { version ceased ceasedOn successor { id name }
  succession { state clinic { id } acceptedAt } }"""
SAID = """query($id: ID!) { treatment(id: $id) {
  terms { obligor { successor { name }
    succession { state sentence { text } french: sentence(locale: "fr") { text } } } }
  coverMap { layers { kind obligor { successor { name } succession { state sentence { text } } } } } } }"""


def ending(clinic_id: str, **changed: Any) -> dict[str, Any]:
    return {"clinicId": clinic_id, "expectedVersion": 1, "ceased": "CLOSED", "on": "2026-06-01", **changed}


def merging(world: World, other: World, **changed: Any) -> dict[str, Any]:
    return ending(
        world.clinic_id, **{"ceased": "MERGED", "on": "2026-03-03", "successorId": other.clinic_id, **changed}
    )


def answering(world: World, other: World, **changed: Any) -> dict[str, Any]:
    """The other clinic says that it takes over what the world's owed."""
    asked = {"clinicId": other.clinic_id, "predecessorId": world.clinic_id, "expectedVersion": 2, "accept": True}
    return asked | changed


async def met(wrong: Wrong) -> dict[str, Any]:
    """The refusal, while a notice is on its way: what a worker writes is no concern of it."""
    result = await wrong.who.do(wrong.mutation, **wrong.given)
    assert (result.get("code"), result.get("field")) == (wrong.code, wrong.field), (wrong.says, result)
    return result


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
            wrong("in the first year", "CLINIC_END_OUT_OF_RANGE", "on", on="0001-01-01"),
            wrong("one day too long ago", "CLINIC_END_OUT_OF_RANGE", "on", on="2026-02-19"),
            wrong("at the end of time", "CLINIC_END_OUT_OF_RANGE", "on", on="9999-12-31"),
            again("twice", "CLINIC_END_ON_RECORD"),
            Trying(who=world.patient, mutation="recordClinicEnd", good=good)("by a patient", "NOT_ALLOWED"),
            Trying(who=other.coordinator, mutation="recordClinicEnd", good=good)("by a stranger", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_an_ended_clinic_takes_nothing_new_and_names_its_successor(world: World, other: World) -> None:
    """R-128: what was agreed before it ended may still be put on record."""
    told = ending(world.clinic_id, ceased="MERGED", successorId=other.clinic_id)
    await world.coordinator.do("recordClinicEnd", CLINIC, **told)
    ended = await other.coordinator.do("answerSuccession", CLINIC, **answering(world, other))
    agreed: dict[str, Any] = {
        "patientId": world.patient_id,
        "clinicId": world.clinic_id,
        "procedure": "crown",
        "sites": ["15"],
        "agreedOn": "2026-06-01",
    }
    wrong = Trying(who=world.patient.at(LATER), mutation="registerTreatment", good=agreed)

    refused = await met(wrong("agreed on the day it ended", "CLINIC_ENDED", "clinicId"))
    terms = await publish_terms(world.coordinator.at(LATER), world.clinic_id)
    before = await world.patient.at(LATER).do(
        "registerTreatment", "... on Treatment { terms { number } }", **(agreed | {"agreedOn": "2026-05-31"})
    )

    assert ended.pop("succession")["state"] == "ACCEPTED"
    assert ended == {
        "__typename": "Clinic",
        "version": 3,
        "ceased": "MERGED",
        "ceasedOn": "2026-06-01",
        "successor": {"id": other.clinic_id, "name": "Duna Dental two"},
    }
    assert "Duna Dental two" in refused["message"]
    assert terms["code"] == "CLINIC_ENDED"
    assert "Choose" not in terms["remedy"], "it is the clinic itself that reads this"
    assert before["terms"] == {"number": 1}


async def test_an_announced_end_changes_nothing_before_its_day(world: World) -> None:
    """R-128."""
    await world.coordinator.do("recordClinicEnd", CLINIC, **ending(world.clinic_id))

    terms = await publish_terms(world.coordinator.at(CEMENTED), world.clinic_id)
    too_late = await publish_terms(world.coordinator.at(CEMENTED), world.clinic_id, effectiveFrom="2026-06-01")

    assert int(terms["number"]) == 2
    assert too_late["code"] == "CLINIC_ENDED"


async def test_an_end_recorded_by_mistake_is_withdrawn_and_stays_in_the_history(world: World) -> None:
    """R-128, R-213: the clinic agrees to treatments again, and a right end can be recorded."""
    ended: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 2}
    wrong = Trying(who=world.coordinator, mutation="withdrawClinicEnd", good=ended | {"expectedVersion": 1})
    await refusal(wrong("of a clinic that is there", "NO_CLINIC_END_ON_RECORD"))
    await world.coordinator.do("recordClinicEnd", CLINIC, **ending(world.clinic_id, on="2026-03-03"))
    await refusal(Trying(who=world.patient, mutation="withdrawClinicEnd", good=ended)("by a patient", "NOT_ALLOWED"))
    await refusal(wrong("unread", "STALE_VERSION", "expectedVersion"))

    withdrawn = await world.coordinator.do("withdrawClinicEnd", CLINIC, **ended)
    terms = await publish_terms(world.coordinator, world.clinic_id)
    right = await world.coordinator.do("recordClinicEnd", CLINIC, **ending(world.clinic_id, expectedVersion=3))

    events = [one.kind for one in await Event.filter(noun_id=row_id(world.clinic_id)).order_by("seq")]
    assert (withdrawn["version"], withdrawn["ceased"], withdrawn["ceasedOn"]) == (3, None, None)
    assert int(terms["number"]) == 2
    assert (right["ceased"], right["ceasedOn"]) == ("CLOSED", "2026-06-01")
    assert [kind for kind in events if "end" in kind] == ["clinic_ended", "clinic_end_withdrawn", "clinic_ended"]


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


async def test_nobody_succeeds_a_clinic_by_being_named(world: World, other: World) -> None:
    """R-128: patients read who says so, and the named clinic is told and asked."""
    await world.coordinator.do("recordClinicEnd", CLINIC, **merging(world, other))
    named = (await world.patient.ask(SAID, id=world.treatment_id))["treatment"]
    late: dict[str, Any] = {
        "patientId": world.patient_id,
        "clinicId": world.clinic_id,
        "procedure": "crown",
        "sites": ["15"],
    }
    refused = await world.patient.do("registerTreatment", "... on Treatment { id }", **late, agreedOn="2026-03-03")
    told = await other.coordinator.ask(
        """query($id: ID!) { deliveries { nodes { kind case { id } } }
          clinic(id: $id) { namedBy { id version succession { state } } } }""",
        id=other.clinic_id,
    )
    wrong = Trying(who=other.coordinator, mutation="answerSuccession", good=answering(world, other))
    theirs = Trying(who=world.coordinator, mutation="answerSuccession", good=wrong.good)
    for one in (
        wrong("unread", "STALE_VERSION", "expectedVersion", expectedVersion=1),
        wrong("from itself", "SUCCESSION_NOT_ASKED", "predecessorId", predecessorId=other.clinic_id),
        wrong("from no clinic", "INVALID_ID", "predecessorId", predecessorId=world.patient_id),
        theirs("by the clinic that named it", "NOT_ALLOWED"),
        Trying(who=other.practitioner, mutation="answerSuccession", good=wrong.good)("by a dentist", "NOT_ALLOWED"),
    ):
        await met(one)

    await other.coordinator.do("answerSuccession", CLINIC, **wrong.good)
    accepted = (await world.patient.ask(SAID, id=world.treatment_id))["treatment"]
    answered = await world.coordinator.ask("{ deliveries(first: 1) { nodes { kind } } }")
    await met(wrong("twice", "SUCCESSION_NOT_ASKED", "predecessorId", expectedVersion=3))

    assert named["terms"]["obligor"] == {
        "successor": None,
        "succession": {
            "state": "NAMED",
            "sentence": {
                "text": "Duna Dental one names Duna Dental two as taking over its obligations. "
                "Duna Dental two has not said that it does."
            },
            "french": {
                "text": "Duna Dental one désigne Duna Dental two pour reprendre ses obligations. "
                "Duna Dental two n’a pas dit qu’elle les reprend."
            },
        },
    }
    assert named["coverMap"]["layers"][0]["obligor"]["succession"]["state"] == "NAMED"
    assert refused["code"] == "CLINIC_ENDED"
    assert "Duna" not in refused["message"]
    assert told["deliveries"]["nodes"] == [{"kind": "succession_asked", "case": None}]
    assert told["clinic"]["namedBy"] == [{"id": world.clinic_id, "version": 2, "succession": {"state": "NAMED"}}]
    said = "Duna Dental two has said that it takes over the obligations of Duna Dental one."
    assert accepted["coverMap"]["layers"][0]["obligor"] == {
        "successor": {"name": "Duna Dental two"},
        "succession": {"state": "ACCEPTED", "sentence": {"text": said}},
    }
    assert answered["deliveries"]["nodes"] == [{"kind": "succession_answered"}]
    assert await verify(world.suivi.running.house.audit_key) == []


async def test_a_clinic_that_does_not_take_over_is_named_no_longer(world: World, other: World) -> None:
    """R-128: who has ended meanwhile cannot accept; what is withdrawn is told to who was named."""
    await world.coordinator.do("recordClinicEnd", CLINIC, **merging(world, other))

    refused = await other.coordinator.do("answerSuccession", CLINIC, **answering(world, other, accept=False))
    await world.coordinator.do("withdrawClinicEnd", CLINIC, clinicId=world.clinic_id, expectedVersion=3)
    await world.coordinator.do("recordClinicEnd", CLINIC, **merging(world, other, expectedVersion=4))
    await other.coordinator.do("recordClinicEnd", CLINIC, **ending(other.clinic_id))
    wrong = Trying(who=other.coordinator, mutation="answerSuccession", good=answering(world, other, expectedVersion=5))
    await met(wrong("ended", "SUCCESSOR_ENDED", "clinicId"))
    await world.operator.do("withdrawClinicEnd", CLINIC, clinicId=world.clinic_id, expectedVersion=5)
    told = await other.coordinator.ask("{ deliveries { nodes { kind } } }")

    assert (refused["ceased"], refused["succession"]) == ("MERGED", None)
    kinds = [one["kind"] for one in told["deliveries"]["nodes"]]
    assert kinds == ["succession_withdrawn", "succession_asked", "succession_asked"]


async def test_how_late_an_end_may_be_recorded(world: World) -> None:
    """R-128: by the clinic 30 days, by an operator as far back as its newest treatment and its registration."""
    later = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    ours = Trying(who=world.coordinator.at(later), mutation="recordClinicEnd", good=ending(world.clinic_id))
    theirs = Trying(who=world.operator.at(later), mutation="recordClinicEnd", good=ours.good)

    late = await refusal(ours("31 days ago", "CLINIC_END_OUT_OF_RANGE", "on", on="2026-03-31"))
    early = await refusal(theirs("before a treatment", "CLINIC_END_OUT_OF_RANGE", "on", on="2026-02-19"))
    ended = await world.operator.at(later).do("recordClinicEnd", CLINIC, **ending(world.clinic_id, on="2026-03-31"))

    assert "2026-04-01" in late["message"]
    assert early["message"].startswith("The first day without this clinic cannot lie before")
    assert ended["ceasedOn"] == "2026-03-31"

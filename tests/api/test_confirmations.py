"""Written confirmations are asked item by item, before treatment or after, and followed until they are answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from suivi.core.events.verification import verify as audit
from tests.api.confirming import (
    ALL,
    CONFIRMED,
    LATE,
    MATERIALS,
    REQUEST,
    SIGNED,
    TAXI,
    WARRANTY,
    answering,
    asked,
    asked_by,
    seen,
    signed,
    who_asks,
)
from tests.api.wrongs import Trying, each_is_refused, nothing_written
from tests.services.suivi import Statements
from tests.services.world import CEMENTED, World, build_world


def asking(world: World) -> Trying:
    good = {"patientId": world.patient_id, "treatmentId": world.treatment_id, "items": [ALL]}
    return Trying(who=world.patient, mutation="askConfirmation", good=good)


async def test_somebody_who_has_not_chosen_a_clinic_asks_it_to_confirm(world: World) -> None:
    """R-132: before there is a treatment, of a clinic that has never met them; the terms in force are asked about."""
    other = await build_world(world.suivi, name="two")

    request_id = await asked(world, ALL, MATERIALS, TAXI, clinicId=other.clinic_id, procedure="crown")
    mine, theirs = await seen(world.patient, request_id), await seen(other.coordinator, request_id)

    assert mine["patient"] == {"id": world.patient_id}
    assert theirs["patient"] is None
    assert (theirs["state"], theirs["treatment"], theirs["terms"]) == ("OPEN", None, {"number": 1})
    assert theirs["dueOn"] == "2026-03-08"
    assert mine["items"][0]["kindText"]["text"] == "Conditions et délais"
    assert mine["items"][2]["question"] == TAXI["question"]
    assert await seen(world.coordinator, request_id) is None
    listed = await other.practitioner.ask("{ confirmationRequests(open: true) { nodes { id } } }")
    assert listed["confirmationRequests"]["nodes"] == [{"id": request_id}]
    assert await audit(world.suivi.running.settings.audit_secret) == []


async def test_what_cannot_be_asked(world: World, subtests: pytest.Subtests) -> None:
    """R-132."""
    wrong = asking(world)
    other = await build_world(world.suivi, name="two")
    unchosen = {"treatmentId": None, "clinicId": world.clinic_id, "procedure": "crown"}

    await each_is_refused(
        [
            wrong("nothing", "OUT_OF_RANGE", "items", items=[]),
            wrong("without end", "OUT_OF_RANGE", "items", items=[TAXI | {"question": str(n)} for n in range(31)]),
            wrong("twice", "ITEM_REPEATED", "items", items=[MATERIALS, MATERIALS]),
            wrong("no question", "QUESTION_MISSING", "question", items=[{"kind": "OTHER"}]),
            wrong("a blank question", "TEXT_EMPTY", "question", items=[TAXI | {"question": " "}]),
            wrong("a book", "TEXT_TOO_LONG", "question", items=[TAXI | {"question": "x" * 2001}]),
            wrong("an unknown part", "UNKNOWN_SUBJECT", "items", items=[WARRANTY | {"subject": "hip"}]),
            wrong("a fee as a part", "UNKNOWN_SUBJECT", "items", items=[WARRANTY | {"subject": "materials"}]),
            wrong("an unknown fee", "UNKNOWN_SUBJECT", "items", items=[MATERIALS | {"subject": "champagne"}]),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language="xx-nowhere"),
            wrong("about both", "TREATMENT_OR_PROCEDURE", "treatmentId", clinicId=world.clinic_id),
            wrong("about neither", "TREATMENT_OR_PROCEDURE", "clinicId", treatmentId=None),
            wrong("about a clinic at large", "TREATMENT_OR_PROCEDURE", "procedure", **unchosen | {"procedure": None}),
            wrong("about magic", "UNKNOWN_PROCEDURE", "procedure", **unchosen | {"procedure": "magic"}),
            wrong("about a stranger's crown", "NOT_FOUND", "treatmentId", treatmentId=other.treatment_id),
            wrong("for a stranger", "NOT_FOUND", None, patientId=other.patient_id),
            replace(wrong("by the clinic", "NOT_ALLOWED"), who=world.coordinator),
            replace(wrong("by the partner", "NOT_ALLOWED"), who=world.frontend.at(CEMENTED)),
        ],
        subtests,
    )


async def test_a_request_can_be_withdrawn_until_it_is_answered(world: World) -> None:
    """R-132, R-135: what was signed before stays signed, and nobody is late any more."""
    request_id = await asked(world, ALL, TAXI)
    confirmation = await signed(world, request_id)
    withdrawing: dict[str, Any] = {"requestId": request_id, "expectedVersion": 2}

    stale = await world.patient.refused("withdrawConfirmationRequest", **withdrawing | {"expectedVersion": 1})
    by_clinic = await world.coordinator.refused("withdrawConfirmationRequest", **withdrawing)
    withdrawn = await world.patient.do("withdrawConfirmationRequest", REQUEST, **withdrawing)
    again = await world.patient.refused("withdrawConfirmationRequest", **withdrawing | {"expectedVersion": 3})
    answered = await world.coordinator.refused("answerConfirmation", **answering(world, request_id).good)
    other_id = await asked(world, ALL)
    await signed(world, other_id)
    too_late = await world.patient.refused("withdrawConfirmationRequest", requestId=other_id, expectedVersion=2)

    assert withdrawn["version"] == 3
    assert (stale, by_clinic, again, answered, too_late) == (
        "STALE_VERSION",
        "NOT_ALLOWED",
        "REQUEST_WITHDRAWN",
        "REQUEST_WITHDRAWN",
        "REQUEST_ANSWERED",
    )
    after = await seen(world.patient.at(LATE), request_id)
    assert (after["state"], after["unansweredSince"], after["overdue"]) == ("WITHDRAWN", None, False)
    assert after["confirmations"][0]["number"] == confirmation["number"]


async def test_an_unanswered_request_says_since_when(world: World) -> None:
    """R-135: the last day counts at the clinic; and a fifth person who asks makes the counts public."""
    ids = [await asked_by(world, name) for name in ("first", "second", "third", "fourth", "fifth")]
    last_minute = datetime(2026, 3, 8, 22, 59, tzinfo=UTC)
    await signed(world, ids[0], by=world.coordinator.at(last_minute))
    await signed(world, ids[1], by=world.coordinator.at(last_minute + timedelta(minutes=1)))
    counts = (
        "query($id: ID!) { clinic(id: $id) { confirmationResponsiveness { "
        "asked answeredInTime answeredLate awaited overdue } } }"
    )

    third = who_asks(world, "third")
    in_time, late = await seen(third.at(last_minute), ids[2]), await seen(third.at(LATE), ids[2])
    told = (await world.frontend.at(LATE).ask(counts, id=world.clinic_id))["clinic"]["confirmationResponsiveness"]
    withdrawing: dict[str, Any] = {"requestId": ids[2], "expectedVersion": 1}
    await third.at(LATE).do("withdrawConfirmationRequest", REQUEST, **withdrawing)
    too_few = (await world.frontend.at(LATE).ask(counts, id=world.clinic_id))["clinic"]

    assert (in_time["overdue"], in_time["daysLate"]) == (False, 0)
    assert (late["overdue"], late["daysLate"], late["unansweredSince"]) == (True, 3, "2026-03-03T15:00:00+00:00")
    assert told == {"asked": 5, "answeredInTime": 1, "answeredLate": 1, "awaited": 0, "overdue": 3}
    assert too_few == {"confirmationResponsiveness": None}


async def test_the_clinic_is_told_and_reminded(world: World) -> None:
    """R-135: by notices that say nothing about the matter, until every item is answered or the patient withdraws."""
    first, second = await asked(world, ALL, TAXI), await asked(world, TAXI)
    reminders = "{ reminders { nodes { kind deadline metAt state } } }"

    notices = (await world.coordinator.ask("{ deliveries { nodes { kind case { id } } } }"))["deliveries"]["nodes"]
    await signed(world, first)
    waiting = (await world.patient.ask(reminders))["reminders"]["nodes"]
    await signed(world, first, {"item": 2, "answer": "CONFIRMED"})
    await world.patient.do("withdrawConfirmationRequest", REQUEST, requestId=second, expectedVersion=1)
    after = (await world.patient.ask(reminders))["reminders"]["nodes"]

    assert notices.count({"kind": "confirmation_asked", "case": None}) == 2
    assert [one["deadline"] for one in waiting] == ["2026-03-08", "2026-03-08"]
    assert [one["metAt"] for one in waiting] == [None, None]
    assert [bool(one["metAt"]) for one in after] == [False, True]
    assert await audit(world.suivi.running.settings.audit_secret) == []


async def test_a_clinic_that_has_ended_still_owes_an_answer(world: World) -> None:
    """R-128: its pinned terms are asked about, and whoever still works for it signs."""
    ended: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 1, "ceased": "CLOSED", "on": "2026-03-03"}
    await world.coordinator.do("recordClinicEnd", "... on Clinic { id }", **ended)

    request_id = await asked(world, ALL)
    confirmation = await signed(world, request_id)

    assert (await seen(world.patient, request_id))["terms"] == {"number": 1}
    assert confirmation["number"].startswith("C-2026-")


async def test_a_page_of_requests_takes_as_many_statements_as_one(world: World) -> None:
    """R-218."""
    ask = """query($first: Int!) { confirmationRequests(first: $first) { nodes {
      state overdue clinic { name } terms { number } items { number answer { answer content { components { key } } } }
      confirmations { number signatory { name } items { number } } } } }"""
    for _ in range(4):
        await signed(world, await asked(world, ALL, TAXI))
    sent = []

    for first in (1, 4):
        with Statements() as statements:
            await world.coordinator.ask(ask, first=first)
        sent.append(len(statements))

    assert sent[0] == sent[1]
    assert sent[1] <= 12


async def test_who_has_no_part_in_it_sees_and_opens_nothing(world: World) -> None:
    """R-010, R-012."""
    request_id = await asked(world, ALL)
    confirmation = await signed(world, request_id)
    other = await build_world(world.suivi, name="two")
    opening = {"confirmationId": confirmation["id"], "format": "PDF"}
    see = "query($id: ID!) { confirmation(id: $id) { number } node(id: $id) { id } }"

    for who in (other.patient, other.coordinator, world.frontend.at(CEMENTED), world.operator.at(CEMENTED)):
        assert await who.ask(see, id=confirmation["id"]) == {"confirmation": None, "node": None}
        assert await seen(who, request_id) is None
        assert await who.refused("openConfirmation", **opening) == "NOT_FOUND"
    assert (await world.patient.ask(see, id=confirmation["id"]))["confirmation"]["number"] == confirmation["number"]


async def test_the_same_request_sent_twice_asks_and_signs_once(world: World) -> None:
    """R-211."""
    good = asking(world).good

    twice = [await world.patient.do("askConfirmation", REQUEST, key="ask", **good) for _ in range(2)]
    signing = answering(world, twice[0]["id"]).good | {"answers": [CONFIRMED | {"text": "Ja."}]}
    first = await world.coordinator.do("answerConfirmation", SIGNED, key="sign", **signing)
    async with nothing_written():
        second = await world.coordinator.do("answerConfirmation", SIGNED, key="sign", **signing)

    assert twice[0] == twice[1]
    assert first == second

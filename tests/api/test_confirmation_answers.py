"""Answers to requests for confirmation: item by item, by somebody with a name, each once."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from suivi.core.events.verification import verify as audit
from tests.api.confirming import (
    ALL,
    CONFIRMED,
    IMPLANT,
    LATE,
    MATERIALS,
    SIGNED,
    TAXI,
    WARRANTY,
    answering,
    asked,
    file_of,
    seen,
    signed,
)
from tests.api.wrongs import each_is_refused
from tests.services.suivi import Client
from tests.services.world import CEMENTED, World, build_world, content, publish_terms


async def test_a_clinic_that_has_published_nothing_can_be_asked(world: World) -> None:
    """R-129, R-132: it has nothing to point at, so what it confirms it has to say."""
    request_id = await asked(world, ALL, clinicId=world.clinic_id, procedure="veneer")

    refused = await world.coordinator.refused("answerConfirmation", **answering(world, request_id).good)
    changed = {"item": 1, "answer": "CONFIRMED_WITH_CHANGES", "text": "We replace a veneer that breaks within a year."}
    confirmation = await signed(world, request_id, changed)

    assert refused == "NOTHING_TO_CONFIRM"
    assert (await seen(world.patient, request_id))["terms"] is None
    document = json.loads(await file_of(world, confirmation, "JSON"))["document"]
    assert document["terms"] == []
    assert document["items"][0]["stated"] == {"language": "en", "text": changed["text"]}


async def test_the_clinic_confirms_what_its_terms_say(world: World) -> None:
    """R-133, R-134: the document stands alone, in both languages, with the version, the lines and the notice."""
    request_id = await asked(world, ALL)

    confirmation = await signed(world, request_id)
    document = json.loads(await file_of(world, confirmation, "JSON"))["document"]

    assert confirmation["languages"] == ["fr", "en"]
    assert (document["number"], document["signatory"]["name"]) == (confirmation["number"], "Kata Szabó")
    assert document["patient"]["pseudonym"] == "P-one"
    assert [(one["number"], one["effective_from"]) for one in document["terms"]] == [(1, "2026-02-02")]
    assert [notice["locale"] for notice in document["notices"]] == ["fr", "en"]
    assert document["notices"][0]["text"] == confirmation["notice"]
    [item] = document["items"]
    names = [line["what"]["names"] for line in item["lines"]]
    assert {"fr": "Couvert\u00a0: couronne", "en": "Covered: crown"} in names
    assert item["lines"][0]["stated"]["names"]["en"].startswith("3 years, counted from: ")
    assert item["lines"][0]["stated"]["names"]["fr"].startswith("3 ans, à compter de")
    assert item["content"]["components"][0]["limit"]["count"] == 3
    told = {line["what"]["code"]: line for line in item["lines"]}
    assert told["in_words"]["said"] == {
        "language": "en",
        "text": "We repair or remake a crown that fails for three years.",
    }
    assert told["other_fees"]["stated"]["names"] == {"fr": "non précisé", "en": "not stated"}
    answered = (await seen(world.patient, request_id))["items"][0]["answer"]
    assert {"kind": "materials", "payer": "CLINIC"} in answered["content"]["fees"]


async def test_items_are_answered_one_by_one_by_whoever_signs(world: World) -> None:
    """R-133: some now, some later, each once; nothing is confirmed by silence (R-135)."""
    request_id = await asked(world, ALL, MATERIALS, WARRANTY, IMPLANT, TAXI)
    refusing = {"item": 4, "answer": "NOT_CONFIRMED", "reason": "MANUFACTURER_DECIDES"}
    changing = {
        "item": 3,
        "answer": "CONFIRMED_WITH_CHANGES",
        "text": "Five years rather than three.",
        "content": content(period="P5Y"),
    }

    first = await signed(world, request_id, CONFIRMED, refusing)
    between = await seen(world.patient, request_id)
    second = await signed(world, request_id, {"item": 2, "answer": "CONFIRMED"}, changing, by=world.practitioner)
    third = await signed(world, request_id, {"item": 5, "answer": "CONFIRMED"}, by=world.coordinator.at(LATE))
    after = await seen(world.patient, request_id)

    assert between["state"] == "PARTLY_ANSWERED"
    assert between["unansweredSince"] == "2026-03-03T15:00:00+00:00"
    assert [item["answer"] and item["answer"]["answer"] for item in between["items"]] == [
        "CONFIRMED",
        None,
        None,
        "NOT_CONFIRMED",
        None,
    ]
    assert (after["state"], after["unansweredSince"]) == ("ANSWERED", None)
    assert (after["overdue"], after["daysLate"]) == (False, 3)
    assert after["confirmations"] == [
        {"number": third["number"], "signatoryName": "Kata Szabó", "items": [{"number": 5}]},
        {"number": second["number"], "signatoryName": "Dr. Eszter Nagy", "items": [{"number": 2}, {"number": 3}]},
        {"number": first["number"], "signatoryName": "Kata Szabó", "items": [{"number": 1}, {"number": 4}]},
    ]
    assert await world.coordinator.refused("answerConfirmation", **answering(world, request_id).good) == (
        "REQUEST_ANSWERED"
    )
    history = "query($id: ID!) { treatment(id: $id) { history { nodes { kind } } confirmations { number } } }"
    told = (await world.patient.ask(history, id=world.treatment_id))["treatment"]
    assert [event["kind"] for event in told["history"]["nodes"]].count("confirmation_signed") == 3
    assert [one["number"] for one in told["confirmations"]] == [first["number"], second["number"], third["number"]]
    assert await audit(world.suivi.running.settings.audit_secret) == []


async def test_what_cannot_be_signed(world: World, subtests: pytest.Subtests) -> None:
    """R-004, R-133."""
    request_id = await asked(world, ALL, IMPLANT, TAXI)
    await signed(world, request_id, {"item": 3, "answer": "CONFIRMED"})
    wrong = answering(world, request_id)
    other = await build_world(world.suivi, name="two")

    def one(**changed: Any) -> list[dict[str, Any]]:
        return [CONFIRMED | changed]

    changes = {"answer": "CONFIRMED_WITH_CHANGES"}
    promise = changes | {"text": "We guarantee you a perfect smile."}
    no_such_object = content() | {"components": [{"key": "a", "object": "spaceship"}]}
    await each_is_refused(
        [
            wrong("nothing", "OUT_OF_RANGE", "answers", answers=[]),
            wrong("the same twice", "ITEM_REPEATED", "answers", answers=[CONFIRMED, CONFIRMED]),
            wrong("again", "ITEM_ANSWERED", "answers", answers=one(item=3)),
            wrong("what was not asked", "UNKNOWN_ITEM", "answers", answers=one(item=9)),
            wrong("what no terms say", "NOTHING_TO_CONFIRM", "answers", answers=one(item=2)),
            wrong("changes without any", "CHANGES_MISSING", "answers", answers=one(**changes)),
            wrong("changes that are empty", "CHANGES_MISSING", "answers", answers=one(**changes, content={})),
            wrong("no without why", "REASON_MISSING", "answers", answers=one(answer="NOT_CONFIRMED")),
            wrong("no, otherwise", "REASON_MISSING", "answers", answers=one(answer="NOT_CONFIRMED", reason="OTHER")),
            wrong("yes, but not offered", "ANSWER_CONTRADICTED", "answers", answers=one(reason="NOT_OFFERED")),
            wrong("yes, with other lines", "ANSWER_CONTRADICTED", "answers", answers=one(content=content())),
            wrong("yes, for longer", "ANSWER_CONTRADICTED", "answers", answers=one(referencePeriod="P1Y")),
            wrong("for ever", "UNREADABLE_PERIOD", "referencePeriod", answers=one(**changes, referencePeriod="ever")),
            wrong(
                "a spaceship",
                "UNKNOWN_OBJECT",
                "content.components[0].object",
                answers=one(**changes, content=no_such_object),
            ),
            wrong("a promise", "OUTCOME_PROMISED", "wordingReason", answers=one(**promise)),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language="xx-nowhere"),
            replace(wrong("by another clinic", "NOT_FOUND"), who=other.coordinator),
            replace(wrong("by the patient", "NOT_ALLOWED"), who=world.patient),
            replace(
                wrong("before they worked there", "NOT_FOUND"),
                who=world.coordinator.at(datetime(2025, 1, 1, tzinfo=UTC)),
            ),
        ],
        subtests,
    )


async def test_of_two_who_answer_at_once_one_signs(world: World) -> None:
    """R-133: the other is told that the item is answered."""
    request_id = await asked(world, ALL, TAXI)

    results = await asyncio.gather(
        *(
            who.do("answerConfirmation", SIGNED, **answering(world, request_id).good)
            for who in (world.coordinator, world.practitioner)
        )
    )

    assert sorted(result["__typename"] for result in results) == ["Confirmation", "Refusal"]
    [refused] = [result for result in results if result["__typename"] == "Refusal"]
    assert refused["code"] == "ITEM_ANSWERED"
    assert "1" in refused["message"]


async def test_promises_are_signed_only_with_a_reason_that_is_kept(world: World) -> None:
    """R-004."""
    request_id = await asked(world, TAXI)
    promising = CONFIRMED | {"text": "We guarantee you a perfect smile."}
    given = answering(world, request_id).good | {"answers": [promising], "wordingReason": "Quoted from the patient."}

    fields = "... on Confirmation { wordingFindings wordingReason }"
    kept = await world.coordinator.do("answerConfirmation", fields, **given)

    assert (kept["wordingFindings"], kept["wordingReason"]) == (1, "Quoted from the patient.")


async def test_a_confirmed_period_replaces_that_of_the_terms(world: World) -> None:
    """R-060, R-126: what was confirmed before treatment counts also where it is shorter, and that is pointed out.

    Afterwards a clinic may only lengthen it.
    """
    window = """query($id: ID!) { treatment(id: $id) { referenceWindow(asOf: "2026-04-01") {
      won { source period version } lost { source period } shorterThanDefault } } }"""
    before_treatment = {"clinicId": world.clinic_id, "procedure": "crown"}
    early = datetime(2026, 2, 19, 9, tzinfo=UTC)

    async def confirmed(period: str, *, by: Client, about: dict[str, str], asker: Client) -> dict[str, Any]:
        answer = {"item": 1, "answer": "CONFIRMED_WITH_CHANGES", "referencePeriod": period}
        return await signed(world, await asked(world, by=asker, **about), answer, by=by)

    async def won() -> dict[str, Any]:
        answer = await world.patient.ask(window, id=world.treatment_id)
        found: dict[str, Any] = answer["treatment"]["referenceWindow"]
        return found

    first = await confirmed(
        "P6M", by=world.coordinator.at(early), about=before_treatment, asker=world.patient.at(early)
    )
    by_first = await won()
    await confirmed("P7M", by=world.coordinator, about=before_treatment, asker=world.patient)
    await confirmed("P3M", by=world.coordinator, about={}, asker=world.patient)
    by_shorter = await won()
    longer = await confirmed("P14M", by=world.coordinator.at(LATE), about={}, asker=world.patient)
    by_longer = await won()

    assert by_first["won"] == {"source": "CONFIRMATION", "period": "P6M", "version": first["number"]}
    assert by_first["shorterThanDefault"] is True
    assert by_shorter == by_first
    assert by_longer["won"] == {"source": "CONFIRMATION", "period": "P14M", "version": longer["number"]}
    assert by_longer["lost"][0] == {"source": "CONFIRMATION", "period": "P6M"}


async def test_a_document_that_nobody_could_read_is_not_signed(world: World) -> None:
    """R-134: the same long clauses over and over; one item at a time is fine."""
    clause = {"kind": "EXCLUSION", "code": "bruxism", "text": "x" * 1950}
    clauses = [clause | {"key": f"clause-{number}"} for number in range(48)]
    the_day_before = world.coordinator.at(CEMENTED - timedelta(days=1))
    await publish_terms(the_day_before, world.clinic_id, content=content() | {"clauses": clauses})
    crown = {"kind": "OTHER", "subject": "crown"}
    about = [ALL, ALL | {"subject": "crown"}, WARRANTY, {"kind": "CLINIC_WARRANTY"}]
    about += [crown | {"question": question} for question in ("Always?", "Everywhere?", "For everybody?")]
    request_id = await asked(world, *about, clinicId=world.clinic_id, procedure="crown")
    all_at_once = [{"item": number, "answer": "CONFIRMED"} for number in range(1, 8)]

    refused = await world.coordinator.refused("answerConfirmation", requestId=request_id, answers=all_at_once)
    confirmation = await signed(world, request_id)

    assert refused == "CONFIRMATION_TOO_LONG"
    assert confirmation["languages"] == ["fr", "en"]

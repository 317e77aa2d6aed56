"""Insurance beside what a clinic and a manufacturer owe."""

from typing import Any

import pytest

from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.world import World, upload_photo

POLICY = "... on Insurance { id version validUntil endedAt }"


def a_policy(world: World, **changed: Any) -> dict[str, Any]:
    told = {
        "treatmentId": world.treatment_id,
        "insurer": "Güven Sigorta",
        "policy": "KS-2026/1144",
        "language": "tr",
        "validFrom": "2026-03-01",
        "validUntil": "2027-02-28",
        "claimRoute": "In writing within 30 days, to claims@guven.example.",
        "requiredBy": "tr",
        "content": {
            "components": [{"key": "complication", "object": "other", "name": "komplikasyon"}],
            "fees": [{"kind": "hospitalisation", "payer": "INSURER", "cap": {"amount": "5000.00", "currency": "EUR"}}],
        },
    }
    return told | changed


async def test_what_cannot_be_attached_as_insurance(world: World, subtests: pytest.Subtests) -> None:
    """R-130."""
    wrong = Trying(who=world.coordinator, mutation="attachInsurance", good=a_policy(world))
    unread = [{"kind": "hospitalisation", "payer": "INSURER", "cap": {"amount": "5,000", "currency": "EUR"}}]

    await each_is_refused(
        [
            wrong("by no insurer", "TEXT_EMPTY", "insurer", insurer=" "),
            wrong("without a number", "TEXT_EMPTY", "policy", policy=""),
            wrong("over before it begins", "DATES_REVERSED", "validUntil", validUntil="2026-02-28"),
            wrong("asked for by no country", "UNKNOWN_COUNTRY", "requiredBy", requiredBy="XX"),
            wrong("with no way to claim", "TEXT_EMPTY", "claimRoute", claimRoute="\n"),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language="??"),
            wrong("with an unread sum", "MONEY_UNREADABLE", "content.fees[0].cap.amount", content={"fees": unread}),
            wrong(
                "at the clinic's cost",
                "PAYER_NOT_OF_INSURANCE",
                "content.fees[0].payer",
                content={"fees": [{"kind": "hospitalisation", "payer": "CLINIC"}]},
            ),
            wrong(
                "with a promise",
                "OUTCOME_PROMISED",
                "wordingReason",
                language="en",
                claimRoute="Write to us: we guarantee that your smile will be perfect.",
            ),
            wrong("with a paper nobody has", "NOT_FOUND", "documentId", documentId=await of_nobody(world)),
            Trying(who=world.operator, mutation="attachInsurance", good=wrong.good)("by an operator", "NOT_FOUND"),
        ],
        subtests,
    )


async def of_nobody(world: World) -> str:
    """Evidence that was begun and never sent."""
    fields = "... on Upload { evidence { id } }"
    begun = await world.patient.do(
        "beginUpload", fields, caseId=world.case_id, kind="DOCUMENT", contentType="application/pdf", sha256="0" * 64
    )
    evidence_id: str = begun["evidence"]["id"]
    return evidence_id


async def test_insurance_stands_beside_the_clinics_terms(world: World) -> None:
    """R-130: with its validity, its way to claim and what it pays, and nothing it does not say reads as covered."""
    document = await upload_photo(world, world.patient)
    await world.patient.do("attachInsurance", POLICY, **a_policy(world, documentId=document))

    answer = await world.practitioner.ask(
        """query($id: ID!) { treatment(id: $id) { terms { text } insurances { insurer policy language requiredBy
          validFrom validUntil claimRoute recorderRole endedAt notice document { id } cover { components { name }
          fees { kind payer cap { amount currency } } } } } }""",
        id=world.treatment_id,
    )
    [insurance] = answer["treatment"]["insurances"]
    fees = {line["kind"]: (line["payer"], line["cap"]) for line in insurance.pop("cover")["fees"]}

    assert answer["treatment"]["terms"]["text"]
    assert insurance.pop("notice")
    assert insurance == {
        "insurer": "Güven Sigorta",
        "policy": "KS-2026/1144",
        "language": "tr",
        "requiredBy": "TR",
        "validFrom": "2026-03-01",
        "validUntil": "2027-02-28",
        "claimRoute": "In writing within 30 days, to claims@guven.example.",
        "recorderRole": "patient",
        "endedAt": None,
        "document": {"id": document},
    }
    assert fees["hospitalisation"] == ("INSURER", {"amount": "5000.00", "currency": "EUR"})
    assert fees["travel"] == ("NOT_STATED", None)


async def test_a_policy_attached_by_mistake_is_withdrawn_by_the_side_that_attached_it(world: World) -> None:
    """R-130, R-213: it covers nothing on any day, and stays on record."""
    attached = await world.patient.do("attachInsurance", POLICY, **a_policy(world))
    good = {"insuranceId": attached["id"], "expectedVersion": 1}
    ask = """query($id: ID!) { treatment(id: $id) { insurances { policy withdrawnAt endedAt }
      coverMap(asOf: "2026-03-03") { layers { kind } } } }"""
    before = await world.patient.ask(ask, id=world.treatment_id)
    wrong = Trying(who=world.coordinator, mutation="withdrawInsurance", good=good)
    await refusal(wrong("by the other side", "ATTACHED_BY_OTHER_SIDE"))

    await world.patient.do("withdrawInsurance", POLICY, **good)
    ending = Trying(who=world.coordinator, mutation="endInsurance", good=good | {"expectedVersion": 2})
    await refusal(ending("withdrawn", "ATTACHMENT_WITHDRAWN"))
    kept = await world.coordinator.ask(ask, id=world.treatment_id)

    [shown] = kept["treatment"]["insurances"]
    assert (shown["policy"], bool(shown["withdrawnAt"]), shown["endedAt"]) == ("KS-2026/1144", True, None)
    layers = [[one["kind"] for one in found["treatment"]["coverMap"]["layers"]] for found in (before, kept)]
    assert layers == [["CLINIC", "INSURER"], ["CLINIC"]]


async def test_a_cancelled_policy_stays_on_record(world: World) -> None:
    """R-130: it may end earlier than was agreed, and never later."""
    attached = await world.coordinator.do("attachInsurance", POLICY, **a_policy(world))
    good = {"insuranceId": attached["id"], "expectedVersion": 1}
    ending = Trying(who=world.coordinator, mutation="endInsurance", good=good)
    await refusal(ending("after its end", "DATES_REVERSED", "lastDay", lastDay="2027-03-01"))
    await refusal(ending("before its beginning", "DATES_REVERSED", "lastDay", lastDay="2026-02-28"))
    await refusal(ending("unread", "STALE_VERSION", "expectedVersion", expectedVersion=3))

    ended = await world.patient.do("endInsurance", POLICY, **good, lastDay="2026-06-30")
    twice = Trying(who=world.coordinator, mutation="endInsurance", good=good | {"expectedVersion": 2})
    await refusal(twice("again", "INSURANCE_ENDED"))
    ask = "query($id: ID!) { treatment(id: $id) { insurances { validUntil endedAt } } }"
    kept = await world.patient.ask(ask, id=world.treatment_id)

    assert (ended["validUntil"], ended["version"]) == ("2026-06-30", 2)
    assert [bool(one["endedAt"]) for one in kept["treatment"]["insurances"]] == [True]

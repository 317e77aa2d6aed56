"""Other terms offered for a treatment: the patient sees them line by line, and decides."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.events.verification import verify as audit
from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.suivi import Client
from tests.services.world import CEMENTED, World, build_world, content, publish_terms

OFFER = "... on TermsOffer { id version answer answeredAt answererRole acknowledged }"
READ = """query($id: ID!) { node(id: $id) { ... on TermsOffer {
  answer acknowledged toAcknowledge terms { number } replaces { number } treatment { id }
  differences { key kind compared before { __typename ... on CoverComponent { limit { count } } }
                after { __typename ... on CoverComponent { limit { count } } ... on FeeLine { payer } } } } } }"""
HELD = """query($id: ID!) { treatment(id: $id) { version terms { number } termsOffers { id answer }
  coverMap { layers { segments { ends { earliest } } } } history(first: 3) { nodes { kind actorRole } } } }"""


async def offered(world: World, **changed: Any) -> dict[str, Any]:
    """A new version of the clinic's terms for crowns, offered for the patient's crown."""
    terms = await publish_terms(world.coordinator, world.clinic_id, **changed)
    offer = await world.coordinator.do("offerTerms", OFFER, treatmentId=world.treatment_id, termsId=terms["id"])
    assert offer["__typename"] == "TermsOffer", offer
    return offer


async def answer(patient: Client, offer: dict[str, Any], *, accept: bool, acknowledged: Any = ()) -> dict[str, Any]:
    return await patient.do(
        "answerTermsOffer",
        OFFER,
        offerId=offer["id"],
        expectedVersion=offer["version"],
        accept=accept,
        acknowledged=list(acknowledged),
    )


async def held(world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await world.patient.ask(HELD, id=world.treatment_id))["treatment"]
    return found


async def test_better_terms_count_once_the_patient_accepts_them(world: World) -> None:
    """R-126: five years in place of three, and what was pinned before stays readable."""
    offer = await offered(world, period="P5Y")
    before = await held(world)

    accepted = await answer(world.patient, offer, accept=True)
    after = await held(world)
    read = (await world.patient.ask(READ, id=offer["id"]))["node"]

    assert (accepted["answer"], accepted["answererRole"], accepted["acknowledged"]) == ("ACCEPTED", "patient", [])
    assert (before["terms"]["number"], after["terms"]["number"]) == (1, 2)
    ends = [one["coverMap"]["layers"][0]["segments"][0]["ends"]["earliest"] for one in (before, after)]
    assert ends == ["2029-03-03", "2031-03-03"]
    assert after["version"] == before["version"] + 1
    assert [event["kind"] for event in after["history"]["nodes"][:2]] == ["terms_repinned", "terms_offered"]
    assert read["replaces"] == {"number": 1}
    assert read["treatment"] == {"id": world.treatment_id}
    assert read["differences"] == [
        {
            "key": "component:crown",
            "kind": "COMPONENT",
            "compared": "BETTER",
            "before": {"__typename": "CoverComponent", "limit": {"count": 3}},
            "after": {"__typename": "CoverComponent", "limit": {"count": 5}},
        }
    ]


async def test_what_is_worse_has_to_be_accepted_line_by_line(world: World) -> None:
    """R-126: by name, and it is kept which lines those were."""
    offer = await offered(world, period="P2Y", fees=[{"kind": "materials", "payer": "CLINIC"}], exclusions=())
    read = (await world.patient.ask(READ, id=offer["id"]))["node"]

    refused = await answer(world.patient, offer, accept=True, acknowledged=["fee:materials"])
    still = await held(world)
    accepted = await answer(world.patient, offer, accept=True, acknowledged=read["toAcknowledge"])

    assert {one["key"]: one["compared"] for one in read["differences"]} == {
        "component:crown": "WORSE",
        "fee:travel": "BETTER",
        "clause:bruxism": "BETTER",
    }
    assert read["toAcknowledge"] == ["component:crown"]
    assert refused["code"] == "TERMS_WORSE"
    assert "component:crown" in refused["message"]
    assert still["terms"]["number"] == 1
    assert (accepted["answer"], accepted["acknowledged"]) == ("ACCEPTED", ["component:crown"])


async def test_an_offer_declined_or_withdrawn_changes_nothing_and_stays(world: World) -> None:
    """R-126: and then others may be offered."""
    first = await offered(world, period="P5Y")
    declined = await answer(world.patient, first, accept=False)
    second = await offered(world, period="P7Y")
    withdrawn = await world.coordinator.do(
        "withdrawTermsOffer", OFFER, offerId=second["id"], expectedVersion=second["version"]
    )

    found = await held(world)

    assert [declined["answer"], withdrawn["answer"]] == ["DECLINED", "WITHDRAWN"]
    assert found["terms"]["number"] == 1
    assert [offer["answer"] for offer in found["termsOffers"]] == ["WITHDRAWN", "DECLINED"]


async def test_what_cannot_be_offered(world: World, subtests: pytest.Subtests) -> None:
    """R-125, R-126."""
    other = await build_world(world.suivi, name="two")
    veneer = await publish_terms(world.coordinator, world.clinic_id, procedure="veneer", starts="bonding")
    zirconia = await publish_terms(world.coordinator, world.clinic_id, material="zirconia")
    later = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-06-01")
    wrong = Trying(
        who=world.coordinator,
        mutation="offerTerms",
        good={"treatmentId": world.treatment_id, "termsId": later["id"]},
    )
    practitioner = Trying(who=world.practitioner, mutation="offerTerms", good=wrong.good)

    await each_is_refused(
        [
            wrong("of another clinic", "TERMS_OTHER_SCOPE", "termsId", termsId=other.terms_id),
            wrong("of another procedure", "TERMS_OTHER_SCOPE", "termsId", termsId=veneer["id"]),
            wrong("of another material", "TERMS_OTHER_SCOPE", "termsId", termsId=zirconia["id"]),
            wrong("not in force yet", "TERMS_NOT_IN_FORCE", "termsId"),
            wrong("pinned already", "TERMS_PINNED_ALREADY", "termsId", termsId=world.terms_id),
            wrong("that are none", "INVALID_ID", "termsId", termsId=world.clinic_id),
            wrong("for somebody else's treatment", "NOT_FOUND", None, treatmentId=other.treatment_id),
            practitioner("by a practitioner", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_one_offer_at_a_time_and_one_answer(world: World, subtests: pytest.Subtests) -> None:
    offer = await offered(world, period="P5Y")
    again = await publish_terms(world.coordinator, world.clinic_id, period="P7Y")
    more = Trying(
        who=world.coordinator,
        mutation="offerTerms",
        good={"treatmentId": world.treatment_id, "termsId": again["id"]},
    )
    answering = {"offerId": offer["id"], "expectedVersion": 1, "accept": True, "acknowledged": []}
    patient = Trying(who=world.patient, mutation="answerTermsOffer", good=answering)
    clinic = Trying(who=world.coordinator, mutation="answerTermsOffer", good=answering)
    withdraw = {"offerId": offer["id"], "expectedVersion": 1}

    await each_is_refused(
        [
            more("a second one", "OFFER_OPEN", "treatmentId"),
            patient("on another version", "STALE_VERSION", "expectedVersion", expectedVersion=2),
            clinic("by the clinic", "NOT_ALLOWED"),
            Trying(who=world.patient, mutation="withdrawTermsOffer", good=withdraw)("by the patient", "NOT_ALLOWED"),
        ],
        subtests,
    )
    await answer(world.patient, offer, accept=True)
    await refusal(patient("once more", "OFFER_ANSWERED", "offerId"))
    await refusal(
        Trying(who=world.coordinator, mutation="withdrawTermsOffer", good=withdraw)(
            "too late", "OFFER_ANSWERED", "offerId"
        )
    )


async def test_of_two_answers_at_once_one_counts(world: World) -> None:
    offer = await offered(world, period="P5Y")

    answers = await asyncio.gather(
        answer(world.patient, offer, accept=True), answer(world.patient, offer, accept=False)
    )

    found = await held(world)
    assert sorted(one["__typename"] for one in answers) == ["Refusal", "TermsOffer"]
    [kept] = [one["answer"] for one in answers if one["__typename"] == "TermsOffer"]
    assert found["terms"]["number"] == {"ACCEPTED": 2, "DECLINED": 1}[kept]


async def test_only_a_representative_who_may_act_answers(world: World) -> None:
    """R-013."""
    offer = await offered(world, period="P5Y")
    for subject, scope in (("reader", "READ"), ("daughter", "ACT")):
        await world.patient.do(
            "grantMandate",
            "... on Mandate { id }",
            patientId=world.patient_id,
            subject=subject,
            kind="POWER_OF_ATTORNEY",
            scope=scope,
            evidence="folder 7",
        )
    reader, daughter = (
        world.suivi.as_(Role.REPRESENTATIVE, name).at(CEMENTED + timedelta(minutes=1))
        for name in ("reader", "daughter")
    )

    refused = await answer(reader, offer, accept=True)
    accepted = await answer(daughter, offer, accept=True)

    assert refused["code"] == "NOT_ALLOWED"
    assert (accepted["answer"], accepted["answererRole"]) == ("ACCEPTED", "representative")


async def test_a_treatment_without_terms_may_be_offered_some(world: World) -> None:
    """R-126, R-129: more than nothing, except that travel is said to be the patient's."""
    treatment = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="crown",
        sites=["15"],
        agreedOn="2026-02-01",
    )
    offer = await world.coordinator.do("offerTerms", OFFER, treatmentId=treatment["id"], termsId=world.terms_id)

    read = (await world.patient.ask(READ, id=offer["id"]))["node"]
    accepted = await answer(world.patient, offer, accept=True, acknowledged=read["toAcknowledge"])

    assert read["replaces"] is None
    assert {one["key"]: one["compared"] for one in read["differences"]} == {
        "component:crown": "BETTER",
        "fee:materials": "BETTER",
        "fee:travel": "WORSE",
    }
    assert accepted["answer"] == "ACCEPTED"


async def test_the_history_of_an_accepted_offer_stands_up_to_a_check(world: World) -> None:
    """R-015: rows and chain fit."""
    offer = await offered(world, content=content(period="P5Y"))
    await answer(world.patient, offer, accept=True)

    assert await audit(world.suivi.running.settings.audit_secret) == []

"""Terms that clinics publish, and the version a treatment keeps."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.publishing import clause, publishing
from tests.api.wrongs import refusal
from tests.services.world import BEFORE, CEMENTED, World, crown, publish_terms

PINNED = "query($id: ID!) { treatment(id: $id) { material terms { id number period variant material procedure } } }"
CONTENT = """query($id: ID!) { treatment(id: $id) { terms { notice content { howToClaim
  components { key name object { key text { text } } covers { key } classes remedy { key }
    limit { unit count lifetimeOf starts { key text { text } } months days } fees { kind payer } }
  fees { kind name { text } payer share cap { amount currency } note }
  clauses { key kind code { key text { text locale } } text components } } } } }"""


async def test_versions_are_numbered_and_do_not_overlap(world: World) -> None:
    """R-125."""
    second = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-06-01")

    refused = await refusal(publishing(world)("before the second", "TERMS_OVERLAP", "effectiveFrom"))
    third = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-06-01")
    of_veneers = await publish_terms(world.coordinator, world.clinic_id, procedure="veneer", starts="bonding")

    assert refused["availableFrom"] == "2026-06-01"
    assert [int(terms["number"]) for terms in (second, third, of_veneers)] == [2, 3, 1]


async def test_a_fee_the_terms_do_not_mention_reads_not_stated(world: World) -> None:
    """R-122: never as covered."""
    answer = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { terms { fees { kind payer } } } }", id=world.treatment_id
    )
    fees = {fee["kind"]: fee["payer"] for fee in answer["treatment"]["terms"]["fees"]}

    assert (fees.pop("materials"), fees.pop("travel")) == ("CLINIC", "PATIENT")
    assert len(fees) >= 5
    assert set(fees.values()) == {"NOT_STATED"}


async def test_a_treatment_keeps_the_terms_it_was_agreed_under(world: World) -> None:
    """R-126: the clinic cuts three years to two, and for this treatment it stays three."""
    await publish_terms(world.coordinator, world.clinic_id, period="P2Y")

    kept = await world.patient.ask(PINNED, id=world.treatment_id)

    terms = kept["treatment"]["terms"]
    assert (terms["id"], terms["number"], terms["period"]) == (world.terms_id, 1, "P3Y")


async def test_a_treatment_agreed_before_any_terms_has_none(world: World) -> None:
    """R-077, R-126: and one agreed between two versions, or in the morning of the second, has the first."""
    ids = []
    await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-03-03", period="P2Y")
    for agreed_on in ("2026-02-01", "2026-03-02", "2026-03-03", "2026-03-04"):
        treatment = await world.patient.at(CEMENTED + timedelta(days=1)).do(
            "registerTreatment",
            "... on Treatment { id }",
            patientId=world.patient_id,
            clinicId=world.clinic_id,
            procedure="crown",
            sites=["14"],
            agreedOn=agreed_on,
        )
        ids.append(treatment["id"])

    pinned = [(await world.patient.ask(PINNED, id=treatment_id))["treatment"]["terms"] for treatment_id in ids]

    assert [terms and terms["number"] for terms in pinned] == [None, 1, 1, 2]


async def test_terms_take_effect_with_the_day_at_the_clinic(world: World) -> None:
    """R-064, R-125: shortly after midnight in Budapest, still yesterday in UTC."""
    night = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    ask = "query($id: ID!, $of: String!) { clinic(id: $id) { termsInForce(procedure: $of) { number } } }"

    await publish_terms(world.coordinator.at(night), world.clinic_id, effectiveFrom="2026-03-04")
    evening = await world.patient.at(CEMENTED).ask(ask, id=world.clinic_id, of="crown")
    just_after = await world.patient.at(night).ask(ask, id=world.clinic_id, of="crown")
    unknown = await world.patient.ask(ask, id=world.clinic_id, of="lasik")

    assert evening["clinic"]["termsInForce"] == {"number": 1}
    assert just_after["clinic"]["termsInForce"] == {"number": 2}
    assert unknown["clinic"]["termsInForce"] is None


async def test_the_clinics_own_window_replaces_the_default_one(world: World) -> None:
    """R-060: the answer says which one won."""
    ask = """query($id: ID!) { treatment(id: $id) { referenceWindow(asOf: "2026-12-03") {
      state won { source period version } lost { source period } shorterThanDefault lastDayLatest daysLeft } } }"""
    by_default = (await world.patient.ask(ask, id=world.treatment_id))["treatment"]["referenceWindow"]

    await publish_terms(world.coordinator.at(BEFORE), world.clinic_id, referencePeriod="P12M")
    own = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id)
    by_terms = (await world.patient.ask(ask, id=own))["treatment"]["referenceWindow"]

    assert by_default == {
        "state": "OPEN",
        "won": {"source": "DEFAULT", "period": "P9M", "version": None},
        "lost": [],
        "shorterThanDefault": False,
        "lastDayLatest": "2026-12-03",
        "daysLeft": 0,
    }
    assert by_terms["won"] == {"source": "CLINIC_TERMS", "period": "P12M", "version": "2"}
    assert by_terms["lost"] == [{"source": "DEFAULT", "period": "P9M"}]
    assert by_terms["lastDayLatest"] == "2027-03-03"


async def test_terms_say_what_is_covered_for_how_long_and_who_pays(world: World) -> None:
    """R-120, R-122, R-123, R-124: as it was sent, codes with words for readers, silence as NOT_STATED."""
    cap = {"amount": "100.00", "currency": "EUR"}
    said = {
        "components": [
            {
                "key": "crown",
                "object": "crown",
                "covers": ["fracture", "comes off while eating"],
                "classes": ["OBJECTIVE_INSUFFICIENCY"],
                "remedy": ["remake"],
                "limit": {"unit": "YEAR", "count": 3, "starts": "definitive_cementation"},
            },
            {"key": "post", "object": "other", "name": "Fibre post"},
        ],
        "fees": [
            {"kind": "materials", "payer": "CLINIC"},
            {"kind": "materials", "payer": "SHARED", "share": 50, "component": "post"},
            {"kind": "local_repair", "payer": "CLINIC", "cap": cap, "note": "With a receipt."},
        ],
        "clauses": [
            {"key": "night", "kind": "OBLIGATION", "code": "night_guard", "text": "Schiene tragen. 🦷"},
            {"key": "only-us", "kind": "OBLIGATION", "code": "only_at_clinic", "text": "Nur bei uns."},
        ],
        "howToClaim": "Write to us first.",
    }
    early = world.coordinator.at(BEFORE)
    await publish_terms(early, world.clinic_id, content=said, language="de", effectiveFrom="2026-02-19")
    own = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id)

    terms = (await world.patient.ask(CONTENT, id=own))["treatment"]["terms"]
    found = terms["content"]
    fees = {line["kind"]: line for line in found["fees"]}
    of_post = {line["kind"]: line["payer"] for line in found["components"][1]["fees"]}

    assert found["components"][0]["object"] == {"key": "crown", "text": {"text": "crown"}}
    assert [event["key"] for event in found["components"][0]["covers"]] == ["fracture", "comes off while eating"]
    assert found["components"][0]["limit"]["months"] == 36
    assert found["components"][1]["limit"] is None
    assert fees["local_repair"]["cap"] == cap
    assert (fees["interpreter"]["payer"], fees["materials"]["payer"], of_post["materials"]) == (
        "NOT_STATED",
        "CLINIC",
        "SHARED",
    )
    assert [clause["text"] for clause in found["clauses"]] == ["Schiene tragen. 🦷", "Nur bei uns."]
    assert found["howToClaim"] == "Write to us first."
    assert terms["notice"]


async def test_terms_may_say_very_much(world: World) -> None:
    """As much as there may be of everything, in several scripts, comes back whole."""
    words = "Прошу 한국어 עברית 🦷 " * 30
    kinds = ["materials", "travel", "laboratory", "imaging", "medication", "device"]
    much = {
        "components": [{"key": f"c{number}", "object": "crown", "name": words} for number in range(30)],
        "fees": [
            {"kind": kind, "payer": "SHARED", "share": 1, "component": f"c{number}"}
            for kind in kinds
            for number in range(30)
        ],
        "clauses": [
            {"key": f"x{number}", "kind": "EXCLUSION", "code": "other", "text": words} for number in range(100)
        ],
    }
    ask = """query($id: ID!) { node(id: $id) { ... on Terms { text content {
      components { name fees { share } } clauses { text } } } } }"""

    terms = await publish_terms(world.coordinator, world.clinic_id, content=much, text="x" * 50_000)
    found = (await world.patient.ask(ask, id=terms["id"]))["node"]

    assert len(found["text"]) == 50_000
    assert {one["name"] for one in found["content"]["components"]} == {words.strip()}
    assert all(sum(line["share"] or 0 for line in one["fees"]) == 6 for one in found["content"]["components"])
    assert [one["text"] for one in found["content"]["clauses"]] == [words.strip()] * 100


async def test_two_coordinators_publish_at_once_and_both_are_numbered(world: World) -> None:
    """R-125."""
    published = await asyncio.gather(*(publish_terms(world.coordinator, world.clinic_id) for _ in range(4)))

    assert sorted(int(terms["number"]) for terms in published) == [2, 3, 4, 5]


async def test_terms_may_start_on_the_29th_of_february(world: World) -> None:
    """R-125: in force from that day, and not on the one before."""
    ask = 'query($id: ID!, $on: Date!) { clinic(id: $id) { termsInForce(procedure: "crown", asOf: $on) { number } } }'
    await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2028-02-29")

    before = await world.frontend.ask(ask, id=world.clinic_id, on="2028-02-28")
    then = await world.frontend.ask(ask, id=world.clinic_id, on="2028-02-29")

    assert before["clinic"]["termsInForce"] == {"number": 1}
    assert then["clinic"]["termsInForce"] == {"number": 2}


@pytest.mark.once
async def test_the_first_and_the_last_day_of_the_calendar_are_days_like_others(world: World) -> None:
    """R-126: whoever mistypes a year is answered."""
    ask = 'query($id: ID!, $on: Date!) { clinic(id: $id) { termsInForce(procedure: "crown", asOf: $on) { number } } }'

    shown = [await world.frontend.ask(ask, id=world.clinic_id, on=on) for on in ("0001-01-01", "9999-12-31")]
    pinned = await world.patient.do(
        "registerTreatment",
        "... on Treatment { terms { number } }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="crown",
        sites=["15"],
        agreedOn="0001-01-01",
    )

    assert [one["clinic"]["termsInForce"] for one in shown] == [None, {"number": 1}]
    assert (pinned["__typename"], pinned["terms"]) == ("Treatment", None)


async def test_a_promise_of_a_result_is_published_only_with_a_reason_that_is_kept(world: World) -> None:
    """R-004: wherever the clinic wrote it; a denial is none."""
    wrong = publishing(world)
    promise = clause(text="We guarantee a perfect result.")
    ask = "query($id: ID!) { node(id: $id) { ... on Terms { wordingFindings wordingReason } } }"

    await refusal(wrong("with a promise", "OUTCOME_PROMISED", "wordingReason", **promise))
    kept = await publish_terms(world.coordinator, world.clinic_id, **promise, wordingReason="Quoted from the law.")
    denied = await publish_terms(
        world.coordinator, world.clinic_id, text="We do not guarantee a result.", wordingReason="None."
    )

    answers = [(await world.frontend.ask(ask, id=terms["id"]))["node"] for terms in (kept, denied)]
    assert answers == [
        {"wordingFindings": 1, "wordingReason": "Quoted from the law."},
        {"wordingFindings": 0, "wordingReason": None},
    ]


async def test_who_owes_terms_stays_readable(world: World) -> None:
    """R-128."""
    ask = """query($id: ID!) { node(id: $id) { ... on Terms { obligor {
      clinic { id } ceased ceasedOn successor { id } } } } }"""

    answer = await world.frontend.ask(ask, id=world.terms_id)

    obligor = {"clinic": {"id": world.clinic_id}, "ceased": None, "ceasedOn": None, "successor": None}
    assert answer["node"]["obligor"] == obligor


async def test_a_version_shows_what_changed_for_the_patient(world: World) -> None:
    """R-126: line by line, better, worse or not comparable."""
    ask = """query($id: ID!, $other: ID) { node(id: $id) { ... on Terms { differences(fromTermsId: $other) {
      key kind compared
      before { ... on CoverComponent { limit { months } } ... on FeeLine { payer } }
      after { ... on CoverComponent { limit { months } } ... on FeeLine { payer }
        ... on StatedTime { value } } } } } }"""
    fees = [{"kind": "travel", "payer": "CLINIC"}, {"kind": "materials", "payer": "CLINIC"}]
    newer = await publish_terms(world.coordinator, world.clinic_id, period="P2Y", fees=fees, responseDays=3)

    found = await world.patient.ask(ask, id=newer["id"])
    to_itself = await world.patient.ask(ask, id=newer["id"], other=newer["id"])
    of_first = await world.patient.ask(ask, id=world.terms_id)

    assert found["node"]["differences"] == [
        {
            "key": "component:crown",
            "kind": "COMPONENT",
            "compared": "WORSE",
            "before": {"limit": {"months": 36}},
            "after": {"limit": {"months": 24}},
        },
        {
            "key": "fee:travel",
            "kind": "FEE",
            "compared": "BETTER",
            "before": {"payer": "PATIENT"},
            "after": {"payer": "CLINIC"},
        },
        {
            "key": "response_days",
            "kind": "RESPONSE_DAYS",
            "compared": "BETTER",
            "before": None,
            "after": {"value": "3"},
        },
    ]
    assert to_itself["node"]["differences"] == []
    assert of_first["node"]["differences"] is None

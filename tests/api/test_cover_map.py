"""The cover map of a treatment: the clinic, the manufacturer and the insurer on one timeline."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from suivi.core.access.viewer import Role
from suivi.core.coverage.models import Terms
from suivi.core.records import new_id
from suivi.core.sql import insert
from tests.api.confirming import CONFIRMED, LATE, MATERIALS, WARRANTY, asked, signed
from tests.api.wrongs import error_code
from tests.services.suivi import Client, Statements
from tests.services.world import BEFORE, CEMENTED, World, content, crown, publish_terms

pytestmark = pytest.mark.once

MAP = """query($id: ID!, $on: Date) { treatment(id: $id) { coverMap(asOf: $on) {
  asOf nonePublished notice
  layers { key kind holder claimant howToClaim whoMustClaim { text } insurance { policy } deviceWarranty { name }
    obligor { ceased successor { name } } steps { step state deadline { latest } } device { manufacturer }
    content { fees { kind payer cap { amount currency } } clauses { key } }
    segments { key name state starts { earliest latest } ends { earliest latest } startsWith { key }
               source { said number terms { number } confirmation { number } reason { sentence } }
               reason { rule sentence facts { name value } } } }
  next { kind on { earliest } sentence } turns { kind on { earliest latest } layer segment }
  duties { sentence due { earliest } done { heldOn { text } } clause { key } step { step } }
  gaps { kind about sentence }
  usual { key }
  lost { key kind why line { __typename ... on FeeLine { payer } } source { number } to { number } reason { sentence } }
} } }"""


SCREW = {
    "components": [
        {
            "key": "screw",
            "object": "implant",
            "limit": {"unit": "LIFETIME", "lifetimeOf": "DEVICE", "starts": "implantation"},
        },
        {"key": "abutment", "object": "implant", "limit": {"unit": "YEAR", "count": 5, "starts": "implantation"}},
    ]
}


async def cover_map(who: Client, treatment_id: str, on: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await who.ask(MAP, id=treatment_id, on=on))["treatment"]["coverMap"]
    return found


def segment_of(found: dict[str, Any], layer: int = 0) -> dict[str, Any]:
    [segment] = found["layers"][layer]["segments"]
    return dict(segment)


async def implant(world: World, **stated: Any) -> str:
    """A device on the patient's tooth with a manufacturer's warranty that is the clinician's to claim."""
    device = await world.patient.do(
        "registerDevice",
        "... on Device { id }",
        treatmentId=world.treatment_id,
        object="implant",
        manufacturer="Straumann",
        implantedOn="2026-03-03",
    )
    given: dict[str, Any] = {"deviceId": device["id"], "asOf": "2026-03-03", "language": "en"}
    given |= {"template": "manufacturer_implant"} | stated
    warranty = await world.patient.do("attachDeviceWarranty", "... on DeviceWarranty { id }", **given)
    assert warranty["__typename"] == "DeviceWarranty", warranty
    device_id: str = device["id"]
    return device_id


async def registered(world: World, **told: Any) -> str:
    """Another crown of the patient's."""
    given: dict[str, Any] = {"procedure": "crown", "sites": ["15"]}
    given |= {"patientId": world.patient_id, "clinicId": world.clinic_id, **told}
    treatment = await world.patient.do("registerTreatment", "... on Treatment { id }", **given)
    treatment_id: str = treatment["id"]
    return treatment_id


async def insured(world: World, **changed: Any) -> None:
    given: dict[str, Any] = {
        "treatmentId": world.treatment_id,
        "insurer": "Anadolu Sigorta",
        "policy": "TR-1",
        "language": "en",
        "validFrom": "2026-03-01",
        "validUntil": "2026-08-31",
        "claimRoute": "Call the insurer within 30 days.",
    }
    attached = await world.patient.do("attachInsurance", "... on Insurance { id }", **(given | changed))
    assert attached["__typename"] == "Insurance", attached


async def test_who_covers_a_crown_until_when(world: World) -> None:
    """R-077, R-122, R-123, R-126: with the rule, the facts and the source of each answer (R-091)."""
    found = await cover_map(world.patient, world.treatment_id, "2026-06-01")
    [layer] = found["layers"]
    segment = segment_of(found)

    assert (layer["kind"], layer["holder"], layer["claimant"]) == ("CLINIC", "Duna Dental one", "PATIENT")
    assert (segment["key"], segment["name"], segment["state"]) == ("component:crown", "crown", "RUNNING")
    assert segment["starts"] == {"earliest": "2026-03-03", "latest": "2026-03-03"}
    assert segment["ends"] == {"earliest": "2029-03-03", "latest": "2029-03-03"}
    assert segment["reason"]["rule"] == "cover_time@1"
    assert "March 3, 2029" in segment["reason"]["sentence"]
    assert segment["source"]["terms"] == {"number": 1}
    assert (segment["source"]["said"], segment["source"]["confirmation"]) == ("PINNED", None)
    payers = {fee["kind"]: fee["payer"] for fee in layer["content"]["fees"]}
    assert (payers.pop("materials"), payers.pop("travel")) == ("CLINIC", "PATIENT")
    assert set(payers.values()) == {"NOT_STATED"}
    assert found["next"]["sentence"].startswith("Duna Dental one, crown: the cover ends on")
    assert found["gaps"][0]["kind"] == "CLASS_NOT_STATED"
    assert "operating_room" in {gap["about"] for gap in found["gaps"]}
    assert "clinic_crown" in {template["key"] for template in found["usual"]}
    assert "result" in found["notice"]


async def test_a_clinic_without_terms_says_so(world: World) -> None:
    """R-077, R-129: and what is usual in the market is shown apart, as nobody's promise."""
    treatment_id = await registered(world, agreedOn="2026-02-01")

    other = await registered(world, procedure="other", description="A filling", sites=[])

    found = await cover_map(world.patient, treatment_id)
    of_other = await cover_map(world.patient, other)

    assert (found["nonePublished"], of_other["nonePublished"], of_other["usual"]) == (True, True, [])
    assert found["layers"][0]["segments"] == []
    assert found["gaps"][0]["kind"] == "NO_TERMS"
    assert "none were published" in found["gaps"][0]["sentence"]
    assert "clinic_crown" in {template["key"] for template in found["usual"]}


async def test_two_years_published_later_leave_three_as_they_are(world: World) -> None:
    """R-126."""
    before = await cover_map(world.patient, world.treatment_id, "2028-12-01")
    await publish_terms(world.coordinator, world.clinic_id, period="P2Y")

    assert await cover_map(world.patient, world.treatment_id, "2028-12-01") == before


async def test_a_map_is_of_any_day_that_dates_reach(world: World) -> None:
    """With its picture, in 1900 as in 2200; earlier and later are refused, and are no fault of ours."""
    ask = MAP.replace("asOf nonePublished", "picture asOf nonePublished")

    found = [await world.patient.ask(ask, id=world.treatment_id, on=on) for on in ("1900-01-01", "2200-12-31")]
    refused = [
        await error_code(world.patient, ask, id=world.treatment_id, on=on) for on in ("0001-01-01", "2201-01-01")
    ]

    maps = [one["treatment"]["coverMap"] for one in found]
    assert [[one["state"] for one in found["layers"][0]["segments"]] for found in maps] == [["NOT_STARTED"], ["ENDED"]]
    assert refused == ["OUT_OF_RANGE", "OUT_OF_RANGE"]


async def test_cover_without_its_date_starts_with_it(world: World) -> None:
    """R-065, R-123: a date known in part gives an interval, and a person has to look."""
    treatment_id = await registered(world, agreedOn="2026-02-20")
    before = segment_of(await cover_map(world.patient, treatment_id))
    await world.patient.do(
        "recordAnchor",
        "... on Treatment { id }",
        treatmentId=treatment_id,
        name="definitive_cementation",
        on="2026-02",
        expectedVersion=1,
    )
    states = {
        on: segment_of(await cover_map(world.patient, treatment_id, on))["state"]
        for on in ("2026-01-31", "2026-02-14", "2026-02-28", "2029-01-31", "2029-02-01", "2029-02-27", "2029-02-28")
    }

    assert (before["state"], before["startsWith"]["key"]) == ("NOT_STARTED", "definitive_cementation")
    assert before["starts"] is None
    assert list(states.values()) == [
        "NOT_STARTED",
        "NEEDS_REVIEW",
        "RUNNING",
        "RUNNING",
        "NEEDS_REVIEW",
        "NEEDS_REVIEW",
        "ENDED",
    ]


async def test_a_signed_confirmation_goes_before_the_terms_and_says_what_lost(world: World) -> None:
    """R-127, R-133: of what is confirmed afterwards, what is better counts."""
    request = await asked(world, WARRANTY, MATERIALS)
    longer = {"item": 1, "answer": "CONFIRMED_WITH_CHANGES", "content": content(period="P5Y", fees=())}
    capped = {"kind": "materials", "payer": "CLINIC", "cap": {"amount": "500.00", "currency": "EUR"}}
    worse = {"item": 2, "answer": "CONFIRMED_WITH_CHANGES", "content": {"fees": [capped]}}
    confirmation = await signed(world, request, longer, worse, by=world.coordinator.at(LATE))

    found = await cover_map(world.patient.at(LATE), world.treatment_id)
    before = await cover_map(world.patient.at(LATE), world.treatment_id, "2026-03-04")
    segment = segment_of(found)

    assert (segment["ends"]["earliest"], segment["source"]["said"]) == ("2031-03-03", "CONFIRMED")
    assert segment["source"]["confirmation"] == {"number": confirmation["number"]}
    assert segment_of(before)["ends"]["earliest"] == "2029-03-03"
    assert [(one["key"], one["why"], one["to"]["number"]) for one in found["lost"]] == [
        ("component:crown", "BETTER_SINCE", confirmation["number"]),
        ("fee:materials", "WOULD_WORSEN", "1"),
    ]
    assert found["layers"][0]["content"]["fees"][2] == {"kind": "materials", "payer": "CLINIC", "cap": None}


async def test_what_a_clinic_does_not_confirm_takes_nothing_away(world: World) -> None:
    """R-133."""
    before = await cover_map(world.patient.at(LATE), world.treatment_id)
    request = await asked(world, WARRANTY)
    await signed(world, request, {"item": 1, "answer": "NOT_CONFIRMED", "reason": "NOT_OFFERED"})

    assert await cover_map(world.patient.at(LATE), world.treatment_id) == before


async def test_a_confirmation_asked_before_choosing_counts_for_the_treatment(world: World) -> None:
    """R-127, R-132: signed before it was agreed, it goes before the terms, shorter or longer."""
    early = datetime(2026, 2, 10, 12, tzinfo=UTC)
    patient, coordinator = world.patient.at(early), world.coordinator.at(early)
    request = await asked(world, WARRANTY, by=patient, clinicId=world.clinic_id, procedure="crown")
    changed = {"item": 1, "answer": "CONFIRMED_WITH_CHANGES", "content": content(period="P2Y", fees=())}
    confirmation = await signed(world, request, changed, by=coordinator)
    treatment_id = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")

    found = await cover_map(world.patient, treatment_id)

    assert segment_of(found)["ends"]["earliest"] == "2028-03-03"
    assert [(one["key"], one["why"], one["to"]["number"]) for one in found["lost"]] == [
        ("component:crown", "PRECEDENCE", confirmation["number"])
    ]


async def test_what_is_signed_in_the_evening_takes_nothing_from_what_was_agreed_in_the_morning(world: World) -> None:
    """R-126: whatever the day of the two is, and however the request was made."""
    morning, evening = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (9, 18))
    patient, clinic = world.patient.at(morning), world.coordinator.at(evening)
    chosen = await asked(world, WARRANTY, by=patient, clinicId=world.clinic_id, procedure="crown")
    treatment_id = await crown(patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")
    about = await asked(world, MATERIALS, by=patient, treatmentId=treatment_id)
    paying = content(fees=[{"kind": "materials", "payer": "PATIENT"}]) | {"components": [], "clauses": []}
    before = await cover_map(patient, treatment_id)
    for request, said in ((chosen, content(period="P1Y", fees=())), (about, paying)):
        await signed(world, request, {"item": 1, "answer": "CONFIRMED_WITH_CHANGES", "content": said}, by=clinic)

    after = await cover_map(world.patient.at(LATE), treatment_id)

    assert segment_of(after)["ends"] == segment_of(before)["ends"] == {"earliest": "2029-03-03", "latest": "2029-03-03"}
    assert after["layers"][0]["content"]["fees"] == before["layers"][0]["content"]["fees"]
    assert {one["why"] for one in after["lost"]} == {"WOULD_WORSEN"}


async def test_the_manufacturers_warranty_outlives_the_clinic(world: World) -> None:
    """R-128, R-137, R-139: year eight, the clinic closed, and it says who must claim."""
    await implant(world, content=SCREW)
    ended = await world.coordinator.do(
        "recordClinicEnd",
        "... on Clinic { id }",
        clinicId=world.clinic_id,
        expectedVersion=1,
        ceased="CLOSED",
        on="2027-01-01",
    )
    assert ended["__typename"] == "Clinic", ended

    found = await cover_map(world.patient, world.treatment_id, "2034-03-03")
    clinic, maker = found["layers"]

    assert segment_of(found)["state"] == "ENDED"
    assert clinic["obligor"] == {"ceased": "CLOSED", "successor": None}
    assert (maker["kind"], maker["holder"], maker["claimant"]) == ("MANUFACTURER", "Straumann", "PRACTITIONER")
    assert maker["device"] == {"manufacturer": "Straumann"}
    assert {segment["name"]: segment["state"] for segment in maker["segments"]} == {
        "implant: screw": "RUNNING",
        "implant: abutment": "ENDED",
    }
    assert maker["whoMustClaim"]["text"]


async def test_an_explanted_device_ends_its_lifetime_and_starts_its_deadlines(world: World) -> None:
    """R-137, R-138."""
    device_id = await implant(world, content={"components": SCREW["components"][:1]}, returnDays=10)
    before = await cover_map(world.patient, world.treatment_id, "2030-01-01")
    explanted = datetime(2030, 5, 2, 12, tzinfo=UTC)
    done = await world.patient.at(explanted).do(
        "recordExplantation",
        "... on Device { id }",
        deviceId=device_id,
        on="2030-05-01",
        reason="fracture",
        expectedVersion=1,
    )
    assert done["__typename"] == "Device", done

    after = await cover_map(world.patient.at(explanted), world.treatment_id)

    assert (segment_of(before, 1)["state"], segment_of(before, 1)["ends"]) == ("RUNNING", None)
    assert segment_of(after, 1)["state"] == "ENDED"
    assert segment_of(after, 1)["ends"] == {"earliest": "2030-05-01", "latest": "2030-05-01"}
    [step] = after["layers"][1]["steps"]
    assert (step["step"], step["state"], step["deadline"]["latest"]) == ("DEVICE_RETURN", "OPEN", "2030-05-11")
    assert after["next"]["kind"] == "DUE"
    assert "May 11, 2030" in after["next"]["sentence"]


async def test_insurance_is_a_layer_of_its_own(world: World) -> None:
    """R-130: its last day is covered."""
    await insured(world)
    days = {on: await cover_map(world.patient, world.treatment_id, on) for on in ("2026-08-31", "2026-09-01")}
    segments = [segment_of(found, 1) for found in days.values()]

    assert [segment["state"] for segment in segments] == ["RUNNING", "ENDED"]
    layer = days["2026-08-31"]["layers"][1]
    assert (layer["kind"], layer["insurance"]["policy"]) == ("INSURER", "TR-1")
    assert layer["howToClaim"] == ["Call the insurer within 30 days."]


async def test_insurance_until_the_end_of_the_calendar_has_no_end(world: World) -> None:
    """R-130: as insurers write it whose policies go on."""
    await insured(world, validUntil="9999-12-31")

    segment = segment_of(await cover_map(world.patient, world.treatment_id, "2200-12-31"), 1)

    assert (segment["state"], segment["starts"]["earliest"], segment["ends"]) == ("RUNNING", "2026-03-01", None)


async def test_what_to_do_to_keep_the_cover(world: World) -> None:
    """R-124: a yearly check-up falls due by the anniversary, as long as the cover runs."""
    duty = {"key": "yearly", "kind": "OBLIGATION", "code": "annual_checkup", "text": "Come once a year."}
    said = content()
    await publish_terms(world.coordinator.at(BEFORE), world.clinic_id, content=said | {"clauses": [duty]})
    treatment_id = await registered(world, anchors=[{"name": "definitive_cementation", "on": "2026-03-03"}])

    due = {}
    for on in ("2026-03-03", "2027-03-03", "2027-03-04", "2028-06-01"):
        [found] = (await cover_map(world.patient, treatment_id, on))["duties"]
        due[on] = found["due"] and found["due"]["earliest"]

    assert due == {
        "2026-03-03": "2027-03-03",
        "2027-03-03": "2027-03-03",
        "2027-03-04": "2028-03-03",
        "2028-06-01": None,
    }


async def test_a_check_up_that_was_held_is_done_and_the_next_is_due_a_year_later(world: World) -> None:
    """R-124: at the clinic, or elsewhere with its report on file; a control of the first weeks is another."""
    duty = {"key": "yearly", "kind": "OBLIGATION", "code": "annual_checkup", "text": "Come once a year."}
    await publish_terms(world.coordinator.at(BEFORE), world.clinic_id, content=content() | {"clauses": [duty]})
    treatment_id = await registered(world, anchors=[{"name": "definitive_cementation", "on": "2026-03-03"}])
    patient = world.patient.at(datetime(2027, 2, 1, 12, tzinfo=UTC))
    told = []
    for held in (
        {"heldOn": "2026-03-12", "where": "ON_SITE", "dueDay": 14},
        {"heldOn": "2026-11-02", "where": "REMOTE"},
        {"heldOn": "2026-11-09", "where": "LOCAL_CLINICIAN"},
        {"heldOn": "2026-11-16", "where": "ON_SITE"},
    ):
        recorded = await patient.do("recordCheckUp", "... on Treatment { id }", treatmentId=treatment_id, **held)
        assert recorded["__typename"] == "Treatment", recorded
        [duty] = (await cover_map(patient, treatment_id))["duties"]
        told.append((duty["due"]["earliest"], [one["heldOn"]["text"] for one in duty["done"]]))
    [before] = (await cover_map(patient, treatment_id, "2026-11-15"))["duties"]
    [after] = (await cover_map(patient, treatment_id, "2028-04-01"))["duties"]

    assert told == [("2027-03-03", [])] * 3 + [("2028-03-03", ["2026-11-16"])]
    assert duty["sentence"].endswith("Last on record: November 16, 2026.")
    assert (before["due"]["earliest"], before["done"]) == ("2027-03-03", [])
    assert after["due"] is None


async def test_a_case_has_a_map_for_each_of_its_treatments(world: World) -> None:
    """R-077: read together, however many there are."""
    ask = """query($id: ID!) { case(id: $id) { coverMaps {
      treatment { id } asOf layers { holder segments { key } } next { on { latest } } picture } } }"""
    others = [
        await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=tooth)
        for tooth in ("15", "16", "17")
    ]
    opened = await world.patient.do("openCase", "... on Case { id }", treatmentIds=[world.treatment_id, *others])

    with Statements() as one:
        single = await world.patient.ask(ask, id=world.case_id)
    with Statements() as four:
        found = await world.patient.ask(ask, id=opened["id"])

    assert [one["treatment"]["id"] for one in found["case"]["coverMaps"]] == [world.treatment_id, *others]
    assert found["case"]["coverMaps"][0] == single["case"]["coverMaps"][0]
    assert len(four) <= len(one)


async def test_money_never_loses_a_cent(world: World) -> None:
    """Decimals in, JSON, the database, and GraphQL out: the same digits, with their currency."""
    sums = {
        "materials": {"amount": "0.10", "currency": "EUR"},
        "laboratory": {"amount": "999999999999.99", "currency": "USD"},
        "imaging": {"amount": "3500.00", "currency": "EUR"},
        "device": {"amount": "1200000", "currency": "KRW"},
        "medication": {"amount": "0.001", "currency": "KWD"},
    }
    lines = [{"kind": kind, "payer": "CLINIC", "cap": cap} for kind, cap in sums.items()]
    await publish_terms(world.coordinator.at(BEFORE), world.clinic_id, fees=lines)
    treatment_id = await registered(world, agreedOn="2026-03-03")

    found = await cover_map(world.patient, treatment_id)

    assert {fee["kind"]: fee["cap"] for fee in found["layers"][0]["content"]["fees"] if fee["cap"]} == sums


async def test_an_expert_sees_the_layers_but_no_policy(world: World) -> None:
    """R-012: as the table of access says of insurance."""
    await insured(world)
    assigned = await world.coordinator.do(
        "assignPerson",
        "... on Assignment { id }",
        caseId=world.case_id,
        subject="expert",
        role="EXPERT",
        name="Dr. Outside",
    )
    assert assigned["__typename"] == "Assignment", assigned
    expert = world.suivi.as_(Role.EXPERT, "expert").at(CEMENTED)

    seen = await cover_map(expert, world.treatment_id)

    assert [layer["kind"] for layer in seen["layers"]] == ["CLINIC"]
    stranger = world.suivi.as_(Role.PATIENT, "somebody-else").at(CEMENTED)
    assert (await stranger.ask(MAP, id=world.treatment_id))["treatment"] is None


async def test_a_complication_is_told_what_was_covered_that_day(world: World) -> None:
    """R-077: at report time; where nothing is published, it says so."""
    report = "... on ComplicationReport { cover { asOf state sentence segments { key } treatment { id } } }"
    told = {"caseId": world.case_id, "language": "en", "words": "It hurts.", "noticedOn": "2026-03-03"}
    without = await world.patient.do("reportComplication", report, **told)
    covered = content() | {
        "components": [
            *content()["components"],
            {
                "key": "complications",
                "object": "other",
                "name": "Complications",
                "classes": ["MEDICAL_COMPLICATION"],
                "limit": {"unit": "MONTH", "count": 6, "starts": "definitive_cementation"},
            },
        ]
    }
    terms = await publish_terms(world.coordinator, world.clinic_id, content=covered)
    offer = await world.coordinator.do(
        "offerTerms", "... on TermsOffer { id }", treatmentId=world.treatment_id, termsId=terms["id"]
    )
    accepted = await world.patient.do(
        "answerTermsOffer", "... on TermsOffer { answer }", offerId=offer["id"], expectedVersion=1, accept=True
    )
    later = world.patient.at(datetime(2026, 10, 2, 12, tzinfo=UTC))
    within = await later.do("reportComplication", report, **(told | {"noticedOn": "2026-09-02"}))
    doubtful = await later.do("reportComplication", report, **(told | {"noticedOn": "2026-09"}))

    assert accepted["answer"] == "ACCEPTED"
    assert [one["cover"][0]["state"] for one in (without, within, doubtful)] == [
        "NOT_COVERED",
        "COVERED",
        "NEEDS_REVIEW",
    ]
    assert within["cover"][0]["segments"] == [{"key": "component:complications"}]
    assert "Complications" in within["cover"][0]["sentence"]
    assert within["cover"][0]["treatment"] == {"id": world.treatment_id}
    assert without["cover"][0]["sentence"].startswith("No cover for complications is stated")


PICTURE = "query($id: ID!, $w: Int!, $l: String) { treatment(id: $id) { coverMap { picture(width: $w, locale: $l) } } }"


async def test_the_map_is_a_picture_that_says_itself_in_words(world: World) -> None:
    """R-077: well formed, without scripts, and in the reader's language."""
    await insured(world, insurer="<script>alert(1)</script> & \u05d1\u05d9\u05d8\u05d5\u05d7")

    pictures = [
        (await world.patient.ask(PICTURE, id=world.treatment_id, w=800, l=locale))["treatment"]["coverMap"]["picture"]
        for locale in ("en", "fr", "en")
    ]
    root = ElementTree.fromstring(pictures[0])
    names = {"svg": "http://www.w3.org/2000/svg"}

    assert pictures[0] == pictures[2]
    assert "<script" not in pictures[0]
    assert root.get("role") == "img"
    words = root.findtext("svg:desc", namespaces=names) or ""
    assert "March 3, 2029" in words
    assert "<script>" in words
    assert "Qui couvre quoi" in pictures[1]
    assert "3 mars 2029" in pictures[1]
    for width in (0, 319, 2001):
        query = PICTURE.replace("$w: Int!, ", "").replace("width: $w", f"width: {width}")
        assert await error_code(world.patient, query, id=world.treatment_id) == "OUT_OF_RANGE"


async def test_a_date_that_one_side_moves_alone_puts_cover_in_doubt_and_does_not_end_it(world: World) -> None:
    """R-065, R-077: from the end by the clinic's date to the end by the patient's."""
    moved = {"treatmentId": world.treatment_id, "name": "definitive_cementation", "on": "2026-02-25"}
    days = ("2029-02-24", "2029-02-25", "2029-03-02", "2029-03-03")

    recorded = await world.coordinator.do("recordAnchor", "... on Treatment { id }", **moved, expectedVersion=1)
    disputed = [await clinic_state(world, day) for day in days]
    told = await disputes(world)
    await world.patient.do("recordAnchor", **moved, expectedVersion=2)
    agreed = [await clinic_state(world, day) for day in days]

    assert recorded["id"] == world.treatment_id
    assert disputed == ["RUNNING", "NEEDS_REVIEW", "NEEDS_REVIEW", "ENDED"]
    assert agreed == ["RUNNING", "ENDED", "ENDED", "ENDED"]
    [dispute] = told["disputes"]
    assert (dispute["anchor"]["key"], dispute["between"]) == (
        "definitive_cementation",
        {"earliest": "2026-02-25", "latest": "2026-03-03"},
    )
    assert "February 25, 2026" in dispute["sentence"]
    assert dispute["sentence"] in told["picture"]
    assert (await disputes(world))["disputes"] == []


async def disputes(world: World) -> Any:
    ask = """query($id: ID!) { treatment(id: $id) { coverMap {
      picture disputes { anchor { key } site { key } cycle between { earliest latest } sentence } } } }"""
    return (await world.patient.at(LATE).ask(ask, id=world.treatment_id))["treatment"]["coverMap"]


async def clinic_state(world: World, on: str) -> Any:
    found = await cover_map(world.patient.at(LATE), world.treatment_id, on=on)
    return found["layers"][0]["segments"][0]["state"]


async def test_a_map_takes_as_many_statements_however_much_was_published(world: World) -> None:
    """Only what the treatment pinned or was offered is read."""
    await implant(world)
    await signed(world, await asked(world, WARRANTY), CONFIRMED)
    with Statements() as few:
        await cover_map(world.patient.at(LATE), world.treatment_id)
    [pinned] = await Terms.filter(number=1)
    for number in range(2, 200):
        pinned.id, pinned.number = new_id(), number
        await insert(pinned)

    with Statements() as many:
        await cover_map(world.patient.at(LATE), world.treatment_id)

    assert len(many) == len(few)
    assert len(many) <= 20


@pytest.mark.once
async def test_several_treatments_are_read_together(world: World) -> None:
    """A statement a table for all treatments of a page."""
    one = "query($id: ID!) { a: treatment(id: $id) { coverMap { next { sentence } } } }"
    others = [
        await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=tooth)
        for tooth in ("15", "16", "17")
    ]
    aliases = " ".join(
        f't{n}: treatment(id: "{treatment}") {{ coverMap {{ next {{ sentence }} }} }}'
        for n, treatment in enumerate([world.treatment_id, *others])
    )

    with Statements() as single:
        await world.patient.ask(one, id=world.treatment_id)
    with Statements() as four:
        found = await world.patient.ask(f"{{ {aliases} }}")

    assert len(found) == 4
    assert len(four) <= len(single) + 1

"""Terms that clinics publish, and the version a treatment keeps."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.world import BEFORE, CEMENTED, World, crown, publish_terms

TERMS: dict[str, Any] = {
    "procedure": "crown",
    "language": "en",
    "text": "Two years.",
    "period": "P2Y",
    "starts": "definitive_cementation",
}
PINNED = "query($id: ID!) { treatment(id: $id) { terms { id number period } } }"


def publishing(world: World) -> Trying:
    return Trying(who=world.coordinator, mutation="publishTerms", good=TERMS | {"clinicId": world.clinic_id})


async def test_what_cannot_be_published_as_terms(world: World, subtests: pytest.Subtests) -> None:
    """R-120, R-122."""
    wrong = publishing(world)
    materials = {"kind": "materials", "payer": "CLINIC"}

    await each_is_refused(
        [
            wrong("of an unknown procedure", "UNKNOWN_PROCEDURE", "procedure", procedure="lasik"),
            wrong("from an unknown anchor", "UNKNOWN_ANCHOR", "starts", starts="surgery"),
            wrong("with an unknown fee", "UNKNOWN_FEE_KIND", "fees", fees=[materials | {"kind": "champagne"}]),
            wrong("with a fee paid twice", "FEE_KIND_REPEATED", "fees", fees=[materials, materials]),
            wrong("without words", "TEXT_EMPTY", "text", text="\n"),
            wrong("with endless words", "TEXT_TOO_LONG", "text", text="x" * 50_001),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language=""),
            wrong("for no time", "UNREADABLE_PERIOD", "period", period="P0D"),
            wrong("for three years, in words", "UNREADABLE_PERIOD", "period", period="three years"),
            wrong("for negative time", "UNREADABLE_PERIOD", "period", period="-P3Y"),
            wrong("longer than there are calendars", "PERIOD_TOO_LONG", "period", period="P9999Y"),
            wrong("with a strangely exact length", "UNREADABLE_PERIOD", "period", period="P1000Y10000M10000W10000D"),
            wrong("with an endless window", "PERIOD_TOO_LONG", "referencePeriod", referencePeriod="P99999Y"),
            wrong("with an empty window", "UNREADABLE_PERIOD", "referencePeriod", referencePeriod=""),
            wrong("with an answer within no day", "OUT_OF_RANGE", "responseDays", responseDays=0),
            wrong("with an empty clause", "TEXT_EMPTY", "exclusions", exclusions=["bruxism", ""]),
            wrong("with endless clauses", "OUT_OF_RANGE", "covers", covers=[str(number) for number in range(101)]),
        ],
        subtests,
    )


async def test_terms_are_never_back_dated(world: World) -> None:
    """R-125."""
    refused = await refusal(
        publishing(world)("yesterday", "TERMS_BACKDATED", "effectiveFrom", effectiveFrom="2026-03-02")
    )

    assert refused["availableFrom"] == "2026-03-03"


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

    assert kept["treatment"]["terms"] == {"id": world.terms_id, "number": 1, "period": "P3Y"}


async def test_a_treatment_agreed_before_any_terms_has_none(world: World) -> None:
    """R-077, R-126: and one agreed between two versions has the first."""
    ids = []
    await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-03-03", period="P2Y")
    for agreed_on in ("2026-02-01", "2026-03-02", "2026-03-03"):
        treatment = await world.patient.do(
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

    assert [terms and terms["number"] for terms in pinned] == [None, 1, 2]


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

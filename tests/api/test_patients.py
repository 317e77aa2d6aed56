"""Patients under a pseudonym, who may act for them, and their trips."""

from datetime import UTC, datetime
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.world import World, build_world, row_id

pytestmark = pytest.mark.once

PATIENT: dict[str, Any] = {
    "reference": "P-new",
    "subject": "patient-new",
    "languages": ["fr"],
    "timeZone": "Europe/Paris",
}


async def test_what_is_no_patient(world: World, subtests: pytest.Subtests) -> None:
    wrong = Trying(who=world.frontend, mutation="registerPatient", good=PATIENT)
    herself = Trying(who=world.patient, mutation="registerPatient", good=PATIENT)

    await each_is_refused(
        [
            wrong("a reference in use", "PATIENT_KNOWN", "reference", reference="P-one"),
            wrong("a reference in use, with spaces", "PATIENT_KNOWN", "reference", reference=" P-one "),
            wrong("a subject in use", "PATIENT_KNOWN", "subject", subject="patient-one"),
            wrong("no reference", "TEXT_EMPTY", "reference", reference=""),
            wrong("a reference with U+0000", "TEXT_UNUSABLE", "reference", reference="P\x00"),
            wrong("an endless reference", "TEXT_TOO_LONG", "reference", reference="P" * 101),
            wrong("no language", "UNKNOWN_LANGUAGE", "languages", languages=[]),
            wrong("no place", "UNKNOWN_TIME_ZONE", "timeZone", timeZone="Paris"),
            herself("the patient herself", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_two_partners_may_use_the_same_pseudonym(world: World) -> None:
    """R-012: what one partner calls its patients is nothing to another."""
    other = await build_world(world.suivi, name="two")

    registered = await other.frontend.do(
        "registerPatient", "... on Patient { id }", **(PATIENT | {"reference": "P-one"})
    )
    found = await world.frontend.ask('query { patients(reference: "P-one") { nodes { id } } }')

    assert registered["__typename"] == "Patient"
    assert [node["id"] for node in found["patients"]["nodes"]] == [world.patient_id]


async def test_a_reference_that_cannot_be_one_is_refused_in_a_search_too(world: World) -> None:
    query = "query($it: String) { patients(reference: $it) { nodes { id } } }"

    codes = [await error_code(world.frontend, query, it=it) for it in ("\x00", "\ud83d", " ", "x" * 101)]

    assert codes == ["TEXT_UNUSABLE", "TEXT_UNUSABLE", "TEXT_EMPTY", "TEXT_TOO_LONG"]


async def test_a_mandate_lasts_until_it_is_revoked_and_is_revoked_once(world: World, subtests: pytest.Subtests) -> None:
    """R-013."""
    granting = Trying(
        who=world.patient,
        mutation="grantMandate",
        good={
            "patientId": world.patient_id,
            "subject": "daughter",
            "kind": "POWER_OF_ATTORNEY",
            "scope": "ACT",
            "evidence": "Notary, file 12",
        },
    )
    granted = await world.patient.do("grantMandate", "... on Mandate { id version validFrom }", **granting.good)
    revoking = Trying(
        who=world.patient, mutation="revokeMandate", good={"mandateId": granted["id"], "expectedVersion": 1}
    )
    daughter = world.suivi.as_(Role.REPRESENTATIVE, "daughter", partner=row_id(world.partner_id))
    daughter = daughter.at(datetime(2026, 3, 3, 18, 0, tzinfo=UTC))
    writing: dict[str, Any] = {"caseId": world.case_id, "body": "For my mother.", "language": "fr"}

    posted = await daughter.do("postMessage", "... on Message { body }", **writing)
    revoked = await world.patient.do("revokeMandate", "... on Mandate { version }", **revoking.good)
    refused = await daughter.refused("postMessage", **writing)

    assert granted["validFrom"] == "2026-03-03"
    assert (posted["__typename"], revoked["version"], refused) == ("Message", 2, "NOT_FOUND")
    stale = await refusal(revoking("seen before", "STALE_VERSION", "expectedVersion"))
    assert stale["conflict"] == {"currentVersion": 2, "changes": [{"kind": "mandate_revoked"}]}
    await each_is_refused(
        [
            revoking("revoked already", "MANDATE_OVER", expectedVersion=2),
            granting("over before it begins", "DATES_REVERSED", "validUntil", validUntil="2026-03-02"),
            granting("for nobody", "TEXT_EMPTY", "subject", subject=""),
            granting("without proof", "TEXT_EMPTY", "evidence", evidence=""),
            granting("for a clinic", "INVALID_ID", "patientId", patientId=world.clinic_id),
        ],
        subtests,
    )


async def test_what_is_no_trip(world: World, subtests: pytest.Subtests) -> None:
    wrong = Trying(who=world.patient, mutation="planTrip", good={"patientId": world.patient_id, "country": "HU"})

    await each_is_refused(
        [
            wrong("home before leaving", "DATES_REVERSED", "leavesOn", arrivesOn="2026-03-04", leavesOn="2026-03-03"),
            wrong("to nowhere", "UNKNOWN_COUNTRY", "country", country="ZZ"),
            wrong("of nobody", "INVALID_ID", "patientId", patientId=""),
        ],
        subtests,
    )

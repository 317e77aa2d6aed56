"""A clinic that is asked by somebody it has not treated learns what they ask, and not who they are."""

import json
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from tests.api.confirming import ALL, LATE, TAXI, asked, asked_by, file_of, signed
from tests.services.suivi import Client
from tests.services.world import World, build_world, row_id

EVERYTHING = """query($id: ID!) { confirmationRequest(id: $id) {
  id askerRole patient { id reference } treatment { id } confirmations { id patient { id } request { patient { id } } }
  history { nodes { id kind actorRole actor frontend details hash previousHash } } } }"""
COUNTS = """query($id: ID!) { clinic(id: $id) { confirmationResponsiveness {
  asked answeredInTime answeredLate awaited overdue } } }"""


async def test_an_asked_clinic_gets_no_id_to_register_a_treatment_with(world: World) -> None:
    """R-010, R-132: nothing in the document or the answers leads to the patient."""
    other = await build_world(world.suivi, name="two")
    request_id = await asked(world, ALL, TAXI, clinicId=other.clinic_id, procedure="crown")

    confirmation = await signed(other, request_id)
    file = (await file_of(other, confirmation, "JSON", by=other.coordinator)).decode()
    told = await other.coordinator.ask(EVERYTHING, id=request_id)

    document = json.loads(file)["document"]
    assert document["patient"] == {"pseudonym": "P-one"}
    ids = ids_in(file) | ids_in(json.dumps(told))
    assert str(row_id(other.clinic_id)) in ids
    assert not ids & {str(row_id(world.patient_id)), str(row_id(world.partner_id)), str(row_id(world.treatment_id))}
    for one in ids:
        forged = b64encode(f"Patient:{one}".encode()).decode()
        given: dict[str, Any] = {"patientId": forged, "clinicId": other.clinic_id, "procedure": "crown"}
        assert await other.coordinator.refused("registerTreatment", **given, sites=["14"]) == "NOT_FOUND"


def ids_in(text: str) -> set[str]:
    """Row ids in it, as they are or inside those of the API."""
    spelt = [one for one in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", text) if len(one) % 4 == 0]
    read = [b64decode(one).decode("utf-8", "replace") for one in spelt]
    return set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", " ".join([text, *read])))


async def test_the_history_of_a_request_does_not_name_who_asks(world: World) -> None:
    """R-010, R-012: to the clinic that was asked, until it has treated them; its own staff it knows."""
    other = await build_world(world.suivi, name="two")
    request_id = await asked(world, TAXI, clinicId=other.clinic_id, procedure="crown")
    await signed(other, request_id)
    node = "query($id: ID!) { node(id: $id) { ... on Event { kind actor frontend } } }"

    async def history(who: Client) -> list[dict[str, Any]]:
        request = (await who.ask(EVERYTHING, id=request_id))["confirmationRequest"]
        found: list[dict[str, Any]] = request["history"]["nodes"]
        return found

    by_clinic = await history(other.coordinator)
    alone = (await other.practitioner.ask(node, id=by_clinic[-1]["id"]))["node"]
    by_patient = await history(world.patient)
    given: dict[str, Any] = {"patientId": world.patient_id, "clinicId": other.clinic_id, "procedure": "crown"}
    await world.patient.do("registerTreatment", "... on Treatment { id }", **given, sites=["14"])
    treated = await history(other.coordinator)

    sides = [one for one in by_clinic if one["actorRole"] != "system"]
    assert [(one["kind"], one["actor"], one["frontend"]) for one in sides] == [
        ("deadline_met", "coordinator-two", None),
        ("confirmation_signed", "coordinator-two", None),
        ("reminder_set", None, None),
        ("confirmation_asked", None, None),
    ]
    assert alone == {"kind": "confirmation_asked", "actor": None, "frontend": None}
    assert "patient-one" not in json.dumps(by_clinic)
    assert (by_patient[-1]["actor"], by_patient[-1]["frontend"]) == ("patient-one", "frontend-one")
    assert treated[-1]["actor"] == "patient-one"


async def test_a_clinic_cannot_try_whose_request_it_is(world: World) -> None:
    """R-012: an id that somebody else gave it finds nothing."""
    other = await build_world(world.suivi, name="two")
    request_id = await asked(world, TAXI, clinicId=other.clinic_id, procedure="crown")
    ask = "query($of: ID!) { confirmationRequests(patientId: $of) { nodes { id } } }"

    tried = await other.coordinator.ask(ask, of=world.patient_id)
    own = await world.patient.ask(ask, of=world.patient_id)

    assert tried["confirmationRequests"]["nodes"] == []
    assert own["confirmationRequests"]["nodes"] == [{"id": request_id}]


async def test_nobody_moves_the_counts_of_a_clinic_by_asking_again(world: World) -> None:
    """R-135, R-190: each person's treatment or procedure counts once; and fewer than five people say nothing."""
    late = datetime(2026, 4, 3, 9, tzinfo=UTC)
    await signed(world, await asked(world, ALL))
    for _ in range(5):
        await asked(world, TAXI)
    for name in ("first", "second", "third", "third"):
        await asked_by(world, name)

    before = await world.frontend.at(late).ask(COUNTS, id=world.clinic_id)
    fourth = await asked_by(world, "fourth")
    await signed(world, fourth, by=world.coordinator.at(LATE))

    after = await world.frontend.at(late).ask(COUNTS, id=world.clinic_id)

    assert before == {"clinic": {"confirmationResponsiveness": None}}
    assert after["clinic"]["confirmationResponsiveness"] == {
        "asked": 5,
        "answeredInTime": 0,
        "answeredLate": 1,
        "awaited": 0,
        "overdue": 4,
    }

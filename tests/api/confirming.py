"""Asking, signing and opening written confirmations, for tests."""

from datetime import timedelta
from typing import Any

from suivi.core.access.viewer import Role
from tests.api.wrongs import Trying
from tests.services.suivi import Client
from tests.services.world import CEMENTED, World, row_id

REQUEST = "... on ConfirmationRequest { id version }"
SIGNED = '... on Confirmation { id number digest languages signedAt notice(locale: "fr") }'
LINK = "... on ConfirmationLink { url expiresAt }"
SEEN = """query($id: ID!) { confirmationRequest(id: $id) {
  state dueOn unansweredSince overdue daysLate version terms { number } patient { id } treatment { id }
  items { number kind subject question kindText(locale: "fr") { text }
          answer { answer reason text content { components { key } fees { kind payer } } referencePeriod } }
  confirmations { number signatoryName items { number } } } }"""
ALL = {"kind": "TERMS_AND_DEADLINES"}
MATERIALS = {"kind": "FEES_ON_RE_INTERVENTION", "subject": "materials"}
WARRANTY = {"kind": "CLINIC_WARRANTY", "subject": "crown"}
IMPLANT = {"kind": "MANUFACTURER_WARRANTY"}
TAXI = {"kind": "OTHER", "question": "Do you pay the taxi from the airport?"}
CONFIRMED = {"item": 1, "answer": "CONFIRMED"}
LATE = CEMENTED + timedelta(days=8)


async def asked(world: World, *items: dict[str, Any], by: Client | None = None, **about: Any) -> str:
    """The id of a request, about the treatment of the world unless another is told."""
    about = about or {"treatmentId": world.treatment_id}
    who, given = by or world.patient, {"patientId": world.patient_id, "items": [*(items or (ALL,))]} | about
    request = await who.do("askConfirmation", REQUEST, **given)
    assert request["__typename"] == "ConfirmationRequest", request
    request_id: str = request["id"]
    return request_id


def who_asks(world: World, name: str) -> Client:
    """Somebody else of the same partner, for `asked_by`."""
    partner, frontend = row_id(world.partner_id), "frontend-one"
    return world.suivi.as_(Role.PATIENT, f"patient-{name}", partner=partner, frontend=frontend).at(CEMENTED)


async def asked_by(world: World, name: str) -> str:
    """The id of a request of theirs, before they chose a clinic."""
    given: dict[str, Any] = {"reference": f"P-{name}", "subject": f"patient-{name}", "languages": ["fr"]}
    patient = await world.frontend.do(
        "registerPatient", "... on Patient { id }", key=f"register {name}", **given, timeZone="Europe/Paris"
    )
    about = {"patientId": patient["id"], "clinicId": world.clinic_id, "procedure": "crown"}
    return await asked(world, TAXI, by=who_asks(world, name), **about)


async def signed(world: World, request_id: str, *answers: dict[str, Any], by: Client | None = None) -> dict[str, Any]:
    given: dict[str, Any] = {"requestId": request_id, "answers": [*(answers or (CONFIRMED,))]}
    confirmation = await (by or world.coordinator).do("answerConfirmation", SIGNED, **given)
    assert confirmation["__typename"] == "Confirmation", confirmation
    return confirmation


async def seen(who: Client, request_id: str) -> dict[str, Any]:
    request: dict[str, Any] = (await who.ask(SEEN, id=request_id))["confirmationRequest"]
    return request


async def file_of(world: World, confirmation: dict[str, Any], file_format: str, by: Client | None = None) -> bytes:
    link = await (by or world.patient).do(
        "openConfirmation", LINK, confirmationId=confirmation["id"], format=file_format
    )
    assert link["__typename"] == "ConfirmationLink", link
    got = await world.suivi.download(link["url"])
    assert got.status_code == 200, got.text
    return got.content


def answering(world: World, request_id: str, who: Client | None = None) -> Trying:
    good = {"requestId": request_id, "answers": [CONFIRMED]}
    return Trying(who=who or world.coordinator, mutation="answerConfirmation", good=good)

"""A small world, built through the API: a clinic, a partner, a patient with a crown on 14, an open case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from strawberry.relay.utils import from_base64

from suivi.core.access.viewer import Role
from tests.services.suivi import FORM, Client, Suivi, jpeg, sha256

BEFORE = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
CEMENTED = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def row_id(node_id: str) -> UUID:
    return UUID(from_base64(node_id)[1])


@dataclass(kw_only=True)
class World:
    """Everybody acts through their own client; ids are Relay ids."""

    suivi: Suivi
    operator: Client
    frontend: Client
    patient: Client
    coordinator: Client
    practitioner: Client
    partner_id: str
    clinic_id: str
    practitioner_id: str
    patient_id: str
    terms_id: str
    treatment_id: str
    case_id: str


async def build_world(suivi: Suivi, *, name: str = "one") -> World:
    """`name` keeps the people of several worlds apart."""
    operator = suivi.as_(Role.OPERATOR, "operator").at(BEFORE)
    partner = await operator.do("registerPartner", "... on Partner { id }", name=f"Partner {name}")
    who = people(suivi, name=name, partner_id=partner["id"])
    clinic_id = await _clinic(operator, name)
    practitioner_id = await _member(operator, clinic_id, "PRACTITIONER", f"practitioner-{name}", "Dr. Eszter Nagy")
    await _member(operator, clinic_id, "COORDINATOR", f"coordinator-{name}", "Kata Szabó")
    terms = await publish_terms(who["coordinator"].at(BEFORE), clinic_id)
    registered = await who["frontend"].do(
        "registerPatient",
        "... on Patient { id }",
        reference=f"P-{name}",
        subject=f"patient-{name}",
        languages=["fr"],
        timeZone="Europe/Paris",
    )
    treatment_id = await crown(who["patient"], registered["id"], clinic_id, practitioner_id)
    case = await who["patient"].do("openCase", "... on Case { id }", treatmentIds=[treatment_id])
    return World(
        suivi=suivi,
        **who,
        partner_id=partner["id"],
        clinic_id=clinic_id,
        practitioner_id=practitioner_id,
        patient_id=registered["id"],
        terms_id=terms["id"],
        treatment_id=treatment_id,
        case_id=case["id"],
    )


def people(suivi: Suivi, *, name: str = "one", partner_id: str) -> dict[str, Client]:
    """The clients of a world, by their names in it."""
    tenant = row_id(partner_id)
    return {
        "operator": suivi.as_(Role.OPERATOR, "operator").at(BEFORE),
        "frontend": suivi.as_(Role.FRONTEND, f"frontend-{name}", partner=tenant).at(BEFORE),
        "patient": suivi.as_(Role.PATIENT, f"patient-{name}", partner=tenant, frontend=f"frontend-{name}").at(CEMENTED),
        "coordinator": suivi.as_(Role.COORDINATOR, f"coordinator-{name}").at(CEMENTED),
        "practitioner": suivi.as_(Role.PRACTITIONER, f"practitioner-{name}").at(CEMENTED),
    }


async def _clinic(operator: Client, name: str) -> str:
    clinic = await operator.do(
        "registerClinic",
        "... on Clinic { id }",
        name=f"Duna Dental {name}",
        country="HU",
        city="Budapest",
        timeZone="Europe/Budapest",
        languages=["hu", "en"],
        noticeAddress=f"aftercare-{name}@duna.example",
        responseDays=5,
    )
    clinic_id: str = clinic["id"]
    return clinic_id


async def _member(operator: Client, clinic_id: str, kind: str, subject: str, name: str) -> str:
    member = await operator.do(
        "addMember",
        "... on Member { id }",
        clinicId=clinic_id,
        kind=kind,
        subject=subject,
        name=name,
        languages=["hu", "en"],
    )
    member_id: str = member["id"]
    return member_id


SAYS = ("period", "starts", "covers", "fees", "exclusions")
"""What `content` says of one component, in short."""


def content(
    *,
    period: str = "P3Y",
    starts: str = "definitive_cementation",
    covers: Sequence[str] = ("fracture", "loss_of_retention"),
    fees: Sequence[Mapping[str, Any]] = (
        {"kind": "materials", "payer": "CLINIC"},
        {"kind": "travel", "payer": "PATIENT"},
    ),
    exclusions: Sequence[str] = ("bruxism",),
    of: str = "crown",
) -> dict[str, Any]:
    """One component, for so many years, months, weeks or days."""
    units = {"Y": "YEAR", "M": "MONTH", "W": "WEEK", "D": "DAY"}
    limit = {"unit": units[period[-1]], "count": int(period[1:-1]), "starts": starts}
    return {
        "components": [{"key": of, "object": of, "covers": [*covers], "limit": limit}],
        "fees": [*fees],
        "clauses": [
            {"key": code, "kind": "EXCLUSION", "code": code, "text": f"Not covered: {code}."} for code in exclusions
        ],
    }


async def publish_terms(coordinator: Client, clinic_id: str, **changed: Any) -> dict[str, str]:
    """`changed` may say the content in short, as SAYS has it, or as a whole."""
    short = {name: changed.pop(name) for name in SAYS if name in changed}
    draft: dict[str, Any] = {
        "procedure": "crown",
        "language": "en",
        "text": "We repair or remake a crown that fails for three years.",
        "content": content(**short, of=changed.get("procedure") or "crown"),
    }
    return await coordinator.do("publishTerms", "... on Terms { id number }", clinicId=clinic_id, **(draft | changed))


async def crown(patient: Client, patient_id: str, clinic_id: str, practitioner_id: str, *, tooth: str = "14") -> str:
    treatment = await patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=patient_id,
        clinicId=clinic_id,
        practitionerId=practitioner_id,
        procedure="crown",
        sites=[tooth],
        agreedOn="2026-02-20",
        anchors=[{"name": "definitive_cementation", "on": "2026-03-03"}],
        patientObjectives="To chew on the right side again.",
    )
    treatment_id: str = treatment["id"]
    return treatment_id


async def upload_photo(world: World, client: Client, content: bytes | None = None, **changed: Any) -> str:
    """Begin, upload, finish: the id of evidence that is kept."""
    content = content or jpeg()
    asked: dict[str, Any] = {
        "caseId": world.case_id,
        "kind": "PHOTO_AFTER",
        "contentType": "image/jpeg",
        "sha256": sha256(content),
    }
    begun = await client.do("beginUpload", FORM, **(asked | changed))
    sent = await world.suivi.upload(client, begun, content)
    assert sent.is_success, sent.text
    evidence_id: str = begun["evidence"]["id"]
    finished = await client.do("finishUpload", "... on Evidence { id state }", evidenceId=evidence_id)
    assert finished["__typename"] == "Evidence", finished
    return evidence_id

"""Terms, a crown, and photos of it."""

import hashlib
from datetime import UTC, datetime, timedelta

from suivi.core.access.viewer import Role
from suivi.demo import photos
from suivi.demo.client import Client, Unexpected
from suivi.demo.script import (
    AGREED,
    CEMENTED,
    HOME_AGAIN,
    PHOTO_AFTER,
    PHOTO_BEFORE,
    PROMISE,
    TERMS,
    TERMS_PUBLISHED,
)
from suivi.demo.stage import SUBJECTS, Facts, Stage

PUBLISHED = "... on Terms { id number period referencePeriod starts exclusions fees { kind payer } notice }"
GRINDING = {"key": "grinding", "kind": "EXCLUSION", "code": "bruxism", "text": "Grinding is excluded."}


def crown(*, years: int) -> Facts:
    """What a clinic says of a crown, as components of terms and of confirmations are sent."""
    limit = {"unit": "YEAR", "count": years, "starts": "definitive_cementation"}
    return {"key": "crown", "object": "crown", "covers": ["fracture", "loss_of_retention"], "limit": limit}


async def clinic_publishes_terms(stage: Stage) -> Facts:
    operator = stage.as_(Role.OPERATOR, TERMS_PUBLISHED)
    clinic = await operator.do(
        "registerClinic",
        "... on Clinic { id name city languages }",
        key="demo-clinic",
        name="Duna Dental",
        country="HU",
        city="Budapest",
        timeZone="Europe/Budapest",
        languages=["hu", "en"],
        noticeAddress="aftercare@duna-dental.example",
        responseDays=5,
    )
    stage.ids["clinic"] = clinic["id"]
    await _add_member(stage, operator, Role.PRACTITIONER, "Dr. Eszter Nagy")
    await _add_member(stage, operator, Role.COORDINATOR, "Kata Szabó")
    coordinator = stage.as_(Role.COORDINATOR, TERMS_PUBLISHED)
    content = {
        "components": [crown(years=3)],
        "fees": [{"kind": "materials", "payer": "CLINIC"}, {"kind": "travel", "payer": "PATIENT"}],
        "clauses": [GRINDING],
    }
    given = {"clinicId": clinic["id"], "procedure": "crown", "language": "en", "content": content}
    given |= {"referencePeriod": "P12M"}
    stopped = await coordinator.refused("publishTerms", PUBLISHED, key="demo-promise", text=PROMISE + TERMS, **given)
    terms = await coordinator.do("publishTerms", PUBLISHED, key="demo-terms", text=TERMS, **given)
    stage.ids["terms"] = terms["id"]
    return {"clinic": clinic, "stopped": stopped, "terms": terms}


async def _add_member(stage: Stage, operator: Client, role: Role, name: str) -> None:
    member = await operator.do(
        "addMember",
        "... on Member { id }",
        key=f"demo-member-{role}",
        clinicId=stage.ids["clinic"],
        kind=role.value.upper(),
        subject=SUBJECTS[role],
        name=name,
        languages=["hu", "en"],
    )
    stage.ids[role.value] = member["id"]


async def patient_agrees_to_a_crown(stage: Stage) -> Facts:
    treatment = await stage.as_(Role.PATIENT, AGREED).do(
        "registerTreatment",
        "... on Treatment { id procedureId sites terms { id number } rulesPlugin rulesVersion }",
        key="demo-treatment",
        patientId=stage.ids["patient"],
        clinicId=stage.ids["clinic"],
        practitionerId=stage.ids["practitioner"],
        procedure="crown",
        sites=["14"],
        agreedOn="2026-02-20",
        patientObjectives="To chew on the right side again.",
    )
    stage.ids["treatment"] = treatment["id"]
    return {"treatment": treatment}


async def crown_is_cemented(stage: Stage) -> Facts:
    treatment = await stage.as_(Role.PRACTITIONER, CEMENTED).do(
        "recordAnchor",
        "... on Treatment { anchors { name on { text exact } } objectives { patient frozen } }",
        key="demo-cemented",
        treatmentId=stage.ids["treatment"],
        expectedVersion=1,
        name="definitive_cementation",
        on="2026-03-03",
    )
    case = await stage.as_(Role.PATIENT, HOME_AGAIN).do(
        "openCase", "... on Case { id state }", key="demo-case", treatmentIds=[stage.ids["treatment"]]
    )
    stage.ids["case"] = case["id"]
    return {"treatment": treatment, "case": case}


async def photos_go_straight_to_the_store(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, HOME_AGAIN)
    before = await _upload(stage, patient, "PHOTO_BEFORE", photos.before(PHOTO_BEFORE))
    after = await _upload(stage, patient, "PHOTO_AFTER", photos.after(PHOTO_AFTER))
    counted = await patient.ask("query($id: ID!) { case(id: $id) { photoCount } }", id=stage.ids["case"])
    return {"before": before, "after": after, "photos": counted["case"]["photoCount"]}


async def _upload(stage: Stage, patient: Client, kind: str, content: bytes) -> Facts:
    begun = await _begun(stage, patient, kind, content)
    if begun["evidence"]["state"] == "AWAITING":
        await patient.upload(begun["form"], content)
    kept: Facts = await patient.do(
        "finishUpload",
        "... on Evidence { id kind state contentType size sha256 embeddedAt }",
        key=f"demo-finish-{kind}-{begun['evidence']['id']}",
        evidenceId=begun["evidence"]["id"],
    )
    return {**kept, "uploaded_to": begun["form"]["url"]}


async def _begun(stage: Stage, patient: Client, kind: str, content: bytes) -> Facts:
    """A form that still works. One that ran out in an interruption is left behind, and a new one asked for."""
    for attempt in range(1, 100):
        begun = await patient.do(
            "beginUpload",
            "... on Upload { evidence { id state } form { url expiresAt fields { name value } } }",
            key=f"demo-begin-{kind}-{attempt}",
            caseId=stage.ids["case"],
            kind=kind,
            contentType="image/jpeg",
            sha256=hashlib.sha256(content).hexdigest(),
        )
        expires_at = datetime.fromisoformat(begun["form"]["expiresAt"])
        if begun["evidence"]["state"] == "KEPT" or expires_at > datetime.now(UTC) + timedelta(minutes=1):
            return begun
    raise Unexpected("no upload form that still works")

"""The story, a function a step. Each acts through the public API as the right role and gives back what it saw.

Every mutation has a key of its own that is the same each time, so a step that was interrupted can be played again.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from suivi.core.access.viewer import Role
from suivi.demo import photos
from suivi.demo.client import Client, Unexpected
from suivi.demo.stage import SUBJECTS, Said, Stage, row_id

Facts: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Stage], Awaitable[Facts]]

TERMS_PUBLISHED = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
AGREED = datetime(2026, 2, 20, 14, 0, tzinfo=UTC)
PHOTO_BEFORE = datetime.fromisoformat("2026-02-27T10:12:00+01:00")
CEMENTED = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
PHOTO_AFTER = datetime.fromisoformat("2026-03-03T16:05:00+01:00")
HOME_AGAIN = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
DAY_10 = datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
DAY_12 = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 3, 16, 8, 30, tzinfo=UTC)

QUESTION = "Bonjour, dix jours après la pose je sens encore le froid et une pression quand je mâche. Est-ce trop tôt ?"
ANSWER = (
    "Good evening. Cold and pressure are usual in the first weeks and fade. We judge the result from 17 March on; "
    "your terms cover materials for 3 years."
)
COVERED, FALSIFIED = "3 years", "1 years"
WORDS = "Ma joue a gonflé depuis ce matin et j'ai 38,6 de fièvre."


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
    terms = await stage.as_(Role.COORDINATOR, TERMS_PUBLISHED).do(
        "publishTerms",
        "... on Terms { id number period referencePeriod starts exclusions fees { kind payer } notice }",
        key="demo-terms",
        clinicId=clinic["id"],
        procedure="crown",
        language="en",
        text="We repair or remake a crown that breaks or comes loose within three years. Grinding is excluded.",
        period="P3Y",
        starts="definitive_cementation",
        covers=["fracture", "loss_of_retention"],
        exclusions=["bruxism"],
        referencePeriod="P12M",
        fees=[{"kind": "materials", "payer": "CLINIC"}, {"kind": "travel", "payer": "PATIENT"}],
    )
    stage.ids["terms"] = terms["id"]
    return {"clinic": clinic, "terms": terms}


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
    operator = stage.as_(Role.OPERATOR, TERMS_PUBLISHED)
    partner = await operator.do(
        "registerPartner", "... on Partner { id name }", key="demo-partner", name="Retour Paris"
    )
    stage.ids["partner"] = partner["id"]
    patient = await stage.as_(Role.FRONTEND, AGREED).do(
        "registerPatient",
        "... on Patient { id reference languages timeZone }",
        key="demo-patient",
        reference="RP-0417",
        subject=SUBJECTS[Role.PATIENT],
        languages=["fr"],
        timeZone="Europe/Paris",
    )
    stage.ids["patient"] = patient["id"]
    treatment = await stage.as_(Role.PATIENT, AGREED).do(
        "registerTreatment",
        "... on Treatment { id procedureId sites terms { id } rulesPlugin rulesVersion }",
        key="demo-treatment",
        patientId=patient["id"],
        clinicId=stage.ids["clinic"],
        practitionerId=stage.ids["practitioner"],
        procedure="crown",
        sites=["14"],
        agreedOn="2026-02-20",
        patientObjectives="To chew on the right side again.",
    )
    stage.ids["treatment"] = treatment["id"]
    return {"partner": partner, "patient": patient, "treatment": treatment}


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


TOO_EARLY = """query($id: ID!) { treatment(id: $id) {
  recovery {
    on days { earliest } phases { key text { text locale } } rules notADiagnosis { text }
    stabilisation { tooEarly mayBeJudgedFrom { earliest } reasons { sentence } }
    normalSigns { key text { text } } redFlags { key urgency text { text } whatToDo { text } }
  }
  referenceWindow { state lastDayEarliest daysLeft won { source period version } lost { source period }
    reasons { rule sentence } }
} }"""


async def patient_asks_whether_it_is_too_early(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_10, locale="fr")
    treatment: Facts = (await patient.ask(TOO_EARLY, id=stage.ids["treatment"]))["treatment"]
    return treatment


LIVE = "subscription($case: ID!) { messagePosted(caseId: $case) { authorRole authorName language body } }"


async def both_sides_talk_live(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_10, locale="fr")
    practitioner = stage.as_(Role.PRACTITIONER, DAY_10 + timedelta(minutes=20))
    case = stage.ids["case"]
    before = await _messages(patient, case)
    async with (
        patient.following(LIVE, case=case) as heard_by_patient,
        practitioner.following(LIVE, case=case) as heard_by_practitioner,
    ):
        await _post(stage, patient, "question", QUESTION, "fr")
        await _post(stage, practitioner, "answer", ANSWER, "en")
        # Posted before an interruption, they are not posted, and therefore not heard, a second time.
        expected = 2 - before
        return {
            "patient_heard": [await _next(heard_by_patient) for _ in range(expected)],
            "practitioner_heard": [await _next(heard_by_practitioner) for _ in range(expected)],
            "messages": await _messages(patient, case),
        }


async def _messages(reader: Client, case: str) -> int:
    answer = await reader.ask("query($id: ID!) { case(id: $id) { messageCount } }", id=case)
    count: int = answer["case"]["messageCount"]
    return count


async def _post(stage: Stage, author: Client, name: str, body: str, language: str) -> None:
    message = await author.do(
        "postMessage",
        "... on Message { id }",
        key=f"demo-{name}",
        caseId=stage.ids["case"],
        body=body,
        language=language,
    )
    stage.ids[name] = message["id"]


async def _next(arriving: "asyncio.Queue[Facts]") -> Facts:
    async with asyncio.timeout(10):
        message: Facts = (await arriving.get())["messagePosted"]
        return message


async def patient_reports_swelling_and_fever(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_12, locale="fr")
    report: Facts = await patient.do(
        "reportComplication",
        """... on ComplicationReport { id reportedAt redFlags signs
           urgency { level whatToDo { text } } notAnEmergencyService { text } }""",
        key="demo-report",
        caseId=stage.ids["case"],
        signs=["facial_swelling_fever"],
        words=WORDS,
        language="fr",
    )
    stage.ids["report"] = report["id"]
    return report


async def clinic_has_the_notice(stage: Stage) -> Facts:
    [mail, *_] = await stage.mailbox.wait_for(1)
    patient = stage.as_(Role.PATIENT, DAY_12 + timedelta(minutes=1), locale="fr")
    delivery = await _delivered(patient, stage.ids["case"])
    body = mail.get_body(("plain",))
    return {
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "language": str(mail["Content-Language"]),
        "text": body.get_content() if body else "",
        "whole": mail.as_string(),
        "delivery": delivery,
    }


DELIVERIES = "query($id: ID!) { case(id: $id) { deliveries(first: 1) { state adapter attempts urgent deliveredAt } } }"


async def _delivered(patient: Client, case: str) -> Facts:
    """The newest notice about the case, once its state says that it was delivered."""
    async with asyncio.timeout(20):
        while True:
            [delivery] = (await patient.ask(DELIVERIES, id=case))["case"]["deliveries"]
            if delivery["state"] == "DELIVERED":
                found: Facts = delivery
                return found
            await asyncio.sleep(0.1)


async def clinic_marks_it_seen(stage: Stage) -> Facts:
    practitioner = stage.as_(Role.PRACTITIONER, DAY_12 + timedelta(minutes=25))
    report: Facts = await practitioner.do(
        "markComplicationSeen",
        "... on ComplicationReport { seenAt seenBy { name } }",
        key="demo-seen",
        reportId=stage.ids["report"],
    )
    return report


async def others_are_let_in(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, DAY_12 + timedelta(hours=1))
    people = {Role.MEDIATOR: "Claire Lambert", Role.EXPERT: "Dr. Jonas Roth", Role.INTERPRETER: "Anna Farkas"}
    assigned = [
        await patient.do(
            "assignPerson",
            "... on Assignment { role name validFrom }",
            key=f"demo-assign-{role}",
            caseId=stage.ids["case"],
            role=role.value.upper(),
            subject=SUBJECTS[role],
            name=name,
        )
        for role, name in people.items()
    ]
    mandate = await stage.as_(Role.FRONTEND, DAY_12 + timedelta(hours=1)).do(
        "grantMandate",
        "... on Mandate { kind scope validFrom }",
        key="demo-mandate",
        patientId=stage.ids["patient"],
        subject=SUBJECTS[Role.REPRESENTATIVE],
        kind="POWER_OF_ATTORNEY",
        scope="READ",
        evidence="Signed paper in the partner's files, no. 2026-118",
    )
    return {"assigned": assigned, "mandate": mandate}


CLASSIFICATION = "... on Classification { value name { text } reason decidedAt practitioner { name } }"


async def others_may_not_classify(stage: Stage) -> Facts:
    """Refusal codes by role: deciding what a case is belongs to the treating practitioner."""
    refusals = {}
    for role in (Role.COORDINATOR, Role.MEDIATOR, Role.FRONTEND):
        refusal = await stage.as_(role, NEXT_MORNING).refused(
            "classifyCase",
            CLASSIFICATION,
            key=f"demo-classify-{role}",
            caseId=stage.ids["case"],
            treatmentId=stage.ids["treatment"],
            value="NORMAL_EVOLUTION",
            reason="Nothing to worry about.",
        )
        refusals[role.value] = refusal
    return refusals


async def practitioner_classifies(stage: Stage) -> Facts:
    classification: Facts = await stage.as_(Role.PRACTITIONER, NEXT_MORNING + timedelta(minutes=30)).do(
        "classifyCase",
        CLASSIFICATION,
        key="demo-classify",
        caseId=stage.ids["case"],
        treatmentId=stage.ids["treatment"],
        value="MEDICAL_COMPLICATION",
        reason="Spreading infection around 14: swelling with fever. Sent to the hospital on duty in Paris.",
    )
    return classification


HISTORY = """query($id: ID!) { case(id: $id) { history(first: 100) {
  nodes { seq kind at actorRole frontend hash previousHash } } } }"""


async def history_is_shown_and_verified(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, NEXT_MORNING + timedelta(hours=1))
    newest_first = (await patient.ask(HISTORY, id=stage.ids["case"]))["case"]["history"]["nodes"]
    return {"events": newest_first[::-1], "audit": _told(await stage.command("audit", "verify", "--json"))}


async def changed_byte_is_found(stage: Stage) -> Facts:
    message = row_id(stage.ids["answer"])
    async with stage.tampering.altered(message, COVERED, FALSIFIED) as settings:
        tampered = _told(await stage.command("audit", "verify", "--json", **settings))
    untouched = _told(await stage.command("audit", "verify", "--json"))
    return {"message": str(message), "tampered": tampered, "untouched": untouched}


def _told(said: Said) -> Facts:
    if not said.out.strip():
        raise Unexpected(f"`suivi audit verify` ended with {said.code}: {said.err.strip()}")
    return {"code": said.code, **json.loads(said.out)}


STEPS: tuple[Step, ...] = (
    clinic_publishes_terms,
    patient_agrees_to_a_crown,
    crown_is_cemented,
    photos_go_straight_to_the_store,
    patient_asks_whether_it_is_too_early,
    both_sides_talk_live,
    patient_reports_swelling_and_fever,
    clinic_has_the_notice,
    clinic_marks_it_seen,
    others_are_let_in,
    others_may_not_classify,
    practitioner_classifies,
    history_is_shown_and_verified,
    changed_byte_is_found,
)

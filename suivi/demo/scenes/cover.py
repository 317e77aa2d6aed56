"""What a clinic confirms in writing, what a patient can prove with it, and who covers what."""

import asyncio
from pathlib import Path
from uuid import uuid4

from suivi.core.access.viewer import Role
from suivi.demo.client import Unexpected
from suivi.demo.scenes.treatment import GRINDING, crown
from suivi.demo.script import (
    ANSWERED,
    ASKED,
    FIVE_YEARS,
    HOME_AGAIN,
    TAXI,
    TERMS_PUBLISHED,
    WORSE_TERMS,
)
from suivi.demo.stage import SUBJECTS, Facts, Stage

DOCUMENT, CERTIFICATE, PICTURE = "confirmation.pdf", "suivi.pem", "cover-map.svg"
"""Files in the folder of the story."""

COMPARED = """query($clinics: [ID!]!) { compareTerms(clinicIds: $clinics, procedure: "crown") {
  clinics { clinic { name city } state sentence { text } }
  objects { object { text { text } } cells { limit { unit count } } }
} }"""


async def patient_compares_and_asks(stage: Stage) -> Facts:
    operator = stage.as_(Role.OPERATOR, TERMS_PUBLISHED)
    partner = await operator.do(
        "registerPartner", "... on Partner { id name }", key="demo-partner", name="Retour Paris"
    )
    stage.ids["partner"] = partner["id"]
    registered = await stage.as_(Role.FRONTEND, ASKED).do(
        "registerPatient",
        "... on Patient { id reference languages timeZone }",
        key="demo-patient",
        reference="RP-0417",
        subject=SUBJECTS[Role.PATIENT],
        languages=["fr"],
        timeZone="Europe/Paris",
    )
    stage.ids["patient"] = registered["id"]
    patient = stage.as_(Role.PATIENT, ASKED)
    compared = await patient.ask(COMPARED, clinics=[stage.ids["clinic"], await _another_clinic(stage)])
    request = await patient.do(
        "askConfirmation",
        "... on ConfirmationRequest { id state dueOn terms { number } items { kind question kindText { text } } }",
        key="demo-ask-confirmation",
        patientId=registered["id"],
        clinicId=stage.ids["clinic"],
        procedure="crown",
        items=[
            {"kind": "TERMS_AND_DEADLINES"},
            {"kind": "CLINIC_WARRANTY", "subject": "crown"},
            {"kind": "OTHER", "question": TAXI},
        ],
    )
    stage.ids["request"] = request["id"]
    return {"partner": partner, "patient": registered, "compared": compared["compareTerms"], "request": request}


async def _another_clinic(stage: Stage) -> str:
    clinic = await stage.as_(Role.OPERATOR, TERMS_PUBLISHED).do(
        "registerClinic",
        "... on Clinic { id }",
        key="demo-other-clinic",
        name="Ege Dental",
        country="TR",
        city="Izmir",
        timeZone="Europe/Istanbul",
        languages=["tr", "en"],
    )
    clinic_id: str = clinic["id"]
    return clinic_id


async def clinic_answers_item_by_item(stage: Stage) -> Facts:
    confirmation: Facts = await stage.as_(Role.COORDINATOR, ANSWERED).do(
        "answerConfirmation",
        """... on Confirmation { id number digest languages signatoryName items { kindText { text }
           answer { answer text reasonText { text } content { components { key limit { unit count } } } } } notice }""",
        key="demo-answer-confirmation",
        requestId=stage.ids["request"],
        language="en",
        answers=[
            {"item": 1, "answer": "CONFIRMED"},
            {
                "item": 2,
                "answer": "CONFIRMED_WITH_CHANGES",
                "text": FIVE_YEARS,
                "content": {"components": [crown(years=5)], "clauses": [GRINDING]},
            },
            {"item": 3, "answer": "NOT_CONFIRMED", "reason": "NOT_OFFERED"},
        ],
    )
    stage.ids["confirmation"] = confirmation["id"]
    return confirmation


async def anybody_can_verify_it(stage: Stage) -> Facts:
    """As whoever has the file and the platform's certificate: `suivi verify` asks no server and no database."""
    patient = stage.as_(Role.PATIENT, ANSWERED)
    link = await patient.do(
        "openConfirmation",
        "... on ConfirmationLink { url expiresAt }",
        # Each look is recorded as one of its own.
        key=f"demo-open-{uuid4()}",
        confirmationId=stage.ids["confirmation"],
        format="PDF",
    )
    content = await patient.download(link["url"])
    document, certificate = stage.folder / DOCUMENT, stage.folder / CERTIFICATE
    document.write_bytes(content)
    certificate.write_bytes(await patient.download("/certificate.pem"))
    altered = stage.folder / f"altered-{DOCUMENT}"
    altered.write_bytes(_with_one_byte_changed(content))
    try:
        intact, refused = await asyncio.gather(
            _verified(stage, document, certificate), _verified(stage, altered, certificate)
        )
    finally:
        altered.unlink()
    return {"file": str(document), "size": len(content), "intact": intact, "altered": refused}


def _with_one_byte_changed(content: bytes) -> bytes:
    place = len(content) // 3
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


async def _verified(stage: Stage, document: Path, certificate: Path) -> Facts:
    said = await stage.command("verify", str(document), "--certificate", str(certificate))
    if not said.out.strip():
        raise Unexpected(f"`suivi verify` ended with {said.code}: {said.err.strip()}")
    return {"code": said.code, "said": said.out.strip()}


MAP = """query($id: ID!) { treatment(id: $id) { terms { number } coverMap {
  asOf layers { kind holder segments { name state starts { earliest } ends { earliest } source { said number } } }
  lost { key why source { said number } } next { sentence } gaps { kind about sentence } picture notice
} } }"""


async def patient_sees_who_covers_what(stage: Stage) -> Facts:
    patient = stage.as_(Role.PATIENT, HOME_AGAIN)
    found: Facts = (await patient.ask(MAP, id=stage.ids["treatment"]))["treatment"]["coverMap"]
    picture = stage.folder / PICTURE
    picture.write_text(found["picture"], encoding="utf-8")
    return {**found, "file": str(picture)}


IN_FORCE = """query($clinic: ID!) { clinic(id: $clinic) { termsFor(procedure: "crown") { terms { number } } } }"""


async def worse_terms_change_nothing(stage: Stage) -> Facts:
    worse = await stage.as_(Role.COORDINATOR, WORSE_TERMS).do(
        "publishTerms",
        "... on Terms { number differences { key compared } }",
        key="demo-worse-terms",
        clinicId=stage.ids["clinic"],
        procedure="crown",
        language="en",
        text="We repair or remake a crown that breaks or comes loose within one year. Grinding is excluded.",
        content={
            "components": [crown(years=1)],
            "fees": [{"kind": "materials", "payer": "PATIENT"}, {"kind": "travel", "payer": "PATIENT"}],
            "clauses": [GRINDING],
        },
        referencePeriod="P12M",
    )
    patient = stage.as_(Role.PATIENT, WORSE_TERMS)
    in_force = await patient.ask(IN_FORCE, clinic=stage.ids["clinic"])
    treatment = (await patient.ask(MAP, id=stage.ids["treatment"]))["treatment"]
    return {"worse": worse, "in_force": in_force["clinic"]["termsFor"], "treatment": treatment}

"""Who is let in, who decides, and how the history proves it."""

import json
from datetime import timedelta

from suivi.core.access.viewer import Role
from suivi.demo.client import Unexpected
from suivi.demo.script import COVERED, DAY_12, FALSIFIED, NEXT_MORNING
from suivi.demo.stage import SUBJECTS, Facts, Said, Stage, row_id


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

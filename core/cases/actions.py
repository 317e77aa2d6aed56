"""Opening, closing and reopening cases, and inviting people to them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import fetch
from suivi.core.acting import Acting, action
from suivi.core.cases import rules
from suivi.core.cases.models import AssignedRole, Assignment, Case, CaseState, CaseTreatment
from suivi.core.events.log import append
from suivi.core.patients.models import Patient
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect


class AssignmentOver(Refusal):
    """This assignment is already over."""

    code = "ASSIGNMENT_OVER"
    remedy = "Assign the person again to let them back in."


async def locked_case(by: Acting, case_id: UUID, verb: str) -> Case:
    """The case, if the viewer may do this to it and its state allows it, locked until the transaction ends."""
    case = await locked(Case, by.viewer, case_id, on=by.on, verb=verb)
    rules.require_possible(verb, case.state)
    return case


async def treatment_in(case: Case, treatment_id: UUID) -> Treatment:
    treatment = await Treatment.get_or_none(id=treatment_id, covering__case_id=case.id)
    if treatment is None:
        raise rules.TreatmentNotInCase(field="treatmentId")
    return treatment


@action(Case)
async def open_case(by: Acting, treatment_ids: Sequence[UUID]) -> Case:
    wanted = list(dict.fromkeys(treatment_ids))
    if not 1 <= len(wanted) <= rules.MAX_TREATMENTS:
        raise rules.TreatmentsMissing(field="treatmentIds", limit=rules.MAX_TREATMENTS)
    treatments = [await fetch(Treatment, by.viewer, wish, on=by.on, verb="open_case") for wish in wanted]
    rules.require_together(treatments)
    patient = await Patient.get(id=treatments[0].patient_id)
    case = Case(
        partner_id=patient.partner_id,
        patient_id=patient.id,
        clinic_id=treatments[0].clinic_id,
        state=CaseState.OPEN,
        opened_at=by.at,
        version=1,
    )
    covered = [CaseTreatment(case_id=case.id, treatment_id=treatment.id) for treatment in treatments]
    told = {"version": 1, "treatments": [str(treatment.id) for treatment in treatments]}
    await append(by, case, "case_opened", told, new=[case, *covered])
    # In one order whoever opens a case, so that two who open at once do not wait for each other.
    for treatment in sorted(treatments, key=lambda treatment: str(treatment.id)):
        await append(by, treatment, "case_opened", began=[case])
    return case


@action(Case)
async def close_case(by: Acting, case_id: UUID, *, expected_version: int) -> Case:
    case = await locked_case(by, case_id, "close")
    await expect(case, expected_version)
    case.state, case.closed_at = CaseState.CLOSED, by.at
    return await changed(by, case, "case_closed")


@action(Case)
async def reopen_case(by: Acting, case_id: UUID, *, expected_version: int) -> Case:
    case = await locked_case(by, case_id, "reopen")
    await expect(case, expected_version)
    return await reopened(by, case)


async def reopened(by: Acting, case: Case) -> Case:
    case.state, case.closed_at = CaseState.OPEN, None
    return await changed(by, case, "case_reopened")


async def changed(by: Acting, case: Case, kind: str) -> Case:
    case.version += 1
    await update(case)
    await append(by, case, kind, {"version": case.version}, wrote=[case])
    return case


@action(Assignment)
async def assign(
    by: Acting,
    case_id: UUID,
    *,
    role: AssignedRole,
    subject: str,
    name: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Assignment:
    """Lets a mediator, expert or interpreter into this one case, from today unless told otherwise."""
    case = await locked_case(by, case_id, "assign")
    inputs.in_order(valid_from or by.on, valid_until, field="validUntil")
    assignment = Assignment(
        case_id=case.id,
        role=role,
        subject=inputs.text(subject, field="subject", limit=255),
        name=inputs.text(name, field="name", limit=200),
        valid_from=valid_from or by.on,
        valid_until=valid_until,
        assigned_at=by.at,
        version=1,
    )
    told = {"assignment": str(assignment.id), "role": role.value}
    await append(by, case, "person_assigned", told, new=[assignment])
    return assignment


@action(Assignment)
async def end_assignment(by: Acting, assignment_id: UUID, *, expected_version: int) -> Assignment:
    """Takes effect at once: yesterday becomes its last day."""
    assignment = await locked(Assignment, by.viewer, assignment_id, on=by.on, verb="end_assignment")
    await expect(assignment, expected_version, told_of=assignment.case_id)
    if assignment.valid_until is not None and assignment.valid_until < by.on:
        raise AssignmentOver()
    assignment.valid_until = date.fromordinal(by.on.toordinal() - 1)
    assignment.version += 1
    await update(assignment)
    case = await Case.get(id=assignment.case_id)
    told = {"assignment": str(assignment.id), "version": assignment.version}
    await append(by, case, "assignment_ended", told, wrote=[assignment])
    return assignment

"""Registering a treatment: who may, what was agreed, and what it goes on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.narrowing import NotFound, fetch, narrow
from suivi.core.access.table import CLINIC_SIDE
from suivi.core.acting import Acting, action
from suivi.core.clinics.ending import require_there
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.finding import terms_agreed, terms_in_force
from suivi.core.coverage.scopes import Scope, checked_material
from suivi.core.events.log import append
from suivi.core.patients.models import Patient
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Procedure
from suivi.core.treatments import rules
from suivi.core.treatments.models import Treatment
from suivi.core.treatments.rules import AnchorChecked, AnchorGiven
from suivi.core.treatments.series import Course, goes_on_with
from suivi.core.treatments.stored import course_of, kept_anchor
from suivi.core.trips.models import Trip


class AgreedInFuture(Refusal):
    """A treatment is agreed today or earlier."""

    code = "AGREED_IN_FUTURE"
    remedy = "Give the day the treatment was agreed; the terms in force on it are pinned."


class ObjectivesNotYours(Refusal):
    """Each side writes down its own objectives, and nobody the other side's."""

    code = "OBJECTIVES_NOT_YOURS"
    remedy = "Leave them out; the other side records its own with `recordObjectives`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was agreed and done, as the sender tells it."""

    clinic_id: UUID
    procedure: str
    sites: Sequence[str]
    variant: str | None = None
    material: str | None = None
    continues_id: UUID | None = None
    anchors: Sequence[AnchorGiven] = ()
    agreed_on: date | None = None
    practitioner_id: UUID | None = None
    trip_id: UUID | None = None
    description: str | None = None
    patient_objectives: str | None = None
    practitioner_objectives: str | None = None


@action(Treatment)
async def register_treatment(by: Acting, patient_id: UUID, plan: Plan) -> Treatment:
    """The patient's side registers at any clinic, a clinic's staff only at their own."""
    patient, clinic = await _parties(by, patient_id, plan.clinic_id)
    procedure = _known_procedure(by, plan)
    today = day_at(zone(clinic.time_zone), by.at)
    earlier = await _continued(by, plan, patient, procedure)
    described = _described(by, plan, procedure)
    anchors = _anchors(plan, procedure, described["sites"], earlier, today)
    pinned = await by.house.rules.keep(procedure.specialty, at=by.at)
    treatment = await Treatment.create(
        patient_id=patient.id,
        clinic_id=clinic.id,
        trip_id=await _trip(by, plan.trip_id, patient),
        practitioner_id=await _practitioner(plan.practitioner_id, clinic),
        **described,
        **await _agreed(plan, clinic, today, anchors, procedure, described),
        **pinned.columns,
        registered_at=by.at,
        version=1,
    )
    recorded = [(await kept_anchor(by, treatment, anchor))[0] for anchor in anchors]
    registered = {
        "version": 1,
        "procedure": plan.procedure,
        "terms": treatment.terms_id and str(treatment.terms_id),
        "agreedOn": plan.agreed_on,
    }
    await append(by, treatment, "treatment_registered", registered, wrote=[treatment, *recorded, *pinned.written])
    await append(by, patient, "treatment_registered", began=[treatment])
    return treatment


def _known_procedure(by: Acting, plan: Plan) -> Procedure:
    procedure = by.house.registry.procedure(plan.procedure)
    if procedure is None:
        raise rules.UnknownProcedure(field="procedure")
    if plan.procedure == rules.OTHER and not (plan.description or "").strip():
        raise rules.DescriptionMissing(field="description")
    return procedure


def _described(by: Acting, plan: Plan, procedure: Procedure) -> dict[str, Any]:
    """What is treated and hoped for, each side speaking for itself."""
    if by.viewer.role in CLINIC_SIDE and plan.patient_objectives is not None:
        raise ObjectivesNotYours(field="patientObjectives")
    if by.viewer.role not in CLINIC_SIDE and plan.practitioner_objectives is not None:
        raise ObjectivesNotYours(field="practitionerObjectives")
    hoped = {
        "patient_objectives": (plan.patient_objectives, "patientObjectives"),
        "practitioner_objectives": (plan.practitioner_objectives, "practitionerObjectives"),
    }
    return {
        "specialty": procedure.specialty,
        "procedure": plan.procedure,
        "description": inputs.text_or_none(plan.description, field="description", limit=200),
        "sites": rules.checked_sites(plan.sites, procedure),
        "variant": rules.checked_variant(plan.variant, procedure),
        "material": checked_material(plan.material),
        "continues_id": plan.continues_id,
    } | {column: inputs.text_or_none(text, field=name, limit=10_000) for column, (text, name) in hoped.items()}


async def _agreed(
    plan: Plan,
    clinic: Clinic,
    today: date,
    anchors: Sequence[AnchorChecked],
    procedure: Procedure,
    described: dict[str, Any],
) -> dict[str, Any]:
    """The day it was agreed, and the terms in force when it began, which later versions never worsen (R-126).

    The terms of the nearest scope: those of this variant and material before those of the whole specialty (R-120).

    Without a day, the earliest it can have been: terms published after the treatment began are never pinned. It is
    agreed at this moment where nobody tells of any day.
    """
    begun = [anchor.on.earliest for anchor in anchors if anchor.on.earliest]
    finding = terms_agreed if plan.agreed_on or begun else terms_in_force
    agreed_on = plan.agreed_on or min([today, *begun])
    if agreed_on > today:
        raise AgreedInFuture(field="agreedOn", available_from=agreed_on)
    await require_there(clinic, on=agreed_on, field="clinicId")
    rules.require_agreed_before(agreed_on, anchors, procedure, field="agreedOn")
    scope = Scope(**{part: described[part] for part in ("specialty", "procedure", "variant", "material")})
    pinned = (await finding([clinic.id], scope, on=agreed_on)).get(clinic.id)
    return {"agreed_on": agreed_on, "terms_id": pinned.id if pinned else None}


def _anchors(
    plan: Plan, procedure: Procedure, sites: Sequence[str], earlier: Course | None, today: date
) -> list[AnchorChecked]:
    counted = procedure.series is not None or earlier is not None
    anchors = rules.checked_anchors(plan.anchors, procedure, sites, on=today, counted=counted)
    begun = {1} if any(anchor.cycle is None for anchor in anchors) else set[int]()
    rules.checked_cycles(anchors, earlier.numbers if earlier else begun, field="anchors")
    return anchors


async def _continued(by: Acting, plan: Plan, patient: Patient, procedure: Procedure) -> Course | None:
    """The series of the earlier treatment that the plan goes on with."""
    if plan.continues_id is None:
        return None
    earlier = await narrow(Treatment, by.viewer, on=by.on, ids=[plan.continues_id]).get_or_none(id=plan.continues_id)
    if earlier is None:
        raise NotFound(noun="treatment", field="continuesId")
    if earlier.patient_id != patient.id:
        raise rules.ContinuesAnotherPatient(field="continuesId")
    found = await course_of(by, earlier)
    if found is None or not any(goes_on_with(procedure, part.procedure) for part in found.parts):
        raise rules.DoesNotContinue(field="continuesId")
    return found


async def _parties(by: Acting, patient_id: UUID, clinic_id: UUID) -> tuple[Patient, Clinic]:
    if by.viewer.role in CLINIC_SIDE:
        clinic = await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="register_treatment")
        patient = await Patient.get_or_none(id=patient_id)
        # Through a partner's frontend, only that partner's patients.
        if patient is None or by.viewer.partner_id not in (None, patient.partner_id):
            raise NotFound(noun="patient", field="patientId")
        return patient, clinic
    patient = await fetch(Patient, by.viewer, patient_id, on=by.on, verb="register_treatment")
    return patient, await fetch(Clinic, by.viewer, clinic_id, on=by.on)


async def _trip(by: Acting, trip_id: UUID | None, patient: Patient) -> UUID | None:
    """One that the viewer may see: a clinic does not join a trip it has no part in."""
    if trip_id is None:
        return None
    visible = narrow(Trip, by.viewer, on=by.on, ids=[trip_id])
    if not await visible.filter(id=trip_id, patient_id=patient.id).exists():
        raise NotFound(noun="trip", field="tripId")
    return trip_id


async def _practitioner(member_id: UUID | None, clinic: Clinic) -> UUID | None:
    at_clinic = Member.filter(id=member_id, clinic_id=clinic.id, kind=MemberKind.PRACTITIONER)
    if member_id is not None and not await at_clinic.exists():
        raise NotFound(noun="practitioner", field="practitionerId")
    return member_id

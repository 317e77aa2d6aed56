"""Registering treatments and what is learnt of them afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.narrowing import NotFound, fetch, narrow
from suivi.core.access.viewer import Role
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Terms
from suivi.core.coverage.rules import in_force
from suivi.core.events.log import append
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.patients.models import Patient
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Procedure
from suivi.core.treatments import rules
from suivi.core.treatments.answers import procedure_of, rules_version
from suivi.core.treatments.models import Addendum, Anchor, Consent, Treatment
from suivi.core.trips.models import Trip
from suivi.core.versions import expect

CLINIC_SIDE = (Role.PRACTITIONER, Role.COORDINATOR)


class AgreedInFuture(Refusal):
    """A treatment is agreed today or earlier."""

    code = "AGREED_IN_FUTURE"
    remedy = "Give the day the treatment was agreed; the terms in force on it are pinned."


class AgreedAfterTreatment(Refusal):
    """A treatment is agreed before it is done, and this day lies after it."""

    code = "AGREED_AFTER_TREATMENT"
    remedy = "Give the day the treatment was agreed, at the latest the day it was done; its terms are pinned."


class ObjectivesNotYours(Refusal):
    """Each side writes down its own objectives, and nobody the other side's."""

    code = "OBJECTIVES_NOT_YOURS"
    remedy = "Leave them out; the other side records its own with `recordObjectives`."


class SignedInFuture(Refusal):
    """A consent is signed today or earlier."""

    code = "SIGNED_IN_FUTURE"
    remedy = "Give the day that stands on the document."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was agreed and done, as the sender tells it."""

    clinic_id: UUID
    procedure: str
    sites: Sequence[str]
    anchors: Sequence[tuple[str, str]] = ()
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
    anchors = rules.checked_anchors(plan.anchors, procedure, on=today)
    treatment = await Treatment.create(
        patient_id=patient.id,
        clinic_id=clinic.id,
        trip_id=await _trip(by, plan.trip_id, patient),
        practitioner_id=await _practitioner(plan.practitioner_id, clinic),
        **_described(by, plan, procedure),
        **await _agreed(plan, clinic, today, anchors, procedure),
        registered_at=by.at,
        version=1,
    )
    recorded = [
        await Anchor.create(treatment_id=treatment.id, name=name, on=str(on), recorded_at=by.at)
        for name, on in anchors.items()
    ]
    registered = {"version": 1, "procedure": plan.procedure, "terms": treatment.terms_id and str(treatment.terms_id)}
    await append(by, treatment, "treatment_registered", registered, wrote=[treatment, *recorded])
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
    """What is treated and hoped for, each side speaking for itself, and the rules that are pinned with it."""
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
        "rules_plugin": procedure.specialty,
        "rules_version": rules_version(by.house.registry, procedure),
    } | {column: inputs.text_or_none(text, field=name, limit=10_000) for column, (text, name) in hoped.items()}


async def _agreed(
    plan: Plan, clinic: Clinic, today: date, anchors: Mapping[str, PartialDate], procedure: Procedure
) -> dict[str, Any]:
    """The day it was agreed, and the terms in force on it, which later versions never worsen (R-126).

    Without a day, the earliest it can have been: terms published after the treatment began are never pinned.
    """
    begun = [anchor.earliest for anchor in anchors.values() if anchor.earliest]
    agreed_on = plan.agreed_on or min([today, *begun])
    if agreed_on > today:
        raise AgreedInFuture(field="agreedOn", available_from=agreed_on)
    day0 = anchors.get(procedure.anchors.day0)
    if day0 and day0.latest and agreed_on > day0.latest:
        raise AgreedAfterTreatment(field="agreedOn")
    pinned = in_force(await Terms.filter(clinic_id=clinic.id, procedure=plan.procedure), on=agreed_on)
    return {"agreed_on": agreed_on, "terms_id": pinned.id if pinned else None}


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


async def _locked(by: Acting, treatment_id: UUID, verb: str) -> Treatment:
    await fetch(Treatment, by.viewer, treatment_id, on=by.on, verb=verb)
    return await Treatment.select_for_update().get(id=treatment_id)


async def _today(by: Acting, treatment: Treatment) -> date:
    """The day it is at the clinic."""
    clinic = await Clinic.get(id=treatment.clinic_id)
    return day_at(zone(clinic.time_zone), by.at)


async def _frozen(by: Acting, treatment: Treatment) -> bool:
    names = await Anchor.filter(treatment_id=treatment.id).values_list("name", flat=True)
    return rules.objectives_frozen([str(name) for name in names], procedure_of(by.house.registry, treatment))


@action(Treatment)
async def record_anchor(by: Acting, treatment_id: UUID, *, name: str, on: str, expected_version: int) -> Treatment:
    """Records the date of an anchor, or corrects the one on record. A correction stays visible in the history."""
    treatment = await _locked(by, treatment_id, "record_anchor")
    await expect(treatment, expected_version)
    today = await _today(by, treatment)
    checked = rules.checked_anchors(
        [(name, on)], procedure_of(by.house.registry, treatment), on=today, fields=("name", "on")
    )
    anchor = await Anchor.get_or_none(treatment_id=treatment.id, name=name)
    before = anchor.on if anchor else None
    anchor = anchor or Anchor(treatment_id=treatment.id, name=name)
    anchor.on, anchor.recorded_at = str(checked[name]), by.at
    await anchor.save()
    treatment.version += 1
    await treatment.save(update_fields=["version"])
    told = {"version": treatment.version, "anchor": name, "on": anchor.on, "before": before}
    await append(by, treatment, "anchor_recorded", told, wrote=[treatment, anchor])
    return treatment


@action(Treatment)
async def record_objectives(by: Acting, treatment_id: UUID, *, objectives: str, expected_version: int) -> Treatment:
    """Each side records its own, until the treatment begins (R-024)."""
    treatment = await _locked(by, treatment_id, "record_objectives")
    await expect(treatment, expected_version)
    if await _frozen(by, treatment):
        raise rules.ObjectivesFrozen(field="objectives")
    objectives = inputs.text(objectives, field="objectives", limit=10_000)
    if by.viewer.role is Role.PRACTITIONER:
        treatment.practitioner_objectives = objectives
    else:
        treatment.patient_objectives = objectives
    treatment.version += 1
    await treatment.save()
    await append(by, treatment, "objectives_recorded", {"version": treatment.version}, wrote=[treatment])
    return treatment


@action(Treatment)
async def add_addendum(by: Acting, treatment_id: UUID, *, text: str) -> Treatment:
    treatment = await _locked(by, treatment_id, "add_addendum")
    if not await _frozen(by, treatment):
        raise rules.ObjectivesOpen(field="text")
    addendum = await Addendum.create(
        treatment_id=treatment.id,
        author_role=by.viewer.role.value,
        text=inputs.text(text, field="text", limit=10_000),
        added_at=by.at,
    )
    await append(by, treatment, "addendum_added", {"addendum": str(addendum.id)}, wrote=[addendum])
    return treatment


@action(Treatment)
async def record_consent(
    by: Acting,
    treatment_id: UUID,
    *,
    document_version: str,
    language: str,
    signed_on: date,
    evidence_id: UUID | None,
) -> Treatment:
    """The signed informed consent; `evidence_id` is its scan, among the evidence of the treatment's cases."""
    treatment = await _locked(by, treatment_id, "record_consent")
    if signed_on > await _today(by, treatment):
        raise SignedInFuture(field="signedOn", available_from=signed_on)
    scans = Evidence.filter(id=evidence_id, case__covered__treatment_id=treatment.id, state=EvidenceState.KEPT)
    if evidence_id is not None and not await scans.exists():
        raise NotFound(noun="evidence", field="evidenceId")
    consent = await Consent.create(
        treatment_id=treatment.id,
        document_version=inputs.text(document_version, field="documentVersion", limit=60),
        language=inputs.language(language, field="language"),
        signed_on=signed_on,
        evidence_id=evidence_id,
        recorded_at=by.at,
    )
    await append(by, treatment, "consent_recorded", {"consent": str(consent.id)}, wrote=[consent])
    return treatment

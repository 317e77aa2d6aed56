"""Asking a clinic to confirm in writing, before choosing it or at any later time (R-132), and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, fetch, narrow
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.deadlines import deadline
from suivi.core.clocks.zones import day_at, zone
from suivi.core.confirmations import rules
from suivi.core.confirmations.models import ConfirmationItem, ConfirmationRequest
from suivi.core.confirmations.rules import ItemAsked
from suivi.core.coverage.content import Content, content_of
from suivi.core.coverage.finding import terms_in_force
from suivi.core.coverage.models import Terms
from suivi.core.coverage.scopes import Scope, known_scope
from suivi.core.deliveries.actions import enqueue_to
from suivi.core.events.log import append
from suivi.core.patients.models import Patient
from suivi.core.reading import Row
from suivi.core.reminders.actions import drop, remind
from suivi.core.reminders.models import ReminderKind
from suivi.core.specialties.common import common
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """About a treatment, or before there is one about a procedure at a clinic."""

    items: Sequence[ItemAsked]
    treatment_id: UUID | None = None
    clinic_id: UUID | None = None
    procedure: str | None = None
    variant: str | None = None
    material: str | None = None
    language: str | None = None
    """None: the patient's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    clinic: Clinic
    scope: Scope
    treatment: Treatment | None
    terms: Terms | Row | None


@action(ConfirmationRequest)
async def ask_confirmation(by: Acting, patient_id: UUID, asking: Asking) -> ConfirmationRequest:
    """A clinic that has ended, or has published nothing, may be asked as well: what it owes does not end with it."""
    patient = await fetch(Patient, by.viewer, patient_id, on=by.on, verb="ask_confirmation")
    about = await _about(by, patient, asking)
    stated = Content() if about.terms is None else content_of(about.terms)
    items = rules.checked_items(asking.items, stated, common().fee_kinds.keys())
    request = _request(by, patient, about, inputs.language(asking.language or patient.languages[0], field="language"))
    rows = [
        ConfirmationItem(
            request_id=request.id, number=number, kind=item.kind, subject=item.subject, question=item.question
        )
        for number, item in enumerate(items, start=1)
    ]
    about_terms = request.terms_id and str(request.terms_id)
    told = {"version": 1, "terms": about_terms, "items": [row.kind.value for row in rows]}
    asked = await append(by, request, "confirmation_asked", told, new=[request, *rows])
    if about.treatment is not None:
        await append(by, about.treatment, "confirmation_asked", {"request": str(request.id)})
    await append(by, patient, "confirmation_asked", began=[request])
    await enqueue_to(by, asked, request.clinic_id, urgent=False)
    await remind(
        by,
        kind=ReminderKind.CONFIRMATION,
        about=request.id,
        patient_id=patient.id,
        clinic_id=request.clinic_id,
        treatment_id=request.treatment_id,
        deadline=request.due_on,
    )
    return request


def _request(by: Acting, patient: Patient, about: _Subject, language: str) -> ConfirmationRequest:
    today = day_at(zone(about.clinic.time_zone), by.at)
    stated = about.terms.response_days if about.terms else None
    return ConfirmationRequest(
        patient_id=patient.id,
        clinic_id=about.clinic.id,
        treatment_id=about.treatment and about.treatment.id,
        specialty=about.scope.specialty,
        procedure=about.scope.procedure,
        variant=about.scope.variant,
        material=about.scope.material,
        terms_id=about.terms and about.terms.id,
        language=language,
        asker_role=by.viewer.role.value,
        asked_at=by.at,
        asked_on=today,
        due_on=deadline(today, stated or about.clinic.response_days),
        version=1,
    )


async def _about(by: Acting, patient: Patient, asking: Asking) -> _Subject:
    named = (asking.clinic_id, asking.procedure, asking.variant, asking.material)
    if asking.treatment_id is not None:
        if any(named):
            raise rules.TreatmentOrProcedure(field="treatmentId")
        return await _about_treatment(by, patient, asking.treatment_id)
    if asking.clinic_id is None or asking.procedure is None:
        raise rules.TreatmentOrProcedure(field="clinicId" if asking.clinic_id is None else "procedure")
    clinic = await fetch(Clinic, by.viewer, asking.clinic_id, on=by.on)
    scope = known_scope(
        by.house.registry,
        specialty=None,
        procedure=asking.procedure,
        variant=asking.variant,
        material=asking.material,
    ).scope
    today = day_at(zone(clinic.time_zone), by.at)
    found = await terms_in_force([clinic.id], scope, on=today)
    return _Subject(clinic=clinic, scope=scope, treatment=None, terms=found.get(clinic.id))


async def _about_treatment(by: Acting, patient: Patient, treatment_id: UUID) -> _Subject:
    """The pinned terms are asked about, whatever the clinic has published since."""
    seen = narrow(Treatment, by.viewer, on=by.on, ids=[treatment_id])
    treatment = await seen.get_or_none(id=treatment_id)
    if treatment is None or treatment.patient_id != patient.id:
        raise NotFound(noun="treatment", field="treatmentId")
    clinic = await Clinic.get(id=treatment.clinic_id)
    terms = await Terms.get_or_none(id=treatment.terms_id) if treatment.terms_id else None
    return _Subject(clinic=clinic, scope=Scope.of(treatment), treatment=treatment, terms=terms)


@action(ConfirmationRequest)
async def withdraw_confirmation_request(by: Acting, request_id: UUID, *, expected_version: int) -> ConfirmationRequest:
    """Nobody is reminded of it any more. What was answered stays signed."""
    request = await locked(ConfirmationRequest, by.viewer, request_id, on=by.on, verb="withdraw")
    if request.withdrawn_at is not None:
        raise rules.RequestWithdrawn()
    if request.answered_on is not None:
        raise rules.RequestAnswered()
    await expect(request, expected_version)
    request.withdrawn_at = by.at
    request.version += 1
    await update(request, "withdrawn_at", "version")
    await append(by, request, "confirmation_withdrawn", {"version": request.version}, wrote=[request])
    await tell_treatment(by, request, "confirmation_withdrawn", {"request": str(request.id)})
    await drop(by, kind=ReminderKind.CONFIRMATION, about=request.id)
    return request


async def tell_treatment(by: Acting, request: ConfirmationRequest, kind: str, told: dict[str, str]) -> None:
    """In its history too, where there is one."""
    if request.treatment_id is not None:
        await append(by, await Treatment.get(id=request.treatment_id), kind, told)

"""Registering patients, pseudonymously, and giving representatives their mandates."""

from datetime import date
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import fetch, require
from suivi.core.acting import Acting, action
from suivi.core.clocks.zones import zone
from suivi.core.events.log import append
from suivi.core.partners.models import Partner
from suivi.core.patients.models import Mandate, MandateKind, MandateScope, Patient
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.versions import expect


class PatientKnown(Refusal):
    """This partner already has a patient with that reference or subject."""

    code = "PATIENT_KNOWN"
    remedy = "Look the patient up by reference instead of registering again."


class MandateOver(Refusal):
    """This mandate is already over."""

    code = "MANDATE_OVER"
    remedy = "Grant a new mandate to let the representative act again."


@action(Patient)
async def register_patient(
    by: Acting, *, reference: str, subject: str, languages: list[str], time_zone: str
) -> Patient:
    """For the partner of the token. `reference` is a pseudonym: never a name, an e-mail address or a phone number."""
    require(by.viewer, "partner", "register_patient")
    partner = await fetch(Partner, by.viewer, _tenant(by), on=by.on, verb="register_patient")
    reference = inputs.text(reference, field="reference", limit=100)
    subject = inputs.text(subject, field="subject", limit=255)
    # Held until the end, or two requests at once could each find the reference free.
    await Partner.select_for_update().get(id=partner.id)
    known = Patient.filter(partner_id=partner.id)
    if await known.filter(reference=reference).exists():
        raise PatientKnown(field="reference")
    if await known.filter(subject=subject).exists():
        raise PatientKnown(field="subject")
    patient = Patient(
        partner_id=partner.id,
        reference=reference,
        subject=subject,
        languages=inputs.languages(languages, field="languages"),
        time_zone=zone(time_zone, field="timeZone").key,
        registered_at=by.at,
        version=1,
    )
    await append(by, patient, "patient_registered", {"version": 1}, new=[patient])
    await append(by, partner, "patient_registered", began=[patient])
    return patient


def _tenant(by: Acting) -> UUID:
    assert by.viewer.partner_id is not None, "a frontend's token always names its partner"  # noqa: S101
    return by.viewer.partner_id


@action(Mandate)
async def grant_mandate(
    by: Acting,
    patient_id: UUID,
    *,
    subject: str,
    kind: MandateKind,
    scope: MandateScope,
    evidence: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Mandate:
    patient = await fetch(Patient, by.viewer, patient_id, on=by.on, verb="grant_mandate")
    inputs.in_order(valid_from or by.on, valid_until, field="validUntil")
    mandate = Mandate(
        patient_id=patient.id,
        subject=inputs.text(subject, field="subject", limit=255),
        kind=kind,
        scope=scope,
        evidence=inputs.text(evidence, field="evidence", limit=500),
        valid_from=valid_from or by.on,
        valid_until=valid_until,
        granted_at=by.at,
        version=1,
    )
    granted = {"mandate": str(mandate.id), "kind": kind.value, "scope": scope.value}
    await append(by, patient, "mandate_granted", granted, new=[mandate])
    return mandate


@action(Mandate)
async def revoke_mandate(by: Acting, mandate_id: UUID, *, expected_version: int) -> Mandate:
    """Takes effect at once: yesterday becomes its last day."""
    mandate = await locked(Mandate, by.viewer, mandate_id, on=by.on, verb="revoke")
    await expect(mandate, expected_version, told_of=mandate.patient_id)
    if mandate.valid_until is not None and mandate.valid_until < by.on:
        raise MandateOver()
    mandate.valid_until = date.fromordinal(by.on.toordinal() - 1)
    mandate.version += 1
    await update(mandate)
    patient = await Patient.get(id=mandate.patient_id)
    revoked = {"mandate": str(mandate.id), "version": mandate.version}
    await append(by, patient, "mandate_revoked", revoked, wrote=[mandate])
    return mandate

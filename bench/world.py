"""Many cases, written straight into the tables: what is measured is reading and posting, not building."""

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from rich.progress import Progress

from suivi.core.cases.models import Case, CaseState, CaseTreatment
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.evidence.models import Evidence, EvidenceKind, EvidenceState
from suivi.core.messages.models import Message
from suivi.core.partners.models import Partner
from suivi.core.patients.models import Patient
from suivi.core.records import Record
from suivi.core.treatments.models import Anchor, Treatment

OPENED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
MESSAGES, PHOTOS = 10, 4
BATCH = 500

R = TypeVar("R", bound=Record)


async def fill(cases: int, progress: Progress) -> UUID:
    """One clinic with that many cases, each with ten messages and four photos. Gives back the newest case's id."""
    partner = await Partner.create(name="Bench", registered_at=OPENED)
    clinic = await Clinic.create(
        name="Bench Clinic",
        country="HU",
        city="Budapest",
        time_zone="Europe/Budapest",
        languages=["hu"],
        adapters=[],
        response_days=7,
        registered_at=OPENED,
        version=1,
    )
    await Member.create(
        clinic_id=clinic.id,
        kind=MemberKind.COORDINATOR,
        subject="coordinator",
        name="C",
        languages=["hu"],
        since=date(2026, 1, 1),
        version=1,
    )
    task = progress.add_task(f"{cases} cases", total=cases)
    newest = partner.id
    for start in range(0, cases, BATCH):
        newest = await _batch(partner, clinic, range(start, min(start + BATCH, cases)))
        progress.update(task, completed=min(start + BATCH, cases))
    return newest


async def _batch(partner: Partner, clinic: Clinic, numbers: range) -> UUID:
    patients = [_patient(partner, number) for number in numbers]
    await Patient.bulk_create(patients)
    treatments = [_treatment(patient, clinic) for patient in patients]
    await Treatment.bulk_create(treatments)
    await Anchor.bulk_create([_anchor(treatment) for treatment in treatments])
    cases = [_case(partner, clinic, patient) for patient in patients]
    await Case.bulk_create(cases)
    pairs = zip(cases, treatments, strict=True)
    await CaseTreatment.bulk_create([CaseTreatment(case_id=case.id, treatment_id=of.id) for case, of in pairs])
    await Message.bulk_create([_message(case, number) for case in cases for number in range(MESSAGES)])
    await Evidence.bulk_create([_photo(case) for case in cases for _ in range(PHOTOS)])
    return cases[-1].id


def _patient(partner: Partner, number: int) -> Patient:
    return Patient(
        partner_id=partner.id,
        reference=f"P{number}",
        subject=f"patient-{number}",
        languages=["fr"],
        time_zone="Europe/Paris",
        registered_at=OPENED,
        version=1,
    )


def _treatment(patient: Patient, clinic: Clinic) -> Treatment:
    return Treatment(
        patient_id=patient.id,
        clinic_id=clinic.id,
        specialty="dental",
        procedure="crown",
        sites=["14"],
        agreed_on=OPENED.date(),
        rules_plugin="dental",
        rules_version="1.0.0",
        registered_at=OPENED,
        version=1,
    )


def _anchor(treatment: Treatment) -> Anchor:
    return Anchor(treatment_id=treatment.id, name="definitive_cementation", on="2026-03-03", recorded_at=OPENED)


def _case(partner: Partner, clinic: Clinic, patient: Patient) -> Case:
    return Case(
        partner_id=partner.id,
        patient_id=patient.id,
        clinic_id=clinic.id,
        state=CaseState.OPEN,
        opened_at=OPENED,
        version=1,
    )


def _message(case: Case, number: int) -> Message:
    return Message(
        case_id=case.id,
        author_role="patient",
        author="patient",
        body="Bonjour, est-ce normal ?",
        language="fr",
        sent_at=OPENED + timedelta(hours=number),
    )


def _photo(case: Case) -> Evidence:
    return Evidence(
        case_id=case.id,
        kind=EvidenceKind.PHOTO_AFTER,
        state=EvidenceState.KEPT,
        content_type="image/jpeg",
        size=100_000,
        sha256="0" * 64,
        begun_at=OPENED,
        form_expires_at=OPENED,
        received_at=OPENED,
        sender_role="patient",
        sender="patient",
    )

"""A valid request for every mutation, about one case and what surrounds it, as often as it is asked for."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from strawberry.relay.utils import to_base64
from tortoise import Tortoise, connections

from suivi.core.access.viewer import Role
from suivi.core.cases.models import AssignedRole, Assignment, Case, CaseState
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.patients.models import Mandate, MandateKind, MandateScope
from suivi.core.treatments.models import Anchor, Treatment
from tests.access import cover_attempts
from tests.access.universe import Bundle, Person
from tests.services.suivi import sha256
from tests.services.world import row_id

Input = dict[str, Any]
LONG_AGO = date(2026, 1, 1)
NUMBERS = count(1)


async def _open(about: Bundle) -> int:
    """The case is open again, whatever was done to it before."""
    case = await Case.get(id=row_id(about.case_id))
    if case.state is CaseState.CLOSED:
        await Case.filter(id=case.id).update(state=CaseState.OPEN, closed_at=None)
    return case.version


async def _treatment(about: Bundle, *, begun: bool = True) -> int:
    """Objectives are frozen by the first anchor: it is there, or not yet."""
    treatment_id = row_id(about.treatment_id)
    has_begun = await Anchor.filter(treatment_id=treatment_id).exists()
    if has_begun and not begun:
        await Anchor.filter(treatment_id=treatment_id).delete()
    if begun and not has_begun:
        at = datetime(2026, 3, 3, tzinfo=UTC)
        await Anchor.create(treatment_id=treatment_id, name="definitive_cementation", on="2026-03-03", recorded_at=at)
    return (await Treatment.get(id=treatment_id)).version


async def add_addendum(about: Bundle) -> Input:
    await _treatment(about)
    return {"treatmentId": about.treatment_id, "text": "And to smile."}


async def add_member(about: Bundle) -> Input:
    person = {"kind": "COORDINATOR", "subject": f"newcomer-{next(NUMBERS)}", "name": "Newcomer", "languages": ["hu"]}
    return {"clinicId": about.clinic_id, **person, "since": "2030-01-01"}


async def assign_person(about: Bundle) -> Input:
    await _open(about)
    person = {"role": "EXPERT", "subject": f"expert-{next(NUMBERS)}", "name": "Expert"}
    return {"caseId": about.case_id, **person, "validFrom": "2030-01-01"}


async def begin_upload(about: Bundle) -> Input:
    await _open(about)
    photo = {"kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": sha256(b"photo")}
    return {"caseId": about.case_id, "treatmentId": about.treatment_id, **photo}


async def classify_case(about: Bundle) -> Input:
    await _open(about)
    return {
        "caseId": about.case_id,
        "treatmentId": about.treatment_id,
        "value": "SUBJECTIVE_DISSATISFACTION",
        "reason": "As agreed; not as hoped.",
    }


async def close_case(about: Bundle) -> Input:
    return {"caseId": about.case_id, "expectedVersion": await _open(about)}


async def end_assignment(about: Bundle) -> Input:
    assignment, _ = await Assignment.get_or_create(
        case_id=row_id(about.case_id),
        role=AssignedRole.EXPERT,
        subject="expert-of-no-use",
        name="Expert",
        valid_from=LONG_AGO,
        valid_until=None,
        assigned_at=datetime(2026, 1, 1, tzinfo=UTC),
        version=1,
    )
    return {"assignmentId": to_base64("Assignment", assignment.id), "expectedVersion": 1}


async def end_membership(about: Bundle) -> Input:
    member, _ = await Member.get_or_create(
        clinic_id=row_id(about.clinic_id),
        kind=MemberKind.PRACTITIONER,
        subject="practitioner-who-leaves",
        name="Leaving",
        since=LONG_AGO,
        until=None,
        version=1,
        defaults={"languages": ["hu"]},
    )
    return {"memberId": to_base64("Member", member.id), "expectedVersion": 1}


async def finish_upload(about: Bundle) -> Input:
    return {"evidenceId": about.awaited_id}


async def grant_mandate(about: Bundle) -> Input:
    mandate = {"kind": "GUARDIAN", "scope": "READ", "evidence": "Safe 1", "validFrom": "2030-01-01"}
    return {"patientId": about.patient_id, "subject": f"rep-{next(NUMBERS)}", **mandate}


async def mark_complication_seen(about: Bundle) -> Input:
    return {"reportId": about.report_id}


async def open_case(about: Bundle) -> Input:
    return {"treatmentIds": [about.treatment_id]}


async def open_evidence(about: Bundle) -> Input:
    return {"evidenceId": about.evidence_id}


async def plan_trip(about: Bundle) -> Input:
    return {"patientId": about.patient_id, "country": "HU"}


async def post_message(about: Bundle) -> Input:
    await _open(about)
    return {"caseId": about.case_id, "body": "Bonjour", "language": "fr", "evidenceIds": [about.evidence_id]}


async def record_anchor(about: Bundle) -> Input:
    version = await _treatment(about)
    anchor = {"name": "definitive_cementation", "on": "2026-03-03"}
    return {"treatmentId": about.treatment_id, "expectedVersion": version, **anchor}


async def record_check_up(about: Bundle) -> Input:
    await _treatment(about)
    held = {"heldOn": "2026-03-04", "dueDay": 1, "where": "REMOTE", "evidenceId": about.evidence_id}
    return {"treatmentId": about.treatment_id, **held}


async def record_measurements(about: Bundle) -> Input:
    await _treatment(about)
    measured = {"key": "pain_nrs", "value": {"number": 3}, "purpose": "FOLLOW_UP", "measuredOn": "2026-03-04"}
    return {"treatmentId": about.treatment_id, "measurements": [measured]}


async def record_cycle(about: Bundle) -> Input:
    """A crown has no cycles: it is refused for that, and only to whoever might record one."""
    version = await _treatment(about)
    return {"treatmentId": about.treatment_id, "expectedVersion": version, "number": 1}


async def record_departure(about: Bundle) -> Input:
    await _treatment(about)
    return {"treatmentId": about.treatment_id, "leftOn": "2026-03-09", "decision": "CLINIC_ADVISED"}


async def record_individual_date(about: Bundle) -> Input:
    await _treatment(about)
    return {"treatmentId": about.treatment_id, "judgedFrom": "2026-05-01", "reason": "said_reason"}


async def record_consent(about: Bundle) -> Input:
    consent = {"documentVersion": "2", "language": "en", "signedOn": "2026-02-20"}
    return {"treatmentId": about.treatment_id, "evidenceId": about.evidence_id, **consent}


async def record_objectives(about: Bundle) -> Input:
    version = await _treatment(about, begun=False)
    return {"treatmentId": about.treatment_id, "expectedVersion": version, "objectives": "To chew."}


async def register_clinic(about: Bundle) -> Input:
    place = {"country": "HU", "city": "Budapest", "timeZone": "Europe/Budapest", "languages": ["hu"]}
    return {"name": f"Clinic {next(NUMBERS)}", **place}


async def register_partner(about: Bundle) -> Input:
    return {"name": f"Partner {next(NUMBERS)}"}


async def register_patient(about: Bundle) -> Input:
    number = next(NUMBERS)
    person = {"languages": ["fr"], "timeZone": "Europe/Paris"}
    return {"reference": f"P-{number}", "subject": f"patient-{number}", **person}


async def register_treatment(about: Bundle) -> Input:
    at = {"clinicId": about.clinic_id, "practitionerId": about.practitioner_id}
    what = {"procedure": "crown", "sites": ["26"], "tripId": about.trip_id or None}
    return {"patientId": about.patient_id, **at, **what}


async def reopen_case(about: Bundle) -> Input:
    version = await _open(about)
    await Case.filter(id=row_id(about.case_id)).update(state=CaseState.CLOSED)
    return {"caseId": about.case_id, "expectedVersion": version}


async def repin_rules(about: Bundle) -> Input:
    """Not pinned, as treatments were before rules were kept: there is something to move to."""
    version = await _treatment(about)
    await Treatment.filter(id=row_id(about.treatment_id)).update(rules_digest=None)
    return {"treatmentId": about.treatment_id, "expectedVersion": version, "reason": "As agreed."}


async def report_complication(about: Bundle) -> Input:
    return {"caseId": about.case_id, "treatmentId": about.treatment_id, "words": "It hurts.", "language": "en"}


async def retry_delivery(about: Bundle) -> Input:
    delivery = await Delivery.filter(case_id=row_id(about.case_id)).order_by("id").first()
    assert delivery is not None
    if delivery.state is not DeliveryState.PARKED:
        await Delivery.filter(id=delivery.id).update(state=DeliveryState.PARKED)
    return {"deliveryId": to_base64("Delivery", delivery.id)}


async def revoke_mandate(about: Bundle) -> Input:
    mandate, _ = await Mandate.get_or_create(
        patient_id=row_id(about.patient_id),
        subject="representative-of-no-use",
        kind=MandateKind.GUARDIAN,
        scope=MandateScope.READ,
        evidence="Safe 2",
        valid_from=LONG_AGO,
        valid_until=None,
        granted_at=datetime(2026, 1, 1, tzinfo=UTC),
        version=1,
    )
    return {"mandateId": to_base64("Mandate", mandate.id), "expectedVersion": 1}


async def update_clinic(about: Bundle) -> Input:
    clinic = await Clinic.get(id=row_id(about.clinic_id))
    return {"clinicId": about.clinic_id, "expectedVersion": clinic.version, "city": "Pécs"}


INPUTS: dict[str, Callable[[Bundle], Awaitable[Input]]] = {
    **cover_attempts.INPUTS,
    "addAddendum": add_addendum,
    "addMember": add_member,
    "assignPerson": assign_person,
    "beginUpload": begin_upload,
    "classifyCase": classify_case,
    "closeCase": close_case,
    "endAssignment": end_assignment,
    "endMembership": end_membership,
    "finishUpload": finish_upload,
    "grantMandate": grant_mandate,
    "markComplicationSeen": mark_complication_seen,
    "openCase": open_case,
    "openEvidence": open_evidence,
    "planTrip": plan_trip,
    "postMessage": post_message,
    "recordAnchor": record_anchor,
    "recordCheckUp": record_check_up,
    "recordConsent": record_consent,
    "recordCycle": record_cycle,
    "recordDeparture": record_departure,
    "recordIndividualDate": record_individual_date,
    "recordMeasurements": record_measurements,
    "recordObjectives": record_objectives,
    "registerClinic": register_clinic,
    "registerPartner": register_partner,
    "registerPatient": register_patient,
    "registerTreatment": register_treatment,
    "reopenCase": reopen_case,
    "repinRules": repin_rules,
    "reportComplication": report_complication,
    "retryDelivery": retry_delivery,
    "revokeMandate": revoke_mandate,
    "updateClinic": update_clinic,
}

ABOUT = {
    **cover_attempts.ABOUT,
    "Assignment": "assignment_id",
    "Case": "case_id",
    "Clinic": "clinic_id",
    "ComplicationReport": "report_id",
    "Evidence": "evidence_id",
    "Mandate": "mandate_id",
    "Member": "practitioner_id",
    "Message": "message_id",
    "Patient": "patient_id",
    "Treatment": "treatment_id",
    "Trip": "trip_id",
}
"""Where a bundle keeps the id of each type."""


async def everything_written() -> Any:
    """Changes with every row that is added, in one statement, and with every event, which no change goes without."""
    tables = sorted(model._meta.db_table for model in Tortoise.apps["suivi"].values())
    counted = ", ".join(f'(SELECT COUNT(*) FROM "{table}") AS "{table}"' for table in tables)
    return await connections.get("default").execute_query_dict(f"SELECT {counted}")


NAMED_BY = {
    "complication_report": "reportId",
    "confirmation_request": "requestId",
    "device_warranty": "warrantyId",
    "terms_draft": "draftId",
    "terms_offer": "offerId",
}
"""The input that names a row of the noun, where that is not the noun itself."""


def target(noun: str, sent: Input, about: Bundle) -> UUID:
    """The row that the rule of a mutation is asked about."""
    if noun == "treatment" and "treatmentIds" in sent:
        return row_id(sent["treatmentIds"][0])
    if noun == "treatment" and "offerId" in sent:
        return row_id(about.treatment_id)
    if noun == "clinic" and "termsId" in sent:
        return row_id(about.clinic_id)
    return row_id(sent[NAMED_BY.get(noun, f"{noun}Id")])


async def request_of(person: Person, mutation: str, about: Bundle) -> Input:
    """A valid request as this person can make it: interpreters see no evidence, and so attach none.

    What they withdraw was attached by themselves.
    """
    sent = await INPUTS[mutation](about)
    await cover_attempts.attached_by(person.role, mutation, about)
    if person.role is Role.INTERPRETER:
        return {name: value for name, value in sent.items() if name != "evidenceIds"}
    return sent

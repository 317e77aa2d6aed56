"""What each role is a party to, as database conditions. Every membership, mandate and assignment is dated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from suivi.core.access.viewer import Role, Viewer
from suivi.core.cases.models import Assignment, Case, CaseTreatment
from suivi.core.clinics.models import Member, MemberKind
from suivi.core.confirmations.models import ConfirmationRequest
from suivi.core.patients.models import Mandate, MandateScope, Patient
from suivi.core.records import Record
from suivi.core.treatments.models import Treatment

R = TypeVar("R", bound=Record)

NOTHING = Q(id__in=[])
EVERYTHING = Q()
STAFF = (Role.PRACTITIONER, Role.COORDINATOR)
ASSIGNED = (Role.MEDIATOR, Role.EXPERT, Role.INTERPRETER)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, on which day, and whether to act or only to see."""

    viewer: Viewer
    on: date
    acting: bool
    ids: tuple[UUID, ...] = ()
    """Only these rows matter, where any are given: it keeps conditions from running over everything there is."""
    parents: tuple[UUID, ...] = ()
    """Only rows of these cases or treatments matter, where any are given."""


def valid_on(on: date, first: str, last: str) -> Q:
    """Both days included; no last day means for good."""
    begun: dict[str, Any] = {f"{first}__lte": on}
    unended: dict[str, Any] = {f"{last}__isnull": True}
    unexpired: dict[str, Any] = {f"{last}__gte": on}
    return Q(**begun) & (Q(**unended) | Q(**unexpired))


def _patients(asking: Asking) -> Any:
    """Ids of the patients the viewer is, or may act for."""
    viewer = asking.viewer
    if viewer.role is Role.PATIENT:
        found = Q(subject=viewer.subject)
    elif viewer.role is Role.REPRESENTATIVE:
        held = Mandate.filter(valid_on(asking.on, "valid_from", "valid_until"), subject=viewer.subject)
        held = held.filter(scope=MandateScope.ACT) if asking.acting else held
        found = Q(id__in=Subquery(held.values("patient_id")))
    else:
        return []
    if viewer.partner_id is not None:
        found &= Q(partner_id=viewer.partner_id)
    return Subquery(Patient.filter(found).values("id"))


def _clinics(asking: Asking) -> Any:
    """Ids of the clinics the viewer works at in the role of the token, today."""
    role = asking.viewer.role
    if role not in STAFF:
        return []
    current = Member.filter(
        valid_on(asking.on, "since", "until"), subject=asking.viewer.subject, kind=MemberKind(role.value)
    )
    return Subquery(current.values("clinic_id"))


def _assigned_cases(asking: Asking) -> Any:
    role = asking.viewer.role
    if role not in ASSIGNED:
        return []
    current = Assignment.filter(
        valid_on(asking.on, "valid_from", "valid_until"), subject=asking.viewer.subject, role=role.value
    )
    return Subquery(current.values("case_id"))


def _of_partner(asking: Asking) -> Q:
    """A token issued for one partner reaches no row of another partner's, whoever holds it (R-014)."""
    return EVERYTHING if asking.viewer.partner_id is None else Q(partner_id=asking.viewer.partner_id)


def _of_patients_of_partner(asking: Asking) -> Q:
    if asking.viewer.partner_id is None:
        return EVERYTHING
    return Q(patient_id__in=Subquery(Patient.filter(_of_partner(asking)).values("id")))


def cases(asking: Asking) -> Q:
    role = asking.viewer.role
    if role in STAFF:
        return Q(clinic_id__in=_clinics(asking)) & _of_partner(asking)
    if role in ASSIGNED:
        return Q(id__in=_assigned_cases(asking)) & _of_partner(asking)
    return Q(patient_id__in=_patients(asking))


def of_a_case(asking: Asking) -> Q:
    """For every noun that belongs to one case."""
    return Q(case_id__in=Subquery(_only(Case.filter(cases(asking)), "id", asking.parents).values("id")))


def _only(found: QuerySet[R], column: str, wanted: tuple[UUID, ...]) -> QuerySet[R]:
    return found.filter(**{f"{column}__in": wanted}) if wanted else found


def treatments(asking: Asking) -> Q:
    role = asking.viewer.role
    if role in STAFF:
        return Q(clinic_id__in=_clinics(asking)) & _of_patients_of_partner(asking)
    if role in ASSIGNED:
        covered = CaseTreatment.filter(case_id__in=_assigned_cases(asking))
        return Q(id__in=Subquery(covered.values("treatment_id"))) & _of_patients_of_partner(asking)
    return Q(patient_id__in=_patients(asking))


def of_a_treatment(asking: Asking) -> Q:
    """For every noun that belongs to one treatment."""
    return Q(treatment_id__in=Subquery(Treatment.filter(treatments(asking)).values("id")))


def of_patient_and_clinic(asking: Asking) -> Q:
    """For what stands between a patient and a clinic, with a treatment or before there is one."""
    role = asking.viewer.role
    if role in STAFF:
        return Q(clinic_id__in=_clinics(asking)) & _of_patients_of_partner(asking)
    if role in ASSIGNED:
        return of_a_treatment(asking)
    return Q(patient_id__in=_patients(asking))


def of_a_clinic(asking: Asking) -> Q:
    """For what is a clinic's own affair."""
    return Q(clinic_id__in=_clinics(asking))


def deliveries(asking: Asking) -> Q:
    """Of cases; a notice about no case is known to the clinic it is sent to, and may be of any partner's patient."""
    if asking.viewer.role not in STAFF or asking.viewer.partner_id is not None:
        return of_a_case(asking)
    return of_a_case(asking) | Q(case_id__isnull=True, clinic_id__in=_clinics(asking))


def patients(asking: Asking) -> Q:
    viewer = asking.viewer
    if viewer.role is Role.FRONTEND:
        return Q(partner_id=viewer.partner_id)
    if viewer.role in STAFF:
        treated = _only(Treatment.filter(clinic_id__in=_clinics(asking)), "patient_id", asking.ids)
        return Q(id__in=Subquery(treated.values("patient_id"))) & _of_partner(asking)
    if viewer.role in ASSIGNED:
        of_cases = _only(Case.filter(cases(asking)), "patient_id", asking.ids)
        return Q(id__in=Subquery(of_cases.values("patient_id")))
    return Q(id__in=_patients(asking))


def mandates(asking: Asking) -> Q:
    viewer = asking.viewer
    if viewer.role is Role.FRONTEND:
        return Q(patient_id__in=Subquery(Patient.filter(partner_id=viewer.partner_id).values("id")))
    if viewer.role is Role.REPRESENTATIVE:
        own = Q(subject=viewer.subject) & valid_on(asking.on, "valid_from", "valid_until")
        return own & _of_patients_of_partner(asking)
    return Q(patient_id__in=_patients(asking))


def trips(asking: Asking) -> Q:
    if asking.viewer.role in STAFF:
        treated = _only(Treatment.filter(clinic_id__in=_clinics(asking), trip_id__isnull=False), "trip_id", asking.ids)
        return Q(id__in=Subquery(treated.values("trip_id"))) & _of_patients_of_partner(asking)
    return Q(patient_id__in=_patients(asking))


def partners(asking: Asking) -> Q:
    if asking.viewer.role is Role.FRONTEND:
        return Q(id=asking.viewer.partner_id)
    return Q(id__in=Subquery(Patient.filter(id__in=_patients(asking)).values("partner_id")))


def clinics(asking: Asking) -> Q:
    return Q(id__in=_clinics(asking))


def members(asking: Asking) -> Q:
    """Practitioners are public; who else works at a clinic is known to the clinic."""
    if asking.acting:
        return Q(clinic_id__in=_clinics(asking))
    if asking.viewer.role in STAFF:
        return Q(kind=MemberKind.PRACTITIONER) | Q(clinic_id__in=_clinics(asking))
    return Q(kind=MemberKind.PRACTITIONER)


def events(asking: Asking) -> Q:
    """The history of the cases, treatments and confirmation requests the viewer is a party to."""
    seen_cases = _only(Case.filter(cases(asking)), "id", asking.parents)
    seen_treatments = _only(Treatment.filter(treatments(asking)), "id", asking.parents)
    of_cases = Q(noun="case", noun_id__in=Subquery(seen_cases.values("id")))
    of_treatments = Q(noun="treatment", noun_id__in=Subquery(seen_treatments.values("id")))
    asked = _only(ConfirmationRequest.filter(of_patient_and_clinic(asking)), "id", asking.parents)
    of_requests = Q(noun="confirmation_request", noun_id__in=Subquery(asked.values("id")))
    return of_cases | of_treatments | of_requests


PARTIES: dict[str, Callable[[Asking], Q]] = {
    "partner": partners,
    "clinic": clinics,
    "clinic_settings": clinics,
    "member": members,
    "terms_draft": of_a_clinic,
    "terms_offer": of_a_treatment,
    "patient": patients,
    "mandate": mandates,
    "trip": trips,
    "treatment": treatments,
    "device": of_a_treatment,
    "device_warranty": of_a_treatment,
    "insurance": of_a_treatment,
    "confirmation_request": of_patient_and_clinic,
    "confirmation": of_patient_and_clinic,
    "reminder": of_patient_and_clinic,
    "measurement": of_a_treatment,
    "check_up_held": of_a_treatment,
    "case": cases,
    "assignment": of_a_case,
    "message": of_a_case,
    "evidence": of_a_case,
    "complication_report": of_a_case,
    "classification": of_a_case,
    "delivery": deliveries,
    "event": events,
}

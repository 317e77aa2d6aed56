"""Patients, their representatives and their trips."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from suivi.core import inputs
from suivi.core.acting import Acting
from suivi.core.cases.models import Case as CaseRow
from suivi.core.patients import actions
from suivi.core.patients.models import Mandate as MandateRow
from suivi.core.patients.models import MandateKind, MandateScope
from suivi.core.patients.models import Patient as PatientRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.core.trips import actions as trip_actions
from suivi.core.trips.models import Trip as TripRow
from suivi.graphql.context import Info
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Connection, Node, Stored, connection_of, listed, read_id, read_page
from suivi.graphql.partners import Partner, partners
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case
    from suivi.graphql.treatments import Treatment

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]
MandateKindEnum = strawberry.enum(MandateKind, name="MandateKind")
MandateScopeEnum = strawberry.enum(MandateScope, name="MandateScope")


@strawberry.type(description="The right to act for a patient: dated, scoped, evidenced.")
class Mandate(Stored, Node):
    kind: MandateKindEnum  # type: ignore[valid-type]
    scope: MandateScopeEnum  # type: ignore[valid-type]
    valid_from: date
    valid_until: date | None = strawberry.field(description="The last day it is valid.")
    version: int

    @edge(by="patient_id")
    @staticmethod
    def patient(info: Info) -> Level["Patient | None"]:
        return patients(info)


@strawberry.type(description="One journey for treatment. It may hold several treatments at several clinics.")
class Trip(Stored, Node):
    country: str
    arrives_on: date | None
    leaves_on: date | None

    @edge(by="patient_id")
    @staticmethod
    def patient(info: Info) -> Level["Patient | None"]:
        return patients(info)

    @edge(description="Newest first.")
    @staticmethod
    def treatments(info: Info, first: int = 50) -> Level[list[LazyTreatment]]:
        from suivi.graphql.treatments import Treatment

        read_page(first, None)
        return info.context.newest_of_each(TreatmentRow, "trip_id", last=first).then(listed(Treatment, first))


@strawberry.type(description="A person, pseudonymous: the partner knows who it is.")
class Patient(Stored, Node):
    reference: str = strawberry.field(description="The partner's own pseudonym.")
    languages: list[str]
    time_zone: str
    version: int

    @edge(by="partner_id")
    @staticmethod
    def partner(info: Info) -> Level[Partner | None]:
        return partners(info)

    @edge(description="Newest first.")
    @staticmethod
    def mandates(info: Info, first: int = 20) -> Level[list[Mandate]]:
        read_page(first, None)
        return info.context.newest_of_each(MandateRow, "patient_id", last=first).then(listed(Mandate, first))

    @edge(description="Newest first.")
    @staticmethod
    def trips(info: Info, first: int = 20) -> Level[list[Trip]]:
        read_page(first, None)
        return info.context.newest_of_each(TripRow, "patient_id", last=first).then(listed(Trip, first))

    @edge(description="Newest first.")
    @staticmethod
    def treatments(info: Info, first: int = 50) -> Level[list[LazyTreatment]]:
        from suivi.graphql.treatments import Treatment

        read_page(first, None)
        return info.context.newest_of_each(TreatmentRow, "patient_id", last=first).then(listed(Treatment, first))

    @edge(description="Newest first.")
    @staticmethod
    def cases(info: Info, first: int = 50) -> Level[list[LazyCase]]:
        from suivi.graphql.cases import Case

        read_page(first, None)
        return info.context.newest_of_each(CaseRow, "patient_id", last=first).then(listed(Case, first))


def patients(info: Info) -> Level[Patient | None]:
    return info.context.ones(PatientRow).then(Patient.maybe)


def load_patient(info: Info, identity: UUID | None) -> Load[Patient | None]:
    return patients(info).of(identity)


def trips(info: Info) -> Level[Trip | None]:
    return info.context.ones(TripRow).then(Trip.maybe)


def load_trip(info: Info, identity: UUID | None) -> Load[Trip | None]:
    return trips(info).of(identity)


def mandates(info: Info) -> Level[Mandate | None]:
    return info.context.ones(MandateRow).then(Mandate.maybe)


def load_mandate(info: Info, identity: UUID | None) -> Load[Mandate | None]:
    return mandates(info).of(identity)


@strawberry.type
class PatientQueries:
    @strawberry.field(description="Null when there is none, or you may not see it.")
    def patient(self, info: Info, id: strawberry.ID) -> Load[Patient | None]:
        return load_patient(info, read_id("Patient", id))

    @strawberry.field(description="Newest first.")
    def patients(
        self, info: Info, first: int = 20, after: str | None = None, reference: str | None = None
    ) -> Load[Connection[Patient]]:
        where = {} if reference is None else {"reference": inputs.text(reference, field="reference", limit=100)}
        rows = info.context.newest_of_all(PatientRow, last=first, before=read_page(first, after), **where)
        return rows.then(connection_of(Patient, first=first))


@strawberry.input
class RegisterPatientInput:
    idempotency_key: str
    reference: str = strawberry.field(description="A pseudonym of your own: no name, e-mail address or phone number.")
    subject: str = strawberry.field(description="The `sub` of the patient's tokens.")
    languages: list[str]
    time_zone: str


@strawberry.input
class GrantMandateInput:
    idempotency_key: str
    patient_id: strawberry.ID
    subject: str = strawberry.field(description="The `sub` of the representative's tokens.")
    kind: MandateKindEnum  # type: ignore[valid-type]
    scope: MandateScopeEnum  # type: ignore[valid-type]
    evidence: str = strawberry.field(description="Where the document that proves it is kept.")
    valid_from: date | None = None
    valid_until: date | None = None


@strawberry.input
class RevokeMandateInput:
    idempotency_key: str
    mandate_id: strawberry.ID
    expected_version: int


@strawberry.input
class PlanTripInput:
    idempotency_key: str
    patient_id: strawberry.ID
    country: str
    arrives_on: date | None = None
    leaves_on: date | None = None


RegisterPatientResult = Annotated[Patient | Refusal, strawberry.union("RegisterPatientResult")]
GrantMandateResult = Annotated[Mandate | Refusal, strawberry.union("GrantMandateResult")]
RevokeMandateResult = Annotated[Mandate | Refusal, strawberry.union("RevokeMandateResult")]
PlanTripResult = Annotated[Trip | Refusal, strawberry.union("PlanTripResult")]


@strawberry.type
class PatientMutations:
    @strawberry.mutation(description="Partner frontends only, for their own partner.")
    async def register_patient(self, info: Info, input: RegisterPatientInput) -> RegisterPatientResult:
        async def act(by: Acting) -> PatientRow:
            return await actions.register_patient(
                by,
                reference=input.reference,
                subject=input.subject,
                languages=input.languages,
                time_zone=input.time_zone,
            )

        return await attempt(info, input.idempotency_key, act, Patient.of)

    @strawberry.mutation(description="Lets a representative see, or act for, the patient.")
    async def grant_mandate(self, info: Info, input: GrantMandateInput) -> GrantMandateResult:
        async def act(by: Acting) -> MandateRow:
            return await actions.grant_mandate(
                by,
                read_id("Patient", input.patient_id, field="patientId"),
                subject=input.subject,
                kind=input.kind,
                scope=input.scope,
                evidence=input.evidence,
                valid_from=input.valid_from,
                valid_until=input.valid_until,
            )

        return await attempt(info, input.idempotency_key, act, Mandate.of)

    @strawberry.mutation(description="Takes effect at once.")
    async def revoke_mandate(self, info: Info, input: RevokeMandateInput) -> RevokeMandateResult:
        async def act(by: Acting) -> MandateRow:
            mandate_id = read_id("Mandate", input.mandate_id, field="mandateId")
            return await actions.revoke_mandate(by, mandate_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Mandate.of)

    @strawberry.mutation(description="A journey that treatments can be put under.")
    async def plan_trip(self, info: Info, input: PlanTripInput) -> PlanTripResult:
        async def act(by: Acting) -> TripRow:
            return await trip_actions.plan_trip(
                by,
                read_id("Patient", input.patient_id, field="patientId"),
                country=input.country,
                arrives_on=input.arrives_on,
                leaves_on=input.leaves_on,
            )

        return await attempt(info, input.idempotency_key, act, Trip.of)

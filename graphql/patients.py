"""Patients, their representatives and their trips."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core import inputs, reading
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
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_page
from suivi.graphql.partners import Partner, load_partner
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case
    from suivi.graphql.treatments import Treatment

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]
MandateKindEnum = strawberry.enum(MandateKind, name="MandateKind")
MandateScopeEnum = strawberry.enum(MandateScope, name="MandateScope")


@strawberry.type(description="The right to act for a patient: dated, scoped, evidenced.")
class Mandate(Node):
    kind: MandateKindEnum  # type: ignore[valid-type]
    scope: MandateScopeEnum  # type: ignore[valid-type]
    valid_from: date
    valid_until: date | None = strawberry.field(description="The last day it is valid.")
    version: int
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Mandate":
        return cls(
            id=global_id("Mandate", row.id),
            kind=row.kind,
            scope=row.scope,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            version=row.version,
            row=row,
        )

    @strawberry.field
    async def patient(self, info: Info) -> "Patient | None":
        return await load_patient(info, self.row.patient_id)


@strawberry.type(description="One journey for treatment. It may hold several treatments at several clinics.")
class Trip(Node):
    country: str
    arrives_on: date | None
    leaves_on: date | None
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Trip":
        return cls(
            id=global_id("Trip", row.id),
            country=row.country,
            arrives_on=row.arrives_on,
            leaves_on=row.leaves_on,
            row=row,
        )

    @strawberry.field
    async def patient(self, info: Info) -> "Patient | None":
        return await load_patient(info, self.row.patient_id)

    @strawberry.field(description="Newest first.")
    async def treatments(self, info: Info, first: int = 50) -> list[LazyTreatment]:
        from suivi.graphql.treatments import Treatment

        read_page(first, None)
        rows = await info.context.newest(TreatmentRow, "trip_id", self.row.id, last=first)
        return [Treatment.of(row) for row in rows[:first]]


@strawberry.type(description="A person, pseudonymous: the partner knows who it is.")
class Patient(Node):
    reference: str = strawberry.field(description="The partner's own pseudonym.")
    languages: list[str]
    time_zone: str
    version: int
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Patient":
        return cls(
            id=global_id("Patient", row.id),
            reference=row.reference,
            languages=row.languages,
            time_zone=row.time_zone,
            version=row.version,
            row=row,
        )

    @strawberry.field
    async def partner(self, info: Info) -> Partner | None:
        return await load_partner(info, self.row.partner_id)

    @strawberry.field(description="Newest first.")
    async def mandates(self, info: Info, first: int = 20) -> list[Mandate]:
        read_page(first, None)
        rows = await info.context.newest(MandateRow, "patient_id", self.row.id, last=first)
        return [Mandate.of(row) for row in rows[:first]]

    @strawberry.field(description="Newest first.")
    async def trips(self, info: Info, first: int = 20) -> list[Trip]:
        read_page(first, None)
        rows = await info.context.newest(TripRow, "patient_id", self.row.id, last=first)
        return [Trip.of(row) for row in rows[:first]]

    @strawberry.field(description="Newest first.")
    async def treatments(self, info: Info, first: int = 50) -> list[LazyTreatment]:
        from suivi.graphql.treatments import Treatment

        read_page(first, None)
        rows = await info.context.newest(TreatmentRow, "patient_id", self.row.id, last=first)
        return [Treatment.of(row) for row in rows[:first]]

    @strawberry.field(description="Newest first.")
    async def cases(self, info: Info, first: int = 50) -> list[LazyCase]:
        from suivi.graphql.cases import Case

        read_page(first, None)
        rows = await info.context.newest(CaseRow, "patient_id", self.row.id, last=first)
        return [Case.of(row) for row in rows[:first]]


async def load_patient(info: Info, identity: UUID | None) -> Patient | None:
    row = await info.context.one(PatientRow, identity)
    return None if row is None else Patient.of(row)


async def load_trip(info: Info, identity: UUID | None) -> Trip | None:
    row = await info.context.one(TripRow, identity)
    return None if row is None else Trip.of(row)


async def load_mandate(info: Info, identity: UUID | None) -> Mandate | None:
    row = await info.context.one(MandateRow, identity)
    return None if row is None else Mandate.of(row)


@strawberry.type
class PatientQueries:
    @strawberry.field(description="Null when there is none, or you may not see it.")
    async def patient(self, info: Info, id: strawberry.ID) -> Patient | None:
        return await load_patient(info, read_id("Patient", id))

    @strawberry.field(description="Newest first.")
    async def patients(
        self, info: Info, first: int = 20, after: str | None = None, reference: str | None = None
    ) -> Connection[Patient]:
        visible = info.context.visible(PatientRow)
        if reference is not None:
            visible = visible.filter(reference=inputs.text(reference, field="reference", limit=100))
        rows, more = await reading.page(visible, first=first, after=read_page(first, after))
        return connection([Patient.of(row) for row in rows], rows, more=more)


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

"""Treatments: what was agreed and done, and what its dates answer."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.patients.models import Patient as PatientRow
from suivi.core.treatments import actions, answers, rules
from suivi.core.treatments.models import Addendum as AddendumRow
from suivi.core.treatments.models import Anchor as AnchorRow
from suivi.core.treatments.models import Consent as ConsentRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.clinics import Clinic, Member, load_clinic, load_member
from suivi.graphql.context import Info
from suivi.graphql.coverage import Terms, load_terms
from suivi.graphql.events import Event, history
from suivi.graphql.nodes import Connection, Node, global_id, read_id, read_id_or_none
from suivi.graphql.patients import Patient, Trip, load_patient, load_trip
from suivi.graphql.plugins import Procedure
from suivi.graphql.recovery import Recovery, ReferenceWindow
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.scalars import PartialDateValue

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]


@strawberry.type(description="A named date that clocks start from.")
class Anchor:
    name: str
    on: PartialDateValue
    recorded_at: datetime


@strawberry.type(description="What was added to the objectives after they were frozen.")
class Addendum:
    author_role: str
    text: str
    added_at: datetime


@strawberry.type(description="The informed consent that was signed.")
class Consent:
    document_version: str
    language: str
    signed_on: date
    row: strawberry.Private[Any]

    @strawberry.field(description="Its scan; null when none is attached or you may not see evidence.")
    async def evidence(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.evidence_id)


@strawberry.type(description="What each side hoped for, written before treatment and frozen when it began.")
class Objectives:
    patient: str | None
    practitioner: str | None
    frozen: bool
    addenda: list[Addendum]


@strawberry.type(description="One procedure at one clinic, with its sites, dated anchors, objectives and pinned rules.")
class Treatment(Node):
    specialty: str
    procedure_id: str
    description: str | None
    sites: list[str]
    agreed_on: date
    rules_plugin: str = strawberry.field(description="The plugin whose rules were in force when it was registered.")
    rules_version: str
    version: int
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Treatment":
        return cls(
            id=global_id("Treatment", row.id),
            specialty=row.specialty,
            procedure_id=row.procedure,
            description=row.description,
            sites=row.sites,
            agreed_on=row.agreed_on,
            rules_plugin=row.rules_plugin,
            rules_version=row.rules_version,
            version=row.version,
            row=row,
        )

    @strawberry.field(description="Null when no loaded plugin knows the procedure any more.")
    def procedure(self, info: Info) -> Procedure | None:
        found = info.context.house.registry.procedure(self.procedure_id)
        return None if found is None else Procedure.of(found)

    @strawberry.field
    async def patient(self, info: Info) -> Patient | None:
        return await load_patient(info, self.row.patient_id)

    @strawberry.field
    async def clinic(self, info: Info) -> Clinic | None:
        return await load_clinic(info, self.row.clinic_id)

    @strawberry.field
    async def practitioner(self, info: Info) -> Member | None:
        return await load_member(info, self.row.practitioner_id)

    @strawberry.field
    async def trip(self, info: Info) -> Trip | None:
        return await load_trip(info, self.row.trip_id)

    @strawberry.field(description="The clinic's terms in force when the treatment was agreed; null: none published.")
    async def terms(self, info: Info) -> Terms | None:
        return await load_terms(info, self.row.terms_id)

    @strawberry.field
    async def anchors(self, info: Info) -> list[Anchor]:
        rows = await info.context.parts(AnchorRow, "treatment_id", self.row.id)
        return [
            Anchor(name=row.name, on=PartialDateValue.of(PartialDate.parse(row.on)), recorded_at=row.recorded_at)
            for row in rows
        ]

    @strawberry.field
    async def objectives(self, info: Info) -> Objectives:
        addenda = await info.context.parts(AddendumRow, "treatment_id", self.row.id)
        anchors = await info.context.parts(AnchorRow, "treatment_id", self.row.id)
        procedure = answers.procedure_of(info.context.house.registry, self.row)
        return Objectives(
            patient=self.row.patient_objectives,
            practitioner=self.row.practitioner_objectives,
            frozen=rules.objectives_frozen([anchor.name for anchor in anchors], procedure),
            addenda=[Addendum(author_role=row.author_role, text=row.text, added_at=row.added_at) for row in addenda],
        )

    @strawberry.field(description="Empty when none is on record: a gap for the clinic to close.")
    async def consents(self, info: Info) -> list[Consent]:
        rows = await info.context.parts(ConsentRow, "treatment_id", self.row.id)
        return [
            Consent(document_version=row.document_version, language=row.language, signed_on=row.signed_on, row=row)
            for row in rows
        ]

    @strawberry.field(description="What is normal now, and from when the result may be judged. Today at the clinic.")
    async def recovery(self, info: Info, as_of: date | None = None) -> Recovery:
        registry = info.context.house.registry
        anchors = await info.context.parts(AnchorRow, "treatment_id", self.row.id)
        clinic = await info.context.one(ClinicRow, self.row.clinic_id)
        today = day_at(zone(clinic.time_zone) if clinic else None, info.context.at)
        found = answers.recovery_of(registry, self.row, anchors, on=as_of or today)
        procedure = answers.procedure_of(registry, self.row)
        return Recovery.of(found, rules=f"{procedure.specialty}@{answers.rules_version(registry, procedure)}")

    @strawberry.field(description="Until when a re-evaluation may be asked for, on a day or at this very moment.")
    async def reference_window(self, info: Info, as_of: date | None = None) -> ReferenceWindow:
        context = info.context
        anchors = await context.parts(AnchorRow, "treatment_id", self.row.id)
        clinic = await context.one(ClinicRow, self.row.clinic_id)
        patient = await context.one(PatientRow, self.row.patient_id)
        window = answers.reference_window_of(
            context.house.registry,
            self.row,
            anchors,
            await context.one(TermsRow, self.row.terms_id),
            clinic_zone=clinic.time_zone if clinic else "UTC",
            patient_zone=patient.time_zone if patient else "UTC",
            on=as_of or context.at,
        )
        return ReferenceWindow.of(window)

    @strawberry.field(description="Newest first.")
    async def history(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Event]:
        return await history(info, self.row.id, first=first, after=after)


async def load_treatment(info: Info, identity: UUID | None) -> Treatment | None:
    row = await info.context.one(TreatmentRow, identity)
    return None if row is None else Treatment.of(row)


@strawberry.type
class TreatmentQueries:
    @strawberry.field(description="Null when there is none, or you may not see it.")
    async def treatment(self, info: Info, id: strawberry.ID) -> Treatment | None:
        return await load_treatment(info, read_id("Treatment", id))


@strawberry.input
class AnchorInput:
    name: str
    on: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`; never in the future.")


@strawberry.input
class RegisterTreatmentInput:
    idempotency_key: str
    patient_id: strawberry.ID
    clinic_id: strawberry.ID
    procedure: str = strawberry.field(description="A `key` from `procedures`, or `other` with a description.")
    sites: list[str] = strawberry.field(default_factory=list)
    anchors: list[AnchorInput] = strawberry.field(default_factory=list)
    agreed_on: date | None = strawberry.field(
        default=None,
        description="The terms in force on this day are pinned. Left out: today, or the first anchor's day if earlier.",
    )
    practitioner_id: strawberry.ID | None = None
    trip_id: strawberry.ID | None = None
    description: str | None = None
    patient_objectives: str | None = None
    practitioner_objectives: str | None = None

    def plan(self) -> actions.Plan:
        return actions.Plan(
            clinic_id=read_id("Clinic", self.clinic_id, field="clinicId"),
            procedure=self.procedure,
            sites=tuple(self.sites),
            anchors=tuple((anchor.name, anchor.on) for anchor in self.anchors),
            agreed_on=self.agreed_on,
            practitioner_id=read_id_or_none("Member", self.practitioner_id, field="practitionerId"),
            trip_id=read_id_or_none("Trip", self.trip_id, field="tripId"),
            description=self.description,
            patient_objectives=self.patient_objectives,
            practitioner_objectives=self.practitioner_objectives,
        )


@strawberry.input
class RecordAnchorInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    name: str
    on: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`; never in the future.")


@strawberry.input
class RecordObjectivesInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    objectives: str


@strawberry.input
class AddAddendumInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    text: str


@strawberry.input
class RecordConsentInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    document_version: str
    language: str
    signed_on: date
    evidence_id: strawberry.ID | None = None


RegisterTreatmentResult = Annotated[Treatment | Refusal, strawberry.union("RegisterTreatmentResult")]
RecordAnchorResult = Annotated[Treatment | Refusal, strawberry.union("RecordAnchorResult")]
RecordObjectivesResult = Annotated[Treatment | Refusal, strawberry.union("RecordObjectivesResult")]
AddAddendumResult = Annotated[Treatment | Refusal, strawberry.union("AddAddendumResult")]
RecordConsentResult = Annotated[Treatment | Refusal, strawberry.union("RecordConsentResult")]


def _treatment_id(text: str) -> UUID:
    return read_id("Treatment", text, field="treatmentId")


@strawberry.type
class TreatmentMutations:
    @strawberry.mutation(description="By the patient's side at any clinic, by staff at their own.")
    async def register_treatment(self, info: Info, input: RegisterTreatmentInput) -> RegisterTreatmentResult:
        async def act(by: Acting) -> TreatmentRow:
            patient_id = read_id("Patient", input.patient_id, field="patientId")
            return await actions.register_treatment(by, patient_id, input.plan())

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="Records the date of an anchor, or corrects it; the history keeps both.")
    async def record_anchor(self, info: Info, input: RecordAnchorInput) -> RecordAnchorResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_anchor(
                by,
                _treatment_id(input.treatment_id),
                name=input.name,
                on=input.on,
                expected_version=input.expected_version,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="Your own side's objectives, until the treatment begins.")
    async def record_objectives(self, info: Info, input: RecordObjectivesInput) -> RecordObjectivesResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_objectives(
                by,
                _treatment_id(input.treatment_id),
                objectives=input.objectives,
                expected_version=input.expected_version,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="Once the objectives are frozen.")
    async def add_addendum(self, info: Info, input: AddAddendumInput) -> AddAddendumResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.add_addendum(by, _treatment_id(input.treatment_id), text=input.text)

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="The informed consent that was signed; each one stays on record.")
    async def record_consent(self, info: Info, input: RecordConsentInput) -> RecordConsentResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_consent(
                by,
                _treatment_id(input.treatment_id),
                document_version=input.document_version,
                language=input.language,
                signed_on=input.signed_on,
                evidence_id=read_id_or_none("Evidence", input.evidence_id, field="evidenceId"),
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

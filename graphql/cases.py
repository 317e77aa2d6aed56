"""Cases: the thread, the evidence, the reports, the classifications and the history of one situation."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from suivi.core import reading
from suivi.core.access.narrowing import NotFound
from suivi.core.acting import Acting
from suivi.core.cases import actions
from suivi.core.cases.availability import Available, available
from suivi.core.cases.models import AssignedRole, CaseState, CaseTreatment
from suivi.core.cases.models import Assignment as AssignmentRow
from suivi.core.cases.models import Case as CaseRow
from suivi.core.classifications.models import Classification as ClassificationRow
from suivi.core.complications.models import ComplicationReport as ReportRow
from suivi.core.deliveries.models import Delivery as DeliveryRow
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.evidence.models import EvidenceKind, EvidenceState
from suivi.core.messages.models import Message as MessageRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.classifications import Classification
from suivi.graphql.clinics import Clinic, load_clinic
from suivi.graphql.complications import ComplicationReport
from suivi.graphql.context import Info
from suivi.graphql.deliveries import Delivery
from suivi.graphql.events import Event, history, load_event
from suivi.graphql.evidence import Evidence, EvidenceKindEnum
from suivi.graphql.following import follow
from suivi.graphql.messages import Message
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_ids, read_page
from suivi.graphql.patients import Patient, load_patient
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.treatments import Treatment

CaseStateEnum = strawberry.enum(CaseState, name="CaseState")
AssignedRoleEnum = strawberry.enum(AssignedRole, name="AssignedRole")

PHOTOS = (EvidenceKind.PHOTO_BEFORE.value, EvidenceKind.PHOTO_AFTER.value)

MUTATIONS = {
    "post_message": "postMessage",
    "add_evidence": "beginUpload",
    "report_complication": "reportComplication",
    "classify": "classifyCase",
    "close": "closeCase",
    "reopen": "reopenCase",
    "assign": "assignPerson",
}
"""The mutation behind each verb of a case."""


@strawberry.type(description="A mediator, expert or interpreter let into one case for a time.")
class Assignment(Node):
    role: AssignedRoleEnum  # type: ignore[valid-type]
    name: str
    valid_from: date
    valid_until: date | None
    version: int

    @classmethod
    def of(cls, row: Any) -> "Assignment":
        return cls(
            id=global_id("Assignment", row.id),
            role=row.role,
            name=row.name,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            version=row.version,
        )


@strawberry.type(description="Something the viewer may or may not do to a case now, told before it is tried.")
class AvailableAction:
    mutation: str
    allowed: bool
    refusals: list[Refusal] = strawberry.field(description="What stands in the way; empty when allowed.")
    inputs: list[str] = strawberry.field(description="What it needs beside the case and an idempotency key.")
    on_input: list[str] = strawberry.field(description="Refusal codes that depend on what is sent.")

    @classmethod
    def of(cls, action: Available) -> "AvailableAction":
        return cls(
            mutation=MUTATIONS[action.verb],
            allowed=not action.refusals,
            refusals=[Refusal.of(refusal) for refusal in action.refusals],
            inputs=list(action.inputs),
            on_input=list(action.on_input),
        )


@strawberry.type(description="One situation to follow, between one patient and one clinic.")
class Case(Node):
    state: CaseStateEnum  # type: ignore[valid-type]
    opened_at: datetime
    closed_at: datetime | None
    version: int
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Case":
        return cls(
            id=global_id("Case", row.id),
            state=row.state,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            version=row.version,
            row=row,
        )

    @strawberry.field
    async def patient(self, info: Info) -> Patient | None:
        return await load_patient(info, self.row.patient_id)

    @strawberry.field
    async def clinic(self, info: Info) -> Clinic | None:
        return await load_clinic(info, self.row.clinic_id)

    @strawberry.field(description="The treatments the case is about.")
    async def treatments(self, info: Info) -> list[Treatment]:
        covered = await info.context.parts(CaseTreatment, "case_id", self.row.id)
        rows = await info.context.several(TreatmentRow, [part.treatment_id for part in covered])
        return [Treatment.of(row) for row in rows]

    @strawberry.field(description="Newest first.")
    async def messages(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Message]:
        before = read_page(first, after)
        rows = await info.context.newest(MessageRow, "case_id", self.row.id, last=first, before=before)
        return connection([Message.of(row) for row in rows[:first]], rows[:first], more=len(rows) > first)

    @strawberry.field
    async def message_count(self, info: Info) -> int:
        return await info.context.count(MessageRow, "case_id", self.row.id)

    @strawberry.field(description="Newest first.")
    async def evidence(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        kind: EvidenceKindEnum | None = None,  # type: ignore[valid-type]
    ) -> Connection[Evidence]:
        before = read_page(first, after)
        where = {"kind": kind} if kind else {}
        rows = await info.context.newest(EvidenceRow, "case_id", self.row.id, last=first, before=before, **where)
        return connection([Evidence.of(row) for row in rows[:first]], rows[:first], more=len(rows) > first)

    @strawberry.field(description="Photos on file, before and after.")
    async def photo_count(self, info: Info) -> int:
        return await info.context.count(
            EvidenceRow, "case_id", self.row.id, kind__in=PHOTOS, state=EvidenceState.KEPT.value
        )

    @strawberry.field(description="Newest first.")
    async def complication_reports(self, info: Info, first: int = 20) -> list[ComplicationReport]:
        read_page(first, None)
        rows = await info.context.newest(ReportRow, "case_id", self.row.id, last=first)
        return [ComplicationReport.of(row) for row in rows[:first]]

    @strawberry.field(description="Newest first; the latest for a treatment and site is in force.")
    async def classifications(self, info: Info, first: int = 20) -> list[Classification]:
        read_page(first, None)
        rows = await info.context.newest(ClassificationRow, "case_id", self.row.id, last=first)
        return [Classification.of(row) for row in rows[:first]]

    @strawberry.field(description="Notices to the clinic about this case, newest first, and how far they have got.")
    async def deliveries(self, info: Info, first: int = 20) -> list[Delivery]:
        read_page(first, None)
        rows = await info.context.newest(DeliveryRow, "case_id", self.row.id, last=first)
        return [Delivery.of(row) for row in rows[:first]]

    @strawberry.field(description="Newest first.")
    async def assignments(self, info: Info, first: int = 20) -> list[Assignment]:
        read_page(first, None)
        rows = await info.context.newest(AssignmentRow, "case_id", self.row.id, last=first)
        return [Assignment.of(row) for row in rows[:first]]

    @strawberry.field(description="What happened, newest first. Nobody can change it unseen.")
    async def history(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Event]:
        return await history(info, self.row.id, first=first, after=after)

    @strawberry.field(description="Every mutation on this case, and whether it would be refused.")
    async def available_actions(self, info: Info) -> list[AvailableAction]:
        may_act = await info.context.may_act(CaseRow, "post_message", self.row.id)
        offered = available(info.context.viewer, CaseState(self.row.state), may_act=may_act)
        return [AvailableAction.of(action) for action in offered]


async def load_case(info: Info, identity: UUID | None) -> Case | None:
    row = await info.context.one(CaseRow, identity)
    return None if row is None else Case.of(row)


async def load_assignment(info: Info, identity: UUID | None) -> Assignment | None:
    row = await info.context.one(AssignmentRow, identity)
    return None if row is None else Assignment.of(row)


def _filtered(info: Info, state: Any, clinic_id: str | None, patient_id: str | None) -> Any:
    visible = info.context.visible(CaseRow)
    visible = visible.filter(state=state) if state else visible
    if clinic_id is not None:
        visible = visible.filter(clinic_id=read_id("Clinic", clinic_id, field="clinicId"))
    if patient_id is not None:
        visible = visible.filter(patient_id=read_id("Patient", patient_id, field="patientId"))
    return visible


@strawberry.type
class CaseQueries:
    @strawberry.field(description="An error with the code NOT_FOUND when there is none, or you may not see it.")
    async def case(self, info: Info, id: strawberry.ID) -> Case | None:
        found = await load_case(info, read_id("Case", id))
        if found is None:
            raise NotFound(noun="case", field="id")
        return found

    @strawberry.field(description="Newest first.")
    async def cases(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        state: CaseStateEnum | None = None,  # type: ignore[valid-type]
        clinic_id: strawberry.ID | None = None,
        patient_id: strawberry.ID | None = None,
    ) -> Connection[Case]:
        rows, more = await reading.page(
            _filtered(info, state, clinic_id, patient_id), first=first, after=read_page(first, after)
        )
        return connection([Case.of(row) for row in rows], rows, more=more)

    @strawberry.field(description="How many cases `cases` would list in all.")
    async def case_count(
        self,
        info: Info,
        state: CaseStateEnum | None = None,  # type: ignore[valid-type]
        clinic_id: strawberry.ID | None = None,
        patient_id: strawberry.ID | None = None,
    ) -> int:
        number: int = await _filtered(info, state, clinic_id, patient_id).count()
        return number


@strawberry.input
class OpenCaseInput:
    idempotency_key: str
    treatment_ids: list[strawberry.ID] = strawberry.field(description="Of one patient at one clinic.")


@strawberry.input
class CloseCaseInput:
    idempotency_key: str
    case_id: strawberry.ID
    expected_version: int


@strawberry.input
class ReopenCaseInput:
    idempotency_key: str
    case_id: strawberry.ID
    expected_version: int


@strawberry.input
class AssignPersonInput:
    idempotency_key: str
    case_id: strawberry.ID
    role: AssignedRoleEnum  # type: ignore[valid-type]
    subject: str = strawberry.field(description="The `sub` of the person's tokens.")
    name: str
    valid_from: date | None = None
    valid_until: date | None = strawberry.field(default=None, description="The last day of access.")


@strawberry.input
class EndAssignmentInput:
    idempotency_key: str
    assignment_id: strawberry.ID
    expected_version: int


OpenCaseResult = Annotated[Case | Refusal, strawberry.union("OpenCaseResult")]
CloseCaseResult = Annotated[Case | Refusal, strawberry.union("CloseCaseResult")]
ReopenCaseResult = Annotated[Case | Refusal, strawberry.union("ReopenCaseResult")]
AssignPersonResult = Annotated[Assignment | Refusal, strawberry.union("AssignPersonResult")]
EndAssignmentResult = Annotated[Assignment | Refusal, strawberry.union("EndAssignmentResult")]


def _case_id(text: str) -> UUID:
    return read_id("Case", text, field="caseId")


@strawberry.type
class CaseMutations:
    @strawberry.mutation(description="About one or more treatments of one patient at one clinic.")
    async def open_case(self, info: Info, input: OpenCaseInput) -> OpenCaseResult:
        async def act(by: Acting) -> CaseRow:
            return await actions.open_case(by, read_ids("Treatment", input.treatment_ids, field="treatmentIds"))

        return await attempt(info, input.idempotency_key, act, Case.of)

    @strawberry.mutation(description="Closing keeps everything; complications can still be reported.")
    async def close_case(self, info: Info, input: CloseCaseInput) -> CloseCaseResult:
        async def act(by: Acting) -> CaseRow:
            return await actions.close_case(by, _case_id(input.case_id), expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Case.of)

    @strawberry.mutation(description="A closed case goes on where it was.")
    async def reopen_case(self, info: Info, input: ReopenCaseInput) -> ReopenCaseResult:
        async def act(by: Acting) -> CaseRow:
            return await actions.reopen_case(by, _case_id(input.case_id), expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Case.of)

    @strawberry.mutation(description="Lets a mediator, expert or interpreter into this one case.")
    async def assign_person(self, info: Info, input: AssignPersonInput) -> AssignPersonResult:
        async def act(by: Acting) -> AssignmentRow:
            return await actions.assign(
                by,
                _case_id(input.case_id),
                role=input.role,
                subject=input.subject,
                name=input.name,
                valid_from=input.valid_from,
                valid_until=input.valid_until,
            )

        return await attempt(info, input.idempotency_key, act, Assignment.of)

    @strawberry.mutation(description="Access ends at once.")
    async def end_assignment(self, info: Info, input: EndAssignmentInput) -> EndAssignmentResult:
        async def act(by: Acting) -> AssignmentRow:
            assignment_id = read_id("Assignment", input.assignment_id, field="assignmentId")
            return await actions.end_assignment(by, assignment_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Assignment.of)


@strawberry.type(description="That something happened to a case, and the case as it stands now.")
class CaseChange:
    event: Event | None = strawberry.field(description="Null when you may not read the history.")
    case: Case


@strawberry.type
class CaseSubscriptions:
    @strawberry.subscription(description="Everything that happens to a case from now on, as long as you may see it.")
    async def case_changed(self, info: Info, case_id: strawberry.ID) -> AsyncIterator[CaseChange]:
        identity = read_id("Case", case_id, field="caseId")
        async for event in follow(info, identity):
            case = await load_case(info, identity)
            if case is not None:
                yield CaseChange(event=await load_event(info, event.id), case=case)

"""Cases: the thread, the evidence, the reports, the classifications and the history of one situation."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.access.many import Ref
from suivi.core.acting import Acting
from suivi.core.cases import actions
from suivi.core.cases.availability import Available, available
from suivi.core.cases.models import AssignedRole, CaseState
from suivi.core.cases.models import Assignment as AssignmentRow
from suivi.core.cases.models import Case as CaseRow
from suivi.core.classifications.models import Classification as ClassificationRow
from suivi.core.complications.models import ComplicationReport as ReportRow
from suivi.core.deliveries.models import Delivery as DeliveryRow
from suivi.core.events.models import Event as EventRow
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.evidence.models import EvidenceKind, EvidenceState
from suivi.core.messages.models import Message as MessageRow
from suivi.core.reading import Row
from suivi.graphql.classifications import Classification
from suivi.graphql.clinics import Clinic, clinics
from suivi.graphql.complications import ComplicationReport
from suivi.graphql.context import Context, Info, columns_of
from suivi.graphql.deliveries import Delivery
from suivi.graphql.edges import edge
from suivi.graphql.events import Event, history
from suivi.graphql.evidence import Evidence, EvidenceKindEnum
from suivi.graphql.following import AfterUnknown, Followed, missed_since, newest_seq, require_followable
from suivi.graphql.loading import Level, Load
from suivi.graphql.messages import Message
from suivi.graphql.nodes import (
    Connection,
    Node,
    Stored,
    connection_of,
    found,
    listed,
    read_id,
    read_id_or_none,
    read_ids,
    read_page,
)
from suivi.graphql.patients import Patient, patients
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.treatments import Treatment, treatments_of_cases

if TYPE_CHECKING:
    from suivi.graphql.cover import CoverMap

LazyCoverMap = Annotated["CoverMap", strawberry.lazy("suivi.graphql.cover")]
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
class Assignment(Stored, Node):
    role: AssignedRoleEnum  # type: ignore[valid-type]
    name: str
    valid_from: date
    valid_until: date | None
    version: int


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
class Case(Stored, Node):
    state: CaseStateEnum  # type: ignore[valid-type]
    opened_at: datetime
    closed_at: datetime | None
    version: int

    @edge(by="patient_id")
    @staticmethod
    def patient(info: Info) -> Level[Patient | None]:
        return patients(info)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(description="The treatments the case is about.")
    @staticmethod
    def treatments(info: Info) -> Level[list[Treatment]]:
        return treatments_of_cases(info).then(listed(Treatment))

    @strawberry.field(
        description="Who covers what until when, on a day: a map for each treatment of the case. Today at the clinic."
    )
    async def cover_maps(self, info: Info, as_of: date | None = None) -> list[LazyCoverMap]:
        from suivi.graphql.cover_maps import load_cover_maps

        return await load_cover_maps(info, self.key, as_of)

    @edge(description="Newest first.")
    @staticmethod
    def messages(info: Info, first: int = 20, after: str | None = None) -> Level[Connection[Message]]:
        before = read_page(first, after)
        only = columns_of(info, Message)
        rows = info.context.newest_of_each(MessageRow, "case_id", last=first, before=before, only=only)
        return rows.then(connection_of(Message, first=first))

    @edge()
    @staticmethod
    def message_count(info: Info) -> Level[int]:
        return info.context.counts(MessageRow, "case_id")

    @edge(description="Newest first.")
    @staticmethod
    def evidence(
        info: Info,
        first: int = 20,
        after: str | None = None,
        kind: EvidenceKindEnum | None = None,  # type: ignore[valid-type]
    ) -> Level[Connection[Evidence]]:
        before = read_page(first, after)
        where = {"kind": kind} if kind else {}
        only = columns_of(info, Evidence)
        rows = info.context.newest_of_each(EvidenceRow, "case_id", last=first, before=before, only=only, **where)
        return rows.then(connection_of(Evidence, first=first))

    @edge(description="Photos on file, before and after.")
    @staticmethod
    def photo_count(info: Info) -> Level[int]:
        return info.context.counts(EvidenceRow, "case_id", kind__in=PHOTOS, state=EvidenceState.KEPT)

    @edge(description="Newest first.")
    @staticmethod
    def complication_reports(info: Info, first: int = 20) -> Level[list[ComplicationReport]]:
        read_page(first, None)
        return info.context.newest_of_each(ReportRow, "case_id", last=first).then(listed(ComplicationReport, first))

    @strawberry.field(description="Newest first; the latest for a treatment and site is in force.")
    def classifications(self, info: Info, first: int = 20) -> Load[list[Classification]]:
        read_page(first, None)
        return info.context.newest(ClassificationRow, "case_id", self.key, last=first).then(
            listed(Classification, first)
        )

    @edge(description="Notices to the clinic about this case, newest first, and how far they have got.")
    @staticmethod
    def deliveries(info: Info, first: int = 20) -> Level[list[Delivery]]:
        read_page(first, None)
        return info.context.newest_of_each(DeliveryRow, "case_id", last=first).then(listed(Delivery, first))

    @edge(description="Newest first.")
    @staticmethod
    def assignments(info: Info, first: int = 20) -> Level[list[Assignment]]:
        read_page(first, None)
        return info.context.newest_of_each(AssignmentRow, "case_id", last=first).then(listed(Assignment, first))

    @strawberry.field(description="What happened, newest first. Nobody can change it unseen.")
    async def history(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Event]:
        return await history(info, self.key, first=first, after=after)

    @strawberry.field(description="Every mutation on this case, and whether it would be refused.")
    def available_actions(self, info: Info) -> Load[list[AvailableAction]]:
        def offered(may_act: bool) -> list[AvailableAction]:
            actions = available(info.context.viewer, CaseState(self.state), may_act=may_act)
            return [AvailableAction.of(action) for action in actions]

        return info.context.may_act(CaseRow, "post_message").of(self.key).then(offered)


def cases(info: Info) -> Level[Case | None]:
    return info.context.ones(CaseRow).then(Case.maybe)


def load_case(info: Info, identity: UUID | None) -> Load[Case | None]:
    return cases(info).of(identity)


def assignments(info: Info) -> Level[Assignment | None]:
    return info.context.ones(AssignmentRow).then(Assignment.maybe)


def load_assignment(info: Info, identity: UUID | None) -> Load[Assignment | None]:
    return assignments(info).of(identity)


def _filters(state: Any, clinic_id: str | None, patient_id: str | None) -> dict[str, Any]:
    given = {
        "state": state,
        "clinic_id": read_id_or_none("Clinic", clinic_id, field="clinicId"),
        "patient_id": read_id_or_none("Patient", patient_id, field="patientId"),
    }
    return {column: value for column, value in given.items() if value is not None}


@strawberry.type
class CaseQueries:
    @strawberry.field(description="An error with the code NOT_FOUND when there is none, or you may not see it.")
    def case(self, info: Info, id: strawberry.ID) -> Load[Case | None]:
        return load_case(info, read_id("Case", id)).then(found("case"))

    @strawberry.field(description="Newest first.")
    def cases(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        state: CaseStateEnum | None = None,  # type: ignore[valid-type]
        clinic_id: strawberry.ID | None = None,
        patient_id: strawberry.ID | None = None,
    ) -> Load[Connection[Case]]:
        filters = _filters(state, clinic_id, patient_id)
        rows = info.context.newest_of_all(CaseRow, last=first, before=read_page(first, after), **filters)
        return rows.then(connection_of(Case, first=first))

    @strawberry.field(description="How many cases `cases` would list in all.")
    def case_count(
        self,
        info: Info,
        state: CaseStateEnum | None = None,  # type: ignore[valid-type]
        clinic_id: strawberry.ID | None = None,
        patient_id: strawberry.ID | None = None,
    ) -> Load[int]:
        return info.context.total(CaseRow, **_filters(state, clinic_id, patient_id))


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


def _changed(event: Row) -> list[Ref]:
    """The event itself, and the case as it stands now."""
    return [(EventRow, event.id), (CaseRow, event.noun_id)]


def _change(rows: Sequence[Row | None]) -> CaseChange | None:
    event, case = rows
    return None if case is None else CaseChange(event=None if event is None else Event.of(event), case=Case.of(case))


async def _seq_of_event(context: Context, case_id: UUID, after: strawberry.ID) -> int:
    """Raises AfterUnknown and TooMuchMissed."""
    row = await context.one(EventRow, read_id("Event", after, field="after"))
    if row is None or row.noun_id != case_id:
        raise AfterUnknown(noun="event", field="after")
    return await missed_since(case_id, row.seq)


@strawberry.type
class CaseSubscriptions:
    @strawberry.subscription(
        description="Everything that happens to a case from now on, as long as you may see it. With `after`, the id "
        "of the last event you were told, what has happened since comes first."
    )
    async def case_changed(
        self, info: Info, case_id: strawberry.ID, after: strawberry.ID | None = None
    ) -> AsyncIterator[CaseChange]:
        identity = read_id("Case", case_id, field="caseId")
        await require_followable(info.context, identity)
        seq = await (newest_seq(identity) if after is None else _seq_of_event(info.context, identity, after))
        return Followed(case_id=identity, seq=seq, wants=_changed, made=_change)

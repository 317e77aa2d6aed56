"""Written confirmations: what patients ask clinics to confirm, and what a signatory has answered, item by item."""

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.clinics.models import Member as MemberRow
from suivi.core.clocks.periods import Period
from suivi.core.clocks.windows import DEFAULT_PERIOD, may_be_shorter
from suivi.core.confirmations import rules
from suivi.core.confirmations.lines import words
from suivi.core.confirmations.models import AnswerKind, ItemKind
from suivi.core.confirmations.models import Confirmation as ConfirmationRow
from suivi.core.confirmations.models import ConfirmationAnswer as AnswerRow
from suivi.core.confirmations.models import ConfirmationItem as ItemRow
from suivi.core.confirmations.models import ConfirmationRequest as RequestRow
from suivi.core.confirmations.verifying import Issued, issued
from suivi.core.coverage.content import Content
from suivi.core.documents.words import unavailable_of
from suivi.core.patients.models import Patient as PatientRow
from suivi.core.reading import Row
from suivi.graphql.clinics import Clinic, Member, clinics, load_clinic, members
from suivi.graphql.context import Info, columns_of
from suivi.graphql.courses import today_at_clinic
from suivi.graphql.cover_content import CoverContent, vocabulary_of
from suivi.graphql.coverage import Terms, termss
from suivi.graphql.edges import edge
from suivi.graphql.events import Event, history
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import (
    Connection,
    Node,
    Stored,
    connection,
    connection_of,
    listed,
    read_id,
    read_id_or_none,
    read_page,
)
from suivi.graphql.noticed import Noticed
from suivi.graphql.patients import Patient, patients
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized, localized_or_none

if TYPE_CHECKING:
    from suivi.graphql.treatments import Treatment

LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]
ItemKindEnum = strawberry.enum(ItemKind, name="ConfirmationItemKind")
AnswerKindEnum = strawberry.enum(AnswerKind, name="ConfirmationAnswerKind")
ReasonEnum = strawberry.enum(rules.NotConfirmed, name="NotConfirmedReason")
RequestStateEnum = strawberry.enum(rules.RequestState, name="ConfirmationRequestState")


@strawberry.type(description="What the clinic has signed about one item. It never changes.")
class ConfirmationAnswer:
    answer: AnswerKindEnum  # type: ignore[valid-type]
    reason: ReasonEnum | None = strawberry.field(description="Why it is not confirmed.")  # type: ignore[valid-type]
    text: str | None = strawberry.field(description="The clinic's own words, in `language`.")
    language: str
    reference_period: str | None = strawberry.field(
        description="How long a re-evaluation may be asked for, ISO 8601; null: this answer states none."
    )
    row: strawberry.Private[Any]
    request: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any, request: Any) -> "ConfirmationAnswer":
        return cls(
            answer=row.answer,
            reason=None if row.reason is None else rules.NotConfirmed(row.reason),
            text=row.text,
            language=row.language,
            reference_period=row.reference_period,
            row=row,
            request=request,
        )

    @strawberry.field
    def reason_text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(words()["reasons"].get(self.row.reason), info, locale)

    @strawberry.field(description="Lines that are confirmed: the terms' own, or changed ones. Null: words only.")
    def content(self, info: Info) -> CoverContent | None:
        if self.row.content is None:
            return None
        known = vocabulary_of(info, self.request.specialty, self.request.procedure)
        return CoverContent.of(Content.model_validate(self.row.content), known)

    @strawberry.field(description="Whether that may be less than where nothing is said; false where none is stated.")
    def shorter_than_default(self) -> bool:
        stated = self.reference_period
        return stated is not None and may_be_shorter(Period.parse(stated), DEFAULT_PERIOD, None)


@strawberry.type(description="One question of a request.")
class ConfirmationItem:
    number: int = strawberry.field(description="1, 2, 3 ... within the request; answers name it.")
    kind: ItemKindEnum  # type: ignore[valid-type]
    subject: str | None = strawberry.field(description="Key of a component of the terms, or a kind of fee.")
    question: str | None = strawberry.field(description="In the asker's words, in the request's language.")
    answer: ConfirmationAnswer | None = strawberry.field(description="Null until it is signed; silence is no answer.")

    @classmethod
    def of(cls, row: Any, answered: Any, request: Any) -> "ConfirmationItem":
        answer = None if answered is None else ConfirmationAnswer.of(answered, request)
        return cls(number=row.number, kind=row.kind, subject=row.subject, question=row.question, answer=answer)

    @strawberry.field
    def kind_text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(words()["kinds"][ItemKind(self.kind).value], info, locale)


async def _items(info: Info, request: Any) -> list[ConfirmationItem]:
    rows = await info.context.parts(ItemRow, "request_id", request.id)
    answers = await asyncio.gather(*(info.context.parts(AnswerRow, "item_id", row.id) for row in rows))
    return [
        ConfirmationItem.of(row, found[0] if found else None, request) for row, found in zip(rows, answers, strict=True)
    ]


@strawberry.type(description="What a patient asks a clinic to confirm in writing, before choosing it or later.")
class ConfirmationRequest(Noticed, Stored, Node):
    specialty: str
    procedure: str
    variant: str | None
    material: str | None
    language: str = strawberry.field(
        description="The one the patient asked for the confirmation in; English stands for one that no document has."
    )
    asker_role: str
    asked_at: datetime
    due_on: date = strawberry.field(description="The last day of the clinic's own response time, at the clinic.")
    withdrawn_at: datetime | None
    version: int

    @edge(by="patient_id", description="Null for a clinic that has not treated them: it knows nobody it only answers.")
    @staticmethod
    def patient(info: Info) -> Level[Patient | None]:
        return patients(info)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="treatment_id", description="Null: asked before there is one.")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)

    @edge(by="terms_id", description="The version asked about: the pinned one of a treatment. Null: none published.")
    @staticmethod
    def terms(info: Info) -> Level[Terms | None]:
        return termss(info)

    @strawberry.field
    async def items(self, info: Info) -> list[ConfirmationItem]:
        return await _items(info, self.row)

    @edge(description="What was signed so far, newest first.")
    @staticmethod
    def confirmations(info: Info, first: int = 30) -> Level[list["Confirmation"]]:
        read_page(first, None)
        only = columns_of(info, Confirmation)
        rows = info.context.newest_of_each(ConfirmationRow, "request_id", last=first, only=only)
        return rows.then(listed(Confirmation, first))

    @strawberry.field
    def state(self, info: Info) -> Load[RequestStateEnum]:  # type: ignore[valid-type]
        def state(signed: int) -> rules.RequestState:
            return rules.state_of(self.row, signed)

        return info.context.counts(ConfirmationRow, "request_id").of(self.key).then(state)

    @strawberry.field(
        description="Asked, answered, reminded, withdrawn, looked at. Newest first. It does not name who asks to a "
        "clinic that has not treated them."
    )
    async def history(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Event]:
        return await history(info, self.key, first=first, after=after)

    @strawberry.field(description="Null once every item is answered, or the request is withdrawn.")
    def unanswered_since(self) -> datetime | None:
        return self.asked_at if rules.is_awaited(self.row) else None

    @strawberry.field(description="Whether an answer is still owed after `dueOn`, by the day it is at the clinic.")
    async def overdue(self, info: Info) -> bool:
        return rules.is_awaited(self.row) and bool(await self._days_late(info))

    @strawberry.field(description="Days after `dueOn` until the last answer, or until now; 0 in time, or withdrawn.")
    async def days_late(self, info: Info) -> int:
        return await self._days_late(info)

    async def _days_late(self, info: Info) -> int:
        return rules.days_late(self.row, on=await today_at_clinic(info, self.row))


@strawberry.type(description="A clinic's signed answer to some or all items of a request. Frozen as it was signed.")
class Confirmation(Noticed, Stored, Node):
    number: str = strawberry.field(description="Printed on it.")
    signed_at: datetime
    languages: list[str] = strawberry.field(description="Those the document is written in; the patient's first.")
    digest: str = strawberry.field(description="SHA-256 of the document, for `verifyConfirmation`.")
    wording_findings: int | None = strawberry.field(
        description="Sentences found to promise a result when it was signed; null: nobody could look."
    )
    wording_reason: str | None = strawberry.field(description="Why it was signed all the same.")

    @edge(by="request_id", description="Null when you may not see it.")
    @staticmethod
    def request(info: Info) -> Level[ConfirmationRequest | None]:
        return confirmation_requests(info)

    @edge(by="patient_id")
    @staticmethod
    def patient(info: Info) -> Level[Patient | None]:
        return patients(info)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="treatment_id")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)

    @edge(by="signatory_id", description="Whose name stands on it, whoever may see the member.")
    @staticmethod
    def signatory_name(info: Info) -> Level[str]:
        def name(found: list[Row]) -> str:
            return str(found[0].name)

        return info.context.parts_of_each(MemberRow, "id").then(name)

    @edge(by="signatory_id", description="Null when you may not know more of them than their name.")
    @staticmethod
    def signatory(info: Info) -> Level[Member | None]:
        return members(info)

    @strawberry.field(description="The patient's or the clinic's that documents do not have, so that it is in English.")
    async def unavailable_languages(self, info: Info) -> list[str]:
        [request] = await info.context.parts(RequestRow, "id", self.row.request_id)
        answers = await info.context.parts(AnswerRow, "confirmation_id", self.key)
        return list(unavailable_of([request.language, *(answer.language for answer in answers)]))

    @strawberry.field(description="Of the notices in the document, which stay as they were signed.")
    def signed_notice_version(self) -> str:
        return str(self.row.notice_version)

    @strawberry.field(description="The items it answers.")
    async def items(self, info: Info) -> list[ConfirmationItem]:
        [request] = await info.context.parts(RequestRow, "id", self.row.request_id)
        mine = {row.item_id: row for row in await info.context.parts(AnswerRow, "confirmation_id", self.key)}
        items = await info.context.parts(ItemRow, "request_id", request.id)
        return [ConfirmationItem.of(row, mine[row.id], request) for row in items if row.id in mine]


def confirmation_requests(info: Info) -> Level[ConfirmationRequest | None]:
    return info.context.ones(RequestRow).then(ConfirmationRequest.maybe)


def load_confirmation_request(info: Info, identity: UUID | None) -> Load[ConfirmationRequest | None]:
    return confirmation_requests(info).of(identity)


def confirmations(info: Info) -> Level[Confirmation | None]:
    return info.context.ones(ConfirmationRow).then(Confirmation.maybe)


def load_confirmation(info: Info, identity: UUID | None) -> Load[Confirmation | None]:
    return confirmations(info).of(identity)


@strawberry.type(description="Whether a document is ours. Nothing here is about the patient.")
class ConfirmationVerification:
    issued: bool = strawberry.field(description="Whether a confirmation with this hash was signed here.")
    number: str | None
    signed_at: datetime | None
    newer: bool = strawberry.field(
        description="Whether a later confirmation answers one of the same items for the same person and treatment."
    )
    clinic_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, found: Issued | None) -> "ConfirmationVerification":
        if found is None:
            return cls(issued=False, number=None, signed_at=None, newer=False, clinic_id=None)
        return cls(
            issued=True,
            number=found.number,
            signed_at=found.signed_at,
            newer=found.newer,
            clinic_id=found.clinic_id,
        )

    @strawberry.field(description="The clinic that signed it, as it is today.")
    def clinic(self, info: Info) -> Load[Clinic | None]:
        return load_clinic(info, self.clinic_id)


@strawberry.type
class ConfirmationQueries:
    @strawberry.field(description="Newest first. Patients see what they asked, staff what their clinic was asked.")
    async def confirmation_requests(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        open: bool = False,
        clinic_id: strawberry.ID | None = None,
        patient_id: strawberry.ID | None = None,
    ) -> Connection[ConfirmationRequest]:
        given = {
            "clinic_id": read_id_or_none("Clinic", clinic_id, field="clinicId"),
            "patient_id": read_id_or_none("Patient", patient_id, field="patientId"),
        }
        where: dict[str, Any] = {column: value for column, value in given.items() if value is not None}
        if open:
            where |= {"answered_on__isnull": True, "withdrawn_at__isnull": True}
        before = read_page(first, after)
        # Or a clinic could try the ids it knows on the requests of people it has not treated.
        if "patient_id" in where and await info.context.one(PatientRow, where["patient_id"]) is None:
            return connection([], [], more=False)
        rows = await info.context.newest_of_all(RequestRow, last=first, before=before, **where)
        return connection_of(ConfirmationRequest, first=first)(rows)

    @strawberry.field(description="Null when there is none, or you may not see it.")
    def confirmation_request(self, info: Info, id: strawberry.ID) -> Load[ConfirmationRequest | None]:
        return load_confirmation_request(info, read_id("ConfirmationRequest", id))

    @strawberry.field(description="Null when there is none, or you may not see it.")
    def confirmation(self, info: Info, id: strawberry.ID) -> Load[Confirmation | None]:
        return load_confirmation(info, read_id("Confirmation", id))

    @strawberry.field(
        description="For whoever holds a confirmation, by the SHA-256 in it: whether it was signed here, when, by "
        "which clinic. Whether the file itself is intact, `suivi verify` tells."
    )
    async def verify_confirmation(self, info: Info, digest: str) -> ConfirmationVerification:
        found = await issued(digest)
        return ConfirmationVerification.of(found)

"""Asking for written confirmation, answering, and opening what was signed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.confirmations import answering, asking
from suivi.core.confirmations.models import Confirmation as ConfirmationRow
from suivi.core.confirmations.models import ConfirmationRequest as RequestRow
from suivi.core.confirmations.opening import FileFormat, Opened, open_confirmation
from suivi.core.confirmations.rules import ItemAsked
from suivi.graphql.confirmations import AnswerKindEnum, Confirmation, ConfirmationRequest, ItemKindEnum, ReasonEnum
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContentInput
from suivi.graphql.nodes import read_id, read_id_or_none
from suivi.graphql.results import Refusal, attempt

FormatEnum = strawberry.enum(
    FileFormat,
    name="ConfirmationFormat",
    description="PDF is PDF/A with the JSON inside, JSON the document alone; both are signed.",
)


@strawberry.input
class ConfirmationItemInput:
    kind: ItemKindEnum  # type: ignore[valid-type]
    subject: str | None = strawberry.field(
        default=None,
        description="Key of a component of the terms; for fees, a kind of fee. Left out: all that the kind is about.",
    )
    question: str | None = strawberry.field(default=None, description="In your own words; needed for OTHER.")


@strawberry.input
class AskConfirmationInput:
    idempotency_key: str
    patient_id: strawberry.ID
    items: list[ConfirmationItemInput] = strawberry.field(description="1 to 30, each once.")
    treatment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Left out before there is one: then `clinicId` and `procedure` say what it is about."
    )
    clinic_id: strawberry.ID | None = None
    procedure: str | None = strawberry.field(default=None, description="A `key` from `procedures`.")
    variant: str | None = None
    material: str | None = None
    language: str | None = strawberry.field(default=None, description="BCP 47; left out: the patient's first.")

    def asking(self) -> asking.Asking:
        return asking.Asking(
            items=tuple(ItemAsked(kind=item.kind, subject=item.subject, question=item.question) for item in self.items),
            treatment_id=read_id_or_none("Treatment", self.treatment_id, field="treatmentId"),
            clinic_id=read_id_or_none("Clinic", self.clinic_id, field="clinicId"),
            procedure=self.procedure,
            variant=self.variant,
            material=self.material,
            language=self.language,
        )


@strawberry.input
class WithdrawConfirmationRequestInput:
    idempotency_key: str
    request_id: strawberry.ID
    expected_version: int


@strawberry.input
class ItemAnswerInput:
    item: int = strawberry.field(description="The item's number in the request.")
    answer: AnswerKindEnum  # type: ignore[valid-type]
    reason: ReasonEnum | None = strawberry.field(  # type: ignore[valid-type]
        default=None, description="For NOT_CONFIRMED, and needed there; OTHER needs a text besides."
    )
    text: str | None = strawberry.field(default=None, description="In the clinic's words.")
    content: CoverContentInput | None = strawberry.field(
        default=None, description="For CONFIRMED_WITH_CHANGES: the lines that are confirmed instead of the terms' own."
    )
    reference_period: str | None = strawberry.field(
        default=None,
        description="For CONFIRMED_WITH_CHANGES: how long a re-evaluation may be asked for, ISO 8601, such as P12M.",
    )

    def given(self) -> answering.ItemGiven:
        return answering.ItemGiven(
            number=self.item,
            answer=self.answer,
            reason=self.reason,
            text=self.text,
            content=self.content,
            reference_period=self.reference_period,
        )


@strawberry.input
class AnswerConfirmationInput:
    idempotency_key: str
    request_id: strawberry.ID
    answers: list[ItemAnswerInput] = strawberry.field(description="Of some items or all; an answer never changes.")
    language: str | None = strawberry.field(
        default=None, description="BCP 47 tag of your texts; left out: the clinic's first that documents speak."
    )
    wording_reason: str | None = strawberry.field(
        default=None, description="Why it is signed although `wording` finds promises of a result; kept."
    )

    def answering(self) -> answering.Answering:
        return answering.Answering(
            answers=tuple(answer.given() for answer in self.answers),
            language=self.language,
            wording_reason=self.wording_reason,
        )


@strawberry.input
class OpenConfirmationInput:
    idempotency_key: str
    confirmation_id: strawberry.ID
    format: FormatEnum  # type: ignore[valid-type]


@strawberry.type(description="An address that serves the file to whoever holds it, for a few minutes.")
class ConfirmationLink:
    url: str
    expires_at: datetime
    confirmation: Confirmation


AskConfirmationResult = Annotated[ConfirmationRequest | Refusal, strawberry.union("AskConfirmationResult")]
WithdrawConfirmationRequestResult = Annotated[
    ConfirmationRequest | Refusal, strawberry.union("WithdrawConfirmationRequestResult")
]
AnswerConfirmationResult = Annotated[Confirmation | Refusal, strawberry.union("AnswerConfirmationResult")]
OpenConfirmationResult = Annotated[ConfirmationLink | Refusal, strawberry.union("OpenConfirmationResult")]


def _request_id(text: str) -> UUID:
    return read_id("ConfirmationRequest", text, field="requestId")


@strawberry.type
class ConfirmationMutations:
    @strawberry.mutation(description="By the patient's side, before choosing a clinic and at any time after.")
    async def ask_confirmation(self, info: Info, input: AskConfirmationInput) -> AskConfirmationResult:
        async def act(by: Acting) -> RequestRow:
            patient_id = read_id("Patient", input.patient_id, field="patientId")
            return await asking.ask_confirmation(by, patient_id, input.asking())

        return await attempt(info, input.idempotency_key, act, ConfirmationRequest.of)

    @strawberry.mutation(description="What was answered before stays signed.")
    async def withdraw_confirmation_request(
        self, info: Info, input: WithdrawConfirmationRequestInput
    ) -> WithdrawConfirmationRequestResult:
        async def act(by: Acting) -> RequestRow:
            return await asking.withdraw_confirmation_request(
                by, _request_id(input.request_id), expected_version=input.expected_version
            )

        return await attempt(info, input.idempotency_key, act, ConfirmationRequest.of)

    @strawberry.mutation(description="By staff of the clinic, who sign with their name. The result is frozen.")
    async def answer_confirmation(self, info: Info, input: AnswerConfirmationInput) -> AnswerConfirmationResult:
        async def act(by: Acting) -> ConfirmationRow:
            return await answering.answer_confirmation(by, _request_id(input.request_id), input.answering())

        return await attempt(info, input.idempotency_key, act, Confirmation.of)

    @strawberry.mutation(description="A link to the file, for five minutes. That you looked is in the history.")
    async def open_confirmation(self, info: Info, input: OpenConfirmationInput) -> OpenConfirmationResult:
        async def act(by: Acting) -> Opened:
            confirmation_id = read_id("Confirmation", input.confirmation_id, field="confirmationId")
            return await open_confirmation(by, confirmation_id, input.format)

        def node(opened: Opened) -> ConfirmationLink:
            return ConfirmationLink(
                url=opened.url, expires_at=opened.expires_at, confirmation=Confirmation.of(opened.confirmation)
            )

        return await attempt(info, input.idempotency_key, act, node)

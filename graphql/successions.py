"""Which clinic takes over what one owed that has ended, and whether it has said so (R-128)."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from suivi.core.acting import Acting
from suivi.core.clinics import succession
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clinics.succession import SuccessionState, state_of
from suivi.graphql.clinics import Clinic, load_clinic
from suivi.graphql.context import Info
from suivi.graphql.loading import Load
from suivi.graphql.nodes import read_id
from suivi.graphql.results import LocalizedText, Refusal, attempt
from suivi.graphql.scalars import localized

SuccessionStateEnum = strawberry.enum(
    SuccessionState, name="SuccessionState", description="NAMED: by the clinic that ended, and by nobody else."
)


@strawberry.type(description="The clinic that one which has ended names as taking over its obligations.")
class Succession:
    state: SuccessionStateEnum  # type: ignore[valid-type]
    accepted_at: datetime | None = strawberry.field(description="Null: it has not said that it takes them over.")
    row: strawberry.Private[Any]

    @strawberry.field
    def clinic(self, info: Info) -> Load[Clinic | None]:
        return load_clinic(info, self.row.successor_id)

    @strawberry.field(description="Who says that it takes over: to be shown wherever the clinic is.")
    def sentence(self, info: Info, locale: str | None = None) -> Load[LocalizedText | None]:
        def said(successor: Clinic | None) -> LocalizedText | None:
            if successor is None:
                return None
            text = succession.sentence(self.state, ended=self.row.name, successor=successor.name)
            return localized(text, info, locale)

        return load_clinic(info, self.row.successor_id).then(said)

    @classmethod
    def maybe(cls, row: Any) -> "Succession | None":
        """Of the clinic that has ended."""
        state = state_of(row)
        return None if state is None else cls(state=state, accepted_at=row.succession_accepted_at, row=row)


@strawberry.input
class AnswerSuccessionInput:
    idempotency_key: str
    clinic_id: strawberry.ID = strawberry.field(description="The clinic that is asked: yours.")
    predecessor_id: strawberry.ID = strawberry.field(description="The clinic that has ended and names it.")
    expected_version: int = strawberry.field(description="Of the predecessor.")
    accept: bool = strawberry.field(description="False: your clinic is named no longer.")


AnswerSuccessionResult = Annotated[Clinic | Refusal, strawberry.union("AnswerSuccessionResult")]


@strawberry.type
class SuccessionMutations:
    @strawberry.mutation(description="Gives back the predecessor. Only who accepts takes over obligations.")
    async def answer_succession(self, info: Info, input: AnswerSuccessionInput) -> AnswerSuccessionResult:
        async def act(by: Acting) -> ClinicRow:
            return await succession.answer_succession(
                by,
                read_id("Clinic", input.clinic_id, field="clinicId"),
                read_id("Clinic", input.predecessor_id, field="predecessorId"),
                expected_version=input.expected_version,
                accept=input.accept,
            )

        return await attempt(info, input.idempotency_key, act, Clinic.of)

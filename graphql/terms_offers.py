"""Other terms offered for a treatment, line by line against what is held, and the patient's answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.coverage import offers
from suivi.core.coverage.differences import Difference
from suivi.core.coverage.models import OfferAnswer
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.models import TermsOffer as OfferRow
from suivi.core.devices.words import DeviceVocabulary
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.clinics import Member, members
from suivi.graphql.context import Info
from suivi.graphql.cover_maps import load_history
from suivi.graphql.coverage import Terms, termss
from suivi.graphql.differences import LineDifference
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, listed, read_id
from suivi.graphql.noticed import Noticed
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.treatments import Treatment

LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]
OfferAnswerEnum = strawberry.enum(OfferAnswer, name="TermsOfferAnswer")

MOST = 100
"""Offers of a treatment that are shown, the latest."""


@strawberry.type(description="Another version of the clinic's terms, offered for a treatment. Silence changes nothing.")
class TermsOffer(Noticed, Stored, Node):
    offered_at: datetime
    answer: OfferAnswerEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Null: not answered. WITHDRAWN: by the clinic."
    )
    answered_at: datetime | None
    answerer_role: str | None
    version: int

    @edge(by="terms_id")
    @staticmethod
    def terms(info: Info) -> Level[Terms | None]:
        return termss(info)

    @edge(by="replaces_id", description="What was pinned when it was offered; null: nothing.")
    @staticmethod
    def replaces(info: Info) -> Level[Terms | None]:
        return termss(info)

    @edge(by="offerer_id", description="Null when you may not know.")
    @staticmethod
    def offerer(info: Info) -> Level[Member | None]:
        return members(info)

    @edge(by="treatment_id")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)

    @strawberry.field(description="Lines that are worse than before, which the patient accepted by name.")
    def acknowledged(self) -> list[str]:
        return list(self.row.acknowledged or ())

    @strawberry.field(
        description="What accepting it changes of the cover that is held, line by line; once answered, as it was then."
    )
    async def differences(self, info: Info) -> list[LineDifference]:
        treatment, found = await _changes(info, self.row)
        if treatment is None:
            return []
        pinned = await info.context.rules(treatment)
        words = DeviceVocabulary(specialty=pinned.specialty_of(treatment), procedure=pinned.procedure_of(treatment))
        return [LineDifference.of(one, words) for one in found]

    @strawberry.field(description="Ids of the lines that accepting it has to name in `acknowledged`.")
    async def to_acknowledge(self, info: Info) -> list[str]:
        _, found = await _changes(info, self.row)
        return [one.id for one in found if one.compared.against_the_patient]


async def _changes(info: Info, offer: Any) -> tuple[Any, tuple[Difference, ...]]:
    """None for whoever may not see the treatment any more."""
    treatment = await info.context.one(TreatmentRow, offer.treatment_id)
    terms = await info.context.one(TermsRow, offer.terms_id)
    if treatment is None or terms is None:
        return None, ()
    history = await load_history(info, treatment)
    return treatment, history.with_terms(terms, at=offer.answered_at or info.context.at)


def load_terms_offers(info: Info, treatment_id: UUID) -> Load[list[TermsOffer]]:
    """The latest first."""
    return info.context.newest(OfferRow, "treatment_id", treatment_id, last=MOST).then(listed(TermsOffer, MOST))


def load_terms_offer(info: Info, identity: UUID | None) -> Load[TermsOffer | None]:
    return info.context.one(OfferRow, identity).then(TermsOffer.maybe)


@strawberry.input
class OfferTermsInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    terms_id: strawberry.ID = strawberry.field(description="A version of the treatment's own clinic, in force.")


@strawberry.input
class WithdrawTermsOfferInput:
    idempotency_key: str
    offer_id: strawberry.ID
    expected_version: int


@strawberry.input
class AnswerTermsOfferInput:
    idempotency_key: str
    offer_id: strawberry.ID
    expected_version: int
    accept: bool
    acknowledged: list[str] = strawberry.field(
        default_factory=list, description="To accept: every key of `toAcknowledge`, each read and agreed to."
    )


OfferTermsResult = Annotated[TermsOffer | Refusal, strawberry.union("OfferTermsResult")]
WithdrawTermsOfferResult = Annotated[TermsOffer | Refusal, strawberry.union("WithdrawTermsOfferResult")]
AnswerTermsOfferResult = Annotated[TermsOffer | Refusal, strawberry.union("AnswerTermsOfferResult")]


@strawberry.type
class TermsOfferMutations:
    @strawberry.mutation(description="By the clinic: other terms for a treatment, which count once they are accepted.")
    async def offer_terms(self, info: Info, input: OfferTermsInput) -> OfferTermsResult:
        async def act(by: Acting) -> OfferRow:
            treatment_id = read_id("Treatment", input.treatment_id, field="treatmentId")
            return await offers.offer_terms(by, treatment_id, read_id("Terms", input.terms_id, field="termsId"))

        return await attempt(info, input.idempotency_key, act, TermsOffer.of)

    @strawberry.mutation(description="By the clinic, as long as the patient has not answered.")
    async def withdraw_terms_offer(self, info: Info, input: WithdrawTermsOfferInput) -> WithdrawTermsOfferResult:
        async def act(by: Acting) -> OfferRow:
            offer_id = read_id("TermsOffer", input.offer_id, field="offerId")
            return await offers.withdraw_terms_offer(by, offer_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, TermsOffer.of)

    @strawberry.mutation(description="By the patient's side. What is worse has to be accepted line by line, by name.")
    async def answer_terms_offer(self, info: Info, input: AnswerTermsOfferInput) -> AnswerTermsOfferResult:
        async def act(by: Acting) -> OfferRow:
            return await offers.answer_terms_offer(
                by,
                read_id("TermsOffer", input.offer_id, field="offerId"),
                accept=input.accept,
                acknowledged=input.acknowledged,
                expected_version=input.expected_version,
            )

        return await attempt(info, input.idempotency_key, act, TermsOffer.of)

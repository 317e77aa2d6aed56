"""Terms that clinics publish."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.coverage import actions
from suivi.core.coverage.models import Payer
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.specialties.common import common
from suivi.graphql.clinics import Clinic, Member, clinics, members
from suivi.graphql.context import Info
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, read_id
from suivi.graphql.results import LocalizedText, Refusal, attempt
from suivi.graphql.scalars import localized

PayerEnum = strawberry.enum(Payer, name="Payer")


@strawberry.type(description="Who pays one kind of fee. What the terms do not mention reads NOT_STATED, never covered.")
class FeeLine:
    kind: str
    payer: PayerEnum  # type: ignore[valid-type]

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(common().fee_kinds[self.kind].text, info, locale)


@strawberry.type(description="One published version of a clinic's terms for a procedure. It never changes.")
class Terms(Stored, Node):
    procedure: str
    number: int
    language: str
    text: str = strawberry.field(description="The clinic's own words, in `language`.")
    period: str = strawberry.field(description="How long the cover lasts, ISO 8601.")
    starts: str = strawberry.field(description="The anchor the cover starts at.")
    covers: list[str]
    exclusions: list[str]
    reference_period: str | None = strawberry.field(description="ISO 8601; null when the terms do not state one.")
    response_days: int | None
    effective_from: date
    published_at: datetime

    @strawberry.field(description="Every kind of fee, in a fixed order.")
    def fees(self) -> list[FeeLine]:
        stated = self.row.fees
        return [FeeLine(kind=kind, payer=Payer(stated.get(kind, Payer.NOT_STATED))) for kind in common().fee_kinds]

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="publisher_id", description="Who published it; null when you may not know.")
    @staticmethod
    def publisher(info: Info) -> Level[Member | None]:
        return members(info)

    @strawberry.field(description="Means, never a result.")
    def notice(self, info: Info, locale: str | None = None) -> str:
        return info.context.house.registry.notice(locale or info.context.locale)


def termss(info: Info) -> Level[Terms | None]:
    return info.context.ones(TermsRow).then(Terms.maybe)


def load_terms(info: Info, identity: UUID | None) -> Load[Terms | None]:
    return termss(info).of(identity)


@strawberry.input
class FeeLineInput:
    kind: str
    payer: PayerEnum  # type: ignore[valid-type]


@strawberry.input
class PublishTermsInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    procedure: str
    language: str
    text: str
    period: str = strawberry.field(description="ISO 8601 duration, such as P3Y.")
    starts: str = strawberry.field(description="An anchor of the procedure.")
    covers: list[str] = strawberry.field(default_factory=list)
    fees: list[FeeLineInput] = strawberry.field(default_factory=list)
    exclusions: list[str] = strawberry.field(default_factory=list)
    reference_period: str | None = strawberry.field(default=None, description="ISO 8601 duration, such as P12M.")
    response_days: int | None = None
    effective_from: date | None = strawberry.field(default=None, description="Today when left out; never earlier.")

    def draft(self) -> actions.Draft:
        return actions.Draft(
            procedure=self.procedure,
            language=self.language,
            text=self.text,
            period=self.period,
            starts=self.starts,
            covers=tuple(self.covers),
            fees=tuple((line.kind, line.payer) for line in self.fees),
            exclusions=tuple(self.exclusions),
            reference_period=self.reference_period,
            response_days=self.response_days,
            effective_from=self.effective_from,
        )


PublishTermsResult = Annotated[Terms | Refusal, strawberry.union("PublishTermsResult")]


@strawberry.type
class CoverageMutations:
    @strawberry.mutation(description="Publishes one more version; versions never change afterwards.")
    async def publish_terms(self, info: Info, input: PublishTermsInput) -> PublishTermsResult:
        async def act(by: Acting) -> TermsRow:
            clinic_id = read_id("Clinic", input.clinic_id, field="clinicId")
            return await actions.publish_terms(by, clinic_id, input.draft())

        return await attempt(info, input.idempotency_key, act, Terms.of)

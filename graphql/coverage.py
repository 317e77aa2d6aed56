"""Terms that clinics publish."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from suivi.core import inputs
from suivi.core.acting import Acting
from suivi.core.coverage import content as said
from suivi.core.coverage import publishing
from suivi.core.coverage.finding import terms_agreed, terms_in_force, version_before
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.scopes import Scope, checked_material
from suivi.core.coverage.templates import Origin
from suivi.core.coverage.withdrawing import withdraw_terms
from suivi.graphql.clinics import Clinic, Member, clinics, members
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContent, CoverContentInput, FeeLine, vocabulary_of
from suivi.graphql.differences import LineDifference, line_differences
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, read_id
from suivi.graphql.noticed import Noticed
from suivi.graphql.obligors import Obligor, obligors
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.templates import TermsTemplate

IN_SHORT = "Of the first component; "


@strawberry.type(
    description="A published version of a clinic's terms. It never changes. Before it is in force it can be withdrawn."
)
class Terms(Noticed, Stored, Node):
    specialty: str | None
    procedure: str = strawberry.field(description="Empty: every procedure of the specialty.")
    variant: str | None = strawberry.field(description="One of the procedure's; null: every variant.")
    material: str | None = strawberry.field(description="Null: every material.")
    number: int = strawberry.field(description="1, 2, 3 ... for this clinic and procedure.")
    language: str
    text: str = strawberry.field(description="The clinic's own words, in `language`.")
    period: str = strawberry.field(
        description=IN_SHORT
        + "how long its cover lasts, ISO 8601. Empty where the calendar does not say: see `content`."
    )
    starts: str = strawberry.field(description=IN_SHORT + "the anchor its cover starts at. Empty: not stated.")
    covers: list[str] = strawberry.field(description="The events that any component covers.")
    exclusions: list[str] = strawberry.field(description="By code; in words where there is none.")
    reference_period: str | None = strawberry.field(description="ISO 8601; null when the terms do not state one.")
    response_days: int | None = strawberry.field(description="Null: the clinic's own `responseDays`.")
    effective_from: date
    published_at: datetime
    withdrawn_at: datetime | None = strawberry.field(description="Before it took effect: it never is in force.")
    notice_version: str | None = strawberry.field(description="Of the notice they were published under.")
    wording_findings: int | None = strawberry.field(
        description="Sentences that were found to promise a result when they were published; null: nobody could look."
    )
    wording_reason: str | None = strawberry.field(description="Why they were published all the same.")

    @strawberry.field(description="All they say: components with their limits, who pays which fee, clauses.")
    def content(self, info: Info) -> CoverContent:
        words = vocabulary_of(info, self.row.specialty, self.row.procedure)
        return CoverContent.of(said.content_of(self.row), words)

    @strawberry.field(description="Every kind of fee, in a fixed order. With a component's id, as it is for that one.")
    def fees(self, component: str | None = None) -> list[FeeLine]:
        return [FeeLine.of(line) for line in said.content_of(self.row).fee_matrix(component)]

    @strawberry.field(description="The template they started from, and where they leave it; null: from none.")
    def template(self, info: Info) -> TermsTemplate | None:
        kept = Origin.maybe(self.row.template)
        return None if kept is None else TermsTemplate.of(info, kept)

    @strawberry.field(
        description="Line by line against an earlier version; left out, the one before it in the same scope. Null: "
        "there is none."
    )
    async def differences(self, info: Info, from_terms_id: strawberry.ID | None = None) -> list[LineDifference] | None:
        earlier: Any = None
        if from_terms_id is None:
            earlier = await version_before(self.row)
        else:
            earlier = await info.context.one(TermsRow, read_id("Terms", from_terms_id, field="fromTermsId"))
        return None if earlier is None else line_differences(info, self.row, earlier)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="clinic_id", description="Who owes what these terms say, also once the clinic is gone.")
    @staticmethod
    def obligor(info: Info) -> Level[Obligor | None]:
        return obligors(info)

    @edge(by="publisher_id", description="Who published it; null when you may not know.")
    @staticmethod
    def publisher(info: Info) -> Level[Member | None]:
        return members(info)


def termss(info: Info) -> Level[Terms | None]:
    return info.context.ones(TermsRow).then(Terms.maybe)


def load_terms(info: Info, identity: UUID | None) -> Load[Terms | None]:
    return termss(info).of(identity)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Terms of several clinics that are asked for alike are found together."""

    clinic: UUID
    scope: Scope
    on: date
    now: bool
    """At this moment, and not as a treatment that was agreed on that day has them."""


async def _find(asked: list[_Asked]) -> list[Any]:
    alike: dict[tuple[Scope, date, bool], list[UUID]] = {}
    for one in asked:
        alike.setdefault((one.scope, one.on, one.now), []).append(one.clinic)
    found: dict[_Asked, Any] = {}
    for (scope, on, now), ids in alike.items():
        rows = await (terms_in_force if now else terms_agreed)(ids, scope, on=on)
        found |= {_Asked(clinic, scope, on, now): row for clinic, row in rows.items()}
    return [found.get(one) for one in asked]


def load_terms_in_force(
    info: Info, clinic: UUID, *, procedure: str, variant: str | None, material: str | None, on: date, now: bool
) -> Load[Terms | None]:
    scope = asked_scope(info, procedure, variant, material)
    rows: Load[Any] = info.context.load("terms_in_force", _find, _Asked(clinic, scope, on, now))  # type: ignore[arg-type]
    return rows.then(Terms.maybe)


def asked_scope(info: Info, procedure: str, variant: str | None, material: str | None) -> Scope:
    """Of a treatment somebody thinks of. Terms of procedures that no plugin knows any more are still found."""
    procedure = inputs.text(procedure, field="procedure", limit=60)
    known = info.context.house.registry.procedure(procedure)
    return Scope(
        specialty=known.specialty if known else None,
        procedure=procedure,
        variant=inputs.text_or_none(variant, field="variant", limit=60),
        material=checked_material(material),
    )


@strawberry.input(
    description="Terms for a procedure; for one of its variants or a material where those are given; or, with a "
    "specialty and no procedure, for every procedure of it that has no terms of its own."
)
class PublishTermsInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    language: str = strawberry.field(description="BCP 47 tag of the clinic's own words, also in the content.")
    text: str
    specialty: str | None = strawberry.field(default=None, description="Needed only where there is no procedure.")
    procedure: str | None = None
    variant: str | None = None
    material: str | None = strawberry.field(default=None, description="A code such as `zirconia`.")
    content: CoverContentInput | None = None
    reference_period: str | None = strawberry.field(default=None, description="ISO 8601 duration, such as P12M.")
    response_days: int | None = None
    effective_from: date | None = strawberry.field(
        default=None, description="Today when left out; never earlier, nor more than two years ahead."
    )
    wording_reason: str | None = strawberry.field(
        default=None, description="Why a sentence that seems to promise a result stays. Kept, and shown."
    )

    def sent(self) -> publishing.Sent:
        return publishing.Sent(
            language=self.language,
            text=self.text,
            content=self.content,
            specialty=self.specialty,
            procedure=self.procedure,
            variant=self.variant,
            material=self.material,
            reference_period=self.reference_period,
            response_days=self.response_days,
            effective_from=self.effective_from,
            wording_reason=self.wording_reason,
        )


@strawberry.input
class WithdrawTermsInput:
    idempotency_key: str
    terms_id: strawberry.ID


PublishTermsResult = Annotated[Terms | Refusal, strawberry.union("PublishTermsResult")]
WithdrawTermsResult = Annotated[Terms | Refusal, strawberry.union("WithdrawTermsResult")]


@strawberry.type
class CoverageMutations:
    @strawberry.mutation(description="Publishes one more version; versions never change afterwards.")
    async def publish_terms(self, info: Info, input: PublishTermsInput) -> PublishTermsResult:
        async def act(by: Acting) -> TermsRow:
            clinic_id = read_id("Clinic", input.clinic_id, field="clinicId")
            return await publishing.publish_terms(by, clinic_id, input.sent())

        return await attempt(info, input.idempotency_key, act, Terms.of)

    @strawberry.mutation(
        description="Takes back a version before it takes effect, so that another one can be published in its place."
    )
    async def withdraw_terms(self, info: Info, input: WithdrawTermsInput) -> WithdrawTermsResult:
        async def act(by: Acting) -> TermsRow:
            return await withdraw_terms(by, read_id("Terms", input.terms_id, field="termsId"))

        return await attempt(info, input.idempotency_key, act, Terms.of)

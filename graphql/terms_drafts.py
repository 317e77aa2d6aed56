"""Drafts of terms, and what publishing them would mean."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from suivi.core.acting import Acting
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage import content as said
from suivi.core.coverage import drafts
from suivi.core.coverage.finding import terms_in_force
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.models import TermsDraft as TermsDraftRow
from suivi.core.coverage.scopes import Scope
from suivi.core.coverage.templates import Origin, departures
from suivi.core.coverage.wording import own_words, reviewed
from suivi.core.wording.rules import Finding
from suivi.graphql.clinics import Clinic, Member, clinics, load_clinic, members
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContent, CoverContentInput, vocabulary_of
from suivi.graphql.coverage import Terms, load_terms
from suivi.graphql.differences import LineDifference, line_differences
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, read_id, read_id_or_none
from suivi.graphql.noticed import Noticed
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.templates import TermsTemplate


@strawberry.type(description="A sentence that seems to promise a result. Publishing it needs a reason, which is kept.")
class WordingFindingInDraft:
    field: str = strawberry.field(description="Where it was written, such as `content.clauses[2].text`.")
    sentence: str
    reason: str
    suggestion: str

    @classmethod
    def of(cls, field: str, finding: Finding) -> "WordingFindingInDraft":
        return cls(field=field, sentence=finding.sentence, reason=finding.reason, suggestion=finding.suggestion)


@strawberry.type(description="Terms that a clinic's coordinators work on. Nobody else sees them, and they bind nobody.")
class TermsDraft(Noticed, Stored, Node):
    specialty: str
    procedure: str = strawberry.field(description="Empty: every procedure of the specialty.")
    variant: str | None
    material: str | None
    language: str
    text: str = strawberry.field(description="The clinic's own words; may still be empty.")
    reference_period: str | None
    response_days: int | None
    started_at: datetime
    changed_at: datetime
    discarded_at: datetime | None
    version: int

    @strawberry.field
    def content(self, info: Info) -> CoverContent:
        words = vocabulary_of(info, self.row.specialty, self.row.procedure)
        return CoverContent.of(said.Content.model_validate(self.row.content), words)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="author_id", description="Who started it.")
    @staticmethod
    def author(info: Info) -> Level[Member | None]:
        return members(info)

    @strawberry.field(description="The terms it has become; null: not published.")
    def published(self, info: Info) -> Load[Terms | None]:
        return load_terms(info, self.row.published_id)

    @strawberry.field(description="Everything that publishing would refuse now, all at once. Empty: it may be tried.")
    def problems(self, info: Info) -> list[Refusal]:
        found = drafts.problems_of(info.context.house.registry, self.row)
        return [Refusal.of(problem) for problem in found]

    @strawberry.field(description="Sentences that seem to promise a result; null: nobody has words for the language.")
    async def wording(self, info: Info) -> list[WordingFindingInDraft] | None:
        content = said.Content.model_validate(self.row.content)
        registry, words = info.context.house.registry, vocabulary_of(info, self.row.specialty, self.row.procedure)
        found = await reviewed(registry, own_words(content, words, self.row.text), language=self.row.language)
        if not all(one.review.checked for one in found):
            return None
        return [WordingFindingInDraft.of(one.field, finding) for one in found for finding in one.review.findings]

    @strawberry.field(
        description="The template it started from, and where it leaves what is usual by now; null: from none."
    )
    def template(self, info: Info) -> TermsTemplate | None:
        kept = Origin.maybe(self.row.template)
        if kept is None:
            return None
        specialty = info.context.house.registry.specialty(kept.specialty)
        template = specialty.warranty_templates.get(kept.key) if specialty else None
        content = said.Content.model_validate(self.row.content).without_unfinished()
        return TermsTemplate.of(info, kept, departures(content, template) if template else ())

    @strawberry.field(
        description="Line by line against the version of the same scope that is in force; null: there is none yet."
    )
    async def differences(self, info: Info) -> list[LineDifference] | None:
        clinic = await load_clinic(info, self.row.clinic_id)
        assert clinic is not None, "clinics are public"  # noqa: S101
        scope = Scope.of(self.row)
        today = day_at(zone(clinic.time_zone), info.context.at)
        earlier = (await terms_in_force([clinic.key], scope, on=today)).get(clinic.key)
        if earlier is None or not scope.same_as(earlier):
            return None
        return line_differences(info, self.row, earlier)


@strawberry.type
class TermsDraftQueries:
    @strawberry.field(description="Null unless it is your clinic's.")
    def terms_draft(self, info: Info, id: strawberry.ID) -> Load[TermsDraft | None]:
        return load_terms_draft(info, read_id("TermsDraft", id))


def load_terms_draft(info: Info, identity: Any) -> Load[TermsDraft | None]:
    return info.context.one(TermsDraftRow, identity).then(TermsDraft.maybe)


@strawberry.input(description="For a procedure, or a specialty for all of its procedures; or from an earlier version.")
class StartTermsDraftInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    specialty: str | None = None
    procedure: str | None = None
    variant: str | None = None
    material: str | None = None
    language: str | None = strawberry.field(
        default=None, description="Left out: the earlier version's, else the clinic's first."
    )
    template: str | None = strawberry.field(
        default=None, description="Key of a template of the specialty, such as `clinic_crown`."
    )
    from_terms_id: strawberry.ID | None = strawberry.field(
        default=None, description="A version of the same clinic; the draft is for the same scope."
    )


@strawberry.input(description="Only what is given changes; the content is replaced as a whole.")
class ChangeTermsDraftInput:
    idempotency_key: str
    draft_id: strawberry.ID
    expected_version: int
    variant: str | None = UNSET
    material: str | None = UNSET
    language: str | None = UNSET
    text: str | None = UNSET
    content: CoverContentInput | None = UNSET
    reference_period: str | None = UNSET
    response_days: int | None = UNSET

    def changes(self) -> dict[str, Any]:
        nullable = ("variant", "material", "reference_period", "response_days")
        given = {name: getattr(self, name) for name in (*nullable, "language", "text", "content")}
        # A null means "not stated" for some, and nothing at all for the rest.
        return {
            name: value
            for name, value in given.items()
            if value is not UNSET and (value is not None or name in nullable)
        }


@strawberry.input
class DiscardTermsDraftInput:
    idempotency_key: str
    draft_id: strawberry.ID
    expected_version: int


@strawberry.input
class PublishTermsDraftInput:
    idempotency_key: str
    draft_id: strawberry.ID
    expected_version: int
    effective_from: date | None = strawberry.field(default=None, description="Today when left out; never earlier.")
    own_terms: bool = strawberry.field(
        default=False, description="The clinic stands by them as its own. Needed where they started from a template."
    )
    wording_reason: str | None = strawberry.field(
        default=None, description="Why a sentence that seems to promise a result stays. Kept, and shown."
    )


StartTermsDraftResult = Annotated[TermsDraft | Refusal, strawberry.union("StartTermsDraftResult")]
ChangeTermsDraftResult = Annotated[TermsDraft | Refusal, strawberry.union("ChangeTermsDraftResult")]
PublishTermsDraftResult = Annotated[Terms | Refusal, strawberry.union("PublishTermsDraftResult")]
DiscardTermsDraftResult = Annotated[TermsDraft | Refusal, strawberry.union("DiscardTermsDraftResult")]


@strawberry.type
class TermsDraftMutations:
    @strawberry.mutation(description="From a template, from an earlier version, or from nothing.")
    async def start_terms_draft(self, info: Info, input: StartTermsDraftInput) -> StartTermsDraftResult:
        async def act(by: Acting) -> TermsDraftRow:
            start = drafts.Start(
                language=input.language,
                specialty=input.specialty,
                procedure=input.procedure,
                variant=input.variant,
                material=input.material,
                template=input.template,
                terms_id=read_id_or_none("Terms", input.from_terms_id, field="fromTermsId"),
            )
            return await drafts.start_terms_draft(by, read_id("Clinic", input.clinic_id, field="clinicId"), start)

        return await attempt(info, input.idempotency_key, act, TermsDraft.of)

    @strawberry.mutation(description="Only what is given changes. A draft need not make sense: see `problems`.")
    async def change_terms_draft(self, info: Info, input: ChangeTermsDraftInput) -> ChangeTermsDraftResult:
        async def act(by: Acting) -> TermsDraftRow:
            draft_id = read_id("TermsDraft", input.draft_id, field="draftId")
            return await drafts.change_terms_draft(
                by, draft_id, expected_version=input.expected_version, changes=input.changes()
            )

        return await attempt(info, input.idempotency_key, act, TermsDraft.of)

    @strawberry.mutation(description="Nothing becomes of it.")
    async def discard_terms_draft(self, info: Info, input: DiscardTermsDraftInput) -> DiscardTermsDraftResult:
        async def act(by: Acting) -> TermsDraftRow:
            draft_id = read_id("TermsDraft", input.draft_id, field="draftId")
            return await drafts.discard_terms_draft(by, draft_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, TermsDraft.of)

    @strawberry.mutation(description="It becomes one more version, which never changes afterwards.")
    async def publish_terms_draft(self, info: Info, input: PublishTermsDraftInput) -> PublishTermsDraftResult:
        async def act(by: Acting) -> TermsRow:
            return await drafts.publish_terms_draft(
                by,
                read_id("TermsDraft", input.draft_id, field="draftId"),
                expected_version=input.expected_version,
                effective_from=input.effective_from,
                own_terms=input.own_terms,
                wording_reason=input.wording_reason,
            )

        return await attempt(info, input.idempotency_key, act, Terms.of)

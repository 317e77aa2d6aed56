"""Clinics, the people who work there, and what clinics publish."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from suivi.core import inputs, reading
from suivi.core.acting import Acting
from suivi.core.clinics import actions
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clinics.models import Member as MemberRow
from suivi.core.clinics.models import MemberKind
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.rules import in_force
from suivi.graphql.context import Info
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_page
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.coverage import Terms

LazyTerms = Annotated["Terms", strawberry.lazy("suivi.graphql.coverage")]

MemberKindEnum = strawberry.enum(MemberKind, name="MemberKind")


@strawberry.type(description="A person at a clinic. Their access is dated; what they wrote keeps its author.")
class Member(Node):
    kind: MemberKindEnum  # type: ignore[valid-type]
    name: str
    languages: list[str]
    since: date
    until: date | None = strawberry.field(description="The last day of access; null while it has no end.")
    version: int

    @classmethod
    def of(cls, row: Any) -> "Member":
        return cls(
            id=global_id("Member", row.id),
            kind=row.kind,
            name=row.name,
            languages=row.languages,
            since=row.since,
            until=row.until,
            version=row.version,
        )


@strawberry.type(description="How notices reach a clinic. Seen by the clinic's coordinators and by operators.")
class ClinicSettings:
    notice_address: str | None
    adapters: list[str]


@strawberry.type
class Clinic(Node):
    name: str
    country: str
    city: str
    time_zone: str
    languages: list[str] = strawberry.field(description="The first is the one notices are written in.")
    response_days: int = strawberry.field(description="Days within which the clinic says it answers.")
    version: int
    key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: Any) -> "Clinic":
        return cls(
            id=global_id("Clinic", row.id),
            key=row.id,
            name=row.name,
            country=row.country,
            city=row.city,
            time_zone=row.time_zone,
            languages=row.languages,
            response_days=row.response_days,
            version=row.version,
        )

    @strawberry.field(description="Null unless you may see it.")
    async def settings(self, info: Info) -> ClinicSettings | None:
        row = await info.context.one(ClinicRow, self.key, noun="clinic_settings")
        return None if row is None else ClinicSettings(notice_address=row.notice_address, adapters=row.adapters)

    @strawberry.field(description="Who works here: practitioners for everyone, everybody for the clinic's own staff.")
    async def members(self, info: Info, first: int = 50) -> list[Member]:
        read_page(first, None)
        rows = await info.context.newest(MemberRow, "clinic_id", self.key, last=first)
        return [Member.of(row) for row in rows[:first]]

    @strawberry.field(description="Every version published, newest first. Terms are no guarantee of result.")
    async def published_terms(self, info: Info, first: int = 50) -> list[LazyTerms]:
        from suivi.graphql.coverage import Terms

        read_page(first, None)
        rows = await info.context.newest(TermsRow, "clinic_id", self.key, last=first)
        return [Terms.of(row) for row in rows[:first]]

    @strawberry.field(description="The terms in force for a procedure on a day; null when none are published.")
    async def terms_in_force(self, info: Info, procedure: str, as_of: date | None = None) -> LazyTerms | None:
        from suivi.graphql.coverage import Terms

        procedure = inputs.text(procedure, field="procedure", limit=60)
        rows = await info.context.newest(TermsRow, "clinic_id", self.key, last=1000, procedure=procedure)
        row = in_force(rows, on=as_of or day_at(zone(self.time_zone), info.context.at))
        return None if row is None else Terms.of(row)


async def load_clinic(info: Info, identity: UUID | None) -> Clinic | None:
    row = await info.context.one(ClinicRow, identity)
    return None if row is None else Clinic.of(row)


async def load_member(info: Info, identity: UUID | None) -> Member | None:
    row = await info.context.one(MemberRow, identity)
    return None if row is None else Member.of(row)


@strawberry.type
class ClinicQueries:
    @strawberry.field(description="Null when there is none.")
    async def clinic(self, info: Info, id: strawberry.ID) -> Clinic | None:
        return await load_clinic(info, read_id("Clinic", id))

    @strawberry.field(description="Newest first.")
    async def clinics(
        self, info: Info, first: int = 20, after: str | None = None, country: str | None = None
    ) -> Connection[Clinic]:
        visible = info.context.visible(ClinicRow)
        if country is not None:
            visible = visible.filter(country=inputs.country(country, field="country"))
        rows, more = await reading.page(visible, first=first, after=read_page(first, after))
        return connection([Clinic.of(row) for row in rows], rows, more=more)


@strawberry.input
class RegisterClinicInput:
    idempotency_key: str
    name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    time_zone: str = strawberry.field(description="IANA name, such as Europe/Budapest.")
    languages: list[str] = strawberry.field(description="BCP 47; notices are written in the first one.")
    notice_address: str | None = None
    adapters: list[str] = strawberry.field(default_factory=lambda: ["email"])
    response_days: int = 7


@strawberry.input(description="Only what is given changes.")
class UpdateClinicInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    expected_version: int
    name: str | None = UNSET
    city: str | None = UNSET
    time_zone: str | None = UNSET
    languages: list[str] | None = UNSET
    notice_address: str | None = UNSET
    adapters: list[str] | None = UNSET
    response_days: int | None = UNSET

    def changes(self) -> dict[str, Any]:
        given = {
            name: getattr(self, name)
            for name in ("name", "city", "time_zone", "languages", "notice_address", "adapters", "response_days")
        }
        # A null means "no mailbox" for the mailbox and nothing at all for the rest.
        return {
            name: value
            for name, value in given.items()
            if value is not UNSET and (value is not None or name == "notice_address")
        }


@strawberry.input
class AddMemberInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    kind: MemberKindEnum  # type: ignore[valid-type]
    subject: str = strawberry.field(description="The `sub` of the person's token.")
    name: str
    languages: list[str]
    since: date | None = strawberry.field(default=None, description="First day of access; today when left out.")
    until: date | None = None


@strawberry.input
class EndMembershipInput:
    idempotency_key: str
    member_id: strawberry.ID
    expected_version: int
    last_day: date | None = strawberry.field(default=None, description="Left out, access ends at once.")


RegisterClinicResult = Annotated[Clinic | Refusal, strawberry.union("RegisterClinicResult")]
UpdateClinicResult = Annotated[Clinic | Refusal, strawberry.union("UpdateClinicResult")]
AddMemberResult = Annotated[Member | Refusal, strawberry.union("AddMemberResult")]
EndMembershipResult = Annotated[Member | Refusal, strawberry.union("EndMembershipResult")]


@strawberry.type
class ClinicMutations:
    @strawberry.mutation(description="Operators only.")
    async def register_clinic(self, info: Info, input: RegisterClinicInput) -> RegisterClinicResult:
        async def act(by: Acting) -> ClinicRow:
            return await actions.register_clinic(
                by,
                name=input.name,
                country=input.country,
                city=input.city,
                time_zone=input.time_zone,
                languages=input.languages,
                notice_address=input.notice_address,
                adapters=input.adapters,
                response_days=input.response_days,
            )

        return await attempt(info, input.idempotency_key, act, Clinic.of)

    @strawberry.mutation(description="Only what is given changes.")
    async def update_clinic(self, info: Info, input: UpdateClinicInput) -> UpdateClinicResult:
        async def act(by: Acting) -> ClinicRow:
            clinic_id = read_id("Clinic", input.clinic_id, field="clinicId")
            return await actions.update_clinic(
                by, clinic_id, expected_version=input.expected_version, changes=input.changes()
            )

        return await attempt(info, input.idempotency_key, act, Clinic.of)

    @strawberry.mutation(description="Lets somebody in, from a first to a last day.")
    async def add_member(self, info: Info, input: AddMemberInput) -> AddMemberResult:
        async def act(by: Acting) -> MemberRow:
            return await actions.add_member(
                by,
                read_id("Clinic", input.clinic_id, field="clinicId"),
                kind=input.kind,
                subject=input.subject,
                name=input.name,
                languages=input.languages,
                since=input.since,
                until=input.until,
            )

        return await attempt(info, input.idempotency_key, act, Member.of)

    @strawberry.mutation(description="Access ends; what the person wrote keeps its author.")
    async def end_membership(self, info: Info, input: EndMembershipInput) -> EndMembershipResult:
        async def act(by: Acting) -> MemberRow:
            member_id = read_id("Member", input.member_id, field="memberId")
            return await actions.end_membership(
                by, member_id, expected_version=input.expected_version, last_day=input.last_day
            )

        return await attempt(info, input.idempotency_key, act, Member.of)

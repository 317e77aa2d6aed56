"""Clinics, the people who work there, and what clinics publish."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from suivi.core import inputs
from suivi.core.acting import Acting
from suivi.core.clinics import actions
from suivi.core.clinics.ending import record_clinic_end, withdraw_clinic_end
from suivi.core.clinics.models import Ceased, MemberKind
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clinics.models import Member as MemberRow
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.models import TermsDraft as TermsDraftRow
from suivi.core.treatments.rules import UnknownProcedure
from suivi.graphql.context import Info
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Connection, Node, Stored, connection_of, listed, read_id, read_id_or_none, read_page
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.comparing import ClinicTerms
    from suivi.graphql.confirmed import ConfirmationResponsiveness
    from suivi.graphql.coverage import Terms
    from suivi.graphql.successions import Succession
    from suivi.graphql.terms_drafts import TermsDraft

LazyResponsiveness = Annotated["ConfirmationResponsiveness", strawberry.lazy("suivi.graphql.confirmed")]
LazyTerms = Annotated["Terms", strawberry.lazy("suivi.graphql.coverage")]
LazyClinicTerms = Annotated["ClinicTerms", strawberry.lazy("suivi.graphql.comparing")]
LazySuccession = Annotated["Succession", strawberry.lazy("suivi.graphql.successions")]
LazyTermsDraft = Annotated["TermsDraft", strawberry.lazy("suivi.graphql.terms_drafts")]

MemberKindEnum = strawberry.enum(MemberKind, name="MemberKind")
CeasedEnum = strawberry.enum(Ceased, name="Ceased", description="Why a clinic takes no new treatments.")


@strawberry.type(description="A person at a clinic. Their access is dated; what they wrote keeps its author.")
class Member(Stored, Node):
    kind: MemberKindEnum  # type: ignore[valid-type]
    name: str
    languages: list[str]
    since: date
    until: date | None = strawberry.field(description="The last day of access; null while it has no end.")
    version: int


@strawberry.type(description="How notices reach a clinic. Seen by the clinic's coordinators and by operators.")
class ClinicSettings:
    notice_address: str | None
    adapters: list[str]

    @classmethod
    def maybe(cls, row: Any) -> "ClinicSettings | None":
        return None if row is None else cls(notice_address=row.notice_address, adapters=row.adapters)


@strawberry.type
class Clinic(Stored, Node):
    name: str
    country: str
    city: str
    time_zone: str
    languages: list[str] = strawberry.field(description="The first is the one notices are written in.")
    response_days: int = strawberry.field(description="Days within which the clinic says it answers.")
    ceased: CeasedEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Null: the clinic is there, and nothing else is announced."
    )
    ceased_on: date | None = strawberry.field(description="The first day without it; it may still be ahead.")
    version: int

    @property
    def accepted_successor_id(self) -> UUID | None:
        """None where it is only named."""
        found: UUID | None = self.row.successor_id if self.row.succession_accepted_at else None
        return found

    @strawberry.field(description="The clinic that has taken over its obligations: it has said so.")
    def successor(self, info: Info) -> "Load[Clinic | None]":
        return load_clinic(info, self.accepted_successor_id)

    @strawberry.field(description="Null: it names no successor. Being named binds nobody.")
    def succession(self) -> LazySuccession | None:
        from suivi.graphql.successions import Succession

        return Succession.maybe(self.row)

    @edge(description="Ended clinics that name this one as their successor. `answerSuccession` says whether it is.")
    @staticmethod
    def named_by(info: Info, first: int = 50) -> "Level[list[Clinic]]":
        read_page(first, None)
        return info.context.newest_of_each(ClinicRow, "successor_id", last=first).then(listed(Clinic, first))

    @strawberry.field(description="Null unless you may see it.")
    def settings(self, info: Info) -> Load[ClinicSettings | None]:
        return info.context.one(ClinicRow, self.key, noun="clinic_settings").then(ClinicSettings.maybe)

    @edge(description="Who works here: practitioners for everyone, everybody for the clinic's own staff.")
    @staticmethod
    def members(info: Info, first: int = 50) -> Level[list[Member]]:
        read_page(first, None)
        return info.context.newest_of_each(MemberRow, "clinic_id", last=first).then(listed(Member, first))

    @edge(
        description="Every version published, newest first, of a procedure or of all. `after` is the `id` of the last "
        "one that was read: the next are older. Terms are no guarantee of result."
    )
    @staticmethod
    def published_terms(
        info: Info, first: int = 50, procedure: str | None = None, after: strawberry.ID | None = None
    ) -> Level[list[LazyTerms]]:
        from suivi.graphql.coverage import Terms

        read_page(first, None)
        older = read_id_or_none("Terms", after, field="after")
        where: dict[str, Any] = (
            {} if procedure is None else {"procedure": inputs.text(procedure, field="procedure", limit=60)}
        )
        rows = info.context.newest_of_each(TermsRow, "clinic_id", last=first, before=older, **where)
        return rows.then(listed(Terms, first))

    @edge(description="Drafts of terms, newest first: those still open, or all. Empty unless you coordinate here.")
    @staticmethod
    def terms_drafts(info: Info, first: int = 50, open: bool = True) -> Level[list[LazyTermsDraft]]:
        from suivi.graphql.terms_drafts import TermsDraft

        read_page(first, None)
        where: dict[str, Any] = {"published_id__isnull": True, "discarded_at__isnull": True} if open else {}
        return info.context.newest_of_each(TermsDraftRow, "clinic_id", last=first, **where).then(
            listed(TermsDraft, first)
        )

    @strawberry.field(
        description="How it keeps to its own time in answering requests for confirmation. Null: fewer than five so far."
    )
    def confirmation_responsiveness(self, info: Info) -> Load[LazyResponsiveness | None]:
        from suivi.graphql.confirmed import responsiveness

        return responsiveness(info, self.key, day_at(zone(self.time_zone), info.context.at))

    def day_asked(self, info: Info, as_of: date | None) -> date:
        return as_of or day_at(zone(self.time_zone), info.context.at)

    def find_terms(
        self,
        info: Info,
        procedure: str,
        variant: str | None = None,
        material: str | None = None,
        as_of: date | None = None,
    ) -> Load[LazyTerms | None]:
        from suivi.graphql.coverage import load_terms_in_force

        day = self.day_asked(info, as_of)
        return load_terms_in_force(
            info, self.key, procedure=procedure, variant=variant, material=material, on=day, now=as_of is None
        )

    terms_in_force: LazyTerms | None = strawberry.field(
        resolver=find_terms,
        description="The terms in force now for a procedure; with a day, those that a treatment agreed on it has, "
        "which were in force when it began. Those of the nearest scope, variant and material before procedure before "
        "specialty. Null: none published.",
    )

    @strawberry.field(description="The same as an answer that is never blank: where nothing is published it says so.")
    def terms_for(
        self,
        info: Info,
        procedure: str,
        variant: str | None = None,
        material: str | None = None,
        as_of: date | None = None,
    ) -> Load[LazyClinicTerms]:
        from suivi.graphql.comparing import ClinicTerms

        def answer(terms: Any) -> ClinicTerms:
            require_known(info, procedure, terms)
            return ClinicTerms.of(self, terms, self.day_asked(info, as_of))

        return self.find_terms(info, procedure, variant, material, as_of).then(answer)


def require_known(info: Info, procedure: str, *found: Any) -> None:
    """Terms of procedures that no plugin knows any more are still found. Raises UnknownProcedure without any."""
    if not any(found) and info.context.house.registry.procedure(procedure.strip()) is None:
        raise UnknownProcedure(field="procedure")


def clinics(info: Info) -> Level[Clinic | None]:
    return info.context.ones(ClinicRow).then(Clinic.maybe)


def load_clinic(info: Info, identity: UUID | None) -> Load[Clinic | None]:
    return clinics(info).of(identity)


def members(info: Info) -> Level[Member | None]:
    return info.context.ones(MemberRow).then(Member.maybe)


def load_member(info: Info, identity: UUID | None) -> Load[Member | None]:
    return members(info).of(identity)


@strawberry.type
class ClinicQueries:
    @strawberry.field(description="Null when there is none.")
    def clinic(self, info: Info, id: strawberry.ID) -> Load[Clinic | None]:
        return load_clinic(info, read_id("Clinic", id))

    @strawberry.field(description="Newest first.")
    def clinics(
        self, info: Info, first: int = 20, after: str | None = None, country: str | None = None
    ) -> Load[Connection[Clinic]]:
        where = {} if country is None else {"country": inputs.country(country, field="country")}
        rows = info.context.newest_of_all(ClinicRow, last=first, before=read_page(first, after), **where)
        return rows.then(connection_of(Clinic, first=first))


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


@strawberry.input
class RecordClinicEndInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    expected_version: int
    ceased: CeasedEnum = strawberry.field(description="Why.")  # type: ignore[valid-type]
    on: date = strawberry.field(description="The first day without it; it may be announced ahead.")
    successor_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The clinic that takes over its obligations, which is asked; needed where it has merged.",
    )


@strawberry.input
class WithdrawClinicEndInput:
    idempotency_key: str
    clinic_id: strawberry.ID
    expected_version: int


RegisterClinicResult = Annotated[Clinic | Refusal, strawberry.union("RegisterClinicResult")]
UpdateClinicResult = Annotated[Clinic | Refusal, strawberry.union("UpdateClinicResult")]
AddMemberResult = Annotated[Member | Refusal, strawberry.union("AddMemberResult")]
RecordClinicEndResult = Annotated[Clinic | Refusal, strawberry.union("RecordClinicEndResult")]
WithdrawClinicEndResult = Annotated[Clinic | Refusal, strawberry.union("WithdrawClinicEndResult")]
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

    @strawberry.mutation(
        description="It takes no new treatments and publishes no terms from then on. What it owes stays owed."
    )
    async def record_clinic_end(self, info: Info, input: RecordClinicEndInput) -> RecordClinicEndResult:
        async def act(by: Acting) -> ClinicRow:
            return await record_clinic_end(
                by,
                read_id("Clinic", input.clinic_id, field="clinicId"),
                expected_version=input.expected_version,
                ceased=input.ceased,
                on=input.on,
                successor_id=read_id_or_none("Clinic", input.successor_id, field="successorId"),
            )

        return await attempt(info, input.idempotency_key, act, Clinic.of)

    @strawberry.mutation(description="It was recorded by mistake, or wrongly. That it was recorded stays on record.")
    async def withdraw_clinic_end(self, info: Info, input: WithdrawClinicEndInput) -> WithdrawClinicEndResult:
        async def act(by: Acting) -> ClinicRow:
            clinic_id = read_id("Clinic", input.clinic_id, field="clinicId")
            return await withdraw_clinic_end(by, clinic_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Clinic.of)

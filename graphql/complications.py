"""Complication reports: never gated, the clinic told at once, and the patient told how far that has got."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.complications import actions
from suivi.core.complications.models import ComplicationReport as ReportRow
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Text
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.clinics import Member, load_member
from suivi.graphql.context import Info
from suivi.graphql.nodes import Node, global_id, read_id, read_id_or_none
from suivi.graphql.results import LocalizedText, Refusal, attempt
from suivi.graphql.scalars import PartialDateValue, localized
from suivi.graphql.treatments import Treatment, load_treatment

if TYPE_CHECKING:
    from suivi.graphql.cases import Case
    from suivi.graphql.cover import ComplicationCover
    from suivi.graphql.hints import Hints

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]

LazyComplicationCover = Annotated["ComplicationCover", strawberry.lazy("suivi.graphql.cover")]
LazyHints = Annotated["Hints", strawberry.lazy("suivi.graphql.hints")]

NO_EMERGENCY_SERVICE = Text(
    by_locale={
        "en": "Suivi is not an emergency service. If you feel in danger, call the local emergency number now.",
        "fr": "Suivi n'est pas un service d'urgence. "
        "En cas de danger, appelez tout de suite le numéro d'urgence local.",
    }
)


@strawberry.type(description="How urgent the signs are that were ticked. It sorts and warns; it decides nothing.")
class Urgency:
    level: str

    @strawberry.field
    def what_to_do(self, info: Info, locale: str | None = None) -> LocalizedText:
        level: Any = self.level.lower()
        return localized(common().urgency[level].what_to_do, info, locale)


@strawberry.type(description="What somebody reported. There is no field for fault.")
class ComplicationReport(Node):
    noticed_on: PartialDateValue
    signs: list[str]
    words: str = strawberry.field(description="As they were written.")
    language: str
    red_flags: list[str] = strawberry.field(description="Most urgent first.")
    urgency: Urgency | None = strawberry.field(description="Null when no red flag was ticked. That is no all-clear.")
    rules_version: str
    reporter_role: str
    reported_at: datetime
    seen_at: datetime | None = strawberry.field(description="When somebody at the clinic said they had read it.")
    row: strawberry.Private[Any]

    @strawberry.field
    async def case(self, info: Info) -> LazyCase | None:
        from suivi.graphql.cases import load_case

        return await load_case(info, self.row.case_id)

    @strawberry.field
    async def treatment(self, info: Info) -> Treatment | None:
        return await load_treatment(info, self.row.treatment_id)

    @strawberry.field(description="Signs the procedure does not list. That nothing matches them is no all-clear.")
    async def unrecognised_signs(self, info: Info) -> list[str]:
        treatment = await info.context.one(TreatmentRow, self.row.treatment_id)
        known = (await info.context.rules(treatment)).procedure_of(treatment).sign_ids() if treatment else set()
        return [sign for sign in self.signs if sign not in known and sign not in self.red_flags]

    @strawberry.field(
        description="What it suggests with what is on record, as of the day it was noticed: one answer a site, none "
        "where it names no treatment. It decides nothing."
    )
    async def hints(self, info: Info) -> list[LazyHints]:
        from suivi.graphql.hints import hints_of_report

        return await hints_of_report(info, self.row)

    @strawberry.field(
        description="What was covered on the day it was noticed: of the treatment it names, or of all of the case."
    )
    async def cover(self, info: Info) -> list[LazyComplicationCover]:
        from suivi.graphql.cover_maps import cover_of_report

        return await cover_of_report(info, self.row)

    @strawberry.field
    async def seen_by(self, info: Info) -> Member | None:
        return await load_member(info, self.row.seen_by_id)

    @strawberry.field
    def not_an_emergency_service(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(NO_EMERGENCY_SERVICE, info, locale)

    @classmethod
    def of(cls, row: Any) -> "ComplicationReport":
        return cls(
            id=global_id("ComplicationReport", row.id),
            noticed_on=PartialDateValue.of(PartialDate.parse(row.noticed_on)),
            signs=row.signs,
            words=row.words,
            language=row.language,
            red_flags=row.red_flags,
            urgency=Urgency(level=row.urgency.upper()) if row.urgency else None,
            rules_version=row.rules_version,
            reporter_role=row.reporter_role,
            reported_at=row.reported_at,
            seen_at=row.seen_at,
            row=row,
        )


async def load_complication_report(info: Info, identity: UUID | None) -> ComplicationReport | None:
    row = await info.context.one(ReportRow, identity)
    return None if row is None else ComplicationReport.of(row)


@strawberry.input(description="A sentence or a ticked sign is enough.")
class ReportComplicationInput:
    idempotency_key: str
    case_id: strawberry.ID
    language: str
    signs: list[str] = strawberry.field(default_factory=list, description="Keys from `procedure { signs }`.")
    words: str = ""
    noticed_on: str | None = strawberry.field(default=None, description="Partial date; today when left out.")
    treatment_id: strawberry.ID | None = None

    def report(self) -> actions.Report:
        return actions.Report(
            signs=tuple(self.signs),
            words=self.words,
            language=self.language,
            noticed_on=self.noticed_on,
            treatment_id=read_id_or_none("Treatment", self.treatment_id, field="treatmentId"),
        )


@strawberry.input
class MarkComplicationSeenInput:
    idempotency_key: str
    report_id: strawberry.ID


ReportComplicationResult = Annotated[ComplicationReport | Refusal, strawberry.union("ReportComplicationResult")]
MarkComplicationSeenResult = Annotated[ComplicationReport | Refusal, strawberry.union("MarkComplicationSeenResult")]


@strawberry.type
class ComplicationMutations:
    @strawberry.mutation(description="Accepted at any time and whatever the case's state. The clinic is told at once.")
    async def report_complication(self, info: Info, input: ReportComplicationInput) -> ReportComplicationResult:
        async def act(by: Acting) -> ReportRow:
            return await actions.report_complication(by, read_id("Case", input.case_id, field="caseId"), input.report())

        return await attempt(info, input.idempotency_key, act, ComplicationReport.of)

    @strawberry.mutation(description="For the clinic: says that the report has been read.")
    async def mark_complication_seen(self, info: Info, input: MarkComplicationSeenInput) -> MarkComplicationSeenResult:
        async def act(by: Acting) -> ReportRow:
            report_id = read_id("ComplicationReport", input.report_id, field="reportId")
            return await actions.mark_complication_seen(by, report_id)

        return await attempt(info, input.idempotency_key, act, ComplicationReport.of)

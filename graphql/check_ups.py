"""Check-ups that were held, and recording them."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.check_ups import actions, rules
from suivi.core.check_ups.models import CheckUpHeld
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.sites import dates_at
from suivi.core.treatments.answers import dates_of, local_dates
from suivi.core.treatments.models import Anchor, LocalAnchor
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.context import Info
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_id_or_none, read_page
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.scalars import PartialDateValue

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence
    from suivi.graphql.treatments import Treatment

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]


@strawberry.enum
class CheckUpPlace(Enum):
    ON_SITE = strawberry.enum_value("on_site", description="At the clinic that treated.")
    REMOTE = strawberry.enum_value("remote", description="By video, telephone or photos.")
    LOCAL_CLINICIAN = strawberry.enum_value("local_clinician", description="With a clinician near the patient's home.")


@strawberry.enum
class Timeliness(Enum):
    EARLY = strawberry.enum_value("early", description="Before the first day of its window.")
    ON_TIME = strawberry.enum_value("on_time", description="Inside its window, both ends included.")
    LATE = strawberry.enum_value("late", description="After its window, and still held: late is not missing.")
    UNCERTAIN = strawberry.enum_value("uncertain", description="A date known in part, or missing, allows no answer.")
    OUTSIDE_PLAN = strawberry.enum_value("outside_plan", description="None of the planned ones.")


assert set(CheckUpPlace.__members__) == set(rules.Place.__members__)  # noqa: S101
assert set(Timeliness.__members__) == set(rules.Timeliness.__members__)  # noqa: S101


@strawberry.type(description="A check-up that took place, and which of the planned ones it was.")
class HeldCheckUp(Node):
    due_day: int | None = strawberry.field(description="Of the planned one; null: a visit outside the plan.")
    anchor: str | None
    site: str | None = strawberry.field(description="One of the treatment's sites; null: all of them.")
    held_on: PartialDateValue
    where: CheckUpPlace
    recorder_role: str
    recorded_at: datetime
    row: strawberry.Private[Any]

    @strawberry.field(description="By the dates on record now: a corrected anchor changes it.")
    async def timeliness(self, info: Info) -> Timeliness:
        context, row = info.context, self.row
        treatment = await context.one(TreatmentRow, row.treatment_id)
        anchors = dates_of(await context.parts(Anchor, "treatment_id", row.treatment_id))
        local = local_dates(await context.parts(LocalAnchor, "treatment_id", row.treatment_id))
        found = rules.timeliness(
            PartialDate.parse(row.held_on),
            row.due_day,
            row.anchor,
            (await context.rules(treatment)).procedure_of(treatment),
            dates_at(anchors, local, site=row.site),
        )
        return Timeliness[found.name]

    @strawberry.field(description="Its report; null when none is attached or you may not see evidence.")
    async def evidence(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.evidence_id)

    @classmethod
    def of(cls, row: Any) -> "HeldCheckUp":
        return cls(
            id=global_id("HeldCheckUp", row.id),
            due_day=row.due_day,
            anchor=row.anchor,
            site=row.site,
            held_on=PartialDateValue.of(PartialDate.parse(row.held_on)),
            where=CheckUpPlace(row.where),
            recorder_role=row.recorder_role,
            recorded_at=row.recorded_at,
            row=row,
        )


async def load_held_check_up(info: Info, identity: UUID | None) -> HeldCheckUp | None:
    row = await info.context.one(CheckUpHeld, identity)
    return None if row is None else HeldCheckUp.of(row)


async def load_check_ups(info: Info, treatment_id: UUID, *, first: int, after: str | None) -> Connection[HeldCheckUp]:
    """Of one treatment, the latest recorded first."""
    before = read_page(first, after)
    rows = await info.context.newest(CheckUpHeld, "treatment_id", treatment_id, last=first, before=before)
    return connection([HeldCheckUp.of(row) for row in rows[:first]], rows[:first], more=len(rows) > first)


@strawberry.input
class RecordCheckUpInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    where: CheckUpPlace
    held_on: str | None = strawberry.field(default=None, description="Partial date; today when left out.")
    due_day: int | None = strawberry.field(
        default=None, description="`day` of the planned one. Left out, with `anchor`: a visit outside the plan."
    )
    anchor: str | None = strawberry.field(
        default=None, description="What its day counts from; the procedure's first anchor when left out."
    )
    site: str | None = strawberry.field(default=None, description="Where only one site was looked at.")
    evidence_id: strawberry.ID | None = None

    def asked(self) -> rules.Asked:
        return rules.Asked(
            where=rules.Place[self.where.name],
            held_on=self.held_on,
            due_day=self.due_day,
            anchor=self.anchor,
            site=self.site,
        )


RecordCheckUpResult = Annotated[LazyTreatment | Refusal, strawberry.union("RecordCheckUpResult")]


@strawberry.type
class CheckUpMutations:
    @strawberry.mutation(description="By whoever was there. Late is accepted, and told apart from missing.")
    async def record_check_up(self, info: Info, input: RecordCheckUpInput) -> RecordCheckUpResult:
        from suivi.graphql.treatments import Treatment

        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_check_up(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                input.asked(),
                evidence_id=read_id_or_none("Evidence", input.evidence_id, field="evidenceId"),
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

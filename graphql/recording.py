"""Recording how a treatment went on: dates, cycles, the practitioner's own date, the way home."""

from datetime import date
from typing import Annotated

import strawberry

from suivi.core.acting import Acting
from suivi.core.treatments import actions
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.context import Info
from suivi.graphql.nodes import read_id
from suivi.graphql.recovery import DepartureDecisionEnum
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.treatments import Treatment


@strawberry.input
class RecordAnchorInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    name: str
    on: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`; never in the future.")
    site: str | None = strawberry.field(default=None, description="One of the sites; left out: all of them.")
    cycle: int | None = strawberry.field(
        default=None, description="Number of a cycle, for what begins anew with each; left out: not of one alone."
    )


@strawberry.input
class RecordCycleInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    number: int = strawberry.field(description="From 1, through every treatment of the series; none is skipped.")
    cancelled_on: str | None = strawberry.field(default=None, description="Partial date; left out: not cancelled.")
    closed_on: str | None = strawberry.field(
        default=None, description="Partial date of its last possible transfer; left out: not closed."
    )
    embryos_left: int | None = strawberry.field(default=None, description="That may still be transferred.")


@strawberry.input
class RecordIndividualDateInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    judged_from: date
    reason: str = strawberry.field(description="Patient and clinic read it.")
    site: str | None = strawberry.field(default=None, description="One of the sites; left out: all of them.")


@strawberry.input
class RecordDepartureInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    left_on: str = strawberry.field(description="Partial date; never in the future.")
    decision: DepartureDecisionEnum = strawberry.field(  # type: ignore[valid-type]
        description="Who decided it."
    )


RecordAnchorResult = Annotated[Treatment | Refusal, strawberry.union("RecordAnchorResult")]
RecordCycleResult = Annotated[Treatment | Refusal, strawberry.union("RecordCycleResult")]
RecordIndividualDateResult = Annotated[Treatment | Refusal, strawberry.union("RecordIndividualDateResult")]
RecordDepartureResult = Annotated[Treatment | Refusal, strawberry.union("RecordDepartureResult")]


@strawberry.type
class RecordingMutations:
    @strawberry.mutation(description="Records the date of an anchor, or corrects it; the history keeps both.")
    async def record_anchor(self, info: Info, input: RecordAnchorInput) -> RecordAnchorResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_anchor(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                name=input.name,
                on=input.on,
                expected_version=input.expected_version,
                site=input.site,
                cycle=input.cycle,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="The whole of what is known of a cycle now: what is left out is taken away.")
    async def record_cycle(self, info: Info, input: RecordCycleInput) -> RecordCycleResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_cycle(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                number=input.number,
                expected_version=input.expected_version,
                cancelled_on=input.cancelled_on,
                closed_on=input.closed_on,
                embryos_left=input.embryos_left,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="The practitioner's own date for this patient; those before it stay on record.")
    async def record_individual_date(self, info: Info, input: RecordIndividualDateInput) -> RecordIndividualDateResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_individual_date(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                judged_from=input.judged_from,
                reason=input.reason,
                site=input.site,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="When the patient travelled home, and who decided it.")
    async def record_departure(self, info: Info, input: RecordDepartureInput) -> RecordDepartureResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_departure(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                left_on=input.left_on,
                decision=input.decision,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

"""Classifications: a practitioner's act. What a plugin hints is another type and never becomes one by itself."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.classifications import actions
from suivi.core.classifications.models import CaseClass
from suivi.core.classifications.models import Classification as ClassificationRow
from suivi.core.classifications.rules import Gap
from suivi.core.specialties.common import common
from suivi.graphql.clinics import Member, load_member
from suivi.graphql.context import Info
from suivi.graphql.nodes import Node, global_id, read_id
from suivi.graphql.results import LocalizedText, Refusal, attempt
from suivi.graphql.scalars import CaseClassEnum, localized
from suivi.graphql.treatments import Treatment, load_treatment


@strawberry.type(description="The difference that can be measured.")
class MeasurableGap:
    reference: str = strawberry.field(description="The reasonably expected objective.")
    observed: str
    method: str


@strawberry.type(description="One of the four classes, with the practitioner's reason. Appended, never changed.")
class Classification(Node):
    value: CaseClassEnum  # type: ignore[valid-type]
    site: str | None = strawberry.field(description="Null: the treatment as a whole.")
    reason: str
    gap: MeasurableGap | None
    decided_at: datetime
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Classification":
        gap = row.gap_reference and MeasurableGap(
            reference=row.gap_reference, observed=row.gap_observed, method=row.gap_method
        )
        return cls(
            id=global_id("Classification", row.id),
            value=row.value,
            site=row.site,
            reason=row.reason,
            gap=gap,
            decided_at=row.decided_at,
            row=row,
        )

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        value: Any = CaseClass(self.value).value
        return localized(common().case_classes[value].name, info, locale)

    @strawberry.field
    async def treatment(self, info: Info) -> Treatment | None:
        return await load_treatment(info, self.row.treatment_id)

    @strawberry.field
    async def practitioner(self, info: Info) -> Member | None:
        return await load_member(info, self.row.practitioner_id)


async def load_classification(info: Info, identity: UUID | None) -> Classification | None:
    row = await info.context.one(ClassificationRow, identity)
    return None if row is None else Classification.of(row)


@strawberry.input
class MeasurableGapInput:
    reference: str
    observed: str
    method: str


@strawberry.input
class ClassifyCaseInput:
    idempotency_key: str
    case_id: strawberry.ID
    treatment_id: strawberry.ID
    value: CaseClassEnum  # type: ignore[valid-type]
    reason: str
    site: str | None = None
    gap: MeasurableGapInput | None = strawberry.field(
        default=None, description="Needed for OBJECTIVE_INSUFFICIENCY, all three parts."
    )


ClassifyCaseResult = Annotated[Classification | Refusal, strawberry.union("ClassifyCaseResult")]


@strawberry.type
class ClassificationMutations:
    @strawberry.mutation(description="Only for a practitioner of the treating clinic.")
    async def classify_case(self, info: Info, input: ClassifyCaseInput) -> ClassifyCaseResult:
        async def act(by: Acting) -> ClassificationRow:
            gap = input.gap
            return await actions.classify(
                by,
                read_id("Case", input.case_id, field="caseId"),
                treatment_id=read_id("Treatment", input.treatment_id, field="treatmentId"),
                site=input.site,
                value=input.value,
                reason=input.reason,
                gap=Gap(reference=gap.reference, observed=gap.observed, method=gap.method) if gap else None,
            )

        return await attempt(info, input.idempotency_key, act, Classification.of)

"""Insurance beside a clinic's terms and a manufacturer's warranty."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.coverage.content import Content
from suivi.core.devices.withdrawing import withdraw_insurance
from suivi.core.insurances import actions
from suivi.core.insurances.models import Insurance as InsuranceRow
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContent, CoverContentInput
from suivi.graphql.devices import words_of
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, listed, read_id, read_id_or_none
from suivi.graphql.noticed import Noticed
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence
    from suivi.graphql.treatments import Treatment

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]


@strawberry.type(description="One policy that covers a treatment.")
class Insurance(Stored, Noticed, Node):
    insurer: str
    policy: str = strawberry.field(description="Number of the policy.")
    language: str
    required_by: str | None = strawberry.field(description="Country whose law asks for it, ISO 3166-1 alpha-2.")
    valid_from: date
    valid_until: date | None = strawberry.field(description="The last day covered; null: no end is agreed.")
    claim_route: str = strawberry.field(description="How and where to claim.")
    wording_findings: int | None = strawberry.field(
        description="Promises of an outcome in what the clinic wrote of it. Null: nobody looked."
    )
    wording_reason: str | None = strawberry.field(description="Why they stay all the same.")
    recorder_role: str
    attached_at: datetime
    ended_at: datetime | None = strawberry.field(description="When it was recorded that it was cancelled.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was recorded that it had been attached by mistake; it covers nothing, and never did."
    )
    version: int

    @strawberry.field(description="What it covers, who pays what, exclusions and obligations.")
    async def cover(self, info: Info) -> CoverContent:
        words = await words_of(info, self.row.treatment_id)
        return CoverContent.of(Content.model_validate(self.row.content), words)

    @strawberry.field(description="The policy itself; null when none is attached or you may not see evidence.")
    async def document(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.document_id)

    @edge(by="treatment_id")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)


def load_insurance(info: Info, identity: UUID | None) -> Load[Insurance | None]:
    return info.context.one(InsuranceRow, identity).then(Insurance.maybe)


def load_insurances(info: Info, treatment_id: UUID) -> Load[list[Insurance]]:
    """Of a treatment, the latest attached first."""
    return info.context.newest(InsuranceRow, "treatment_id", treatment_id, last=100).then(listed(Insurance))


@strawberry.input
class AttachInsuranceInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    insurer: str
    policy: str = strawberry.field(description="Number of the policy.")
    language: str
    valid_from: date
    claim_route: str = strawberry.field(description="How and where to claim, in words.")
    valid_until: date | None = strawberry.field(default=None, description="The last day covered.")
    required_by: str | None = strawberry.field(
        default=None, description="Country whose law asks for it, ISO 3166-1 alpha-2."
    )
    content: CoverContentInput | None = strawberry.field(default=None, description="Left out: nothing is stated.")
    document_id: strawberry.ID | None = strawberry.field(
        default=None, description="Evidence of a case of the treatment: the policy."
    )
    wording_reason: str | None = strawberry.field(
        default=None, description="Needed where a clinic's words promise a result: why they stay. It is kept."
    )

    def told(self) -> actions.Policy:
        return actions.Policy(
            insurer=self.insurer,
            policy=self.policy,
            language=self.language,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            claim_route=self.claim_route,
            required_by=self.required_by,
            content=self.content,
            document_id=read_id_or_none("Evidence", self.document_id, field="documentId"),
            wording_reason=self.wording_reason,
        )


@strawberry.input
class EndInsuranceInput:
    idempotency_key: str
    insurance_id: strawberry.ID
    expected_version: int
    last_day: date | None = strawberry.field(
        default=None, description="The last day covered, where the policy ran shorter than agreed; never longer."
    )


@strawberry.input
class WithdrawInsuranceInput:
    idempotency_key: str
    insurance_id: strawberry.ID
    expected_version: int


AttachInsuranceResult = Annotated[Insurance | Refusal, strawberry.union("AttachInsuranceResult")]
EndInsuranceResult = Annotated[Insurance | Refusal, strawberry.union("EndInsuranceResult")]
WithdrawInsuranceResult = Annotated[Insurance | Refusal, strawberry.union("WithdrawInsuranceResult")]


@strawberry.type
class InsuranceMutations:
    @strawberry.mutation(description="By either side. It changes nothing that the clinic or the manufacturer owes.")
    async def attach_insurance(self, info: Info, input: AttachInsuranceInput) -> AttachInsuranceResult:
        async def act(by: Acting) -> InsuranceRow:
            treatment_id = read_id("Treatment", input.treatment_id, field="treatmentId")
            return await actions.attach_insurance(by, treatment_id, input.told())

        return await attempt(info, input.idempotency_key, act, Insurance.of)

    @strawberry.mutation(description="Records that it was cancelled. It stays on record.")
    async def end_insurance(self, info: Info, input: EndInsuranceInput) -> EndInsuranceResult:
        async def act(by: Acting) -> InsuranceRow:
            insurance_id = read_id("Insurance", input.insurance_id, field="insuranceId")
            return await actions.end_insurance(
                by, insurance_id, expected_version=input.expected_version, last_day=input.last_day
            )

        return await attempt(info, input.idempotency_key, act, Insurance.of)

    @strawberry.mutation(description="It was attached by mistake. By the side that attached it; it stays on record.")
    async def withdraw_insurance(self, info: Info, input: WithdrawInsuranceInput) -> WithdrawInsuranceResult:
        async def act(by: Acting) -> InsuranceRow:
            insurance_id = read_id("Insurance", input.insurance_id, field="insuranceId")
            return await withdraw_insurance(by, insurance_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, Insurance.of)

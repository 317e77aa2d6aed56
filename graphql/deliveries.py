"""Notices on their way to clinics, and how far they have got."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core import reading
from suivi.core.acting import Acting
from suivi.core.deliveries.models import Delivery as DeliveryRow
from suivi.core.deliveries.models import DeliveryState
from suivi.core.deliveries.retry import retry_delivery
from suivi.graphql.clinics import Clinic, load_clinic
from suivi.graphql.context import Info
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_page
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]
DeliveryStateEnum = strawberry.enum(DeliveryState, name="DeliveryState")


@strawberry.type(description="One notice to one clinic. It says that something waits, never what.")
class Delivery(Node):
    kind: str = strawberry.field(description="The kind of event it tells of.")
    urgent: bool
    state: DeliveryStateEnum  # type: ignore[valid-type]
    adapter: str | None = strawberry.field(description="The adapter tried last, or that delivered it.")
    attempts: int
    due_at: datetime = strawberry.field(description="While waiting: when it is tried next.")
    reason: str | None = strawberry.field(description="Code of the last failure.")
    created_at: datetime
    delivered_at: datetime | None
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Delivery":
        return cls(
            id=global_id("Delivery", row.id),
            kind=row.kind,
            urgent=row.urgent,
            state=row.state,
            adapter=row.adapter,
            attempts=row.attempts,
            due_at=row.due_at,
            reason=row.reason,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
            row=row,
        )

    @strawberry.field
    async def clinic(self, info: Info) -> Clinic | None:
        return await load_clinic(info, self.row.clinic_id)

    @strawberry.field(description="Null for operators, who keep deliveries going without seeing cases.")
    async def case(self, info: Info) -> LazyCase | None:
        from suivi.graphql.cases import load_case

        return await load_case(info, self.row.case_id)


async def load_delivery(info: Info, identity: UUID | None) -> Delivery | None:
    row = await info.context.one(DeliveryRow, identity)
    return None if row is None else Delivery.of(row)


@strawberry.type
class DeliveryQueries:
    @strawberry.field(description="Newest first.")
    async def deliveries(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        state: DeliveryStateEnum | None = None,  # type: ignore[valid-type]
    ) -> Connection[Delivery]:
        visible = info.context.visible(DeliveryRow)
        visible = visible.filter(state=state) if state else visible
        rows, more = await reading.page(visible, first=first, after=read_page(first, after))
        return connection([Delivery.of(row) for row in rows], rows, more=more)


@strawberry.input
class RetryDeliveryInput:
    idempotency_key: str
    delivery_id: strawberry.ID


RetryDeliveryResult = Annotated[Delivery | Refusal, strawberry.union("RetryDeliveryResult")]


@strawberry.type
class DeliveryMutations:
    @strawberry.mutation(description="Operators only: tries a parked notice again.")
    async def retry_delivery(self, info: Info, input: RetryDeliveryInput) -> RetryDeliveryResult:
        async def act(by: Acting) -> DeliveryRow:
            return await retry_delivery(by, read_id("Delivery", input.delivery_id, field="deliveryId"))

        return await attempt(info, input.idempotency_key, act, Delivery.of)

"""Notices on their way to clinics, and how far they have got."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.deliveries.models import Delivery as DeliveryRow
from suivi.core.deliveries.models import DeliveryState
from suivi.core.deliveries.retry import retry_delivery
from suivi.graphql.clinics import Clinic, clinics
from suivi.graphql.context import Info
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Connection, Node, Stored, connection, read_id, read_page
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]
DeliveryStateEnum = strawberry.enum(DeliveryState, name="DeliveryState")


@strawberry.type(description="One notice to one clinic. It says that something waits, never what.")
class Delivery(Stored, Node):
    kind: str = strawberry.field(description="The kind of event it tells of.")
    urgent: bool
    state: DeliveryStateEnum  # type: ignore[valid-type]
    adapter: str | None = strawberry.field(description="The adapter tried last, or that delivered it.")
    attempts: int
    due_at: datetime = strawberry.field(description="While waiting: when it is tried next.")
    reason: str | None = strawberry.field(description="Code of the last failure.")
    created_at: datetime
    delivered_at: datetime | None

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(
        by="case_id",
        description="Null for operators, who keep deliveries going without seeing cases, and where it is about none.",
    )
    @staticmethod
    def case(info: Info) -> Level[LazyCase | None]:
        from suivi.graphql.cases import cases

        return cases(info)


def deliverys(info: Info) -> Level[Delivery | None]:
    return info.context.ones(DeliveryRow).then(Delivery.maybe)


def load_delivery(info: Info, identity: UUID | None) -> Load[Delivery | None]:
    return deliverys(info).of(identity)


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
        where = {"state": state} if state else {}
        rows, more = await info.context.page(DeliveryRow, first=first, after=read_page(first, after), **where)
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

"""An operator's second chance for what was parked."""

from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.deliveries.actions import told_in, unpark
from suivi.core.deliveries.models import Delivery
from suivi.core.events.log import append


@action(Delivery)
async def retry_delivery(by: Acting, delivery_id: UUID) -> Delivery:
    """Raises DeliveryNotParked for one that is under way or has arrived."""
    delivery = await locked(Delivery, by.viewer, delivery_id, on=by.on, verb="retry")
    await unpark(delivery, at=by.at)
    by.to_send.append(delivery.id)
    await append(by, await told_in(delivery), "notice_retried", {"delivery": str(delivery.id)})
    return delivery

"""The outbox at work: written with the event, claimed by one worker at a time, settled by who holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from suivi.core.cases.models import Case
from suivi.core.clinics.models import Clinic
from suivi.core.confirmations.models import ConfirmationRequest
from suivi.core.database import transaction
from suivi.core.deliveries import rules
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.deliveries.rules import DeliveryNotParked, Failed, Sent
from suivi.core.events.log import SystemWriting, Writing, append
from suivi.core.events.models import Event
from suivi.core.records import Record
from suivi.core.sql import insert, update
from suivi.core.treatments.models import Treatment

# A clinic has a few places among those in hand and no more, so that its outage cannot take up all hands.
_CLAIMABLE = """
WITH due AS (
    SELECT id, clinic_id, urgent, due_at,
           row_number() OVER (PARTITION BY clinic_id ORDER BY urgent DESC, due_at, id) AS place
    FROM delivery
    WHERE state = 'waiting' AND due_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
), held AS (
    SELECT clinic_id, count(*) AS places
    FROM delivery
    WHERE state = 'waiting' AND claimed_until > $1
    GROUP BY clinic_id
)
SELECT due.id
FROM due LEFT JOIN held ON held.clinic_id = due.clinic_id
WHERE due.place + coalesce(held.places, 0) <= $2
ORDER BY due.urgent DESC, due.due_at, due.id
LIMIT $3
"""

_NOUNS: Mapping[str, type[Record]] = {
    model._meta.db_table: model for model in (Case, Clinic, ConfirmationRequest, Treatment)
}
"""Whose histories have events that clinics are told of."""

# Workers that look at the same moment see the same rows: each looks at more than it takes, and skips the taken ones.
_LOOK_AHEAD = 16


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A delivery in one worker's hands until its lease ends."""

    id: UUID
    event_id: UUID
    clinic_id: UUID
    kind: str
    urgent: bool
    adapter: str | None
    """Tried last."""
    until: datetime
    to: str | None
    languages: tuple[str, ...]
    adapters: tuple[str, ...]

    @classmethod
    def of(cls, delivery: Delivery, clinic: Clinic, *, until: datetime) -> "Claimed":
        return cls(
            id=delivery.id,
            event_id=delivery.event_id,
            clinic_id=delivery.clinic_id,
            kind=delivery.kind,
            urgent=delivery.urgent,
            adapter=delivery.adapter,
            until=until,
            to=clinic.notice_address,
            languages=tuple(clinic.languages),
            adapters=tuple(clinic.adapters),
        )


class LeaseLost(Exception):  # noqa: N818
    """Somebody else has this delivery by now; what became of the send is theirs to find out."""


async def enqueue(by: Writing, event: Event, case: Case, *, urgent: bool) -> Delivery:
    """Have the case's clinic told of `event`, which is being written in the same transaction."""
    return await _enqueue(by, event, case.clinic_id, case.id, urgent=urgent)


async def enqueue_to(by: Writing, event: Event, clinic_id: UUID, *, urgent: bool) -> Delivery:
    """The same for what is about no case. What becomes of the notice is told in the history that `event` is part of."""
    return await _enqueue(by, event, clinic_id, None, urgent=urgent)


async def _enqueue(by: Writing, event: Event, clinic_id: UUID, case_id: UUID | None, *, urgent: bool) -> Delivery:
    at = by.at.astimezone(UTC)
    delivery = Delivery(
        event_id=event.id,
        case_id=case_id,
        clinic_id=clinic_id,
        kind=event.kind,
        urgent=urgent,
        state=DeliveryState.WAITING,
        attempts=0,
        due_at=at,
        created_at=at,
    )
    await insert(delivery)
    by.to_send.append(delivery.id)
    return delivery


async def claim(*, at: datetime, limit: int, per_clinic: int = 2, lease: timedelta = rules.LEASE) -> list[Claimed]:
    """Take what is due, urgent first, then oldest. While a lease lasts nobody else gets the same delivery.

    `per_clinic` counts what any worker holds. A worker that died lets go when its leases end.
    """
    at = at.astimezone(UTC)
    ids = await _claimable(at, per_clinic=per_clinic, most=limit * _LOOK_AHEAD)
    if not ids:
        return []
    until = at + lease
    async with transaction():
        # Asked again under lock: somebody may have taken some since.
        free = _due(at).filter(id__in=ids).order_by("-urgent", "due_at", "id").limit(limit)
        taken = await free.select_for_update(skip_locked=True)
        await Delivery.filter(id__in=[delivery.id for delivery in taken]).update(claimed_until=until)
    clinics = await Clinic.in_bulk({delivery.clinic_id for delivery in taken})
    return [Claimed.of(delivery, clinics[delivery.clinic_id], until=until) for delivery in taken]


async def settle(
    claimed: Claimed, outcome: Sent | Failed, *, notifying: Sequence[str], at: datetime, audit_key: bytes
) -> list[Event]:
    """Keep what became of a send; the events are to be announced. Raises LeaseLost for all but the present holder.

    `notifying` are the clinic's adapters that can notify, in its order.
    """
    by = SystemWriting(at=at.astimezone(UTC), audit_key=audit_key)
    async with transaction():
        delivery = await _held(claimed).select_for_update().first()
        if delivery is None:
            raise LeaseLost
        delivery.attempts += 1
        delivery.claimed_until = None
        if isinstance(outcome, Sent):
            await _delivered(by, delivery, outcome)
        else:
            await _failed(by, delivery, outcome, notifying)
    return by.appended


async def release(claimed: Claimed) -> None:
    """Give it back untried, for anybody to take at once."""
    await _held(claimed).update(claimed_until=None)


async def unpark(delivery: Delivery, *, at: datetime) -> None:
    """Try a parked delivery again from the start, inside the caller's transaction. Raises DeliveryNotParked."""
    if delivery.state is not DeliveryState.PARKED:
        raise DeliveryNotParked
    delivery.state = DeliveryState.WAITING
    delivery.attempts = 0
    delivery.adapter = delivery.reason = delivery.claimed_until = None
    delivery.due_at = at.astimezone(UTC)
    await update(delivery)


async def _claimable(at: datetime, *, per_clinic: int, most: int) -> list[UUID]:
    database = Delivery._meta.db
    query = _CLAIMABLE
    if database.capabilities.dialect == "sqlite":
        query = query.replace("$", "?")
    values = [Delivery._meta.fields_map["due_at"].to_db_value(at, Delivery), per_clinic, most]
    return [UUID(str(row["id"])) for row in await database.execute_query_dict(query, values)]


def _due(at: datetime) -> QuerySet[Delivery]:
    in_nobodys_hands = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return Delivery.filter(in_nobodys_hands, state=DeliveryState.WAITING, due_at__lte=at)


def _held(claimed: Claimed) -> QuerySet[Delivery]:
    return Delivery.filter(id=claimed.id, state=DeliveryState.WAITING, claimed_until=claimed.until)


async def _delivered(by: SystemWriting, delivery: Delivery, sent: Sent) -> None:
    delivery.state = DeliveryState.DELIVERED
    delivery.adapter = sent.adapter
    delivery.delivered_at = by.at
    delivery.reason = None
    await update(delivery)
    # Only here is the row final, so only here does the log vouch for it.
    await _tell(by, delivery, "notice_delivered", adapter=sent.adapter, wrote=[delivery])


async def _failed(by: SystemWriting, delivery: Delivery, failed: Failed, notifying: Sequence[str]) -> None:
    first_of_outage = delivery.reason is None
    then = rules.after(failed, notifying, attempts=delivery.attempts, at=by.at, of=delivery.id)
    delivery.state, delivery.adapter, delivery.due_at = then.state, then.adapter, then.due_at
    delivery.reason = failed.reason
    await update(delivery)
    if then.state is DeliveryState.PARKED:
        await _tell(by, delivery, "notice_parked", adapter=failed.adapter, reason=failed.reason)
    elif first_of_outage:
        await _tell(by, delivery, "notice_delayed", adapter=failed.adapter, reason=failed.reason)


async def _tell(
    by: SystemWriting, delivery: Delivery, kind: str, *, wrote: Sequence[Delivery] = (), **codes: str | None
) -> None:
    """In the history that the notice is about, where the patient sees it (R-072)."""
    payload = {"delivery": str(delivery.id), "attempts": delivery.attempts, **codes}
    await append(by, await told_in(delivery), kind, payload, wrote=wrote)


async def told_in(delivery: Delivery) -> Record:
    """The row whose history tells of the event that the notice is about."""
    event = await Event.get(id=delivery.event_id).only("noun", "noun_id")
    return _NOUNS[event.noun](id=event.noun_id)

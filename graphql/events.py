"""History: what happened, in order, as the log has it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from suivi.core.access.table import PATIENT_SIDE
from suivi.core.confirmations.models import ConfirmationRequest
from suivi.core.events.models import Event as EventRow
from suivi.core.patients.models import Patient
from suivi.graphql.context import Info
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_page

_REQUEST = ConfirmationRequest._meta.db_table


@strawberry.type(description="One thing that happened. Events are appended and never changed.")
class Event(Node):
    kind: str
    at: datetime
    seq: int = strawberry.field(description="1, 2, 3 ... in the history of its case or treatment.")
    actor_role: str
    actor: str | None = strawberry.field(
        description="The token's subject, as the identity provider names it. Null where you may not know who asks: a "
        "clinic is asked for confirmations by people it has not treated."
    )
    frontend: str | None = strawberry.field(
        description="The partner frontend that acted on the actor's behalf. Null also where `actor` is."
    )
    details: JSON = strawberry.field(
        description="Codes and UUIDs, never anybody's words. An API id is the base64 of its type and UUID, such as "
        "`Evidence:<uuid>`."
    )
    hash: str
    previous_hash: str

    @classmethod
    def of(cls, row: Any, *, named: bool = True) -> "Event":
        return cls(
            id=global_id("Event", row.id),
            kind=row.kind,
            at=row.at,
            seq=row.seq,
            actor_role=row.actor_role,
            actor=row.actor if named else None,
            frontend=row.frontend if named else None,
            details=row.payload,
            hash=row.hash,
            previous_hash=row.previous,
        )


async def load_event(info: Info, identity: UUID | None) -> Event | None:
    row = await info.context.one(EventRow, identity)
    return None if row is None else Event.of(row, named=await _is_named(info, row))


async def history(info: Info, noun_id: UUID, *, first: int, after: str | None) -> Connection[Event]:
    """Newest first."""
    before = read_page(first, after)
    rows = await info.context.newest(EventRow, "noun_id", noun_id, last=first, before=before)
    events = [Event.of(row, named=await _is_named(info, row)) for row in rows[:first]]
    return connection(events, rows[:first], more=len(rows) > first)


async def _is_named(info: Info, row: Any) -> bool:
    """A clinic may see what was asked of it, its own staff and Suivi by name, and not who asks."""
    if row.noun != _REQUEST or row.actor_role not in PATIENT_SIDE:
        return True
    request = await info.context.one(ConfirmationRequest, row.noun_id)
    return request is not None and await info.context.one(Patient, request.patient_id) is not None

"""Updates take the version they were based on, so that nobody overwrites what they have not seen (R-213)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from suivi.core.events.digests import record_key
from suivi.core.events.models import Event
from suivi.core.records import Record
from suivi.core.refusals import Refusal


class Versioned(Protocol):
    version: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened since the version an update was based on."""

    kind: str
    at: datetime
    actor_role: str
    version: int


class StaleVersion(Refusal):
    """This is at version {current} now, not at the one that was sent."""

    code = "STALE_VERSION"
    remedy = "Read it again, look at what changed, and send your change with the current version."

    def __init__(self, *, current: int, changes: Sequence[Change]) -> None:
        super().__init__(field="expectedVersion", current=current)
        self.current_version = current
        self.changes = tuple(changes)


async def expect(row: Record, version: int, *, told_of: UUID | None = None) -> None:
    """Raises StaleVersion, with what happened since, unless `row` is still at `version`. The row must be locked.

    `told_of` is whose history tells of the row, where it has none of its own: the clinic of a member, for instance.
    """
    current: int = row.version  # type: ignore[attr-defined]
    if current == version:
        return
    history = await Event.filter(noun_id=told_of or row.pk).order_by("seq")
    changes = [
        Change(kind=event.kind, at=event.at, actor_role=event.actor_role, version=event.payload["version"])
        for event in history
        # One history tells of several rows, each with versions of its own.
        if record_key(row) in event.records and event.payload.get("version", version) > version
    ]
    raise StaleVersion(current=current, changes=changes)

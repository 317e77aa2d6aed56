"""Appending to the event log, always inside the transaction of what it tells about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tortoise import Model

from suivi.core.events.digests import BEGAN, GENESIS, digest, end_hash, event_hash, plain, record_key
from suivi.core.events.models import Chain, Event
from suivi.core.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whom an event names."""

    role: str
    subject: str
    frontend: str | None = None


class Writing(Protocol):
    """Somebody in the middle of a transaction that will leave events behind."""

    @property
    def author(self) -> Author: ...
    @property
    def at(self) -> datetime: ...
    @property
    def audit_key(self) -> bytes: ...
    @property
    def appended(self) -> list[Event]: ...


@dataclass(frozen=True, kw_only=True)
class SystemWriting:
    """Suivi itself at work, such as a worker that delivered a notice."""

    at: datetime
    audit_key: bytes = field(repr=False)
    author: Author = Author(role="system", subject="suivi")
    appended: list[Event] = field(default_factory=list, repr=False)


async def append(
    by: Writing,
    about: Record,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    wrote: Sequence[Model] = (),
    began: Sequence[Model] = (),
) -> Event:
    """Add one event to the chain of `about`. `wrote` names every row the action made or changed.

    `began` names rows that have chains of their own from now on: a chain that is removed with all it was about is
    still spoken of here. The payload holds codes and ids: the log is read by more people than the words it is about.
    """
    chain = await _locked_chain(about)
    event = Event(
        noun=chain.noun,
        noun_id=chain.noun_id,
        seq=chain.length + 1,
        kind=kind,
        at=by.at,
        actor_role=by.author.role,
        actor=by.author.subject,
        frontend=by.author.frontend,
        # As it will be read back, or the hash would not fit: JSON has no dates.
        payload=plain(payload or {}) | ({BEGAN: [record_key(row) for row in began]} if began else {}),
        records={record_key(row): digest(row) for row in wrote},
        previous=await _last_hash(chain),
    )
    event.hash = event_hash(by.audit_key, event)
    await event.save(force_create=True)
    chain.length, chain.head = event.seq, end_hash(by.audit_key, event.hash)
    await chain.save(update_fields=["length", "head"])
    by.appended.append(event)
    return event


async def _locked_chain(about: Record) -> Chain:
    """The chain of a noun, locked until the transaction ends, so that events of one noun follow one another."""
    fresh = Chain(noun_id=about.pk, noun=type(about)._meta.db_table, length=0, head=GENESIS)
    await Chain.bulk_create([fresh], ignore_conflicts=True)
    return await Chain.select_for_update().get(noun_id=about.pk)


async def _last_hash(chain: Chain) -> str:
    if not chain.length:
        return GENESIS
    return (await Event.get(noun_id=chain.noun_id, seq=chain.length).only("hash")).hash

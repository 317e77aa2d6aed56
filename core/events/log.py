"""Appending to the event log, always inside the transaction of what it tells about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tortoise import Model

from suivi.core.at_once import End, current
from suivi.core.events.digests import BEGAN, GENESIS, digest, end_hash, event_hash, plain, record_key
from suivi.core.events.models import Chain, Event
from suivi.core.records import Record, fresh, new_id
from suivi.core.sql import Sql, ask, inserting, write


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
    @property
    def to_send(self) -> list[UUID]:
        """Deliveries that are due as soon as the transaction is kept."""
        ...

    def keeping(self, written: Iterable[Model]) -> Iterable[Sql]:
        """What is to be written along with these rows."""
        ...


@dataclass(frozen=True, kw_only=True)
class SystemWriting:
    """Suivi itself at work, such as a worker that delivered a notice."""

    at: datetime
    audit_key: bytes = field(repr=False)
    author: Author = Author(role="system", subject="suivi")
    appended: list[Event] = field(default_factory=list, repr=False)
    to_send: list[UUID] = field(default_factory=list, repr=False)

    def keeping(self, written: Iterable[Model]) -> Iterable[Sql]:
        return ()


async def append(
    by: Writing,
    about: Record,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    new: Sequence[Record] = (),
    wrote: Sequence[Model] = (),
    began: Sequence[Model] = (),
) -> Event:
    """Add one event to the chain of `about`. `new` and `wrote` name every row the action made or changed.

    The `new` ones are not in the database yet and go there with the event. `began` names rows that have chains of
    their own from now on: a chain that is removed with all it was about is still spoken of here. The payload holds
    codes and ids: the log is read by more people than the words it is about.
    """
    first, at_once = about in new, current()
    end = at_once.end_of(about) if at_once else BEGINNING if first else await _locked_end(about)
    event = _event(by, about, kind, payload, end=end, written=(*new, *wrote), began=began)
    chained = _chained(event, end_hash(by.audit_key, event.hash), first=first)
    if at_once:
        at_once.write(about, [*new, event], chained)
    else:
        await write(*map(inserting, new), inserting(event), *by.keeping((*new, *wrote)), chained)
    by.appended.append(event)
    return event


def _event(
    by: Writing,
    about: Record,
    kind: str,
    payload: Mapping[str, Any] | None,
    *,
    end: End,
    written: Sequence[Model],
    began: Sequence[Model],
) -> Event:
    event = fresh(
        Event,
        id=new_id(),
        noun=type(about)._meta.db_table,
        noun_id=about.pk,
        seq=end.length + 1,
        kind=kind,
        at=by.at,
        actor_role=by.author.role,
        actor=by.author.subject,
        frontend=by.author.frontend,
        # As it will be read back, or the hash would not fit: JSON has no dates.
        payload=plain(payload or {}) | ({BEGAN: [record_key(row) for row in began]} if began else {}),
        records={record_key(row): digest(row) for row in written},
        previous=end.hash,
        hash="",
    )
    event.hash = event_hash(by.audit_key, event)
    return event


BEGINNING = End(0, GENESIS)

_END = """SELECT "chain"."length", "event"."seq", "event"."hash" FROM "chain" LEFT JOIN "event"
ON "event"."noun_id" = "chain"."noun_id" AND "event"."seq" = "chain"."length" WHERE "chain"."noun_id" = ?"""
_LONGER = 'UPDATE "chain" SET "length" = ?, "head" = ? WHERE "noun_id" = ?'


def _chained(event: Event, head: str, *, first: bool) -> Sql:
    if first:
        return inserting(Chain(noun_id=event.noun_id, noun=event.noun, length=event.seq, head=head))
    return Sql(_LONGER, (event.seq, head, str(event.noun_id)))


async def _locked_end(about: Record) -> End:
    """The end of a noun's chain, locked until the transaction ends, so that events of one noun follow one another."""
    asked = Sql(_END, [str(about.pk)], locking=' FOR UPDATE OF "chain"')
    found = await ask(asked)
    if not found:
        fresh = Chain(noun_id=about.pk, noun=type(about)._meta.db_table, length=0, head=GENESIS)
        await write(inserting(fresh, unless_there=True))
        found = await ask(asked)
    [end] = found
    if not end["length"]:
        return BEGINNING
    if end["seq"] != end["length"]:
        # PostgreSQL waited for whoever had the lock, and gives the length they left behind but no event of theirs.
        return End(end["length"], (await Event.get(noun_id=about.pk, seq=end["length"]).only("hash")).hash)
    return End(end["length"], end["hash"])

"""Proving that nothing was changed behind Suivi's back: every event, chain and audited row against the log's hashes.

What cannot be seen from inside the database: a partner or clinic that was removed with its chain, its events and all
that ever belonged to it; the newest events of one noun, put back together with its rows and its chain by whoever has
an older copy of them; and changes to notices on their way (`delivery`), which say how far work has got. Compare with a
backup, or note from time to time how many chains and events there are.
"""

import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hmac import compare_digest
from typing import cast
from uuid import UUID

from tortoise import Model, Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from suivi.core.deliveries.models import Delivery
from suivi.core.events.chains import Link, LinkedSoFar
from suivi.core.events.digests import BEGAN, digest_of, end_hash, hash_of
from suivi.core.events.models import Chain, Event, KeptResult
from suivi.core.events.stored import UNREADABLE, StoredRow, batches

Progress = Callable[[int, int], None]

OPERATIONAL: tuple[type[Model], ...] = (Delivery, KeptResult)
"""Tables that say how far the work has got, not what happened: they change without an event."""

EVENT, CHAIN = Event._meta.db_table, Chain._meta.db_table

NOWHERE = UUID(int=0)

SWAPS_TRIED = 100
"""Among how many false events of one chain another one's number is looked for."""


class What(StrEnum):
    KEY = "key"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    REORDERED = "reordered"
    UNREADABLE = "unreadable"


SENTENCES = {
    What.KEY: "No event carries a hash made with this audit key: it is another key, or every event was changed.",
    What.CHANGED: "{table} {row_id} was changed after it was recorded.",
    What.REMOVED: "{table} {row_id} was recorded and is no longer there.",
    What.ADDED: "{table} {row_id} is there but no event records it.",
    What.REORDERED: "{table} {row_id} is not where it was in its chain.",
    What.UNREADABLE: "{table} {row_id} cannot be read back.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as the log says. `row_id` is `noun id#seq` for an event that is gone."""

    what: What
    table: str
    row_id: str
    column: str | None = None
    """Where the damage shows; None when only the whole row's hash tells."""

    @property
    def sentence(self) -> str:
        """In English, for the operator: names the row, never what is in it."""
        sentence = SENTENCES[self.what].format(table=self.table, row_id=self.row_id)
        return f"{sentence[:-1]} (column {self.column})." if self.column else sentence


async def verify(audit_key: bytes, *, progress: Progress | None = None) -> list[Finding]:
    """Every changed, removed, added or reordered row; an empty list when all is as the log says.

    Reads one snapshot, so it may run beside a server at work. `progress` is told (rows read, rows in all) after every
    thousand. Memory grows by about 500 bytes an audited row and 1 kB a chain, not by what is in them.

    Raises:
        ValueError: the audit key is empty.
    """
    if not audit_key:
        raise ValueError("An empty audit key verifies nothing.")
    async with _snapshot() as connection:
        reading = _Reading(connection, progress)
        if not await _fits(audit_key, connection):
            return [Finding(what=What.KEY, table=EVENT, row_id="")]
        if progress:
            await reading.count((Event, Chain, *_audited()))
        return await _Audit(audit_key, reading).run()


def _audited() -> list[type[Model]]:
    models = (model for app in (Tortoise.apps or {}).values() for model in app.values())
    return [model for model in models if model not in (Event, Chain, *OPERATIONAL)]


@asynccontextmanager
async def _snapshot() -> AsyncIterator[BaseDBAsyncClient]:
    """The whole database as it is at one moment; what is written meanwhile is not seen."""
    async with in_transaction() as connection:
        if connection.capabilities.dialect != "sqlite":
            await connection.execute_script(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
                "SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'"
            )
        yield connection
        # Nothing was written, and a damaged SQLite file would refuse the commit.
        await connection.rollback()


async def _fits(key: bytes, connection: BaseDBAsyncClient) -> bool:
    """Whether at least one event was hashed with this key, or there is none: usually the first one tells."""
    empty = True
    with suppress(sqlite3.DatabaseError, BaseORMException):  # told of when the events are read again
        async for batch in batches(connection, Event):
            empty = False
            if any(_is_genuine(key, row) for row in batch):
                return True
        return empty
    return True


def _is_genuine(key: bytes, event: StoredRow) -> bool:
    if event.unreadable:
        return False
    try:
        return compare_digest(hash_of(key, event.values).encode(), event.values["hash"].encode())
    except UNREADABLE:
        return False


@dataclass
class _Reading:
    """Rows of whole tables, counted as they are read."""

    connection: BaseDBAsyncClient
    progress: Progress | None
    total: int = 0
    done: int = 0

    async def count(self, models: tuple[type[Model], ...]) -> None:
        for model in models:
            with suppress(sqlite3.DatabaseError, BaseORMException):  # told of when its rows are read
                self.total += await model.all().using_db(self.connection).count()

    async def rows(self, model: type[Model]) -> AsyncIterator[StoredRow]:
        async for batch in batches(self.connection, model):
            for row in batch:
                yield row
            self.done += len(batch)
            if self.progress:
                self.progress(self.done, self.total)


@dataclass
class _Audit:
    key: bytes
    reading: _Reading
    found: list[Finding] = field(default_factory=list)
    suspects: list[StoredRow] = field(default_factory=list)
    """Events whose hash is not ours, to be told apart once all are known: changed, or only moved."""
    chains: dict[UUID, LinkedSoFar] = field(default_factory=dict)
    chained: set[str] = field(default_factory=set)
    """Tables whose rows have chains of their own."""
    latest: dict[str, tuple[Link, bytes]] = field(default_factory=dict)
    """`table:id` to the last event that recorded the row, and the digest it had then."""
    unread: set[str] = field(default_factory=set)
    began: set[str] = field(default_factory=set)
    """`table:id` of what other chains say has a chain of its own."""

    async def run(self) -> list[Finding]:
        await self._each(Event, self._event)
        self._tell_suspects()
        self._tell_gaps()
        await self._each(Chain, self._chain)
        self._tell_chains_without_row()
        for model in _audited():
            await self._each(model, self._row)
        self._tell_rows_gone()
        self._tell_nouns_gone()
        await self._tell_file_damage()
        return self.found

    def _find(self, what: What, table: str, row_id: object, column: str | None = None) -> None:
        self.found.append(Finding(what=what, table=table, row_id=str(row_id), column=column))

    async def _each(self, model: type[Model], check: Callable[[StoredRow], None]) -> None:
        try:
            async for row in self.reading.rows(model):
                check(row)
        except (sqlite3.DatabaseError, BaseORMException):
            # The table is gone, or the pages of the file make no sense: what else was in it nobody can say.
            self.unread.add(model._meta.db_table)
            self._find(What.UNREADABLE, model._meta.db_table, "as a whole")

    def _is_legible(self, row: StoredRow) -> bool:
        if row.unreadable:
            self._find(What.UNREADABLE, row.table, row.row_id, row.unreadable)
        elif row.altered:
            self._find(What.CHANGED, row.table, row.row_id, row.altered)
        return not (row.unreadable or row.altered)

    def _event(self, row: StoredRow) -> None:
        genuine = _is_genuine(self.key, row)
        if self._is_legible(row) and not genuine:
            self.suspects.append(row)
        link = _link(row, genuine=genuine)
        if link is None:
            return
        self._remember(row, link)
        self._place(row, link)

    def _remember(self, event: StoredRow, link: Link) -> None:
        if link.genuine:
            self.began.update(event.values["payload"].get(BEGAN, ()))
        for key, digest in _records(event):
            known = self.latest.get(key)
            if known is None or link.is_later_than(known[0]):
                self.latest[key] = (link, digest)

    def _place(self, event: StoredRow, link: Link) -> None:
        noun = str(event.values.get("noun"))
        chain = self.chains.setdefault(link.noun_id, LinkedSoFar(noun))
        if link.genuine:
            chain.noun = noun
            self.chained.add(noun)
        if not chain.has(link.seq):
            for stray in chain.take(link):
                self._find(What.REORDERED, EVENT, stray.event_id)
        elif link.genuine:
            self._find(What.ADDED, EVENT, link.event_id)

    def _tell_suspects(self) -> None:
        by_chain = defaultdict(list)
        for event in self.suspects:
            by_chain[event.values["noun_id"]].append(event)
        for events in by_chain.values():
            numbers = [event.values["seq"] for event in events[:SWAPS_TRIED]]
            for event in events:
                moved = any(_is_genuine(self.key, _renumbered(event, number)) for number in numbers)
                self._find(What.REORDERED if moved else What.CHANGED, EVENT, event.row_id)
        self.suspects.clear()

    def _tell_gaps(self) -> None:
        for noun_id, chain in self.chains.items():
            for first, last in chain.gaps():
                self._find(What.REMOVED, EVENT, _numbers(noun_id, first, last))

    def _chain(self, row: StoredRow) -> None:
        chain = self.chains.get(row.values.get("noun_id", NOWHERE))
        if chain:
            chain.has_row = True
        if not self._is_legible(row):
            return
        if chain is None or chain.last is None:
            self._find(What.ADDED, row.table, row.row_id)
        elif row.values["noun"] != chain.noun:
            self._find(What.CHANGED, row.table, row.row_id, "noun")
        else:
            self._end(row, chain.last)

    def _end(self, row: StoredRow, last: Link) -> None:
        length, head = row.values["length"], row.values["head"]
        fits = compare_digest(end_hash(self.key, last.hash), head)
        if length > last.seq and not fits:
            self._find(What.REMOVED, EVENT, _numbers(last.noun_id, last.seq + 1, length))
        elif length != last.seq:
            self._find(What.CHANGED, row.table, row.row_id, "length" if fits else None)
        elif not fits and last.genuine:
            self._find(What.CHANGED, row.table, row.row_id, "head")

    def _tell_chains_without_row(self) -> None:
        for noun_id, chain in self.chains.items():
            if not chain.has_row and CHAIN not in self.unread:
                self._find(What.REMOVED, CHAIN, noun_id)

    def _row(self, row: StoredRow) -> None:
        _, digest = self.latest.pop(f"{row.table}:{row.row_id}", (None, None))
        if not self._is_legible(row):
            return
        if digest is None:
            self._find(What.ADDED, row.table, row.row_id)
        elif not _is_digest_of(digest, row):
            self._find(What.CHANGED, row.table, row.row_id)
        elif row.table in self.chained and row.values["id"] not in self.chains:
            self._find(What.REMOVED, CHAIN, row.row_id)

    def _tell_rows_gone(self) -> None:
        passed_over = self.unread | {model._meta.db_table for model in OPERATIONAL}
        for key in self.latest:
            table, _, row_id = key.partition(":")
            if table not in passed_over:
                self._find(What.REMOVED, table, row_id)

    def _tell_nouns_gone(self) -> None:
        """With every row and event of their own: only where they began is it still said that they were there."""
        for key in sorted(self.began):
            table, _, row_id = key.partition(":")
            if UUID(row_id) not in self.chains and not self.unread & {EVENT, table}:
                self._find(What.REMOVED, table, row_id)

    async def _tell_file_damage(self) -> None:
        """An index that no longer agrees with its table hides rows from whoever looks for them."""
        connection = self.reading.connection
        if connection.capabilities.dialect == "sqlite":
            told = await connection.execute_query_dict("PRAGMA integrity_check(1)")
            if [*told[0].values()] != ["ok"]:
                self._find(What.UNREADABLE, "the SQLite file", "as a whole")


def _link(event: StoredRow, *, genuine: bool) -> Link | None:
    """None where the columns that place an event cannot be read."""
    told = [event.values.get(name) for name in ("id", "noun_id", "seq", "previous", "hash")]
    return None if None in told else Link(*cast("tuple[UUID, UUID, int, str, str]", tuple(told)), genuine)


def _records(event: StoredRow) -> Iterator[tuple[str, bytes]]:
    records = event.values.get("records")
    for key, digest in records.items() if isinstance(records, dict) else ():
        try:
            yield key, bytes.fromhex(digest)
        except UNREADABLE:
            yield key, b""


def _is_digest_of(digest: bytes, row: StoredRow) -> bool:
    try:
        return digest.hex() == digest_of(row.values)
    except UNREADABLE:
        return False


def _renumbered(event: StoredRow, seq: int) -> StoredRow:
    return replace(event, values=event.values | {"seq": seq})


def _numbers(noun_id: UUID, first: int, last: int) -> str:
    return f"{noun_id}#{first}" if first == last else f"{noun_id}#{first}-{last}"

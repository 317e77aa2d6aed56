"""Actions done at once: what they decide by is read without a transaction, and all they write goes in one statement.

That statement does nothing unless the idempotency key is new and nothing has happened to the noun since it was read:
whatever changes a noun adds to its chain, so a chain of the same length is a noun that is the same. It waits for no
lock but the key's. Where it does nothing, and where anything else is unusual, the action is done in a transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from tortoise import Model
from tortoise.connection import get_connection

from suivi.core.postgres import Client, only_reading
from suivi.core.records import Record
from suivi.core.sql import Sql, ask, inserting


class NotAtOnce(Exception):  # noqa: N818 - nothing has gone wrong
    """This takes a transaction. Nothing has been written."""


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain has got to: its length, and the hash of its last event."""

    length: int
    hash: str


@dataclass(slots=True)
class AtOnce:
    """One action while it is done at once: the ends of chains it has read, and what it will write."""

    ends: dict[UUID, End] = field(default_factory=dict)
    _about: Record | None = None
    _rows: Sequence[Model] = ()
    _chained: Sql | None = None

    def end_of(self, about: Record) -> End:
        """Raises NotAtOnce where it was not read along with the row."""
        end = self.ends.get(about.pk)
        if end is None:
            raise NotAtOnce
        return end

    def write(self, about: Record, rows: Sequence[Model], chained: Sql) -> None:
        """Later, and nothing beside it. Raises NotAtOnce."""
        if self._about is not None:
            raise NotAtOnce
        self._about, self._rows, self._chained = about, rows, chained

    async def finish(self, claim: Model) -> bool:
        """Writes it. False, and nothing written, where the key is taken, or the chain or the noun is."""
        about, chained = self._about, self._chained
        if about is None or chained is None:
            return False
        claimed = inserting(claim, unless_there=True, where='"held"')
        rows = [inserting(row, where='"claimed"') for row in self._rows]
        text = _guarded(type(about), claimed.text, tuple(row.text for row in rows), chained.text)
        length = self.ends[about.pk].length
        values = [str(about.pk), length, *claimed.values]
        for row in rows:
            values += row.values
        return bool(await ask(Sql(text, [*values, *chained.values])))


_CURRENT: ContextVar[AtOnce | None] = ContextVar("at_once", default=None)


def current() -> AtOnce | None:
    return _CURRENT.get()


@contextmanager
def doing() -> Iterator[AtOnce]:
    """Raises NotAtOnce where the database has no way to, or a transaction is under way."""
    if type(get_connection("default")) is not Client:
        raise NotAtOnce
    at_once = AtOnce()
    token, reading = _CURRENT.set(at_once), only_reading.set(True)
    try:
        yield at_once
    finally:
        only_reading.reset(reading)
        _CURRENT.reset(token)


@lru_cache(maxsize=500)
def _guarded(about: type[Record], claimed: str, rows: tuple[str, ...], chained: str) -> str:
    """Locks in the order of a transaction's would have to wait for some; these are skipped, and with them all else."""
    table = about._meta.db_table
    held = (
        f'SELECT 1 FROM "chain" JOIN "{table}" AS "about" ON "about"."id" = "chain"."noun_id" '  # noqa: S608
        'WHERE "chain"."noun_id" = ? AND "chain"."length" = ? '
        'FOR UPDATE OF "chain" SKIP LOCKED FOR KEY SHARE OF "about" SKIP LOCKED'
    )
    written = (f'"row{number}" AS ({text})' for number, text in enumerate(rows))
    parts = ", ".join((f'"held" AS ({held})', f'"claimed" AS ({claimed})', *written))
    return f'WITH {parts} {chained} AND EXISTS (SELECT FROM "claimed") RETURNING 1'

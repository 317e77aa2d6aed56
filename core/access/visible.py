"""Reading by set what a viewer may see: one statement however many rows, ids or parents there are."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from suivi.core.access.statements import Given, Shape, Statement, parts_statement, statement
from suivi.core.access.table import READ, Reach, reach
from suivi.core.access.viewer import Viewer
from suivi.core.reading import Row, rows_of
from suivi.core.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """The rows of a model that a viewer may `verb` on a day. The same rows as `narrow` gives, told much faster."""

    model: type[Record]
    viewer: Viewer
    on: date
    verb: str = READ
    noun: str | None = None
    only: frozenset[str] | None = None
    """The columns that will be read, beside the id and the parent's; all of them where none are named."""

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        return {row.id: row for row in await self._rows("by_id", keys=ids, narrowed_by="ids")}

    async def locked(self, identity: UUID) -> Row | None:
        """One row, which nobody else changes until the transaction ends."""
        found = await self._rows("locked", keys=[identity], narrowed_by="ids")
        return found[0] if found else None

    async def at_end(self, identity: UUID) -> Row | None:
        """One row as it is now, with `chain_length` and `chain_hash`: where its chain has got to, if it has one."""
        found = await self._rows("at_end", keys=[identity], narrowed_by="ids")
        return found[0] if found else None

    async def ids(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids whose rows are among them."""
        return {row.id for row in await self._rows("ids", keys=ids, narrowed_by="ids")}

    async def page(self, *, first: int, after: UUID | None, where: dict[str, Any]) -> tuple[list[Row], bool]:
        """Newest first: at most `first` rows older than `after`, and whether there are more."""
        read = await self.newest_of_all(last=first, before=after, where=where)
        return read[:first], len(read) > first

    async def newest_of_all(self, *, last: int, before: UUID | None, where: dict[str, Any]) -> list[Row]:
        """The newest `last` + 1 rows older than `before`, newest first."""
        return await self._rows("page", where=where, size=last + 1, before=before)

    async def count(self, where: dict[str, Any]) -> int:
        found = await self._rows("count", where=where)
        return int(found[0].number) if found else 0

    async def newest(
        self, parent: str, keys: Sequence[UUID], *, last: int, before: UUID | None, where: dict[str, Any]
    ) -> dict[UUID, list[Row]]:
        """For each parent its newest `last` + 1 rows, newest first."""
        read = await self._rows(
            "newest",
            parent=parent,
            keys=keys,
            where=where,
            size=last + 1,
            before=before,
            narrowed_by=_narrowed_by(parent),
        )
        grouped: dict[UUID, list[Row]] = defaultdict(list)
        for row in read:
            grouped[getattr(row, parent)].append(row)
        return grouped

    async def counts(self, parent: str, keys: Sequence[UUID], where: dict[str, Any]) -> dict[UUID, int]:
        """How many rows each parent has; none is left out."""
        read = await self._rows("counts", parent=parent, keys=keys, where=where, narrowed_by=_narrowed_by(parent))
        return {getattr(row, parent): row.number for row in read}

    def _columns(self, parent: str) -> tuple[str, ...]:
        if self.only is None:
            return ()
        return tuple(sorted(self.only | ({"id", parent} if parent else {"id"})))

    async def _rows(
        self,
        task: str,
        *,
        parent: str = "",
        keys: Sequence[UUID] = (),
        where: dict[str, Any] | None = None,
        size: int = 0,
        before: UUID | None = None,
        narrowed_by: str = "",
    ) -> list[Row]:
        noun = self.noun or self.model._meta.db_table
        extent = reach(self.viewer.role, noun, self.verb)
        if extent is None:
            return []
        connection: Any = get_connection("default")
        where = where or {}
        shape = Shape(
            model=self.model,
            noun=noun,
            verb=self.verb,
            role=self.viewer.role,
            partnered=self.viewer.partner_id is not None,
            dialect=connection.capabilities.dialect,
            task=task,
            parent=parent,
            before=before is not None,
            narrowed_by=narrowed_by if extent is Reach.PARTY else "",
            given=tuple(Given.of(column, value) for column, value in where.items()),
            columns=self._columns(parent),
            alone=len(keys) == 1,
        )
        told = {
            "on": self.on,
            "subject": self.viewer.subject,
            "partner_id": self.viewer.partner_id,
            "ids": keys,
            "parents": keys,
            "keys": keys,
            "one": keys[0] if keys else None,
            "before": before,
            "size": size,
            **{f"given{number}": value for number, value in enumerate(where.values())},
        }
        return await _run(connection, self.model, statement(shape), told)


async def parts_of(model: type[Record], parent: str, keys: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Rows that belong to parents already narrowed, oldest first."""
    connection: Any = get_connection("default")
    ready = parts_statement(model, parent, connection.capabilities.dialect)
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in await _run(connection, model, ready, {"keys": keys}):
        grouped[getattr(row, parent)].append(row)
    return grouped


def _narrowed_by(parent: str) -> str:
    """Cases and treatments are what rows belong to by access; other parents say nothing about it."""
    return "parents" if parent in ("case_id", "noun_id") else ""


async def _run(connection: Any, model: type[Record], ready: Statement, told: dict[str, Any]) -> list[Row]:
    values = ready.values(told)
    if connection.capabilities.dialect == "sqlite":
        values = [_as_text(value) for value in values]
    async with connection.acquire_connection() as raw:
        if connection.capabilities.dialect == "sqlite":
            return rows_of(model, await raw.execute_fetchall(ready.text, values), "sqlite")
        return rows_of(model, await raw.fetch(ready.text, *values), "postgres")


def _as_text(value: Any) -> Any:
    """As SQLite keeps ids and days; lists of ids as JSON."""
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, list | tuple):
        return json.dumps([str(one) for one in value])
    return value

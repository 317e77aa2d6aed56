"""Somebody who can write to the database but does not hold the audit key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.connection import get_connection
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.transactions import in_transaction

from suivi.core.events.models import Event
from suivi.core.events.verification import Finding, verify
from tests.core.events.world import KEY


async def run(statement: str, *values: Any) -> list[dict[str, Any]]:
    """One statement with `{0}`, `{1}` ... for its values, with foreign keys looking away."""
    sqlite = is_sqlite()
    places = ("?" if sqlite else f"${number + 1}" for number in range(len(values)))
    if sqlite:
        await get_connection("default").execute_script("PRAGMA foreign_keys = OFF")
    async with in_transaction() as connection:
        if not sqlite:
            await connection.execute_script("SET LOCAL session_replication_role = replica")
        return await connection.execute_query_dict(statement.format(*places), list(values))


def is_sqlite() -> bool:
    return get_connection("default").capabilities.dialect == "sqlite"


class Cell:
    """One column of one row."""

    def __init__(self, model: type[Model], row_id: UUID, name: str) -> None:
        self.model = model
        self.row_id = row_id
        self.name = name
        field: fields.Field[Any] = model._meta.fields_map[name]
        self.is_key = field.pk
        self.may_be_null = field.null
        self.other = _other(field)
        self.same = _same_in_other_words(field, self._column)

    @property
    def _table(self) -> str:
        return f'"{self.model._meta.db_table}"'

    @property
    def _column(self) -> str:
        return f'"{self.model._meta.fields_db_projection[self.name]}"'

    async def changes(self) -> "list[Change]":
        """All that might be done to this cell as it is now; each is another value, or other bytes for the same."""
        place = await self._place()
        stored = (await run(f"SELECT {self._column} AS stored FROM {self._table} WHERE {place}"))[0]["stored"]
        return [Change(self, place, stored, expression) for expression in self._other_values(stored)]

    async def put(self, expression: str, place: str, *values: Any) -> None:
        await run(f"UPDATE {self._table} SET {self._column} = {expression} WHERE {place}", *values)

    async def _place(self) -> str:
        """Where the row is, whatever its id becomes."""
        place = f"{self.model._meta.db_pk_column} = '{self.row_id}'"
        if not is_sqlite():
            return place
        return f"rowid = {(await run(f'SELECT rowid FROM {self._table} WHERE {place}'))[0]['rowid']}"

    def _other_values(self, stored: Any) -> list[str]:
        """SQL for what it might be changed to."""
        changed = [self.other]
        if stored is not None and self.may_be_null:
            changed.append("NULL")
        if stored is not None and is_sqlite():
            changed += [*self.same, f"CAST({self._column} AS BLOB)"]
        return changed

    def is_named_in(self, findings: list[Finding]) -> bool:
        named = {each.row_id for each in findings if each.table == self.model._meta.db_table}
        if self.is_key and self.model is Event:
            # No hash that is not in the event itself knows its id: the row is named by where it lies.
            return bool(named)
        return str(self.row_id) in named


@dataclass(frozen=True)
class Change:
    """What a cell held, and what is put there instead."""

    cell: Cell
    place: str
    stored: Any
    expression: str

    def __str__(self) -> str:
        return f"{self.cell.model.__name__}.{self.cell.name} = {self.expression}"

    async def make(self) -> None:
        await self.cell.put(self.expression, self.place)

    async def undo(self) -> None:
        place = self.place.replace(str(self.cell.row_id), OTHER_ID) if self.cell.is_key else self.place
        await self.cell.put("{0}", place, self.stored)


async def unnoticed(changes: Sequence[Change]) -> list[Change]:
    """Those among them that `verify` does not find when all are made at once, or for which it names another row."""
    for change in changes:
        await change.make()
    findings = await verify(KEY)
    for change in changes:
        await change.undo()
    return [change for change in changes if not change.cell.is_named_in(findings)]


OTHER_ID = "01980000-0000-7000-8000-000000000000"


def _other(column: fields.Field[Any]) -> str:
    name = f'"{column.source_field or column.model_field_name}"'
    match column:
        case CharEnumFieldInstance():
            return f"'{[*column.enum_type][1].value}'"
        case fields.CharField() | fields.TextField():
            return f"'#' || substr(coalesce({name}, ''), 2)"
        case fields.IntField():
            return f"coalesce({name}, 0) + 100"
        case fields.DatetimeField():
            return "'2020-01-01 00:00:00.000001+00:00'"
        case fields.DateField():
            return "'2020-01-01'"
        case fields.JSONField():
            return """'["other"]'"""
        case fields.UUIDField():
            return f"'{OTHER_ID}'"
    raise NotImplementedError(type(column).__name__)


def _same_in_other_words(column: fields.Field[Any], name: str) -> list[str]:
    """Changes of SQLite's text that read back as the same value."""
    match column:
        case fields.DatetimeField():
            return [f"replace({name}, ' ', 'T')"]
        case fields.DateField():
            return [f"{name} || 'T00:00:00'"]
        case fields.JSONField():
            return [f"replace({name}, ',', ', ')"]
        case fields.UUIDField():
            return [f"upper({name})"]
    return []

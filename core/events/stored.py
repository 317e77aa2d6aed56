"""Rows as the database holds them, read back one column at a time so that a damaged one can be named."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tortoise import Model
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import FieldError, ValidationError
from tortoise.fields import DateField, DatetimeField, Field

BATCH = 1000

# What converting a value that nobody here wrote may raise. Their texts quote the value: they are never shown.
UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    OSError,
    RecursionError,
    FieldError,
    ValidationError,
)

# Bytes, as text that is no UTF-8 stops SQLite's driver; a text again for what no column of ours ever holds.
_SQLITE_COLUMN = """CASE typeof({0}) WHEN 'text' THEN CAST({0} AS BLOB) WHEN 'blob' THEN 'blob' ELSE {0} END AS {0}"""


@dataclass(slots=True)
class StoredRow:
    """`values` by attribute name, as a model would have them; a column that is named below is not to be trusted."""

    table: str
    row_id: str
    values: dict[str, Any] = field(default_factory=dict)
    unreadable: str | None = None
    """The first column that cannot be read back."""
    altered: str | None = None
    """The first column that reads well but is not written as we write it (SQLite: dates, JSON and UUIDs are text)."""


async def batches(connection: BaseDBAsyncClient, model: type[Model]) -> AsyncIterator[list[StoredRow]]:
    """Every row of a table, a thousand at a time, in the order they were made."""
    sqlite = connection.capabilities.dialect == "sqlite"
    select = _sqlite_select(model) if sqlite else _postgres_select(model)
    # By SQLite's own row number: an index may have been left behind by a change to the file.
    place = "rowid" if sqlite else model._meta.db_pk_column
    parameter = "?" if sqlite else "$1"
    after: list[Any] = []
    while True:
        where = f' WHERE "{place}" > {parameter}' if after else ""
        found = await connection.execute_query_dict(f'{select}{where} ORDER BY "{place}" LIMIT {BATCH}', after)
        if found:
            yield [_read(model, raw, sqlite=sqlite) for raw in found]
        if len(found) < BATCH:
            return
        after = [found[-1][place]]


def _sqlite_select(model: type[Model]) -> str:
    shown = (_SQLITE_COLUMN.format(f'"{column}"') for column in model._meta.fields_db_projection.values())
    return f'SELECT rowid AS "rowid", {", ".join(shown)} FROM "{model._meta.db_table}"'  # noqa: S608


def _postgres_select(model: type[Model]) -> str:
    shown = (
        # As text: the driver cannot make a Python date of `infinity` or the year 10000.
        f'"{column}"::text AS "{column}"' if isinstance(_field(model, name), DateField | DatetimeField)
        else f'"{column}"'
        for name, column in model._meta.fields_db_projection.items()
    )  # fmt: skip
    return f'SELECT {", ".join(shown)} FROM "{model._meta.db_table}"'  # noqa: S608


def _field(model: type[Model], name: str) -> Field[Any]:
    return model._meta.fields_map[name]


def _read(model: type[Model], raw: dict[str, Any], *, sqlite: bool) -> StoredRow:
    row = StoredRow(model._meta.db_table, f"rowid {raw['rowid']}" if sqlite else "")
    for name, column in model._meta.fields_db_projection.items():
        try:
            stored = _text(raw[column]) if sqlite else raw[column]
            value = _value(_field(model, name), stored)
            if sqlite and not _is_ours(model, name, value, stored):
                row.altered = row.altered or name
        except UNREADABLE:
            row.unreadable = row.unreadable or name
        else:
            row.values[name] = value
    if (key := row.values.get(model._meta.pk_attr)) is not None:
        row.row_id = str(key)
    return row


def _value(column: Field[Any], stored: Any) -> Any:
    if stored is None and not column.null:
        raise ValueError("nothing")
    return column.to_python_value(stored)


def _text(stored: Any) -> Any:
    if isinstance(stored, str):
        raise TypeError("a blob")
    return stored.decode() if isinstance(stored, bytes) else stored


def _is_ours(model: type[Model], name: str, value: Any, stored: Any) -> bool:
    """Whether SQLite would hold exactly this if the value were written now."""
    written = _field(model, name).to_db_value(value, model)
    match written:
        case datetime():
            written = written.isoformat(" ")
        case date():
            written = written.isoformat()
        case bool():
            written = int(written)
    return type(written) is type(stored) and written == stored

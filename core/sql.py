"""SQL made once a model, and rows written with it: several in one statement where the database can."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

from tortoise import Model
from tortoise.connection import get_connection

from suivi.core.postgres import require_writing
from suivi.core.reading import rows_of
from suivi.core.records import Record, loaded

M = TypeVar("M", bound=Record)


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement. A `?` in its text is the place of a value, whatever the database."""

    text: str
    values: Sequence[Any]
    locking: str = ""
    """What PostgreSQL is told besides, where the rows read are to stay as they are."""


def inserting(row: Model, *, unless_there: bool = False, where: str = "") -> Sql:
    """`unless_there`: nothing is done where a row has the same key, and only otherwise is a row returned.

    `where` names another part of the statement, which says by having a row whether this one is to be written.
    """
    names, text = _insert(type(row), where)
    # As the ORM would leave it: a later `save` is an update.
    row._saved_in_db = True
    return Sql(text + _UNLESS_THERE if unless_there else text, _values(row, names))


def updating(row: Model, *names: str) -> Sql:
    """Of the whole row, or of the columns named."""
    names = names or _others(type(row))
    return Sql(_update(type(row), names), _values(row, (*names, type(row)._meta.pk_attr)))


async def insert(*rows: Model) -> None:
    await write(*(inserting(row) for row in rows))


async def update(row: Model, *names: str) -> None:
    await write(updating(row, *names))


async def write(*writes: Sql) -> None:
    """A row may name one before it as its foreign key; otherwise none may need what another of them writes."""
    require_writing()
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        for one in writes:
            await _run(connection, one.text, one.values)
    elif writes:
        text = _together(tuple(one.text for one in writes))
        await _run(connection, text, [value for one in writes for value in one.values])


async def ask(one: Sql) -> Sequence[Mapping[str, Any]]:
    """What a statement returns, by column, as the driver gives it."""
    connection = get_connection("default")
    sqlite = connection.capabilities.dialect == "sqlite"
    return await _run(connection, one.text if sqlite else _together((one.text + one.locking,)), one.values)


async def _run(connection: Any, text: str, values: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """By the driver itself: what the ORM does around it takes as long again."""
    found: Sequence[Mapping[str, Any]]
    async with connection.acquire_connection() as raw:
        if connection.capabilities.dialect == "sqlite":
            found = await raw.execute_fetchall(text, values)
        else:
            found = await raw.fetch(text, *values)
    return found


async def first(model: type[M], condition: str, *values: Any) -> M | None:
    """`condition` is all that follows the table's name, and constant text. The row comes as the ORM would give it."""
    found = await ask(Sql(f"{_select(model)} {condition} LIMIT 1", values))
    if not found:
        return None
    [row] = rows_of(model, found, get_connection("default").capabilities.dialect)
    return loaded(model, vars(row))


_UNLESS_THERE = " ON CONFLICT DO NOTHING RETURNING 1"


@cache
def _select(model: type[Model]) -> str:
    named = ",".join(f'"{column}"' for column in model._meta.fields_db_projection.values())
    return f'SELECT {named} FROM "{model._meta.db_table}"'  # noqa: S608


@cache
def _insert(model: type[Model], where: str) -> tuple[tuple[str, ...], str]:
    columns = model._meta.fields_db_projection
    named = ",".join(f'"{column}"' for column in columns.values())
    places = ",".join("?" * len(columns))
    told = f"SELECT {places} FROM {where}" if where else f"VALUES ({places})"  # noqa: S608
    return tuple(columns), f'INSERT INTO "{model._meta.db_table}" ({named}) {told}'


@cache
def _others(model: type[Model]) -> tuple[str, ...]:
    return tuple(name for name in model._meta.fields_db_projection if name != model._meta.pk_attr)


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    columns = model._meta.fields_db_projection
    changes = ",".join(f'"{columns[name]}"=?' for name in names)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{model._meta.db_pk_column}"=?'  # noqa: S608


def _values(row: Model, names: tuple[str, ...]) -> list[Any]:
    told = row.__dict__
    return [convert(told[name], row) for name, convert in _conversions(type(row), names)]


@cache
def _conversions(model: type[Model], names: tuple[str, ...]) -> tuple[tuple[str, Callable[[Any, Model], Any]], ...]:
    return tuple((name, model._meta.fields_map[name].to_db_value) for name in names)


@lru_cache(maxsize=1000)
def _together(texts: tuple[str, ...]) -> str:
    """PostgreSQL's one statement for all; foreign keys are looked at when it ends."""
    *others, last = texts
    parts = [f'"write{number}" AS ({text})' for number, text in enumerate(others)]
    joined = f"WITH {', '.join(parts)} {last}" if parts else last
    pieces = joined.split("?")
    return "".join(f"{piece}${number}" for number, piece in enumerate(pieces[:-1], 1)) + pieces[-1]

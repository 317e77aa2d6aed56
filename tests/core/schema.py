"""What a database holds, read beside Tortoise: how many rows each table has, and which indexes."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

import asyncpg

OF_POSTGRES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


@dataclass
class Schema:
    rows: dict[str, int] = field(default_factory=dict)
    indexes: dict[str, list[str]] = field(default_factory=dict)
    """Columns by name of the index."""


async def schema_of(url: str) -> Schema:
    return _sqlite(url.removeprefix("sqlite://")) if url.startswith("sqlite") else await _postgres(url)


def _sqlite(file: str) -> Schema:
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = Schema()
        for name in names:
            [[found.rows[name]]] = connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()
            for index in connection.execute(f'PRAGMA index_list("{name}")').fetchall():
                columns = connection.execute(f'PRAGMA index_info("{index[1]}")').fetchall()
                found.indexes[index[1]] = [column[2] for column in columns]
        return found


async def _postgres(url: str) -> Schema:
    connection = await asyncpg.connect(url)
    try:
        found = Schema()
        for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            name = row["tablename"]
            found.rows[name] = await connection.fetchval(f'SELECT count(*) FROM "{name}"')
        for index in await connection.fetch(OF_POSTGRES):
            columns = index["indexdef"].rpartition("(")[2].rstrip(")").split(", ")
            found.indexes[index["indexname"]] = [column.strip('"') for column in columns]
        return found
    finally:
        await connection.close()

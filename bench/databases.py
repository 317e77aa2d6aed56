"""Databases made by our own migrations and filled, on a PostgreSQL or SQLite of the bench's own."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg

from bench.dialects import PostgresDialect, SqliteDialect
from bench.processes import family
from bench.world import Execute, Told, World, fill
from suivi.core import database
from tests.services.databases import migrate_apart
from tests.services.postgres import SETTINGS, Postgres, postgres

TUNED = {"shared_buffers": "1GB", "work_mem": "16MB", "maintenance_work_mem": "256MB", "max_wal_size": "4GB"}
"""Beside what tests set: nothing is forced to disk, and nothing runs in the background."""
SESSIONS = 2
"""That fill a database together."""


@contextmanager
def postgresql() -> Iterator[Postgres]:
    before = dict(SETTINGS)
    SETTINGS.update(TUNED)
    try:
        with postgres() as server:
            yield server
    finally:
        SETTINGS.clear()
        SETTINGS.update(before)


def filled_postgres(server: Postgres, name: str, world: World, told: Told) -> str:
    """Its URL."""
    url = server.create(name)
    migrate_apart(url)
    asyncio.run(fill_postgres(url, world, told))
    return url


async def fill_postgres(url: str, world: World, told: Told = lambda share: None) -> None:
    connections = [await asyncpg.connect(url) for _ in range(SESSIONS)]
    for connection in connections:
        # The role of a replica checks no foreign key.
        await connection.execute("SET session_replication_role = replica")
    await fill(world, PostgresDialect(), [connection.execute for connection in connections], told)
    await connections[0].execute("VACUUM ANALYZE")
    for connection in connections:
        await connection.close()


def confine(server: Postgres, core: int) -> None:
    """Everything PostgreSQL does from now on is done on that core."""
    for pid in family(asyncio.run(postmaster(server))):
        # Sessions that have just ended may still be listed.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(pid, {core})


async def postmaster(server: Postgres) -> int:
    """Its process."""
    connection = await asyncpg.connect(server.url("postgres"))
    folder: str = await connection.fetchval("SHOW data_directory")
    await connection.close()
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


def filled_sqlite(file: Path, world: World, told: Told) -> str:
    """Its URL."""
    url = database.sqlite_url(file)
    migrate_apart(url)
    asyncio.run(fill_sqlite(file, world, told))
    return url


async def fill_sqlite(file: Path, world: World, told: Told = lambda share: None) -> None:
    with sqlite3.connect(file) as connection:
        await fill(world, SqliteDialect(), [_executing(connection)], told)
        connection.execute("ANALYZE")
    connection.close()


def _executing(connection: sqlite3.Connection) -> Execute:
    async def execute(statement: str) -> None:
        connection.execute(statement)

    return execute

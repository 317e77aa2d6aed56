"""The database: where it is, how it is migrated, how a transaction is begun."""

import fcntl
import os
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connection, get_connections
from tortoise.migrations.api import migrate as apply_migrations

from suivi.core import postgres

NOUNS = (
    "partners",
    "clinics",
    "patients",
    "trips",
    "treatments",
    "cases",
    "evidence",
    "messages",
    "complications",
    "classifications",
    "coverage",
    "confirmations",
    "devices",
    "insurances",
    "measurements",
    "check_ups",
    "pins",
    "events",
    "deliveries",
    "reminders",
)
MODELS = tuple(f"suivi.core.{noun}.models" for noun in NOUNS)

STATEMENTS_KEPT = 300
"""Prepared by each connection to PostgreSQL, of those used last."""

# Any number will do as long as nothing else in the same PostgreSQL database takes it.
_MIGRATION_LOCK = 0x5_0171


def sqlite_url(path: Path) -> str:
    return f"sqlite://{quote(str(path.absolute()))}"


def sqlite_file(url: str) -> Path:
    """Where a SQLite address keeps its file. Tortoise takes the path as it is quoted in the address."""
    return Path(unquote(expand_db_url(url)["credentials"]["file_path"]))


def config(url: str, *, pool: int = 20) -> dict[str, Any]:
    """Tortoise's configuration for a `sqlite://` or `postgresql://` address."""
    connection = expand_db_url(url)
    if is_sqlite(url):
        # A second process waits for the first one's write instead of failing at once.
        connection["credentials"] |= {
            "file_path": str(sqlite_file(url)),
            "busy_timeout": 10_000,
            "synchronous": "FULL",
        }
    else:
        connection["engine"] = postgres.__name__
        connection["credentials"] |= {
            "max_size": pool,
            "connection_class": postgres.Connection,
            "statement_cache_size": STATEMENTS_KEPT,
            # Compiling one of our statements to machine code takes longer than running it.
            "server_settings": {"jit": "off"},
        }
    return {
        "connections": {"default": connection},
        "apps": {"suivi": {"models": list(MODELS), "migrations": "suivi.core.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:")


def __getattr__(name: str) -> Any:
    """`CONFIG`, for Tortoise's own command line: `tortoise -c suivi.core.database.CONFIG makemigrations`."""
    if name == "CONFIG":
        return config(os.environ.get("SUIVI_DATABASE_URL") or sqlite_url(Path(".suivi/suivi.sqlite3")))
    raise AttributeError(name)


async def connect(url: str, *, pool: int = 20) -> None:
    """Make this process's one database ready for use from any task."""
    await Tortoise.init(config=config(url, pool=pool), _enable_global_fallback=True)


async def disconnect() -> None:
    await Tortoise.close_connections()


async def migrate(url: str) -> None:
    """Bring the database up to date. Replicas that start together take turns, and the later ones find nothing to do."""
    async with _file_lock(url) if is_sqlite(url) else _advisory_lock(url):
        try:
            await apply_migrations(config=config(url, pool=4))
        finally:
            await Tortoise.close_connections()


@asynccontextmanager
async def _advisory_lock(url: str) -> AsyncIterator[None]:
    # A connection of its own: Tortoise closes its pool while it migrates, and the lock must outlive that.
    where = {key: value for key, value in expand_db_url(url)["credentials"].items() if value is not None}
    held = await asyncpg.connect(**where)
    try:
        await held.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await held.close()


@asynccontextmanager
async def _file_lock(url: str) -> AsyncIterator[None]:
    path = sqlite_file(url).with_name(f"{sqlite_file(url).name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        await to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


def transaction() -> AbstractAsyncContextManager[TransactionalDBClient]:
    """Everything inside is kept together or not at all."""
    connection: Any = get_connection("default")
    if isinstance(connection, TransactionalDBClient):
        return connection._in_transaction()
    return _of_pool(connection) if isinstance(connection, postgres.Client) else _of_file(connection)


@asynccontextmanager
async def _of_pool(client: postgres.Client) -> AsyncIterator[TransactionalDBClient]:
    # Tortoise's own would not give the connection back where BEGIN fails or is cancelled.
    async with client.acquire_connection() as held, held.transaction():
        inside = TransactionWrapper(client)
        inside._connection = held
        token = get_connections().set(client.connection_name, inside)
        try:
            yield inside
        finally:
            get_connections().reset(token)


class _Immediate(SqliteTransactionWrapper):
    async def begin(self) -> None:
        """Nothing yet: Tortoise's plain BEGIN reads first, and fails to write once another process has written."""


@asynccontextmanager
async def _of_file(client: SqliteClient) -> AsyncIterator[TransactionalDBClient]:
    async with SqliteTransactionContext(_Immediate(client), client._lock) as inside:
        # Not in `begin`: if it fails there, the connection is never free again.
        await inside.execute_query("BEGIN IMMEDIATE")
        yield inside

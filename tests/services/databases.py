"""Databases for tests, on SQLite or on PostgreSQL.

Making a PostgreSQL database takes a third of a second, emptying one a hundredth: tests that need no database of their
own share one, which is emptied before each.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.services.postgres import Postgres

MIGRATE = "import asyncio, sys; from suivi.core.database import migrate; asyncio.run(migrate(sys.argv[1]))"


class Databases(Protocol):
    def new(self, *, migrated: bool = True) -> str:
        """The URL of a database of one's own, for as long as the run lasts; not migrated, it has no table either."""
        ...

    @contextmanager
    def for_one_test(self) -> Iterator[str]:
        """The URL of a migrated database without rows, except those that migrations wrote."""
        ...

    def keep_rows(self, url: str) -> None:
        """Remember what is in the database of one test. Nobody may be connected to it."""
        ...

    def put_back(self, url: str) -> None:
        """What was remembered last, into the database of another test. Nobody may be connected to it."""
        ...


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    @cached_property
    def _template(self) -> Path:
        file = self.folder / "template.sqlite3"
        migrate_apart(f"sqlite://{file}")
        return file

    def new(self, *, migrated: bool = True) -> str:
        return f"sqlite://{self._file(migrated=migrated)}"

    @contextmanager
    def for_one_test(self) -> Iterator[str]:
        file = self._file(migrated=True)
        yield f"sqlite://{file}"
        for part in self.folder.glob(f"{file.name}*"):
            part.unlink()

    def keep_rows(self, url: str) -> None:
        shutil.copy(url.removeprefix("sqlite://"), self.folder / "kept.sqlite3")

    def put_back(self, url: str) -> None:
        shutil.copy(self.folder / "kept.sqlite3", url.removeprefix("sqlite://"))

    def _file(self, *, migrated: bool) -> Path:
        file = self.folder / f"{next(self._numbers)}.sqlite3"
        if migrated:
            shutil.copy(self._template, file)
        return file


class PostgresDatabases:
    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._numbers = count(1)

    @cached_property
    def _template(self) -> str:
        migrate_apart(self.server.create("template_suivi"))
        return "template_suivi"

    @cached_property
    def _shared(self) -> str:
        self.server.create("shared", template=self._template)
        return "shared"

    @cached_property
    def _written_by_migrations(self) -> list[str]:
        return self.server.tables_with_rows(self._template)

    def new(self, *, migrated: bool = True) -> str:
        name = f"suivi_{next(self._numbers)}"
        return self.server.create(name, template=self._template if migrated else "template0")

    @contextmanager
    def for_one_test(self) -> Iterator[str]:
        self.server.empty(self._shared, keep=self._written_by_migrations)
        yield self.server.url(self._shared)

    def keep_rows(self, url: str) -> None:
        self.server.keep_rows(self._shared)

    def put_back(self, url: str) -> None:
        self.server.put_back(self._shared)


def migrate_apart(url: str) -> None:
    """Migrate in a process of its own: Tortoise keeps one context a process, and that one belongs to the tests.

    Raises RuntimeError with what the migrations said.
    """
    done = subprocess.run([sys.executable, "-c", MIGRATE, url], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the migrations failed:\n{done.stdout}{done.stderr}")

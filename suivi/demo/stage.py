"""What the story is played on: a running server, people with tokens, the clinic's mailbox, the command line."""

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import httpx
from strawberry.relay.utils import from_base64

from suivi.core.access.keys import LocalKey
from suivi.core.access.viewer import Role
from suivi.core.database import sqlite_url
from suivi.demo.client import Client
from suivi.demo.mailbox import Mailbox

Facts: TypeAlias = dict[str, Any]
"""What a step saw."""

TOKENS_LIVE = timedelta(days=90)

SUBJECTS = {
    Role.OPERATOR: "operator",
    Role.FRONTEND: "frontend-paris",
    Role.PATIENT: "patient-0417",
    Role.REPRESENTATIVE: "representative-0417",
    Role.COORDINATOR: "kata-szabo",
    Role.PRACTITIONER: "eszter-nagy",
    Role.MEDIATOR: "claire-lambert",
    Role.EXPERT: "jonas-roth",
    Role.INTERPRETER: "anna-farkas",
}
THROUGH_THE_FRONTEND = (Role.PATIENT, Role.REPRESENTATIVE)


class Tampering(Protocol):
    """Somebody who gets at the database behind Suivi's back."""

    def altered(self, message: UUID, old: str, new: str) -> AbstractAsyncContextManager[Mapping[str, str]]:
        """A database where `old` reads `new` in the message, and the settings that point to it. Undone at the end."""
        ...


@dataclass(kw_only=True)
class Stage:
    """`ids` is what earlier steps of the story made, by a name of the story's own."""

    http: httpx.AsyncClient
    key: LocalKey = field(repr=False)
    mailbox: Mailbox
    tampering: Tampering
    environment: Mapping[str, str] = field(repr=False)
    """Of the server, for commands that work on the same data."""
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the server's data are, and where the story leaves files for whoever watches it."""
        return Path(self.environment["SUIVI_DATA_DIR"])

    def token(self, role: Role) -> str:
        return self.key.mint(
            subject=SUBJECTS[role],
            role=role,
            partner_id=self._partner() if role in (Role.FRONTEND, *THROUGH_THE_FRONTEND) else None,
            frontend=SUBJECTS[Role.FRONTEND] if role in THROUGH_THE_FRONTEND else None,
            lives=TOKENS_LIVE,
            now=datetime.now(UTC),
        )

    def as_(self, role: Role, clock: datetime, *, locale: str = "en") -> Client:
        return Client(http=self.http, token=self.token(role), clock=clock, locale=locale)

    async def command(self, *arguments: str, **changed: str) -> "Said":
        """Run `suivi` with these arguments on the server's data, or on what `changed` settings point to."""
        return await run_suivi(*arguments, environment={**self.environment, **changed})

    def _partner(self) -> UUID:
        return row_id(self.ids["partner"])


@dataclass(frozen=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str


async def run_suivi(*arguments: str, environment: Mapping[str, str]) -> Said:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "suivi.cli", *arguments),
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Said(code=process.returncode or 0, out=out.decode(), err=err.decode())


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings of Suivi and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("SUIVI_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **settings}


def row_id(node_id: str) -> UUID:
    return UUID(from_base64(node_id)[1])


class SqliteTampering:
    """Works on a copy of the database file, so that the real one stays as it is."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @asynccontextmanager
    async def altered(self, message: UUID, old: str, new: str) -> AsyncIterator[Mapping[str, str]]:
        copy = self.file.with_name("tampered-copy.sqlite3")
        try:
            _copy(self.file, copy)
            with closing(sqlite3.connect(copy)) as connection, connection:
                change = "UPDATE message SET body = replace(body, ?, ?) WHERE id = ?"
                changed = connection.execute(change, (old, new, str(message))).rowcount
            if changed != 1:
                raise RuntimeError(f"the message to change was found {changed} times")
            yield {"SUIVI_DATABASE_URL": sqlite_url(copy)}
        finally:
            for part in copy.parent.glob(f"{copy.name}*"):
                part.unlink()


def _copy(file: Path, copy: Path) -> None:
    # The server is at work on the file: SQLite's own backup copies what it has committed.
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


@dataclass
class Progress:
    """How far the story has got, kept in the demo's folder so that it goes on after an interruption."""

    file: Path
    done: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Progress":
        if not file.exists():
            return cls(file)
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(file, done=kept["done"], ids=kept["ids"])

    def keep(self) -> None:
        draft = self.file.with_suffix(".part")
        draft.write_text(json.dumps({"done": self.done, "ids": self.ids}, indent=2), encoding="utf-8")
        draft.replace(self.file)

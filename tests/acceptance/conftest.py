"""The story played once on a real server process, over HTTP and WebSocket, for all tests of this folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from valkey import Valkey

from suivi.core.access.keys import LocalKey
from suivi.demo.mailbox import Mailbox
from suivi.demo.server import server
from suivi.demo.stage import SqliteTampering, Stage, Tampering, clean_environment
from suivi.demo.story import CHAPTERS
from tests.conftest import Parts
from tests.services.databases import Databases
from tests.services.ports import free_port

Played = dict[str, dict[str, Any]]


class PostgresTampering:
    """Changes the very database, and changes it back."""

    def __init__(self, url: str) -> None:
        self.url = url

    @asynccontextmanager
    async def altered(self, message: UUID, old: str, new: str) -> AsyncIterator[Mapping[str, str]]:
        await self._replace(message, old, new)
        try:
            yield {}
        finally:
            await self._replace(message, new, old)

    async def _replace(self, message: UUID, old: str, new: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            done = await connection.execute(
                "UPDATE message SET body = replace(body, $1, $2) WHERE id = $3", old, new, message
            )
            assert done == "UPDATE 1"
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, parts: Parts, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    """What each step saw, by its name."""
    folder = tmp_path_factory.mktemp("story")
    settings = {} if parts == "embedded" else _real_parts(request, databases)
    return asyncio.run(_play(folder, settings))


def _real_parts(request: pytest.FixtureRequest, databases: Databases) -> dict[str, str]:
    feed: str = request.getfixturevalue("valkey_url")
    with Valkey.from_url(feed) as client:
        client.flushall()
    return {
        "SUIVI_DATABASE_URL": databases.new(migrated=False),
        "SUIVI_STORAGE_URL": request.getfixturevalue("seaweed_url"),
        "SUIVI_FEED_URL": feed,
    }


async def _play(folder: Path, settings: Mapping[str, str]) -> Played:
    mailbox = Mailbox(folder / "mailbox")
    mailbox.start()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = clean_environment(
        **{"SUIVI_DATA_DIR": str(folder), "SUIVI_PORT": str(port), "SUIVI_SMTP_URL": mailbox.url, **settings}
    )
    try:
        async with server(url, environment, folder / "log"), httpx.AsyncClient(base_url=url, timeout=20) as http:
            stage = Stage(
                http=http,
                key=LocalKey.load(folder / "dev-key.json"),
                mailbox=mailbox,
                tampering=_tampering(folder, settings),
                environment=environment,
            )
            seen = {chapter.name: await chapter.step(stage) for chapter in CHAPTERS}
        return {**seen, "log": {"text": (folder / "log").read_text()}}
    finally:
        mailbox.stop()


def _tampering(folder: Path, settings: Mapping[str, str]) -> Tampering:
    url = settings.get("SUIVI_DATABASE_URL")
    return PostgresTampering(url) if url else SqliteTampering(folder / "suivi.sqlite3")

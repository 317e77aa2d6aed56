"""A running Suivi and a world to act in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.kept import KeptWorld
from tests.services.smtp import SmtpServer
from tests.services.suivi import Suivi, suivi
from tests.services.world import World


@pytest.fixture
def started_with() -> dict[str, Any]:
    """What a module starts Suivi with in its own way; its world is then built anew."""
    return {}


@pytest.fixture
async def running(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database_url: str,
    storage_url: str | None,
    feed_url: str | None,
    smtp: SmtpServer,
    started_with: dict[str, Any],
) -> AsyncIterator[Suivi]:
    """Without a row; or with the world already in it, for a test that asks for that too."""
    parts: dict[str, Any] = {
        "data_dir": tmp_path,
        "database_url": database_url,
        "storage_url": storage_url,
        "feed_url": feed_url,
        "smtp_url": smtp.url,
        **started_with,
    }
    if "kept_world" in request.fixturenames and not started_with:
        kept: KeptWorld = request.getfixturevalue("kept_world")
        await kept.put(**parts)
    async with suivi(**parts) as started:
        yield started


@pytest.fixture
async def world(kept_world: KeptWorld, running: Suivi) -> World:
    return await kept_world.met(running)

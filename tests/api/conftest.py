"""A running Suivi and a world to act in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.smtp import SmtpServer
from tests.services.suivi import Suivi, suivi
from tests.services.world import World, build_world


@pytest.fixture
async def running(
    tmp_path: Path, database_url: str, storage_url: str | None, feed_url: str | None, smtp: SmtpServer
) -> AsyncIterator[Suivi]:
    async with suivi(
        data_dir=tmp_path,
        database_url=database_url,
        storage_url=storage_url,
        feed_url=feed_url,
        smtp_url=smtp.url,
    ) as started:
        yield started


@pytest.fixture
async def world(running: Suivi) -> World:
    return await build_world(running)

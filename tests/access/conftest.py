"""A universe, built once for all tests of a module, which share its event loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tortoise import connections

from tests.access.universe import Universe, build_universe
from tests.conftest import Parts
from tests.services.databases import Databases
from tests.services.suivi import suivi


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def universe(
    request: pytest.FixtureRequest, databases: Databases, parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Universe]:
    real = parts == "real"
    async with suivi(
        data_dir=tmp_path_factory.mktemp("universe"),
        database_url=databases.new(),
        storage_url=request.getfixturevalue("seaweed_url") if real else None,
        feed_url=request.getfixturevalue("valkey_url") if real else None,
        # Nothing is to be written behind a test's back.
        deliver=False,
    ) as running:
        if not real:
            await connections.get("default").execute_script("PRAGMA synchronous=OFF")
        yield await build_universe(running)

"""What the tests of the event log share."""

from collections.abc import AsyncIterator

import pytest

from suivi.core.database import connect, disconnect
from tests.core.events.world import World, make_world


@pytest.fixture
async def connected(database_url: str) -> AsyncIterator[str]:
    await connect(database_url)
    yield database_url
    await disconnect()


@pytest.fixture
async def world(connected: str) -> World:
    return await make_world()

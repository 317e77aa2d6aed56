from collections.abc import AsyncIterator

import pytest

from suivi.core.database import connect, disconnect


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """This test's database, connected."""
    await connect(database_url, pool=8)
    yield database_url
    await disconnect()

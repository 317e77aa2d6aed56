from collections.abc import AsyncIterator

import pytest

from suivi.core.database import connect, disconnect


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[None]:
    await connect(database_url, pool=8)
    yield
    await disconnect()

"""A universe, built once for all tests of a module, which share its event loop."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.access.universe import Universe, a_universe
from tests.services.databases import Databases


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def universe(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Universe]:
    async with a_universe(request, databases, tmp_path_factory.mktemp("universe")) as built:
        yield built

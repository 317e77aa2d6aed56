"""A running Suivi on a database that the bench has filled."""

import pytest

from bench.databases import fill_postgres, fill_sqlite
from bench.world import World
from suivi.core import database
from suivi.core.access.viewer import Role
from tests.api.conftest import running, started_with
from tests.services.suivi import Client, Suivi

__all__ = ["running", "started_with"]


@pytest.fixture
def world() -> World:
    return World(500, people=2)


@pytest.fixture
async def coordinator(running: Suivi, database_url: str, world: World) -> Client:
    """Of the clinic that the bench asks for."""
    if database.is_sqlite(database_url):
        await fill_sqlite(database.sqlite_file(database_url), world)
    else:
        await fill_postgres(database_url, world)
    return running.as_(Role.COORDINATOR, "coordinator-1")

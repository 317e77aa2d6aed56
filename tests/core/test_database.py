"""The database: addresses, connecting, and transactions that keep everything or nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from suivi.core import database
from suivi.core.database import config, connect, disconnect, is_sqlite, sqlite_url, transaction
from suivi.core.partners.models import Partner
from tests.core.events.world import AT


def a_partner(name: str = "Suites et soins") -> Partner:
    return Partner(name=name, registered_at=AT)


@pytest.fixture
async def connected(database_url: str) -> AsyncIterator[str]:
    await connect(database_url)
    yield database_url
    await disconnect()


async def test_what_a_transaction_wrote_is_kept(connected: str) -> None:
    async with transaction():
        await a_partner().save(force_create=True)

    assert await Partner.all().count() == 1


async def test_a_transaction_that_fails_keeps_nothing(connected: str) -> None:
    with pytest.raises(RuntimeError, match="the clinic hung up"):
        await _write_and_fail()

    assert await Partner.all().count() == 0


async def test_transactions_of_several_tasks_all_come_through(connected: str) -> None:
    async def add(number: int) -> None:
        async with transaction():
            before = await Partner.all().count()
            await a_partner(f"{number} after {before}").save(force_create=True)

    await asyncio.gather(*(add(number) for number in range(12)))

    assert await Partner.all().count() == 12


async def test_what_is_written_is_there_after_connecting_again(connected: str) -> None:
    await a_partner().save(force_create=True)
    await disconnect()

    await connect(connected)

    assert await Partner.all().count() == 1


async def test_any_task_can_use_the_connection(connected: str) -> None:
    async def count() -> int:
        return await Partner.all().count()

    assert await asyncio.create_task(count()) == 0


async def test_a_moment_is_read_back_as_it_was_written(connected: str) -> None:
    await a_partner().save(force_create=True)

    assert (await Partner.get()).registered_at == AT


async def test_sqlite_waits_for_other_processes_and_writes_through(connected: str) -> None:
    if not is_sqlite(connected):
        pytest.skip("SQLite's own settings")
    settings = {}
    for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous"):
        [row] = await get_connection("default").execute_query_dict(f"PRAGMA {name}")
        [settings[name]] = row.values()

    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "synchronous": 2}


def test_a_file_name_with_signs_in_it_makes_a_url() -> None:
    assert sqlite_url(Path("/srv/suivi données/suivi.sqlite3")) == "sqlite:///srv/suivi%20donn%C3%A9es/suivi.sqlite3"


async def test_a_file_name_with_signs_in_it_is_the_file_that_is_used(tmp_path: Path) -> None:
    file = tmp_path / "suivi données #1?.sqlite3"
    await connect(sqlite_url(file))
    await get_connection("default").execute_query("SELECT 1")

    await disconnect()

    assert file.exists()


def test_the_pool_has_the_size_that_was_asked_for() -> None:
    connection = config("postgresql://somebody@example.org/suivi", pool=7)["connections"]["default"]

    assert connection["credentials"]["max_size"] == 7


def test_every_noun_with_tables_is_known_to_the_database() -> None:
    folder = Path(database.__file__).parent

    assert {file.parent.name for file in folder.glob("*/models.py")} == set(database.NOUNS)


def test_tortoises_own_command_line_has_its_configuration() -> None:
    assert database.CONFIG["apps"]["suivi"]["migrations"] == "suivi.core.migrations"


async def _write_and_fail() -> None:
    async with transaction():
        await a_partner().save(force_create=True)
        raise RuntimeError("the clinic hung up")


async def test_a_transaction_inside_another_is_kept_or_lost_with_it(connected: str) -> None:
    async def hung_up() -> None:
        async with transaction():
            async with transaction():
                await a_partner().save(force_create=True)
            raise RuntimeError("the clinic hung up")

    with pytest.raises(RuntimeError, match="the clinic hung up"):
        await hung_up()

    assert await Partner.all().count() == 0


async def test_a_transaction_that_is_given_up_keeps_nothing_and_holds_nobody_up(database_url: str) -> None:
    """However far it got: a request may be given up at any moment, and its connection is the next one's."""
    await connect(database_url, pool=1)

    for waits in range(12):
        writing = asyncio.create_task(_write_and_wait())
        for _ in range(waits * waits):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        async with asyncio.timeout(20), transaction():
            assert await Partner.all().count() == 0

    await disconnect()


async def _write_and_wait() -> None:
    async with transaction():
        await a_partner().save(force_create=True)
        await asyncio.Event().wait()


async def test_a_connection_goes_back_to_the_pool_as_it_was_taken(database_url: str) -> None:
    """What is set is set for one transaction, so that nothing need be undone."""
    if is_sqlite(database_url):
        pytest.skip("a pool is PostgreSQL's")
    await connect(database_url, pool=1)
    asked = (
        "SELECT pg_backend_pid() AS process, current_setting('statement_timeout') AS patience, "
        "(SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'virtualxid') AS locks, "
        "pg_current_xact_id_if_assigned() IS NULL AS nothing_open"
    )
    [before] = await get_connection("default").execute_query_dict(asked)

    with pytest.raises(RuntimeError, match="the clinic hung up"):
        await _set_and_fail()
    [after] = await get_connection("default").execute_query_dict(asked)
    await disconnect()

    assert after == before
    assert after["nothing_open"]


async def _set_and_fail() -> None:
    async with transaction() as connection:
        await connection.execute_script("SET LOCAL statement_timeout = '7s'")
        await a_partner().save(force_create=True)
        raise RuntimeError("the clinic hung up")

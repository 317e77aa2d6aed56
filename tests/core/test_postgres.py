"""The pool of connections: who waits is served in turn, and what is given up is tidied before anybody has it again."""

import asyncio
from typing import Any

import asyncpg
import pytest

from suivi.core.database import connect, disconnect, is_sqlite, transaction
from suivi.core.partners.models import Partner
from suivi.core.postgres import Pool


class Line:
    """A connection to nowhere. `left`: something is under way on it; `broken`: tidying it does not help."""

    def __init__(self, *, left: bool = False, broken: bool = False) -> None:
        self.left = left
        self.broken = broken
        self.closed = False
        self.tidied = asyncio.Event()

    @property
    def is_as_new(self) -> bool:
        return not self.left

    def is_closed(self) -> bool:
        return self.closed

    async def tidy(self) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise asyncpg.InterfaceError("gone")
        self.left = False
        self.tidied.set()

    def terminate(self) -> None:
        self.closed = True

    async def close(self) -> None:
        self.closed = True


class Opening:
    """Opens lines; `wrong` is how many times that fails first."""

    def __init__(self, *, wrong: int = 0) -> None:
        self.wrong = wrong
        self.opened: list[Line] = []

    async def __call__(self) -> Any:
        await asyncio.sleep(0)
        if self.wrong:
            self.wrong -= 1
            raise OSError("nobody there")
        self.opened.append(Line())
        return self.opened[-1]


def given(size: int = 1, *, wrong: int = 0) -> tuple[Pool, Opening]:
    opening = Opening(wrong=wrong)
    return Pool(size, opening), opening


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_are_opened_than_are_needed_at_once() -> None:
    pool, opening = given(3)

    for _ in range(5):
        await pool.release(await pool.acquire())
    both = [await pool.acquire(), await pool.acquire()]

    assert len(opening.opened) == 2
    assert len(set(both)) == 2


async def test_who_has_waited_longest_is_served_first_and_nobody_gets_in_between() -> None:
    pool, opening = given(1)
    held, served = await pool.acquire(), []

    async def wait(name: str) -> None:
        connection = await pool.acquire()
        served.append(name)
        await pool.release(connection)

    waiting = [asyncio.create_task(wait(name)) for name in "abc"]
    await settled()
    await pool.release(held)
    await wait("late")
    await asyncio.gather(*waiting)

    assert served == ["a", "b", "c", "late"]
    assert len(opening.opened) == 1


async def test_who_gives_up_waiting_takes_nothing_along() -> None:
    """Before it was their turn, and at the very moment it is."""
    pool, _ = given(1)
    held = await pool.acquire()
    early, late, other = (asyncio.create_task(pool.acquire()) for _ in range(3))
    await settled()

    early.cancel()
    await settled()
    await pool.release(held)
    late.cancel()
    await asyncio.gather(early, late, return_exceptions=True)

    assert await other is held


async def test_what_is_left_under_way_is_tidied_before_anybody_has_it_again() -> None:
    pool, opening = given(1)
    held: Any = await pool.acquire()
    held.left = True
    waiting = asyncio.create_task(pool.acquire())

    giving = asyncio.create_task(pool.release(held))
    await asyncio.sleep(0)
    giving.cancel()

    assert await waiting is held
    assert held.tidied.is_set()
    assert len(opening.opened) == 1


@pytest.mark.parametrize("how", ["closed", "broken"])
async def test_one_that_is_lost_makes_room_for_another(how: str) -> None:
    pool, opening = given(1)
    held: Any = await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await settled()

    held.left, held.broken, held.closed = True, True, how == "closed"
    await pool.release(held)

    assert await waiting is opening.opened[1]
    assert held.closed


async def test_one_that_is_closed_while_nobody_has_it_is_not_handed_out() -> None:
    pool, opening = given(1)
    held: Any = await pool.acquire()
    await pool.release(held)

    held.closed = True

    assert await pool.acquire() is opening.opened[1]


async def test_when_none_can_be_opened_the_next_one_tries_again() -> None:
    pool, _ = given(1, wrong=1)

    with pytest.raises(OSError, match="nobody there"):
        await pool.acquire()

    assert await pool.acquire()


async def test_who_waits_for_one_that_cannot_be_opened_tries_by_themselves() -> None:
    pool, opening = given(1, wrong=1)

    answers = await asyncio.gather(pool.acquire(), pool.acquire(), return_exceptions=True)

    assert isinstance(answers[0], OSError)
    assert answers[1] is opening.opened[0]


async def test_closing_waits_for_those_that_are_lent() -> None:
    pool, opening = given(2)
    lent = [await pool.acquire(), await pool.acquire()]

    closing = asyncio.create_task(pool.close())
    await settled()
    begun = closing.done()
    for connection in lent:
        await pool.release(connection)
    await closing

    assert not begun
    assert all(line.closed for line in opening.opened)
    with pytest.raises(asyncpg.InterfaceError):
        await pool.acquire()


async def test_terminating_waits_for_nobody() -> None:
    pool, opening = given(1)
    lent = await pool.acquire()

    pool.terminate()
    await pool.release(lent)
    await pool.close()

    assert all(line.closed for line in opening.opened)


async def test_a_statement_that_is_given_up_is_over_before_the_connection_is_used_again(database_url: str) -> None:
    if is_sqlite(database_url):
        pytest.skip("a pool is PostgreSQL's")
    await connect(database_url, pool=1)

    for waits in range(0, 40, 4):
        writing = asyncio.create_task(_write_slowly())
        for _ in range(waits):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        async with asyncio.timeout(20):
            assert await Partner.all().count() == 0

    await disconnect()


async def _write_slowly() -> None:
    async with transaction() as connection:
        await connection.execute_query("SELECT pg_sleep(30)")


async def test_a_session_the_server_ended_is_replaced(database_url: str) -> None:
    if is_sqlite(database_url):
        pytest.skip("a pool is PostgreSQL's")
    await connect(database_url, pool=1)

    with pytest.raises(asyncpg.PostgresError):
        await Partner.raw("SELECT pg_terminate_backend(pg_backend_pid())")

    assert await Partner.all().count() == 0
    await disconnect()

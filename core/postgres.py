"""PostgreSQL as Tortoise's engine, with a pool of our own: asyncpg's takes about as long as a small statement."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)
"""Whether nothing may be written where we are."""

POOLS_OWN = ("min_size", "max_size", "max_queries", "max_inactive_connection_lifetime")
"""What an address may say of a pool, and a connection knows nothing of."""


class OnlyReading(Exception):  # noqa: N818 - whoever set `only_reading` expects it
    """Nothing is to be written here, and nothing has been."""


def require_writing() -> None:
    """Raises OnlyReading."""
    if only_reading.get():
        raise OnlyReading


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg says nothing of its types
    def get_reset_query(self) -> str:
        """Nothing to undo when it goes back to the pool: what we set, we set for one transaction."""
        return ""

    @property
    def is_as_new(self) -> bool:
        """Whether nothing is under way on it, given up or left open."""
        protocol: Any = self._protocol
        return not protocol._is_cancelling() and not protocol.is_in_transaction()

    async def tidy(self) -> None:
        """Raises what keeps it from being used again."""
        if not self.is_in_transaction():
            # Waits until what was given up is over.
            await self.execute("SELECT 1")
        # Ends a transaction left open.
        await self.reset()


class Pool:
    """At most `size` connections, opened when they are needed; who has waited longest is served first.

    Of those that are idle the last one used goes first, which knows most statements.
    """

    def __init__(self, size: int, connect: Callable[[], Awaitable[Connection]]) -> None:
        self._connect = connect
        self._room = size
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closing = False

    async def acquire(self) -> Connection:
        if self._closing:
            raise asyncpg.InterfaceError("the pool is closed")
        connection = self._take() or await self._opened_or_handed_on()
        self._lent.add(connection)
        return connection

    def give_back(self, connection: Connection) -> bool:
        """At once, where nothing needs to be tidied; False, and nothing done, where something does."""
        if connection.is_closed():
            self._lost(connection)
        elif connection.is_as_new:
            self._lent.discard(connection)
            self._hand_on(connection)
        else:
            return False
        return True

    async def release(self, connection: Connection) -> None:
        if not self.give_back(connection):
            # However often this is cancelled: the next one waits for it.
            await asyncio.shield(self._tidied(connection))

    async def close(self) -> None:
        """Those that are lent as soon as they are back."""
        self._closing = True
        while self._idle or self._lent:
            connection = self._take() or await self._handed_on()
            if connection is not None:
                await connection.close()

    def terminate(self) -> None:
        self._closing = True
        for connection in (*self._idle, *self._lent):
            connection.terminate()

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            connection.terminate()
            self._room += 1
        return None

    async def _opened_or_handed_on(self) -> Connection:
        while True:
            if self._room:
                return await self._opened()
            if (connection := await self._handed_on()) is not None:
                return connection

    async def _opened(self) -> Connection:
        self._room -= 1
        try:
            return await self._connect()
        except BaseException:
            self._make_room()
            raise

    async def _handed_on(self) -> Connection | None:
        """None where there may be room for another instead."""
        waiting: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                # It came too late for whoever waited.
                self._hand_on(waiting.result())
            raise

    def _hand_on(self, connection: Connection | None) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return
        if connection is not None:
            self._idle.append(connection)

    def _make_room(self) -> None:
        self._room += 1
        self._hand_on(None)

    def _lost(self, connection: Connection) -> None:
        self._lent.discard(connection)
        # Closed by the other side, it has not let go of everything yet.
        connection.terminate()
        self._make_room()

    async def _tidied(self, connection: Connection) -> None:
        try:
            await connection.tidy()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            connection.terminate()
        if not self.give_back(connection):
            connection.terminate()
            self._lost(connection)


class Borrowed:
    """`async with` it: a connection of the pool, which is given back at the end."""

    __slots__ = ("_client", "_connection", "_pool")

    def __init__(self, client: "Client") -> None:
        self._client = client

    async def __aenter__(self) -> Connection:
        self._pool: Pool = self._client._pool or await self._client.connected()
        self._connection = await self._pool.acquire()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        if not self._pool.give_back(self._connection):
            await self._pool.release(self._connection)


class Client(AsyncpgDBClient):
    _pool: Any
    """A `Pool`, where Tortoise means asyncpg's."""

    async def connected(self) -> Pool:
        async with self._pool_init_lock:
            if self._pool is None:
                await self.create_connection(with_db=True)
        return cast("Pool", self._pool)

    async def create_pool(self, **told: Any) -> Any:
        """With one connection from the start, so that an address that is wrong shows."""
        size = int(told["max_size"])
        where = {name: value for name, value in told.items() if name not in POOLS_OWN}
        pool = Pool(size, partial(asyncpg.connect, **where))
        await pool.release(await pool.acquire())
        return pool

    def acquire_connection(self) -> Any:
        return Borrowed(self)

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        require_writing()
        return await super().execute_insert(query, values)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        require_writing()
        await super().execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        if not query.startswith("SELECT"):
            require_writing()
        return await super().execute_query(query, values)


client_class = Client

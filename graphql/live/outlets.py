"""Where the answers of one operation go. Nobody who hands something out ever waits for whoever reads it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Protocol

from strawberry.types import ExecutionResult

from suivi.core.refusals import Refusal

MOST_WAITING = 256
MOST_WAITING_CHARACTERS = 1_000_000
"""What may wait for one reader: beyond either it is dropped."""
SLOW_SECONDS = 20.0
"""What a reader gets to take what is on its way before it is given up."""


class TooSlow(Refusal):
    """What happened came faster than it was read here."""

    code = "TOO_SLOW"
    remedy = "Subscribe again with `after` and the id of the last one you have read: you are told all you missed."


class Outlet(Protocol):
    def tell(self, payload: str) -> None:
        """One answer, as JSON."""
        ...

    def end(self, last: ExecutionResult | None = None) -> None:
        """Nothing more comes, after errors where there are any."""
        ...

    async def room(self) -> None:
        """Until what waits is little. For whoever has much to tell at once."""
        ...


class Waiting:
    """What is put in and not taken out yet, within bounds. One thing alone may have any size."""

    __slots__ = ("_characters", "_items")

    def __init__(self) -> None:
        self._items: deque[str] = deque()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: str) -> bool:
        """False, and nothing put in, where that would be too much."""
        characters = self._characters + len(item)
        if self._items and (len(self._items) >= MOST_WAITING or characters > MOST_WAITING_CHARACTERS):
            return False
        self._items.append(item)
        self._characters = characters
        return True

    def take(self) -> str:
        item = self._items.popleft()
        self._characters -= len(item)
        return item

    def clear(self) -> None:
        self._items.clear()
        self._characters = 0


class Stream:
    """An outlet that is read from by asking for the next answer. `slow` is its last one where that is too seldom."""

    def __init__(self, slow: ExecutionResult) -> None:
        self._waiting = Waiting()
        self._slow = slow
        self._last: ExecutionResult | None = None
        self._over = False
        self._news = asyncio.Event()
        self._taken = asyncio.Event()

    def tell(self, payload: str) -> None:
        if self._over:
            return
        if not self._waiting.put(payload):
            self._waiting.clear()
            self.end(self._slow)
        self._news.set()

    def end(self, last: ExecutionResult | None = None) -> None:
        if not self._over:
            self._over, self._last = True, last
            self._news.set()
            self._taken.set()

    async def room(self) -> None:
        while self._waiting and not self._over:
            self._taken.clear()
            await self._taken.wait()

    async def results(self) -> AsyncGenerator[str | ExecutionResult, None]:
        while True:
            while self._waiting:
                payload = self._waiting.take()
                self._taken.set()
                yield payload
            if self._over:
                break
            self._news.clear()
            await self._news.wait()
        if self._last is not None:
            yield self._last

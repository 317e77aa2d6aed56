"""Files made lately: whoever holds a link may ask for the same one any number of times."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

MOST_BYTES = 8 * 1024 * 1024
"""In a process: a PDF has about a hundred thousand."""


class KeptFiles:
    """The ones asked for last, as many as `most` bytes hold. One that many ask for at once is made once."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._files: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[bytes]] = {}

    async def file(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """`key` says all that the bytes depend on. Raises what `make` raises, and then keeps nothing."""
        if key in self._files:
            self._files.move_to_end(key)
            return self._files[key]
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._made(key, make))
        # Whoever gives up waiting takes it away from nobody.
        return await asyncio.shield(self._making[key])

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            content = await make()
        finally:
            del self._making[key]
        self._files[key] = content
        self._bytes += len(content)
        while self._bytes > self._most:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest)
        return content

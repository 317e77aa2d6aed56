"""Where texts are read: in one thread, one after the other, however many are sent.

The interpreter runs one thread at a time, so several readings at once would end no sooner and keep everybody waiting.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Found = TypeVar("Found")

_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wording")


async def alone(read: Callable[[], Found]) -> Found:
    """What it finds. Given up before its turn, it is not read at all."""
    return await asyncio.get_running_loop().run_in_executor(_reader, read)

"""`suivi worker`: the loop that delivers, without a server around it."""

import asyncio
import logging.config
import signal
import sys
from contextlib import AsyncExitStack

from suivi import parts
from suivi.commands.migrate import up_to_date
from suivi.commands.serve import LOGGING
from suivi.core import database
from suivi.graphql.app import make_deliverer, make_house
from suivi.settings import Settings


def run() -> None:
    chosen = parts.settings()
    logging.config.dictConfig(LOGGING)
    asyncio.run(_deliver(chosen))


async def _deliver(chosen: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    parts.require_addresses(chosen)
    house = make_house(chosen)
    await up_to_date(chosen)
    async with AsyncExitStack() as stack:
        await database.connect(chosen.database_address, pool=chosen.database_pool)
        stack.push_async_callback(database.disconnect)
        await house.feed.start()
        stack.push_async_callback(house.feed.close)
        print(f"Delivering notices from {parts.shown(chosen.database_address)}. Ctrl-C stops.", file=sys.stderr)  # noqa: T201
        await make_deliverer(chosen, house).run(stop)

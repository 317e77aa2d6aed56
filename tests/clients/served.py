"""A Suivi behind a real port, for what only shows on the wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from suivi.commands.serve import config_of, listening
from tests.services.suivi import Suivi


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the test run."""
        yield


@asynccontextmanager
async def served(running: Suivi) -> AsyncIterator[str]:
    """Its address without the scheme, such as `127.0.0.1:4711`."""
    server = Server(config_of(running.app, running.running.settings, access_log=False))
    with listening("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving

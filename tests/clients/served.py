"""A Suivi behind a real port, for what only shows on the wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from tests.services.ports import free_port
from tests.services.suivi import Suivi


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the test run."""
        yield


@asynccontextmanager
async def served(running: Suivi) -> AsyncIterator[str]:
    """Its address without the scheme, such as `127.0.0.1:4711`."""
    config = uvicorn.Config(running.app, port=free_port(), lifespan="off", ws="websockets-sansio", log_config=None)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{config.port}"
    finally:
        server.should_exit = True
        await serving

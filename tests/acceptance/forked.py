"""Real server processes, quickly, from `tests.acceptance.nursery`."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx

from tests.services.ports import free_port


@dataclass
class Nursery:
    process: Process

    def client(self) -> httpx.AsyncClient:
        """Talks to one address, where `server` puts servers."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}", timeout=30)

    async def server(self, http: httpx.AsyncClient) -> int:
        """The process id of a server that answers this client."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{http.base_url.port}\n".encode())
        async with asyncio.timeout(30):
            server = int(await self.process.stdout.readline())
            while not await _answers(http):
                await asyncio.sleep(0.02)
        return server


@asynccontextmanager
async def nursery(**settings: str) -> AsyncIterator[Nursery]:
    """Servers with these settings, on one database and data folder. What is still alive at the end is killed."""
    environment = {f"SUIVI_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.nursery", stdin=PIPE, stdout=PIPE, env={**os.environ, **environment}
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def _answers(http: httpx.AsyncClient) -> bool:
    with suppress(httpx.TransportError):
        return (await http.get("/health")).status_code == 200
    return False

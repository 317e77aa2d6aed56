"""Programs of this folder in a process of their own, and what they say there."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services.world import World

PATIENCE = 20.0
"""Seconds after which what has not been said will not be."""


@dataclass
class Script:
    """A script of this folder while it runs; it says one object of JSON a line."""

    process: asyncio.subprocess.Process
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def hear(self, what: str) -> Any:
        """What is told with the next happening of this name; those before are kept in `heard`."""
        assert self.process.stdout is not None
        while line := await asyncio.wait_for(self.process.stdout.readline(), PATIENCE):
            said = json.loads(line)
            if said["what"] == what:
                return said["told"]
            self.heard.append(said)
        raise AssertionError(f"{what} was not said: {self.heard}")

    async def all(self) -> dict[str, Any]:
        """All that is told until it says that it is done, by name."""
        await self.hear("done")
        return {said["what"]: said["told"] for said in self.heard}

    async def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def script(folder: Path, *arguments: str, runs_on: str | Path = "node") -> AsyncIterator[Script]:
    process = await asyncio.create_subprocess_exec(
        runs_on, *arguments, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def listening(world: World) -> None:
    feed: Any = world.suivi.running.house.feed
    local = getattr(feed, "_local", feed)
    async with asyncio.timeout(PATIENCE):
        while not local._listeners:
            await asyncio.sleep(0.01)


async def silence(world: World) -> None:
    feed: Any = world.suivi.running.house.feed
    local = getattr(feed, "_local", feed)
    async with asyncio.timeout(PATIENCE):
        while local._listeners:
            await asyncio.sleep(0.01)


async def posted(world: World, body: str) -> None:
    await world.practitioner.do("postMessage", caseId=world.case_id, body=body, language="fr")

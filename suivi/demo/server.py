"""`suivi serve` in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from suivi.problems import Problem

START_SECONDS = 60
STOP_SECONDS = 20


@asynccontextmanager
async def server(url: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Running and healthy; stopped at the end, whatever happens. Raises Problem with what it said when it cannot."""
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "suivi.cli", "serve"),
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Ctrl-C is for whoever started it: this process is told to stop when all else is done.
            start_new_session=True,
        )
    try:
        await _healthy(url, process, log)
        yield process
    finally:
        await _stop(process)


async def _healthy(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=5) as http:
        for _ in range(START_SECONDS * 10):
            if process.returncode is not None:
                break
            with suppress(httpx.HTTPError):
                if (await http.get("/health")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise Problem(f"The server did not start. It said:\n{_tail(log)}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]) or "nothing"

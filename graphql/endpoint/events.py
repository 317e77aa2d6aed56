"""Answers as server-sent events, one connection an operation, as the GraphQL over SSE protocol says."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from suivi.graphql.endpoint.accepting import EVENTS
from suivi.graphql.endpoint.answering import HEADERS, encoded, told
from suivi.graphql.live.outlets import SLOW_SECONDS

HEARTBEAT_SECONDS = 12.0
"""Of silence, after which a line that means nothing keeps proxies from giving up."""
COMPLETE = b"event: complete\ndata:\n\n"


class EventStream(Response):
    """Ends with the results, with `last` when `until` has come, or when the client has gone or reads no more.

    `left` is called at the end.
    """

    media_type = EVENTS

    def __init__(
        self,
        results: AsyncGenerator[str | ExecutionResult, None] | AsyncGenerator[ExecutionResult, None],
        *,
        until: datetime | None = None,
        last: ExecutionResult | None = None,
        heartbeat: float = HEARTBEAT_SECONDS,
        patience: float = SLOW_SECONDS,
        left: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(headers={**HEADERS, "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.results = results
        self.until = until
        self.last = last
        self.heartbeat = heartbeat
        self.patience = patience
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._until_left(receive, send)
        finally:
            if self.left is not None:
                self.left()

    async def _until_left(self, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
                # A client that reads no more is a TimeoutError, which is an OSError too.
                with suppress(asyncio.CancelledError, OSError):
                    await task

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # At once, so that the client knows it is listened to.
        await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
        async with aclosing(self._events()) as events:
            async for event in events:
                async with asyncio.timeout(self.patience):
                    await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self) -> AsyncGenerator[bytes, None]:
        arriving: asyncio.Task[Any] | None = None
        try:
            while not self._over():
                arriving = arriving or asyncio.create_task(anext(self.results, None))
                done, _ = await asyncio.wait({arriving}, timeout=self._patience())
                if not done:
                    yield b":\n\n"
                elif (result := arriving.result()) is None:
                    break
                else:
                    arriving = None
                    yield event_of(result)
            if self._over() and self.last is not None:
                yield event_of(self.last)
            yield COMPLETE
        finally:
            if arriving is not None:
                arriving.cancel()
                await asyncio.wait({arriving})
            await self.results.aclose()

    def _over(self) -> bool:
        return self.until is not None and datetime.now(UTC) >= self.until

    def _patience(self) -> float:
        if self.until is None:
            return self.heartbeat
        return max(0.0, min(self.heartbeat, (self.until - datetime.now(UTC)).total_seconds()))


def event_of(result: str | ExecutionResult) -> bytes:
    payload = result.encode() if isinstance(result, str) else encoded(told(result))
    return b"event: next\ndata: " + payload + b"\n\n"


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

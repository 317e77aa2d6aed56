"""What a WebSocket is sent, in order, without anybody waiting for a client that reads slowly."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocketDisconnect

from suivi.graphql.endpoint.begun import resumed
from suivi.graphql.live.outlets import SLOW_SECONDS, Waiting

LONGEST_REASON = 123
"""Bytes of a closing frame's reason."""

GONE = (WebSocketDisconnect, RuntimeError, OSError)
"""Raised by what is sent once the connection was closed, by the client or by the server as it stops."""

Send = Callable[[Any], Coroutine[Any, Any, None]]


class Outbox:
    """Sends on while there is something to send. `too_slow` is called when more waits than may."""

    __slots__ = ("_closing", "_send", "_sending", "_too_slow", "_waiting")

    def __init__(self, send: Send, *, too_slow: Callable[[], None]) -> None:
        self._send = send
        self._too_slow = too_slow
        self._waiting = Waiting()
        self._closing: dict[str, Any] | None = None
        self._sending: asyncio.Task[None] | None = None

    @property
    def closing(self) -> bool:
        return self._closing is not None

    def put(self, text: str) -> None:
        if self.closing:
            return
        if self._sending is None:
            self._send_now({"type": "websocket.send", "text": text})
        elif not self._waiting.put(text):
            self._waiting.clear()
            self._too_slow()

    def close(self, code: int, reason: str) -> None:
        """After what waits; nothing comes after it."""
        if not self.closing:
            short = reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore")
            self._closing = {"type": "websocket.close", "code": code, "reason": short}
            if self._sending is None:
                self._send_now(self._closing)

    async def room(self) -> None:
        """Until everything is on its way, for some seconds; a client that has not taken it by then is too slow."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=SLOW_SECONDS)
            if self._sending is not None and not self.closing:
                self._waiting.clear()
                self._too_slow()

    def stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    def _send_now(self, message: dict[str, Any]) -> None:
        """Mostly there is room, and sending is over at once: a task each would be dearer than the sending."""
        sending = self._send(message)
        try:
            awaited = sending.send(None)
        except (StopIteration, *GONE):
            return
        self._sending = asyncio.create_task(self._send_on(resumed(sending, awaited)))

    async def _send_on(self, begun: Awaitable[None]) -> None:
        try:
            with suppress(*GONE):
                await begun
                while self._waiting:
                    await self._send({"type": "websocket.send", "text": self._waiting.take()})
                if self._closing is not None:
                    await self._send(self._closing)
        finally:
            self._sending = None

"""A client that costs little: connections that are kept, requests made beforehand, answers looked at as bytes."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.questions import Question

CONNECTIONS = 16
FINISH_SECONDS = 30


class Unanswered(Exception):  # noqa: N818 - named for what happened
    """A server answered with an error, or not at all."""


@dataclass
class Load:
    """What came of asking for some seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Of every request, in seconds."""
    longest: int = 0
    """Bytes of an answer."""

    @property
    def requests(self) -> int:
        return len(self.latencies)


class _Asking(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, head: bytes, bodies: Iterator[bytes], until: float, load: Load) -> None:
        self.head = head
        self.bodies = bodies
        self.until = until
        self.load = load
        self.received = bytearray()
        self.complete = -1
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.complete < 0:
            self.complete = _length(self.received)
        if 0 <= self.complete <= len(self.received):
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(Unanswered("the server closed the connection"))

    def _ask(self) -> None:
        body = next(self.bodies)
        self.asked = time.perf_counter()
        self.transport.write(b"%b%d\r\n\r\n%b" % (self.head, len(body), body))

    def _answered(self) -> None:
        now = time.perf_counter()
        if not self.received.startswith(b"HTTP/1.1 200") or b'"errors"' in self.received:
            self._end(Unanswered(self.received.decode(errors="replace")[:2000]))
            return
        self.load.latencies.append(now - self.asked)
        self.load.longest = max(self.load.longest, len(self.received))
        self.received.clear()
        self.complete = -1
        if now < self.until:
            self._ask()
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if error is None:
            self.over.set_result(None)
        else:
            self.over.set_exception(error)
        self.transport.close()


def _length(received: bytearray) -> int:
    """Bytes of the whole answer; -1 until its headers are here."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return -1
    headers = bytes(received[:end]).lower()
    at = headers.find(b"content-length:")
    if at < 0:
        raise Unanswered("an answer without a Content-Length")
    return end + 4 + int(headers[at + 15 :].partition(b"\r\n")[0])


async def press(port: int, question: Question, *, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Ask without pause over so many connections. Raises Unanswered."""
    load, head, bodies = Load(), _head(question, port), question.bodies()
    begun = time.perf_counter()
    until = begun + seconds

    async def one() -> None:
        loop = asyncio.get_running_loop()
        _, asking = await loop.create_connection(lambda: _Asking(head, bodies, until, load), "127.0.0.1", port)
        await asking.over

    async with asyncio.timeout(seconds + FINISH_SECONDS):
        await asyncio.gather(*(one() for _ in range(connections)))
    load.seconds = time.perf_counter() - begun
    return load


async def ask_once(port: int, question: Question) -> bytes:
    """The body of one answer, for looking at it."""
    body = next(question.bodies())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"%b%d\r\n\r\n%b" % (_head(question, port), len(body), body))
        received = bytearray()
        while (complete := _length(received)) < 0 or len(received) < complete:
            data = await reader.read(65536)
            if not data:
                raise Unanswered("the server closed the connection")
            received += data
    finally:
        writer.close()
        await writer.wait_closed()
    if not received.startswith(b"HTTP/1.1 200"):
        raise Unanswered(received.decode(errors="replace")[:2000])
    return bytes(received).partition(b"\r\n\r\n")[2]


def _head(question: Question, port: int) -> bytes:
    """Everything of a request up to the number of bytes that follow."""
    given = {"host": f"127.0.0.1:{port}", **question.headers}
    lines = [f"POST {question.path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "content-length: "]).encode()

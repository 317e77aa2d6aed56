"""The client that asks: it takes an answer for what it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any

import pytest

from bench.load import Unanswered, ask_once, press
from bench.questions import Question

QUESTION = Question("small", "/graphql", {"accept": "application/json"}, lambda: repeat(b"{}"))


class Answering(asyncio.Protocol):
    """Gives one answer to everything, in two pieces."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert data.endswith(b"\r\ncontent-length: 2\r\n\r\n{}")
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.answer))
        asyncio.get_running_loop().call_later(0.001, self.transport.write, self.answer)


@asynccontextmanager
async def serving(answer: bytes) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: Answering(answer), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_every_answer_is_counted() -> None:
    async with serving(b'{"data":{}}') as port:
        load = await press(port, QUESTION, seconds=0.05, connections=2)

    assert load.requests >= 2
    assert load.longest > len(b'{"data":{}}')


async def test_an_answer_with_errors_is_no_answer() -> None:
    async with serving(b'{"errors":[]}') as port:
        with pytest.raises(Unanswered):
            await press(port, QUESTION, seconds=0.05, connections=1)


async def test_one_answer_can_be_looked_at() -> None:
    async with serving(b'{"data":{}}') as port:
        assert await ask_once(port, QUESTION) == b'{"data":{}}'

"""R-214: the first line and headers of a request, which anybody may send: only so large, and only so slow."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from suivi.core.access.viewer import Role
from tests.clients.served import served
from tests.services.suivi import Suivi, suivi

pytestmark = pytest.mark.once

PATIENCE = 10.0
ASK = b'{"query": "{ viewer { role } }"}'
UPGRADE = b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
KEY = b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.fixture
async def quick(tmp_path: Path, database_url: str) -> AsyncIterator[Suivi]:
    """Headers and bodies arrive within a second."""
    async with suivi(data_dir=tmp_path, database_url=database_url, body_seconds=1) as started:
        yield started


@pytest.fixture
async def address(quick: Suivi) -> AsyncIterator[str]:
    async with served(quick) as host:
        yield host


def asking(running: Suivi, more: bytes = b"") -> bytes:
    token = running.token(Role.OPERATOR, "operator").encode()
    told = b"host: suivi\r\ncontent-type: application/json\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n"
    return b"POST /graphql HTTP/1.1\r\n" + told % (token, len(ASK)) + more + b"\r\n" + ASK


async def said(address: str, *pieces: bytes, pause: float = 0) -> bytes:
    """By the server until it closes the connection."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    async with asyncio.timeout(PATIENCE):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        heard = await reader.read()
    writer.close()
    return heard


async def until_stopped(address: str, beginning: bytes) -> int:
    """Bytes the server lets a client send that never comes to an end, up to ten megabytes."""
    _, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(beginning)
    sent = 0
    try:
        while sent < 10_000_000:
            writer.write(b"a" * 16_384)
            await writer.drain()
            sent += 16_384
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    writer.close()
    return sent


LARGE = {
    "a header": b"GET /graphql HTTP/1.1\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
    "an address": b"GET /graphql?query=" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: suivi\r\n\r\n",
    "many headers": b"GET /graphql HTTP/1.1\r\n" + b"x: aaaaaaaaaa\r\n" * 5_000 + b"\r\n",
    "a handshake": b"GET /graphql HTTP/1.1\r\n" + UPGRADE + KEY + b"x: " + b"a" * 70_000 + b"\r\n\r\n",
    "a handshake larger than WebSockets have": b"GET /graphql HTTP/1.1\r\nhost: suivi\r\n"
    + UPGRADE
    + KEY
    + b"x: "
    + b"a" * 9_000
    + b"\r\n\r\n",
}


@pytest.mark.parametrize("which", LARGE)
async def test_a_head_that_is_too_large_is_refused_and_the_connection_closed(address: str, which: str) -> None:
    assert (await said(address, LARGE[which])).startswith(b"HTTP/1.1 431 ")


async def test_large_heads_that_are_allowed_are_answered(quick: Suivi, address: str) -> None:
    more = b"x: " + b"a" * 60_000 + b"\r\nconnection: close\r\n"
    whole = asking(quick, more)

    answers = await asyncio.gather(
        said(address, whole), said(address, whole[:100], whole[100:30_000], whole[30_000:], pause=0.1)
    )

    assert all(b'{"viewer":{"role":"operator"}}' in answer for answer in answers)


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /graphql HTTP/1.1\r\nx: ",
        b"GET /",
        b"POST /graphql HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
    ],
)
async def test_a_head_without_an_end_is_stopped_early(address: str, beginning: bytes) -> None:
    """What follows a body in chunks included."""
    assert await until_stopped(address, beginning) < 10_000_000


async def test_a_head_that_does_not_arrive_is_given_up(quick: Suivi, address: str) -> None:
    """R-214: nobody keeps a connection with half a word, a pause of each of them included."""
    half = b"POST /graphql HTTP/1.1\r\nhost: su"
    late, silent, trickled = await asyncio.gather(
        said(address, half),
        said(address),
        said(address, *[half[n : n + 1] for n in range(6)], pause=0.1),
    )

    assert late.startswith(b"HTTP/1.1 408 ")
    assert silent == b""
    assert trickled.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(("more", "status"), [(b"\r\n", b""), (b"POST / HTTP/1.1\r\nho", b"HTTP/1.1 408 ")])
async def test_after_a_request_the_next_one_arrives_in_time_too(
    quick: Suivi, address: str, more: bytes, status: bytes
) -> None:
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(asking(quick))
    await reader.readuntil(b'"operator"}},')
    await reader.readuntil(b"}}")
    writer.write(more)

    async with asyncio.timeout(PATIENCE):
        rest = await reader.read()
    writer.close()
    assert rest.rpartition(b"}")[2][: len(status) or None] == status


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_websocket_stays_open_for_longer_than_a_head_may_take(
    quick: Suivi, address: str, is_first: bool
) -> None:
    reader, writer = await asyncio.open_connection(*address.split(":"))
    if not is_first:
        writer.write(asking(quick))
        await reader.readuntil(b"}}}")
    spoken = b"sec-websocket-protocol: graphql-transport-ws\r\n"
    writer.write(b"GET /graphql HTTP/1.1\r\nhost: suivi\r\n" + UPGRADE + KEY + spoken + b"\r\n")
    opened = await reader.readuntil(b"\r\n\r\n")

    await asyncio.sleep(1.3)
    writer.write(b"\x89\x80\x00\x00\x00\x00")

    async with asyncio.timeout(PATIENCE):
        heard = await reader.read(2)
    writer.close()
    assert opened.startswith(b"HTTP/1.1 101 ")
    assert heard == b"\x8a\x00"


NO_HANDSHAKES = {
    "without a key": b"GET /graphql HTTP/1.1\r\nhost: suivi\r\n" + UPGRADE + b"\r\n",
    "by POST": b"POST /graphql HTTP/1.1\r\nhost: suivi\r\ncontent-length: 2\r\n" + UPGRADE + KEY + b"\r\n{}",
}


@pytest.mark.parametrize("which", NO_HANDSHAKES)
async def test_a_handshake_that_is_none_is_told_so(address: str, which: str) -> None:
    assert (await said(address, NO_HANDSHAKES[which])).startswith(b"HTTP/1.1 400 ")


async def test_what_is_no_http_is_told_so(address: str) -> None:
    heard = await said(address, b"\x16\x03\x01\x02\x00\x01")

    assert heard.startswith(b"HTTP/1.1 400 ")

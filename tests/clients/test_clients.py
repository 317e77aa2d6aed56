"""R-210, R-215: clients and audits that others wrote, run against a real server of ours."""

import asyncio
import json
from pathlib import Path

import pytest

from suivi.core.access.viewer import Role
from tests.clients.scripts import listening, posted, script, silence
from tests.services.suivi import Suivi
from tests.services.world import World

pytestmark = pytest.mark.once


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

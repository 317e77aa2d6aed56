"""R-210, R-215: the clients that frontends are written with, and what they generate from our schema."""

from pathlib import Path

import pytest

from tests.clients.scripts import listening, posted, script, silence
from tests.services.world import World

pytestmark = pytest.mark.once

PATIENT = {"__typename": "Viewer", "role": "patient"}


async def test_types_made_by_graphql_codegen_hold_for_what_graphql_request_gets(
    packages: Path, typed_program: Path, world: World, address: str
) -> None:
    """R-210: the program is compiled strictly, and says itself which of its lines must not compile."""
    arguments = (f"http://{address}/graphql", world.patient.token, world.case_id)

    async with script(packages, "typed.mjs", *arguments) as client:
        told = await client.all()

    assert (told["posted"]["body"], told["refused"]) == ("Bonjour", "IDEMPOTENCY_KEY_REUSED")
    assert told["case"]["state"] == "OPEN"
    assert [line["id"] for line in told["case"]["messages"]["nodes"]] == [told["posted"]["id"]]
    assert (told["node"], told["get"], told["hints"]["code"]) == ("OPEN", "OPEN", "UNKNOWN_MEASUREMENT")
    assert told["unseen"] == {"status": 200, "code": "INVALID_ID", "data": {"case": None}}
    assert told["invalid"] == {"status": 400, "code": "GRAPHQL_VALIDATION_FAILED"}
    assert told["unknown"] == {"status": 401, "code": "TOKEN_MISSING"}


async def test_apollo_client_keeps_what_it_gets_by_id_and_reads_on(packages: Path, world: World, address: str) -> None:
    """R-210, R-215."""
    async with script(packages, "apollo.mjs", address, world.patient.token, world.case_id) as client:
        await client.hear("following")
        await listening(world)
        await posted(world, "Jó napot")
        heard = await client.hear("next")
        await client.go_on()
        told = await client.all()

    assert heard == "Jó napot"
    assert (told["posted"]["body"], told["refused"]["code"]) == ("Bonjour", "IDEMPOTENCY_KEY_REUSED")
    assert (told["page"], told["pages"]) == (["Encore"], ["Encore", "Bonjour"])
    assert (told["node"]["state"], told["cached"]) == ("OPEN", "Bonjour")
    assert told["get"] == {"data": {"viewer": PATIENT}}
    assert told["unseen"] == {"codes": ["INVALID_ID"], "data": {"case": None}}
    assert told["invalid"] == {"codes": ["GRAPHQL_VALIDATION_FAILED"], "data": None}
    assert told["unknown"] == {"codes": ["TOKEN_MISSING"], "data": None}
    assert told["unheard"] == ["INVALID_ID"]
    statuses = [status for _, status, _ in told["answers"]]
    assert statuses == [200] * 7 + [400, 401, 200]
    assert {kind for _, _, kind in told["answers"]} == {"application/graphql-response+json; charset=utf-8"}


async def test_relay_compiles_our_schema_and_pages_through_it(
    packages: Path, relay_artifacts: Path, world: World, address: str
) -> None:
    """R-210, R-215: connections, refetching by `node` and a page's own cursor, as Relay insists on them."""
    async with script(packages, "relay.mjs", address, world.patient.token, world.case_id) as client:
        await client.hear("following")
        await listening(world)
        await posted(world, "Jó napot")
        heard = await client.hear("next")
        await client.go_on()
        await silence(world)
        told = await client.all()

    assert (heard, told["case"]) == ("Jó napot", {"ok": True, "state": "OPEN"})
    assert (told["page"], told["pages"]) == (["Deux"], {"bodies": ["Deux", "Un"], "more": False})
    assert (told["posted"], told["refused"]) == ("Message", "IDEMPOTENCY_KEY_REUSED")
    assert told["inserted"] == ["Trois", "Deux", "Un"]
    assert (told["node"], told["inbox"]) == (True, [True])
    assert [error["extensions"]["code"] for error in told["unseen"]] == ["INVALID_ID"]

"""R-210, R-215: the clients that partners write in Python with, each in an environment of its own."""

from pathlib import Path

import pytest

from suivi.core.access.viewer import Role
from tests.clients.scripts import listening, posted, script
from tests.services.world import World

pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parent / "python" / "program_gql.py"


async def test_gql_checks_by_our_schema_and_follows_a_case(
    gql_python: Path, world: World, address: str, tmp_path: Path
) -> None:
    tokens = (world.suivi.token(Role.OPERATOR, "introspecting"), world.patient.token)
    arguments = (str(PROGRAM), address, *tokens, world.case_id)

    async with script(tmp_path, *arguments, runs_on=gql_python) as client:
        await client.hear("following")
        await listening(world)
        await posted(world, "Jó napot")
        heard = await client.hear("next")
        told = await client.all()

    assert (heard, told["query"]) == ("Jó napot", {"role": "patient"})
    assert told["types"] > 200
    assert (told["posted"], told["refused"]) == ("Bonjour", {"code": "IDEMPOTENCY_KEY_REUSED"})
    assert told["case"] == {"state": "OPEN", "messageCount": 1}
    assert told["unseen"] == {"codes": ["INVALID_ID"], "data": {"case": None}}
    assert told["invalid"] == {"codes": ["GRAPHQL_VALIDATION_FAILED"], "data": None}
    assert told["unknown"] == {"codes": ["TOKEN_MISSING"], "data": None}
    assert told["unheard"] == {"codes": ["INVALID_ID"], "data": None}


async def test_the_client_that_ariadne_codegen_makes_of_our_schema_works(
    ariadne_python: Path, ariadne_program: Path, world: World, address: str
) -> None:
    arguments = (ariadne_program.name, address, world.patient.token, world.case_id)

    async with script(ariadne_program.parent, *arguments, runs_on=ariadne_python) as client:
        await client.hear("following")
        await listening(world)
        await posted(world, "Jó napot")
        heard = await client.hear("next")
        told = await client.all()

    assert (heard, told["posted"], told["refused"]) == ("Jó napot", "UTC Bonjour", "IDEMPOTENCY_KEY_REUSED")
    assert (told["case"], told["node"]) == ([True, "Bonjour"], "Case")
    assert (told["hints"]["code"], told["hints"]["field"]) == ("UNKNOWN_MEASUREMENT", "measurements[0].key")
    assert told["unseen"] == {"codes": ["INVALID_ID"], "data": {"case": None}}
    assert told["unheard"]["codes"] == ["INVALID_ID"]
    assert told["unknown"] == {"status": 401}

"""R-210: documents that frontends' own tools put on record, asked for by their ids."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.scripts import listening, posted, script
from tests.clients.served import served
from tests.services.suivi import Suivi, suivi
from tests.services.world import World, build_world

pytestmark = pytest.mark.once

VIEWER = {"data": {"viewer": {"__typename": "Viewer", "role": "patient"}}}
HASH, BOTH = [False, True], [True, True]
"""Of one request: whether it had a text, and a hash."""


@pytest.fixture
def manifests(typed_program: Path, relay_artifacts: Path, tmp_path: Path) -> Path:
    """As graphql-codegen and relay-compiler write them."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    shutil.copy(typed_program.parents[1] / "generated" / "persisted-documents.json", folder)
    shutil.copy(relay_artifacts.parent / "persisted.json", folder)
    return folder


@pytest.fixture
async def trusting(tmp_path: Path, database_url: str, feed_url: str | None, manifests: Path) -> AsyncIterator[Suivi]:
    async with suivi(
        data_dir=tmp_path, database_url=database_url, feed_url=feed_url, trusted_documents=manifests
    ) as started:
        yield started


@pytest.fixture
async def their_world(trusting: Suivi) -> World:
    return await build_world(trusting)


async def test_relay_works_by_the_ids_of_its_own_manifest_alone(packages: Path, their_world: World) -> None:
    async with served(their_world.suivi) as address:
        arguments = (address, their_world.patient.token, their_world.case_id, "by id")
        async with script(packages, "relay.mjs", *arguments) as client:
            await client.hear("following")
            await listening(their_world)
            await posted(their_world, "Jó napot")
            heard = await client.hear("next")
            await client.go_on()
            told = await client.all()

    assert (heard, told["inserted"]) == ("Jó napot", ["Trois", "Deux", "Un"])


async def test_apollo_sends_hashes_alone_where_they_are_known_and_the_text_where_not(
    packages: Path, their_world: World
) -> None:
    async with served(their_world.suivi) as address:
        arguments = (f"http://{address}/graphql", their_world.patient.token, their_world.case_id)
        async with script(packages, "hashes.mjs", *arguments) as client:
            told = await client.all()

    assert told["known"]["data"]["node"]["__typename"] == "Case"
    assert told["known"]["sent"] == [HASH]
    assert told["unknown"] == told["again"] == {**VIEWER, "sent": [HASH, BOTH]}


async def test_apollo_sends_the_text_where_there_are_no_trusted_documents(
    packages: Path, typed_program: Path, world: World, address: str
) -> None:
    arguments = (f"http://{address}/graphql", world.patient.token, world.case_id)
    async with script(packages, "hashes.mjs", *arguments) as client:
        told = await client.all()

    assert told["unknown"] == {**VIEWER, "sent": [HASH, BOTH]}
    assert told["again"] == {**VIEWER, "sent": [BOTH]}

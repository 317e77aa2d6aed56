"""The whole schema, asked by schemathesis: whatever is sent, the answer is one that the docs promise."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.access.universe import Universe, a_universe
from tests.clients.served import served
from tests.fuzzing.fuzzing import Fuzzing, ids_of_everything
from tests.services.databases import Databases

MANY = 26, 2
"""Requests for each field of the schema's roots: such as it allows, and such as it does not."""
FEW = 5, 1


@pytest.fixture
async def universe(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[Universe]:
    async with a_universe(request, databases, tmp_path) as built:
        yield built


async def test_no_request_is_answered_with_an_unexpected_error(
    universe: Universe, caplog: pytest.LogCaptureFixture, parts: str
) -> None:
    """R-212: every error has a code from the list, and nothing is logged as an error of ours.

    Most of it on PostgreSQL, which refuses more than SQLite does: numbers out of range, characters, years.
    """
    ids = await ids_of_everything()
    positive, negative = MANY if parts == "real" else FEW

    async with served(universe.suivi) as address:
        fuzzing = Fuzzing(
            universe=universe,
            url=f"http://{address}",
            caplog=caplog,
            loop=asyncio.get_running_loop(),
            positive=positive,
            negative=negative,
        )
        found = await asyncio.to_thread(fuzzing.run, ids)

    outcomes = found.summed()
    print(outcomes, found.codes)  # noqa: T201 - pytest shows it when the test fails
    assert not found.troubles, "\n\n".join(found.troubles)
    assert outcomes.total() >= (2000 if parts == "real" else 400)
    # Otherwise what is tried would be the validation of documents. Those not allowed are no part of this.
    assert outcomes["not executed"] < outcomes.total() / 8
    assert outcomes["answered"] > outcomes.total() / 4

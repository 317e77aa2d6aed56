"""What a request leaves behind is gone with it, and does not wait for a garbage collection (R-218)."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.api.test_loading import INBOX
from tests.services.world import World

pytestmark = pytest.mark.compiled
"""graphql-core leaves some."""


@contextmanager
def kept_by_circles() -> Iterator[list[Any]]:
    """Filled, at the end, with the objects of ours that only a collection would have removed."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    found: list[Any] = []
    try:
        yield found
        gc.collect()
        found += [thing for thing in gc.garbage if type(thing).__module__.startswith("suivi.")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("query", [INBOX, "query($first: Int!) { cases(first: $first) { edges { node { id } } } }"])
async def test_an_answer_leaves_no_circles_behind(world: World, query: str) -> None:
    await world.patient.ask(query, first=5)

    with kept_by_circles() as kept:
        await world.patient.ask(query, first=5)

    assert not kept, {type(thing).__qualname__ for thing in kept}


async def test_a_message_posted_leaves_no_circles_behind(world: World) -> None:
    await world.patient.do("postMessage", caseId=world.case_id, body="Bonjour", language="fr")

    with kept_by_circles() as kept:
        await world.patient.do("postMessage", caseId=world.case_id, body="Encore", language="fr")

    assert not kept, {type(thing).__qualname__ for thing in kept}

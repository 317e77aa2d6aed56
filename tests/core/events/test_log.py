"""Writing the log: many who write at once leave one chain behind."""

import asyncio

import pytest

from suivi.core.database import transaction
from suivi.core.events.log import SystemWriting, append
from suivi.core.events.models import Chain, Event
from suivi.core.events.verification import verify
from suivi.core.partners.models import Partner
from suivi.core.records import Record
from tests.core.events.world import AT, World

KEY = b"a key of the tests"


async def told(about: Record, kind: str) -> None:
    async with transaction():
        await append(SystemWriting(at=AT, audit_key=KEY), about, kind)


async def test_twenty_events_of_one_noun_at_once_follow_one_another(connected: str) -> None:
    """R-207: whoever waited for another's event finds it, though nothing but the chain itself was locked."""
    partner = Partner(name="Retour Serein", registered_at=AT)
    async with transaction():
        await append(SystemWriting(at=AT, audit_key=KEY), partner, "partner_registered", new=[partner])

    await asyncio.gather(*(told(partner, f"change {number}") for number in range(20)))

    assert [event.seq for event in await Event.all().order_by("seq")] == list(range(1, 22))
    assert await verify(KEY) == []


async def test_first_events_of_one_noun_at_once_begin_one_chain(connected: str) -> None:
    partner = await Partner.create(name="Retour Serein", registered_at=AT)

    await asyncio.gather(*(told(partner, f"first {number}") for number in range(5)))

    assert (await Chain.get(noun_id=partner.id)).length == 5
    assert [event.seq for event in await Event.all().order_by("seq")] == [1, 2, 3, 4, 5]


async def test_what_is_new_goes_with_its_event_or_not_at_all(world: World) -> None:
    """R-207: a row without an event, or an event without its row, is never kept."""
    before = await Event.all().count()
    twice = Partner(id=world.rows["partner"][0].pk, name="Twice", registered_at=AT)

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        async with transaction():
            await append(world.by, world.rows["case"][0], "case.changed", new=[twice])

    assert await Event.all().count() == before

"""Actions without a transaction of their own: whatever comes in between, what is kept is what a transaction keeps."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any
from uuid import UUID, uuid4

import pytest

from suivi.core.access.locking import locked
from suivi.core.access.viewer import Role, Viewer
from suivi.core.acting import Acting, action
from suivi.core.cases.models import Case
from suivi.core.database import transaction
from suivi.core.events.log import append
from suivi.core.events.models import Event, KeptResult
from suivi.core.events.verification import verify
from suivi.core.partners.models import Partner
from suivi.core.sql import update
from tests.services.suivi import Client, Statements
from tests.services.world import CEMENTED, World, row_id

BEGUN = ["case_opened"]


def by(world: World, key: str = "key") -> Acting:
    viewer = Viewer(role=Role.PATIENT, subject="patient-one")
    return Acting(viewer=viewer, at=CEMENTED, key=key, house=world.suivi.running.house)


async def found(by: Acting, case_id: UUID) -> Case:
    return await locked(Case, by.viewer, case_id, on=by.on, verb="post_message")


async def kinds(world: World) -> list[str]:
    events: list[Any] = await Event.filter(noun_id=row_id(world.case_id)).order_by("seq").values_list("kind", flat=True)
    return events


async def unbroken(world: World) -> bool:
    return await verify(world.suivi.running.house.audit_key) == []


async def post(client: Client, world: World, **given: Any) -> dict[str, Any]:
    return await client.do(
        "postMessage", "... on Message { id }", caseId=world.case_id, language="en", **{"body": "Hello"} | given
    )


@pytest.mark.parametrize(("role", "statements"), [("patient", 2), ("coordinator", 3)])
async def test_a_message_is_posted_in_few_round_trips(world: World, parts: str, role: str, statements: int) -> None:
    """What is read of the case, the name of whoever is staff, and everything that is written."""
    if parts == "embedded":
        pytest.skip("a file has no round trips")

    with Statements() as sent:
        await post(getattr(world, role), world)

    assert len(sent) == statements, sent.sent


@action(Case, at_once=True)
async def telling_twice(by: Acting, case_id: UUID) -> Case:
    case = await found(by, case_id)
    await append(by, case, "told")
    await append(by, case, "told_again")
    return case


@action(Case, at_once=True)
async def changing_first(by: Acting, case_id: UUID) -> Case:
    case = await found(by, case_id)
    case.version += 1
    await update(case, "version")
    await append(by, case, "changed", wrote=[case])
    return case


@action(Case, at_once=True)
async def saving_with_the_orm(by: Acting, case_id: UUID) -> Case:
    case = await found(by, case_id)
    case.version += 1
    await case.save()
    await append(by, case, "changed", wrote=[case])
    return case


@action(Case, at_once=True)
async def telling_of_another(by: Acting, case_id: UUID) -> Case:
    case = await found(by, case_id)
    partner = await Partner.get(id=case.partner_id)
    await append(by, partner, "told")
    return case


@action(Case, at_once=True)
async def telling_nothing(by: Acting, case_id: UUID) -> Case:
    return await found(by, case_id)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (telling_twice, ["told", "told_again"]),
        (changing_first, ["changed"]),
        (saving_with_the_orm, ["changed"]),
        (telling_of_another, []),
        (telling_nothing, []),
    ],
)
async def test_what_takes_a_transaction_is_done_in_one(
    world: World, act: Callable[[Acting, UUID], Awaitable[Case]], told: list[str]
) -> None:
    """R-207, R-213: nothing is kept by half, and nothing is done twice."""
    case_id = row_id(world.case_id)

    done = [await act(by(world), case_id) for _ in range(2)]

    assert [case.id for case in done] == [case_id, case_id]
    assert await kinds(world) == BEGUN + told
    assert await KeptResult.filter(key="key", result_id=case_id).count() == 1
    assert await unbroken(world)


async def test_what_happens_between_reading_and_writing_is_not_overlooked(world: World, parts: str) -> None:
    """R-207: the case is read again, in its turn."""
    if parts == "embedded":
        pytest.skip("a file has one writer at a time")
    between, read = [post(world.coordinator, world)], []

    @action(Case, at_once=True)
    async def slow(by: Acting, case_id: UUID) -> Case:
        case = await found(by, case_id)
        read.append(len(await kinds(world)))
        if between:
            # By somebody else, who is in the middle of nothing.
            await asyncio.create_task(between.pop(), context=Context())
        await append(by, case, "slow")
        return case

    await slow(by(world), row_id(world.case_id))

    assert read == [1, 2]
    assert await kinds(world) == [*BEGUN, "message_posted", "slow"]
    assert await unbroken(world)


async def test_whoever_has_the_case_is_waited_for(world: World) -> None:
    """R-207: with everything they are about to change."""
    holding, waiting = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            case = await found(by(world), row_id(world.case_id))
            holding.set()
            await waiting.wait()
            await append(by(world), case, "held")

    held = asyncio.create_task(hold())
    await holding.wait()
    posting = asyncio.create_task(post(world.patient, world))
    await asyncio.wait({posting}, timeout=0.1)
    waiting.set()
    await held

    assert (await posting)["__typename"] == "Message"
    assert await kinds(world) == [*BEGUN, "held", "message_posted"]
    assert await unbroken(world)


async def test_many_keys_sent_many_times_while_others_change_the_case(world: World) -> None:
    """R-207, R-213: one deed a key, one chain, and nobody waits for somebody who waits for them."""
    keys = [str(uuid4()) for _ in range(4)]
    invited = {"role": "INTERPRETER", "subject": "interpreter", "name": "Ines"}

    answers = await asyncio.gather(
        *(post(world.patient, world, key=key) for key in keys for _ in range(4)),
        *(post(world.coordinator, world) for _ in range(4)),
        *(
            world.patient.do("assignPerson", "... on Assignment { id }", caseId=world.case_id, **invited)
            for _ in range(4)
        ),
    )

    sent = [{answer["id"] for answer in answers[start : start + 4]} for start in range(0, 16, 4)]
    assert [len(ids) for ids in sent] == [1, 1, 1, 1]
    assert sorted(await kinds(world)) == sorted([*BEGUN, *["message_posted"] * 8, *["person_assigned"] * 4])
    assert await unbroken(world)


async def test_a_repeat_is_answered_whatever_has_become_of_the_case(world: World) -> None:
    """R-213: a closed case takes no message, and this one was posted before."""
    first = await post(world.patient, world, key="key")
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)

    again = await post(world.patient, world, key="key")
    new = await world.patient.refused("postMessage", caseId=world.case_id, body="Hello", language="en")

    assert again == first
    assert new == "CASE_CLOSED"

"""Claiming and settling: who holds a delivery, and what the case's history says (R-072, R-232)."""

import asyncio
from datetime import timedelta

import pytest

from suivi.core.clinics.models import Clinic
from suivi.core.database import transaction
from suivi.core.deliveries import actions
from suivi.core.deliveries.actions import Claimed, LeaseLost
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.deliveries.rules import LEASE, DeliveryNotParked, Failed, Sent
from suivi.core.events.digests import digest, record_key
from suivi.core.events.log import SystemWriting, append
from suivi.core.events.models import Event
from tests.core.deliveries.outbox import AUDIT_KEY, NOON, a_case, a_clinic, a_notice, history

pytestmark = pytest.mark.usefixtures("database")

DOWN = Failed(adapter="email", reason="SMTP_UNREACHABLE", permanent=False)
REFUSED = Failed(adapter="email", reason="SMTP_REFUSED", permanent=True)


async def settle(claimed: Claimed, outcome: Sent | Failed) -> list[Event]:
    return await actions.settle(claimed, outcome, notifying=["email"], at=NOON, audit_key=AUDIT_KEY)


async def test_a_report_that_is_not_kept_sends_no_notice() -> None:
    case = await a_case(await a_clinic())
    by = SystemWriting(at=NOON, audit_key=AUDIT_KEY)

    async def fail_while_reporting() -> None:
        async with transaction():
            event = await append(by, case, "complication_reported")
            await actions.enqueue(by, event, case, urgent=True)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_while_reporting()

    assert await actions.claim(at=NOON, limit=8) == []


async def test_a_notice_that_is_not_due_yet_is_left_alone() -> None:
    await a_notice(await a_case(await a_clinic()), at=NOON + timedelta(seconds=1))

    claims = await actions.claim(at=NOON, limit=8)

    assert claims == []


async def test_urgent_notices_go_first_then_the_oldest() -> None:
    cases = [await a_case(await a_clinic()) for _ in range(4)]
    newer = await a_notice(cases[0], at=NOON - timedelta(minutes=1))
    older = await a_notice(cases[1], at=NOON - timedelta(minutes=9))
    urgent = await a_notice(cases[2], urgent=True)

    claims = [*await actions.claim(at=NOON, limit=2), *await actions.claim(at=NOON, limit=2)]

    assert [claimed.id for claimed in claims] == [urgent.id, older.id, newer.id]


async def test_a_clinic_with_many_notices_never_takes_more_than_its_places() -> None:
    busy, quiet = await a_clinic(), await a_clinic()
    case = await a_case(busy)
    for minute in range(10):
        await a_notice(case, urgent=True, at=NOON - timedelta(minutes=minute))
    await a_notice(await a_case(quiet))

    claims = [*await actions.claim(at=NOON, limit=8), *await actions.claim(at=NOON, limit=8)]

    assert sorted(claimed.clinic_id for claimed in claims) == sorted([busy.id, busy.id, quiet.id])


async def test_workers_that_look_at_the_same_moment_never_claim_the_same_notice() -> None:
    for _ in range(20):
        await a_notice(await a_case(await a_clinic()))

    rounds = await asyncio.gather(*(actions.claim(at=NOON, limit=5) for _ in range(6)))

    ids = [claimed.id for claims in rounds for claimed in claims]
    assert len(ids) == len(set(ids)) == 20


async def test_the_notices_of_a_worker_that_died_are_taken_over_when_its_lease_ends() -> None:
    notice = await a_notice(await a_case(await a_clinic()))
    await actions.claim(at=NOON, limit=8)

    during = await actions.claim(at=NOON + LEASE - timedelta(microseconds=1), limit=8)
    afterwards = await actions.claim(at=NOON + LEASE, limit=8)

    assert (during, [claimed.id for claimed in afterwards]) == ([], [notice.id])


async def test_a_worker_that_lost_its_lease_cannot_settle_any_more() -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)
    [slow] = await actions.claim(at=NOON, limit=1)
    await actions.claim(at=NOON + LEASE, limit=1)

    with pytest.raises(LeaseLost):
        await settle(slow, Sent(adapter="email"))

    await notice.refresh_from_db()
    assert notice.state is DeliveryState.WAITING
    assert await history(case) == []


async def test_a_notice_is_settled_once_only() -> None:
    await a_notice(await a_case(await a_clinic()))
    [claimed] = await actions.claim(at=NOON, limit=1)
    await settle(claimed, Sent(adapter="email"))

    with pytest.raises(LeaseLost):
        await settle(claimed, Sent(adapter="email"))


async def test_a_notice_given_back_untried_can_be_taken_at_once() -> None:
    notice = await a_notice(await a_case(await a_clinic()))
    [claimed] = await actions.claim(at=NOON, limit=1)

    await actions.release(claimed)

    assert [again.id for again in await actions.claim(at=NOON, limit=1)] == [notice.id]


async def test_the_case_says_when_its_clinic_was_reached_and_the_log_vouches_for_it() -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)
    [claimed] = await actions.claim(at=NOON, limit=1)

    [event] = await settle(claimed, Sent(adapter="email"))

    kept = await Delivery.get(id=notice.id)
    assert (kept.state, kept.delivered_at, kept.adapter) == (DeliveryState.DELIVERED, NOON, "email")
    assert (event.kind, event.noun_id, event.seq) == ("notice_delivered", case.id, 2)
    assert event.payload == {"delivery": str(notice.id), "adapter": "email", "attempts": 1}
    assert event.records == {record_key(kept): digest(kept)}


async def test_the_case_says_once_that_its_notice_is_delayed_not_at_every_attempt() -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)

    for day in range(4):
        [claimed] = await actions.claim(at=NOON + timedelta(days=day), limit=1)
        await settle(claimed, DOWN)

    await notice.refresh_from_db()
    assert await history(case) == ["notice_delayed"]
    assert (notice.state, notice.attempts, notice.reason) == (DeliveryState.WAITING, 4, "SMTP_UNREACHABLE")


async def test_a_parked_notice_says_why_and_is_not_tried_any_more() -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)
    [claimed] = await actions.claim(at=NOON, limit=1)

    await settle(claimed, REFUSED)

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.PARKED, "SMTP_REFUSED")
    assert await history(case) == ["notice_parked"]
    assert await actions.claim(at=NOON + timedelta(days=30), limit=1) == []


async def test_an_operator_sends_a_parked_notice_on_its_way_again() -> None:
    case = await a_case(await a_clinic())
    notice = await a_notice(case)
    [claimed] = await actions.claim(at=NOON, limit=1)
    await settle(claimed, REFUSED)
    await Clinic.filter(id=case.clinic_id).update(notice_address="new@duna.example")

    await notice.refresh_from_db()
    await actions.unpark(notice, at=NOON)

    [again] = await actions.claim(at=NOON, limit=1)
    assert (again.id, again.to, again.adapter) == (notice.id, "new@duna.example", None)


async def test_a_notice_that_is_not_parked_cannot_be_sent_again_by_an_operator() -> None:
    notice = await a_notice(await a_case(await a_clinic()))

    with pytest.raises(DeliveryNotParked):
        await actions.unpark(notice, at=NOON)

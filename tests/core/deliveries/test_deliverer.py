"""Notices on their way: outages, fallbacks, crashes, isolation of clinics (R-072, R-175, R-232)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tortoise import Tortoise

from suivi.core.adapters import Capability
from suivi.core.database import connect
from suivi.core.deliveries import actions
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import Announcement, LocalFeed
from suivi.core.events.models import KeptResult
from tests.core.deliveries.outbox import (
    NOON,
    Channel,
    Clock,
    a_case,
    a_clinic,
    a_deliverer,
    a_notice,
    history,
    link,
    until,
)

NEVER = timedelta(days=1)


@asynccontextmanager
async def running(deliverer: Deliverer) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(deliverer.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


async def state(notice: Delivery) -> DeliveryState:
    return (await Delivery.get(id=notice.id)).state


@pytest.mark.usefixtures("database")
async def test_a_notice_leaves_by_itself_once_somebody_is_there_to_deliver_it() -> None:
    mail = Channel()
    notice = await a_notice(await a_case(await a_clinic()), urgent=True)

    async with running(a_deliverer(mail)):
        await until(lambda: bool(mail.received))

    [received] = mail.received
    assert await state(notice) is DeliveryState.DELIVERED
    assert (received.to, received.urgent, received.kind) == ("aftercare@duna.example", True, "complication_reported")
    assert (received.locale, received.link) == ("hu", link(notice.id))


@pytest.mark.usefixtures("database")
async def test_whoever_writes_a_notice_can_have_it_sent_without_waiting_for_the_next_look() -> None:
    mail, case = Channel(), await a_case(await a_clinic())
    deliverer = a_deliverer(mail, poll=NEVER)

    async with running(deliverer):
        await asyncio.sleep(0.05)
        await a_notice(case)
        deliverer.wake()
        await until(lambda: bool(mail.received))

    assert len(mail.received) == 1


@pytest.mark.usefixtures("database")
async def test_live_readers_of_the_case_learn_that_the_clinic_was_reached() -> None:
    feed, case = LocalFeed(), await a_case(await a_clinic())
    await a_notice(case)

    async with feed.listen(case.id) as announcements:
        await a_deliverer(Channel(), feed=feed).deliver_due()

        announced = await anext(announcements)

    assert isinstance(announced, Announcement)
    assert announced.kind == "notice_delivered"


@pytest.mark.usefixtures("database")
async def test_nothing_is_lost_in_an_outage_and_the_patient_sees_the_delay() -> None:
    mail, clock = Channel(), Clock()
    deliverer = a_deliverer(mail, clock=clock)
    case = await a_case(await a_clinic())
    notices = [await a_notice(case) for _ in range(3)]
    mail.refuse("SMTP_UNREACHABLE")
    await deliverer.deliver_due()
    clock.forward(minutes=1)
    await deliverer.deliver_due()

    during = await history(case)
    mail.fails = None
    clock.forward(minutes=3)
    await deliverer.deliver_due()

    assert during == ["notice_delayed"] * 3
    assert sorted(notice.delivery_id for notice in mail.received) == sorted(notice.id for notice in notices)
    assert await history(case) == ["notice_delayed"] * 3 + ["notice_delivered"] * 3


@pytest.mark.usefixtures("database")
async def test_what_keeps_failing_is_parked_after_ten_attempts_over_three_days() -> None:
    mail, clock = Channel(), Clock()
    notice = await a_notice(await a_case(await a_clinic()))
    mail.refuse("SMTP_UNREACHABLE")

    while await state(notice) is DeliveryState.WAITING:
        await a_deliverer(mail, clock=clock).deliver_due()
        await notice.refresh_from_db()
        clock.now = max(clock.now, notice.due_at)

    assert mail.asked == notice.attempts == 10
    assert timedelta(days=2.5) < clock.now - NOON < timedelta(days=4)


@pytest.mark.usefixtures("database")
async def test_a_clinic_whose_mailbox_is_refused_is_told_over_its_other_adapter_at_once() -> None:
    mail, webhook = Channel("email"), Channel("webhook")
    case = await a_case(await a_clinic(adapters=["fhir", "email", "webhook"]))
    await a_notice(case)
    mail.refuse("SMTP_REFUSED", permanent=True)
    fhir = Channel("fhir", capabilities=frozenset({Capability.SYNC_CASE}))

    await a_deliverer(fhir, mail, webhook).deliver_due()

    assert (mail.asked, len(webhook.received)) == (1, 1)
    assert await history(case) == ["notice_delayed", "notice_delivered"]


@pytest.mark.usefixtures("database")
async def test_a_clinic_without_a_mailbox_is_parked_for_an_operator_to_see() -> None:
    case = await a_case(await a_clinic(notice_address=None))
    notice = await a_notice(case)

    await a_deliverer(Channel()).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.PARKED, "NO_ADDRESS")
    assert await history(case) == ["notice_parked"]


@pytest.mark.usefixtures("database")
async def test_a_notice_waits_for_an_adapter_that_is_not_installed_here() -> None:
    notice = await a_notice(await a_case(await a_clinic(adapters=["pigeon"])))

    await a_deliverer(Channel("email")).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.WAITING, "NO_ADAPTER")


@pytest.mark.usefixtures("database")
async def test_a_broken_adapter_is_a_failed_attempt_and_nothing_personal_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mail = Channel(fails=KeyError("aftercare@duna.example"))
    notice = await a_notice(await a_case(await a_clinic()))

    with caplog.at_level(logging.DEBUG, logger="suivi"):
        await a_deliverer(mail).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason) == (DeliveryState.WAITING, "ADAPTER_ERROR")
    assert "KeyError" in caplog.text
    assert "duna" not in caplog.text


@pytest.mark.usefixtures("database")
async def test_an_adapter_that_never_answers_one_clinic_does_not_delay_another() -> None:
    stuck, quick = await a_clinic(notice_address="stuck@a.example"), await a_clinic(notice_address="quick@b.example")
    stuck_case, quick_case = await a_case(stuck), await a_case(quick)
    for _ in range(12):
        await a_notice(stuck_case, urgent=True)
    for _ in range(4):
        await a_notice(quick_case)
    mail = Channel(hangs=lambda notice: notice.to == "stuck@a.example")

    async with running(a_deliverer(mail, concurrency=3, time_limit=NEVER, grace=timedelta())):
        await until(lambda: len(mail.received) == 4)

    assert mail.asked == 4 + 2


@pytest.mark.usefixtures("database")
async def test_a_send_that_takes_too_long_is_a_failed_attempt() -> None:
    notice = await a_notice(await a_case(await a_clinic()))

    await a_deliverer(Channel(hangs=lambda _: True), time_limit=timedelta(milliseconds=20)).deliver_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.reason, notice.attempts) == (DeliveryState.WAITING, "TIMED_OUT", 1)


@pytest.mark.usefixtures("database")
async def test_stopping_lets_a_send_in_hand_finish() -> None:
    answer = asyncio.Event()
    mail = Channel(hangs=lambda _: True, answers=answer)
    notice = await a_notice(await a_case(await a_clinic()))

    async with running(a_deliverer(mail)) as stop:
        await until(lambda: mail.asked == 1)
        stop.set()
        await asyncio.sleep(0.02)
        answer.set()

    assert await state(notice) is DeliveryState.DELIVERED


@pytest.mark.usefixtures("database")
async def test_stopping_gives_back_what_will_not_finish_for_another_worker_to_take_at_once() -> None:
    notice = await a_notice(await a_case(await a_clinic()))
    stuck = Channel(hangs=lambda _: True)

    async with running(a_deliverer(stuck, time_limit=NEVER, grace=timedelta())):
        await until(lambda: stuck.asked == 1)

    [claimed] = await actions.claim(at=NOON, limit=8)
    assert claimed.id == notice.id
    assert (await Delivery.get(id=notice.id)).attempts == 0


@pytest.mark.usefixtures("database")
async def test_three_workers_send_sixty_notices_once_each() -> None:
    mail = Channel()
    notices = []
    for _ in range(12):
        case = await a_case(await a_clinic())
        notices += [await a_notice(case) for _ in range(5)]

    async with running(a_deliverer(mail)), running(a_deliverer(mail)), running(a_deliverer(mail)):
        await until(lambda: len(mail.received) >= 60, seconds=30)

    assert sorted(notice.delivery_id for notice in mail.received) == sorted(notice.id for notice in notices)
    assert await Delivery.filter(state=DeliveryState.DELIVERED).count() == 60


async def test_a_database_that_is_away_for_a_while_does_not_end_the_worker(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    mail, case = Channel(), await a_case(await a_clinic())
    await a_notice(case)
    connection = Tortoise.get_connection("default")
    await Tortoise.close_connections()

    async with running(a_deliverer(mail, poll=timedelta(milliseconds=20))):
        await until(lambda: "looking for due deliveries failed" in caplog.text)
        await connect(database, pool=8)
        await until(lambda: bool(mail.received))

    assert connection is not Tortoise.get_connection("default")
    assert "duna" not in caplog.text


@pytest.mark.usefixtures("database")
async def test_answers_kept_for_repeated_requests_are_forgotten_after_a_week() -> None:
    for key, days in (("old", 8), ("recent", 6)):
        kept = KeptResult(holder="clinic:x", key=key, fingerprint="f", at=NOON - timedelta(days=days))
        kept.result_id = kept.id
        await kept.save()

    async with running(a_deliverer(Channel())):
        await until(_only_recent)

    assert [kept.key for kept in await KeptResult.all()] == ["recent"]


async def _only_recent() -> bool:
    return await KeptResult.all().count() == 1

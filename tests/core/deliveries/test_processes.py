"""Several workers as processes of their own, over real SMTP (R-232)."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import timedelta

from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.deliveries.rules import LEASE
from suivi.core.deliveries.worker import Deliverer, utc_now
from suivi.core.events.feed import LocalFeed
from suivi.core.registry import Registry
from suivi.plugins.email import EmailPlugin
from tests.core.deliveries.outbox import AUDIT_KEY, a_case, a_clinic, a_notice, link, until
from tests.services.smtp import SmtpServer

WORKER = "tests.core.deliveries.worker_process"


async def a_worker(*arguments: str) -> Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", WORKER, *arguments, stdout=PIPE)
    assert process.stdout
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"ready\n"
    return process


async def ended(process: Process) -> int:
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_three_processes_send_sixty_notices_once_each_and_end_when_told(database: str, smtp: SmtpServer) -> None:
    workers = await asyncio.gather(*(a_worker(database, smtp.url) for _ in range(3)))
    for _ in range(12):
        case = await a_case(await a_clinic())
        for _ in range(5):
            await a_notice(case, at=utc_now())

    await until(lambda: len(smtp.mailbox) >= 60, seconds=60)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    codes = [await ended(worker) for worker in workers]

    assert codes == [0, 0, 0]
    assert Counter(mail["Message-ID"] for mail in smtp.mailbox).most_common(1)[0][1] == 1
    assert len(smtp.mailbox) == await Delivery.filter(state=DeliveryState.DELIVERED).count() == 60


async def test_a_process_that_dies_after_sending_leads_to_one_repeat_under_the_same_message_id(
    database: str, smtp: SmtpServer
) -> None:
    await a_notice(await a_case(await a_clinic()), at=utc_now())
    registry = Registry.load(only=[], extra=[EmailPlugin(smtp.url, "Suivi <notices@suivi.example>")])

    def survivor(*, ahead: timedelta) -> Deliverer:
        return Deliverer(registry, LocalFeed(), AUDIT_KEY, link, clock=lambda: utc_now() + ahead)

    assert await ended(await a_worker(database, smtp.url, "--die-after-sending")) == 9
    await survivor(ahead=timedelta()).deliver_due()
    while_leased = len(smtp.mailbox)
    for leases in (1, 2):
        await survivor(ahead=leases * LEASE).deliver_due()

    first, second = smtp.mailbox
    assert while_leased == 1
    assert first["Message-ID"] == second["Message-ID"]

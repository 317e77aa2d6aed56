"""kill -9 between commit and delivery, twenty times over: what was acknowledged is there, and every notice arrives."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from suivi.core import database
from suivi.core.access.keys import secret_key
from suivi.core.complications.models import ComplicationReport
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.events.models import Event
from suivi.core.events.verification import verify
from suivi.core.messages.models import Message
from tests.acceptance.forked import Nursery, nursery
from tests.services.smtp import SmtpServer
from tests.services.suivi import Client, suivi
from tests.services.world import World, build_world, row_id

KILLS = 20
LONGEST_DELAY = 0.05
SLOWNESS = 0.12
"""Seconds the mail server takes over a mail: longer than any delay, so that no kill comes after the delivery."""


class SlowSmtp(SmtpServer):
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(SLOWNESS)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def slow_smtp() -> Any:
    server = SlowSmtp()
    server.start()
    yield server
    server.stop()


@dataclass
class Patient:
    """Sends each thing under one key until it is acknowledged, whatever happens to the server meanwhile."""

    client: Client
    case_id: str
    reports: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    """Ids of what was acknowledged, by idempotency key."""
    pending: list[str] = field(default_factory=list)

    async def report(self, key: str) -> None:
        result = await self.client.do(
            "reportComplication",
            "... on ComplicationReport { id }",
            key=key,
            caseId=self.case_id,
            signs=["facial_swelling_fever"],
            language="fr",
        )
        self.reports[key] = result["id"]

    async def write(self, key: str) -> None:
        result = await self.client.do(
            "postMessage", "... on Message { id }", key=key, caseId=self.case_id, body=key, language="fr"
        )
        self.messages[key] = result["id"]

    async def report_or_remember(self) -> None:
        key = str(uuid4())
        try:
            await self.report(key)
        except httpx.TransportError:
            self.pending.append(key)

    async def catch_up(self) -> None:
        while self.pending:
            await self.report(self.pending[-1])
            self.pending.pop()


async def a_life(servers: Nursery, patient: Patient, *, delay: float) -> None:
    """Start, acknowledge a report and a message, and die with a third request in hand."""
    server = await servers.server(patient.client.http)
    try:
        await patient.catch_up()
        await patient.write(str(uuid4()))
        await patient.report(str(uuid4()))
        in_hand = asyncio.create_task(patient.report_or_remember())
        await asyncio.sleep(delay)
    finally:
        os.kill(server, signal.SIGKILL)
    await in_hand


async def a_world(data_dir: Path, database_url: str) -> World:
    async with suivi(data_dir=data_dir, database_url=database_url) as started:
        return await build_world(started)


async def message_ids() -> dict[str, str]:
    """The Message-ID that the notice of each report has, by the report's id."""
    ids = {}
    for delivery in await Delivery.all():
        event = await Event.get(id=delivery.event_id)
        ids[event.payload["report"]] = f"<{delivery.event_id}.{delivery.id}@"
    return ids


async def all_delivered(database_url: str) -> None:
    await database.connect(database_url)
    try:
        async with asyncio.timeout(30):
            while await Delivery.exclude(state=DeliveryState.DELIVERED).exists():
                await asyncio.sleep(0.1)
    finally:
        await database.disconnect()


async def test_twenty_kills_lose_no_report_no_message_and_no_notice(
    tmp_path: Path, database_url: str, slow_smtp: SlowSmtp
) -> None:
    """R-072, R-207: acknowledged is kept, kept is delivered at least once, and the history holds."""
    world = await a_world(tmp_path, database_url)
    rolled = random.Random(9)
    cut_short = 0

    settings = {"data_dir": str(tmp_path), "database_url": database_url, "smtp_url": slow_smtp.url}
    async with nursery(**settings) as servers, servers.client() as http:
        patient = Patient(replace(world.patient, http=http), world.case_id)
        for _ in range(KILLS):
            before = len(slow_smtp.mailbox)
            await a_life(servers, patient, delay=rolled.uniform(0, LONGEST_DELAY))
            cut_short += len(slow_smtp.mailbox) - before < 2
        await servers.server(http)
        await patient.catch_up()
        await all_delivered(database_url)

    await database.connect(database_url)
    try:
        kept_reports = {str(report.id) for report in await ComplicationReport.all()}
        kept_messages = {str(message.id) for message in await Message.all()}
        expected = await message_ids()
        findings = await verify(secret_key(tmp_path / "audit.key"))
    finally:
        await database.disconnect()
    arrived = [str(mail["Message-ID"]).split("@")[0] + "@" for mail in slow_smtp.mailbox]

    assert cut_short >= KILLS // 2
    assert kept_reports == {str(row_id(report)) for report in patient.reports.values()}
    assert kept_messages == {str(row_id(message)) for message in patient.messages.values()}
    assert set(expected) == kept_reports
    assert set(arrived) == set(expected.values())
    assert len(patient.messages) == KILLS
    assert findings == []

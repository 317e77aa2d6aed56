"""Clinics with something to be told, adapters that behave as a test needs, and a clock that it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from suivi.core.adapters import Adapter, Capability, NotDelivered, Notice
from suivi.core.cases.models import Case, CaseState
from suivi.core.clinics.models import Clinic
from suivi.core.database import transaction
from suivi.core.deliveries import actions
from suivi.core.deliveries.models import Delivery
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import Feed, LocalFeed
from suivi.core.events.log import SystemWriting, append
from suivi.core.events.models import Event
from suivi.core.hookspecs import HOOKS_VERSION, hookimpl
from suivi.core.partners.models import Partner
from suivi.core.patients.models import Patient
from suivi.core.registry import Registry
from suivi.core.specialties.model import Manifest

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AUDIT_KEY = b"a key of the tests"


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


async def a_clinic(**values: Any) -> Clinic:
    return await Clinic.create(
        **{
            "name": "Klinika Duna",
            "country": "HU",
            "city": "Budapest",
            "time_zone": "Europe/Budapest",
            "languages": ["hu", "en"],
            "notice_address": "aftercare@duna.example",
            "adapters": ["email"],
            "response_days": 5,
            "registered_at": NOON,
            "version": 1,
            **values,
        }
    )


async def a_case(clinic: Clinic, **patient: Any) -> Case:
    partner = await Partner.create(name="Retour Serein", registered_at=NOON)
    somebody = await Patient.create(
        **{
            "partner": partner,
            "reference": "RS-20931",
            "subject": "auth0|20931",
            "languages": ["fr"],
            "time_zone": "Europe/Paris",
            "registered_at": NOON,
            "version": 1,
            **patient,
        }
    )
    return await Case.create(
        partner=partner, patient=somebody, clinic=clinic, state=CaseState.OPEN, opened_at=NOON, version=1
    )


async def a_notice(case: Case, *, urgent: bool = False, at: datetime = NOON) -> Delivery:
    """A complication reported in the case, with its notice in the outbox."""
    by = SystemWriting(at=at, audit_key=AUDIT_KEY)
    async with transaction():
        event = await append(by, case, "complication_reported", {"urgent": urgent})
        return await actions.enqueue(by, event, case, urgent=urgent)


async def history(case: Case) -> list[str]:
    """The kinds of what happened in the case after its report."""
    events = await Event.filter(noun_id=case.id).order_by("seq")
    return [event.kind for event in events if event.kind != "complication_reported"]


def link(delivery_id: UUID) -> str:
    return f"https://suivi.example/open/{delivery_id}"


@dataclass
class Channel:
    """An adapter that keeps what it is given. `fails` is raised instead; where it `hangs` it waits for `answers`."""

    id: str = "email"
    fails: Exception | None = None
    hangs: Callable[[Notice], bool] = lambda _: False
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    capabilities: frozenset[Capability] = frozenset({Capability.NOTIFY})
    received: list[Notice] = field(default_factory=list)
    asked: int = 0

    async def notify(self, notice: Notice) -> None:
        self.asked += 1
        if self.hangs(notice):
            await self.answers.wait()
        if self.fails:
            raise self.fails
        self.received.append(notice)

    def refuse(self, reason: str, *, permanent: bool = False) -> None:
        self.fails = NotDelivered(reason, permanent)


class ChannelPlugin:
    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    @hookimpl
    def manifest(self) -> Manifest:
        return Manifest(id=self.channel.id, version="1", hooks=HOOKS_VERSION, locales=("en", "fr", "hu"))

    @hookimpl
    def adapter(self) -> Adapter:
        can = Capability.NOTIFY in self.channel.capabilities
        return Adapter(
            id=self.channel.id,
            capabilities=self.channel.capabilities,
            notify=self.channel.notify if can else None,
        )


def a_deliverer(*channels: Channel, clock: Clock | None = None, feed: Feed | None = None, **options: Any) -> Deliverer:
    registry = Registry.load(only=[], extra=[ChannelPlugin(channel) for channel in channels])
    return Deliverer(registry, feed or LocalFeed(), AUDIT_KEY, link, clock=clock or Clock(), **options)


async def until(true: Callable[[], bool | Awaitable[bool]], *, seconds: float = 10) -> None:
    """Wait for something that is about to be so. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)


def anybody() -> str:
    """A patient's reference that no other has."""
    return f"RS-{uuid4().hex[:8]}"

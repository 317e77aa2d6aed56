"""The parts of a running server, and how they are started and stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from pydantic import SecretStr
from tortoise.connection import get_connection

from suivi.core import database
from suivi.core.access.keys import secret_key
from suivi.core.access.tokens import TokenVerifier, verifier_for
from suivi.core.acting import House
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import open_feed
from suivi.core.registry import Registry
from suivi.graphql.endpoint.rates import Rates
from suivi.graphql.limits.trusted import Trusted
from suivi.graphql.limits.weights import rows_of
from suivi.graphql.schema import schema
from suivi.settings import Settings
from suivi.storage import open_store


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Running:
    """The parts of a running server that outlive a request."""

    settings: Settings
    house: House
    verifier: TokenVerifier
    deliverer: Deliverer | None
    rates: Rates = field(default_factory=Rates)
    trusted: Trusted = field(default_factory=Trusted)

    @classmethod
    def of(cls, settings: Settings, registry: Registry | None = None) -> "Running":
        """Raises PluginProblem, IdentityMisconfigured, BrokenKeyFile, Problem or ValueError, each with what to do."""
        house = make_house(settings, registry)
        verifier = verifier_for(
            production=settings.environment == "production",
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            dev_key=settings.data_dir / "dev-key.json",
        )
        trusted = Trusted.of(settings, schema.documents.schema)
        schema.documents.keep_for_good(trusted.texts)
        schema.documents.expect(rows_of(house.registry))
        return cls(
            settings=settings,
            house=house,
            verifier=verifier,
            deliverer=make_deliverer(settings, house) if settings.deliver else None,
            trusted=trusted,
        )

    def wake(self) -> None:
        if self.deliverer is not None:
            self.deliverer.wake()


def make_house(settings: Settings, registry: Registry | None = None) -> House:
    """`registry` in place of the installed plugins."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.signing.warn_if_ended(utc_now())
    return House(
        registry=registry or Registry.load(choices=settings.specialties),
        store=open_store(
            _told(settings.storage_url),
            data_dir=settings.data_dir,
            base_url=settings.base_url,
            link_key=secret_key(settings.data_dir / "link.key"),
        ),
        feed=open_feed(_told(settings.feed_url)),
        wall_clock=utc_now,
        audit_key=settings.audit_secret,
        signing=settings.signing,
        base_url=settings.base_url,
    )


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def make_deliverer(settings: Settings, house: House) -> Deliverer:
    def link(delivery_id: UUID) -> str:
        return settings.notice_link.format(delivery=delivery_id)

    return Deliverer(house.registry, house.feed, house.audit_key, link)


@asynccontextmanager
async def starting(running: Running) -> AsyncIterator[None]:
    """For a server that knows nothing of Suivi: brings the database up to date, however many start at once."""
    await database.migrate(running.settings.database_address)
    async with living(running):
        yield


@asynccontextmanager
async def living(running: Running) -> AsyncIterator[None]:
    """Connects on the way in; on the way out finishes what is in hand, then disconnects."""
    settings, house = running.settings, running.house
    async with AsyncExitStack() as stack:
        await database.connect(settings.database_address, pool=settings.database_pool)
        stack.push_async_callback(database.disconnect)
        # Now, because a request that is given up while it connects would leave everybody else waiting.
        await get_connection("default").execute_query("SELECT 1")
        stack.push_async_callback(schema.finish)
        await house.store.start()
        stack.push_async_callback(house.store.close)
        await house.feed.start()
        stack.push_async_callback(house.feed.close)
        if running.deliverer is not None:
            await stack.enter_async_context(delivering(running.deliverer))
        yield


@asynccontextmanager
async def delivering(deliverer: Deliverer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(deliverer.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task

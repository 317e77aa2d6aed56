"""The loop that delivers and reminds: inside the server, or in as many `suivi worker` processes as wanted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from suivi.core.acting import announce
from suivi.core.adapters import Adapter, NotDelivered, Notice
from suivi.core.deliveries import actions, rules
from suivi.core.deliveries.actions import Claimed, LeaseLost
from suivi.core.deliveries.rules import Failed, Sent
from suivi.core.events.feed import Feed
from suivi.core.events.models import KeptResult
from suivi.core.registry import Registry
from suivi.core.reminders.actions import BATCH, remind_due

log = logging.getLogger(__name__)

T = TypeVar("T")

KEPT_RESULTS_LAST = timedelta(days=7)
"""After which a request under an old idempotency key is a new request."""

TIDY_EVERY = timedelta(hours=1)

REMIND_EVERY = timedelta(minutes=1)
"""Reminders are due by the day, so looking for them seldom loses nothing."""

# Seconds between attempts to reach a database that is away. The sum is well inside a lease.
_DATABASE_PAUSES = (0.1, 0.5, 2, 5, 10)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Deliverer:
    """At least once: dying between a send and its settling sends again, under the same event id.

    `link` makes what the clinic opens from a delivery's id, and nothing else is there to put into it (R-175).
    """

    def __init__(
        self,
        registry: Registry,
        feed: Feed,
        audit_key: bytes,
        link: Callable[[UUID], str],
        *,
        clock: Callable[[], datetime] = utc_now,
        concurrency: int = 8,
        per_clinic: int = 2,
        time_limit: timedelta = rules.TIME_LIMIT,
        lease: timedelta = rules.LEASE,
        poll: timedelta = timedelta(seconds=1),
        grace: timedelta = timedelta(seconds=10),
    ) -> None:
        """`lease` is how long a notice waits for a worker that died with it: longer than `time_limit`.

        `grace` is what a send in hand gets when the loop is stopped; then it is given back for another worker.
        """
        self._adapters = registry.adapters
        self._means = registry.notice_of
        self._locales = {plugin.id: plugin.locales for plugin in registry.plugins}
        self._feed = feed
        self._audit_key = audit_key
        self._link = link
        self._clock = clock
        self._concurrency = concurrency
        self._per_clinic = per_clinic
        self._time_limit = time_limit.total_seconds()
        self._lease = lease
        self._poll = poll.total_seconds()
        self._grace = grace.total_seconds()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._poked = asyncio.Event()
        self._hurry = asyncio.Event()
        self._tidy_at = self._remind_at = datetime.min.replace(tzinfo=UTC)

    def wake(self) -> None:
        """Look now instead of at the next poll. For the process that has just enqueued, after its transaction."""
        self._poked.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then finish or give back what is in hand."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self.wake())
        try:
            troubles = 0
            while not stop.is_set():
                self._poked.clear()
                troubles = 0 if await self._take_up() else troubles + 1
                await self._pause(self._poll * 2 ** min(troubles, 5))
        finally:
            stopping.cancel()
            await self._finish()

    async def deliver_due(self) -> None:
        """Remind and deliver what is due at this moment, then return. Raises what the database raises."""
        await self._remind()
        while claims := await self._claim(self._concurrency):
            await asyncio.gather(*(self._deliver(claimed) for claimed in claims))

    async def _take_up(self) -> bool:
        """Put every free hand to work; False when the database would not."""
        try:
            await self._tidy()
            await self._remind_now_and_then()
            for claimed in await self._claim(self._concurrency - len(self._in_hand)):
                task = asyncio.create_task(self._deliver(claimed))
                self._in_hand.add(task)
                task.add_done_callback(self._done)
        except Exception as error:
            log.warning("looking for due deliveries failed: %s", type(error).__name__)
            return False
        return True

    async def _claim(self, hands: int) -> list[Claimed]:
        if hands <= 0:
            return []
        return await actions.claim(at=self._clock(), limit=hands, per_clinic=self._per_clinic, lease=self._lease)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery was left to its lease: %s", type(error).__name__)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._poked.wait()

    async def _finish(self) -> None:
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=self._grace)
            self._hurry.set()
            if late:
                await asyncio.wait(late)

    async def _deliver(self, claimed: Claimed) -> None:
        notifying = [name for name in claimed.adapters if _can_notify(self._adapters.get(name))]
        outcome = await self._send(claimed, notifying)
        try:
            if outcome is None:
                await _persist(lambda: actions.release(claimed))
                return
            events = await _persist(
                lambda: actions.settle(
                    claimed, outcome, notifying=notifying, at=self._clock(), audit_key=self._audit_key
                )
            )
        except LeaseLost:
            log.warning("delivery %s took longer than its lease and is somebody else's", claimed.id)
            return
        await announce(self._feed, events)

    async def _send(self, claimed: Claimed, notifying: list[str]) -> Sent | Failed | None:
        """None when there was no time left to find out."""
        name = rules.adapter_for(claimed.adapter, notifying)
        if name is None:
            return Failed(adapter=None, reason="NO_ADAPTER", permanent=False)
        if claimed.to is None:
            return Failed(adapter=None, reason="NO_ADDRESS", permanent=True)
        try:
            notice = self._notice(claimed, name, claimed.to)
            in_time = await self._within_limits(_notify(self._adapters[name], notice))
        except NotDelivered as failure:
            return Failed(adapter=name, reason=failure.reason_code[:60], permanent=failure.permanent)
        except TimeoutError:
            return Failed(adapter=name, reason="TIMED_OUT", permanent=False)
        except Exception as error:
            # What the error says may quote the address, so only its type is told.
            log.error("delivery %s: adapter %s raised %s", claimed.id, name, type(error).__name__)
            return Failed(adapter=name, reason="ADAPTER_ERROR", permanent=False)
        return Sent(adapter=name) if in_time else None

    def _notice(self, claimed: Claimed, adapter: str, to: str) -> Notice:
        offered = self._locales.get(adapter, claimed.languages)
        locale = rules.locale_for(claimed.languages, offered)
        means = self._means(locale)
        return Notice(
            event_id=claimed.event_id,
            delivery_id=claimed.id,
            kind=claimed.kind,
            to=to,
            locale=locale,
            link=self._link(claimed.id),
            urgent=claimed.urgent,
            means=means.text,
            means_locale=means.locale,
            means_version=means.version,
        )

    async def _within_limits(self, sending: Awaitable[None]) -> bool:
        """Whether it ended before the loop had to. Raises TimeoutError, or what it raised.

        An adapter that will not be cancelled is left behind rather than waited for.
        """
        send = asyncio.ensure_future(sending)
        hurry = asyncio.create_task(self._hurry.wait())
        try:
            await asyncio.wait({send, hurry}, timeout=self._time_limit, return_when=asyncio.FIRST_COMPLETED)
            if send.done():
                send.result()
                return True
            if hurry.done():
                return False
            raise TimeoutError
        finally:
            hurry.cancel()
            if not send.done():
                send.add_done_callback(_forget)
                send.cancel()

    async def _remind_now_and_then(self) -> None:
        now = self._clock()
        if now >= self._remind_at:
            self._remind_at = now + REMIND_EVERY
            await self._remind()

    async def _remind(self) -> None:
        while events := await remind_due(at=self._clock(), audit_key=self._audit_key):
            full = len(events) >= BATCH
            await announce(self._feed, events)
            if not full:
                break

    async def _tidy(self) -> None:
        now = self._clock()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            await KeptResult.filter(at__lt=now.astimezone(UTC) - KEPT_RESULTS_LAST).delete()


def _can_notify(adapter: Adapter | None) -> bool:
    return adapter is not None and adapter.notify is not None


async def _notify(adapter: Adapter, notice: Notice) -> None:
    assert adapter.notify is not None  # noqa: S101 - chosen because it can
    await adapter.notify(notice)


def _forget(send: asyncio.Future[None]) -> None:
    """Look at what a send that was given up ended with, which asyncio would otherwise log in full."""
    if not send.cancelled():
        send.exception()


async def _persist(keep: Callable[[], Awaitable[T]]) -> T:
    """Try for a while: a notice that was sent and cannot be settled is sent again."""
    for pause in _DATABASE_PAUSES:
        try:
            return await keep()
        except LeaseLost:
            raise
        except Exception as error:
            log.warning("keeping what became of a delivery failed: %s", type(error).__name__)
            await asyncio.sleep(pause)
    return await keep()

"""The live feed between processes, over the publish channels of a Valkey or Redis server."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from valkey.asyncio import Valkey
from valkey.asyncio.client import PubSub
from valkey.exceptions import ValkeyError

from suivi.core.events.feed import Announcement, LocalFeed, Missed
from suivi.core.events.models import Event

log = logging.getLogger(__name__)

CHANNEL = "suivi:"
ANSWERS_WITHIN = 3.0
"""Seconds for one command; a feed that hangs must not hold up what it only tells of."""
QUIET = 15.0
"""Seconds without a word after which the server is asked whether it is still there."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds between attempts to connect again, doubled each time."""
MOST_UNSAID = 10_000
"""Nouns; those beyond are heard of with their next event."""


class FeedUnreachable(ConnectionError):  # noqa: N818
    """The server of the live feed is not listened to."""


class ValkeyFeed:
    """One channel a noun; one connection a process listens for all its listeners, another one publishes.

    Listeners live through a restart of the server: they hear MISSED once it is back. What could not be announced is
    announced then, one event a noun, from which a listener sees that it missed others.
    """

    def __init__(self, url: str) -> None:
        self._client = Valkey.from_url(url, socket_connect_timeout=ANSWERS_WITHIN, socket_timeout=ANSWERS_WITHIN)
        # No timeout in this one: Python 3.11's `wait_for`, with which it would send, at times swallows a cancellation.
        self._ears = Valkey.from_url(url, socket_connect_timeout=ANSWERS_WITHIN, socket_timeout=None)
        self._local = LocalFeed()
        self._wanted: Counter[UUID] = Counter()
        self._asked: set[UUID] = set()
        self._confirmed: set[UUID] = set()
        self._late: set[UUID] = set()
        """Nouns whose listeners were let in, or left alone, without the server's word."""
        self._unsaid: dict[UUID, bytes] = {}
        self._saying: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to listen; a server that cannot be reached yet is tried again in the background."""
        await self._local.start()
        self._reading = asyncio.create_task(self._keep_reading(), name="live feed")

    async def close(self) -> None:
        tasks = [task for task in (self._reading, self._saying) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._reading = self._saying = None
        await self._local.close()
        await self._ears.aclose()
        await self._client.aclose()

    async def check(self) -> None:
        if self._reading and self._reading.done():
            raise FeedUnreachable("The live feed stopped listening.")
        await self._client.ping()

    async def publish(self, event: Event) -> None:
        """Never raises, nor waits, for a server that is known to be away: it hears of the event when it is back."""
        announcement = Announcement.of(event)
        if not self._unsaid:
            try:
                await self._client.publish(_channel(event.noun_id), announcement.to_bytes())
            except (ValkeyError, OSError) as lost:
                log.warning("live feed did not take an announcement (%s), trying again", type(lost).__name__)
            else:
                return
        self._local.deliver(announcement)
        self._say_later(announcement)

    def _say_later(self, announcement: Announcement) -> None:
        self._unsaid[announcement.noun_id] = announcement.to_bytes()
        if len(self._unsaid) > MOST_UNSAID:
            del self._unsaid[next(iter(self._unsaid))]
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._keep_saying(), name="live feed, what is unsaid")

    async def _keep_saying(self) -> None:
        pause = FIRST_PAUSE
        while self._unsaid:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            with suppress(ValkeyError, OSError):
                await self._say_unsaid()

    async def _say_unsaid(self) -> None:
        while self._unsaid:
            noun_id, said = next(iter(self._unsaid.items()))
            await self._client.publish(_channel(noun_id), said)
            if self._unsaid.get(noun_id) is said:
                del self._unsaid[noun_id]

    @asynccontextmanager
    async def listen(self, noun_id: UUID) -> AsyncIterator[AsyncIterator[Announcement | Missed]]:
        """Entered after three seconds even without the server's word: MISSED is heard once it is given."""
        async with self._local.listen(noun_id) as arriving:
            self._wanted[noun_id] += 1
            self._changed.set()
            try:
                await self._confirmation(noun_id)
                yield arriving
            finally:
                self._wanted[noun_id] -= 1
                self._wanted += Counter()  # drops those nobody wants
                self._late &= self._wanted.keys()
                self._changed.set()

    async def _confirmation(self, noun_id: UUID) -> None:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN), self._news:
                await self._news.wait_for(lambda: noun_id in self._confirmed)
        except TimeoutError:
            if noun_id not in self._confirmed:
                self._late.add(noun_id)

    async def _keep_reading(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._read_one_connection()
            except* (ValkeyError, OSError) as lost:
                log.warning("live feed lost (%s), connecting again", type(lost.exceptions[0]).__name__)
            # A connection that stood long enough to confirm something was a good one.
            pause = FIRST_PAUSE if self._confirmed else min(2 * pause, LONGEST_PAUSE)
            self._late |= self._confirmed & self._wanted.keys()
            self._asked.clear()
            self._confirmed.clear()
            await asyncio.sleep(pause)

    async def _read_one_connection(self) -> None:
        """Until it is lost, which ends both halves with the error."""
        async with self._ears.pubsub() as connection:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await connection.connect()
            async with asyncio.TaskGroup() as halves:
                halves.create_task(self._subscribe(connection))
                halves.create_task(self._receive(connection))

    async def _subscribe(self, connection: PubSub) -> None:
        """Keep the server's idea of what is wanted like ours.

        Only what is confirmed is unsubscribed: so a confirmation always speaks of the latest subscription.
        """
        while True:
            self._changed.clear()
            wanted = set(self._wanted)
            new, gone = wanted - self._asked, self._confirmed - wanted
            self._asked = (self._asked | new) - gone
            self._confirmed -= gone
            if new:
                await connection.subscribe(*_channels(new))
            if gone:
                await connection.unsubscribe(*_channels(gone))
            await self._changed.wait()

    async def _receive(self, connection: PubSub) -> None:
        asked_whether_there = False
        while True:
            message = await connection.get_message(timeout=QUIET)
            if message:
                asked_whether_there = False
                await self._take(message)
            elif asked_whether_there:
                raise ConnectionError("the server went silent")
            else:
                asked_whether_there = True
                await connection.ping()

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "message":
                self._deliver(message["data"])
            case "subscribe":
                await self._confirm(UUID(message["channel"].decode().removeprefix(CHANNEL)))

    async def _confirm(self, noun_id: UUID) -> None:
        async with self._news:
            self._confirmed.add(noun_id)
            self._news.notify_all()
        if noun_id in self._late:
            self._late.discard(noun_id)
            self._local.missed(noun_id)
        # Perhaps nobody wants it any more.
        self._changed.set()

    def _deliver(self, data: bytes) -> None:
        try:
            announcement = Announcement.from_bytes(data)
        except (ValueError, KeyError, TypeError):
            # Anybody on that server may publish: nonsense must not end the feed.
            log.warning("live feed passed over something that is no announcement")
        else:
            self._local.deliver(announcement)


def _channel(noun_id: UUID) -> str:
    return f"{CHANNEL}{noun_id}"


def _channels(noun_ids: Iterable[UUID]) -> list[str]:
    return [_channel(noun_id) for noun_id in noun_ids]

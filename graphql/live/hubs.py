"""One case followed in this process, for however many subscribers.

The log is the truth, and the feed only says when to look: a hub reads on from the last event it handled, so what is
announced twice, late or not at all is neither told twice nor left out.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from suivi.core import reading
from suivi.core.events.feed import Announcement, Feed
from suivi.core.events.models import Event
from suivi.core.reading import Row
from suivi.graphql.following import newest_seq
from suivi.graphql.live.circles import Circle, Shared, Subscriber
from suivi.graphql.live.readers import Readers, made_for, rights_of
from suivi.graphql.live.together import tell_together

log = logging.getLogger(__name__)

PAGE = 50
"""Events that are read at a time."""
AT_ONCE = 8
"""Sets of rights that are looked up at the same time, each of which takes a connection to the database."""
MOST_TOGETHER = 1000
"""Sets of rights that are looked up in one statement."""
PAUSE_SECONDS = 1.0
"""Before the log is read again, when it could not be."""


class Hubs:
    """Those of one process."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._hubs: dict[UUID, Hub] = {}

    def __len__(self) -> int:
        """How many subscribers there are."""
        return sum(map(len, self._hubs.values()))

    async def join(self, subscriber: Subscriber) -> None:
        """Told what it missed first, then what happens as it happens, until it leaves or its outlet is ended.

        Raises AccessEnded and whatever else may go wrong on the way in.
        """
        hub = self._hub(subscriber.asked.followed.case_id)
        try:
            await hub.join(subscriber)
        finally:
            self._close_empty(hub)

    def leave(self, subscriber: Subscriber) -> None:
        hub = self._hubs.get(subscriber.asked.followed.case_id)
        if hub is not None:
            hub.leave(subscriber)
            self._close_empty(hub)

    def _hub(self, case_id: UUID) -> "Hub":
        hub = self._hubs.get(case_id)
        if hub is None or hub.is_over:
            hub = self._hubs[case_id] = Hub(case_id, self._feed, self._close_empty)
        return hub

    def _close_empty(self, hub: "Hub") -> None:
        if hub.is_empty and self._hubs.get(hub.case_id) is hub:
            del self._hubs[hub.case_id]
            hub.close()


class Hub:
    """`seq` is that of the last event it has told everybody of."""

    def __init__(self, case_id: UUID, feed: Feed, close_empty: Callable[["Hub"], None]) -> None:
        self.case_id = case_id
        self.seq = 0
        self.is_over = False
        self._feed = feed
        self._close_empty = close_empty
        self._readers: dict[Hashable, Readers] = {}
        self._joining: dict[Subscriber, Readers | None] = {}
        self._beginning = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(len(circle.subscribers) for readers in self._readers.values() for circle in readers.circles.values())

    @property
    def is_empty(self) -> bool:
        return not self._joining and not any(readers.circles for readers in self._readers.values())

    def close(self) -> None:
        self.is_over = True
        if self._following is not None:
            self._following.cancel()

    async def join(self, subscriber: Subscriber) -> None:
        self._joining[subscriber] = None
        try:
            await self._begin()
            readers = self._joining[subscriber] = self._readers_like(subscriber)
            await self._join(subscriber, readers)
        finally:
            del self._joining[subscriber]
            self._forget_empty()

    def leave(self, subscriber: Subscriber) -> None:
        readers = self._readers.get(rights_of(subscriber.asked.context))
        if readers is not None:
            readers.discard(subscriber)
            self._forget_empty()

    async def _begin(self) -> None:
        async with self._beginning:
            if self._following is None:
                # Before the feed is listened to, so that there is nothing in between.
                self.seq = await newest_seq(self.case_id)
                self._following = asyncio.create_task(self._follow(), name="following a case")

    def _readers_like(self, subscriber: Subscriber) -> Readers:
        rights = rights_of(subscriber.asked.context)
        if rights not in self._readers:
            self._readers[rights] = Readers(self.case_id, subscriber.asked.context, self.seq)
        return self._readers[rights]

    async def _join(self, subscriber: Subscriber, readers: Readers) -> None:
        while not self.is_over:
            while subscriber.seq < readers.seq:
                await self._catch_up(subscriber, until=readers.seq)
            async with readers.lock:
                if subscriber.seq >= readers.seq and not self.is_over:
                    readers.add(subscriber)
                    return
        subscriber.outlet.end()

    async def _catch_up(self, subscriber: Subscriber, *, until: int) -> None:
        events = await _events(self.case_id, after=subscriber.seq, until=until)
        if not events:
            subscriber.seq = until
            return
        context = subscriber.asked.context.for_operation()
        made = await made_for(Circle(subscriber.asked), self.case_id, context, events, {})
        for seq, payload in made:
            subscriber.tell([(seq, payload)], seq, now=datetime.now(UTC))
            await subscriber.outlet.room()
        subscriber.seq = events[-1].seq

    def _forget_empty(self) -> None:
        awaited = set(map(id, self._joining.values()))
        for rights, readers in list(self._readers.items()):
            if not readers.circles and id(readers) not in awaited:
                del self._readers[rights]

    async def _follow(self) -> None:
        """Until the feed is closed, or nobody is left."""
        error: Exception | None = None
        try:
            async with self._feed.listen(self.case_id) as arriving:
                await self._read_on()
                async for announced in arriving:
                    if not (isinstance(announced, Announcement) and announced.seq <= self.seq):
                        await self._read_on()
        except Exception as failed:
            error = failed
            log.exception("following a case failed", exc_info=Exception(type(failed).__name__))
        self.is_over = True
        for readers in list(self._readers.values()):
            readers.end(error)

    async def _read_on(self) -> None:
        """Tell everybody of everything the log has by now."""
        while self._readers:
            events = await self._next_events()
            if not events:
                return
            await self._tell(events)
            self.seq = max(self.seq, events[-1].seq)
            self._forget_empty()
            self._close_empty(self)
            if len(events) < PAGE and all(readers.seq >= self.seq for readers in self._readers.values()):
                return

    async def _next_events(self) -> list[Row]:
        while True:
            behind = min(readers.seq for readers in self._readers.values())
            try:
                return await _events(self.case_id, after=behind)
            except Exception as error:
                # Its words would quote the database.
                log.error("the log cannot be read (%s), trying again", type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, events: list[Row]) -> None:
        shared: Shared = {}
        together, apart = _split(self._readers.values())
        for some in together:
            later = [event for event in events if event.seq > some[0].seq]
            if later:
                apart += await tell_together(some, self.case_id, later, shared)
        for some in _several(apart):
            await asyncio.gather(*(readers.tell(events, shared) for readers in some))


async def _events(case_id: UUID, *, after: int, until: int | None = None) -> list[Row]:
    found = Event.filter(noun_id=case_id, seq__gt=after)
    found = found if until is None else found.filter(seq__lte=until)
    return await reading.rows(found.order_by("seq").limit(PAGE))


def _split(readers: Iterable[Readers]) -> tuple[list[list[Readers]], list[Readers]]:
    """Those who can be told together, and the others."""
    kinds: dict[Hashable, list[Readers]] = defaultdict(list)
    for one in readers:
        kinds[one.kind].append(one)
    apart = kinds.pop(None, [])
    together = [
        some[start : start + MOST_TOGETHER] for some in kinds.values() for start in range(0, len(some), MOST_TOGETHER)
    ]
    return together, apart


def _several(readers: list[Readers]) -> Iterator[list[Readers]]:
    """Those that share most first, one alone, so that what all of them are told is made once."""
    remaining = iter(readers)
    yield list(islice(remaining, 1))
    while some := list(islice(remaining, AT_ONCE)):
        yield some

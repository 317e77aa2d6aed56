"""The live feed: tells whoever is listening, in this process or another, that an event was kept."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import orjson

from suivi.core.events.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """That something happened, not what: a listener reads the rest under its own rights."""

    event_id: UUID
    noun: str
    noun_id: UUID
    seq: int
    kind: str

    @classmethod
    def of(cls, event: Event) -> "Announcement":
        return cls(event_id=event.id, noun=event.noun, noun_id=event.noun_id, seq=event.seq, kind=event.kind)

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Announcement":
        told = orjson.loads(data)
        return cls(
            event_id=UUID(told["event_id"]),
            noun=told["noun"],
            noun_id=UUID(told["noun_id"]),
            seq=told["seq"],
            kind=told["kind"],
        )


class TooSlow(Exception):  # noqa: N818
    """A listener fell so far behind that it was dropped; it reads the history to catch up."""


class Feed(Protocol):
    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def check(self) -> None:
        """Return when the feed can carry announcements, else raise."""
        ...

    async def publish(self, event: Event) -> None: ...

    def listen(self, noun_id: UUID) -> "Listening":
        """A context in which announcements of one noun arrive, from the moment it is entered."""
        ...


class Listening(Protocol):
    async def __aenter__(self) -> AsyncIterator[Announcement]: ...

    async def __aexit__(self, *exc: object) -> None: ...


QUEUE_LENGTH = 256


class LocalFeed:
    """Announcements within one process."""

    def __init__(self) -> None:
        self._queues: dict[UUID, set[asyncio.Queue[Announcement | None]]] = defaultdict(set)

    async def start(self) -> None: ...

    async def close(self) -> None:
        for queues in self._queues.values():
            for queue in queues:
                _offer(queue, None)

    async def check(self) -> None: ...

    async def publish(self, event: Event) -> None:
        self.deliver(Announcement.of(event))

    def deliver(self, announcement: Announcement) -> None:
        for queue in self._queues.get(announcement.noun_id, ()):
            _offer(queue, announcement)

    @asynccontextmanager
    async def listen(self, noun_id: UUID) -> AsyncIterator[AsyncIterator[Announcement]]:
        queue: asyncio.Queue[Announcement | None] = asyncio.Queue(QUEUE_LENGTH)
        self._queues[noun_id].add(queue)
        try:
            yield _arriving(queue)
        finally:
            self._queues[noun_id].discard(queue)
            if not self._queues[noun_id]:
                del self._queues[noun_id]


def _offer(queue: "asyncio.Queue[Announcement | None]", item: Announcement | None) -> None:
    """Put without waiting; a listener that has not kept up loses its place rather than holding everyone up."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        item = None
    queue.put_nowait(item)


async def _arriving(queue: "asyncio.Queue[Announcement | None]") -> AsyncIterator[Announcement]:
    while True:
        announcement = await queue.get()
        if announcement is None:
            raise TooSlow
        yield announcement

"""The live feed: tells whoever is listening, in this process or another, that an event was kept."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from enum import Enum, auto
from typing import Protocol, TypeAlias
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
        # A driver's own kind of UUID is none to orjson.
        return orjson.dumps(
            {name: value if isinstance(value, int) else str(value) for name, value in asdict(self).items()}
        )

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


class Missed(Enum):
    """Announcements may have been lost; the log tells what happened meanwhile."""

    MISSED = auto()


MISSED = Missed.MISSED
Listening: TypeAlias = AbstractAsyncContextManager[AsyncIterator[Announcement | Missed]]


class Feed(Protocol):
    async def start(self) -> None: ...

    async def close(self) -> None:
        """End every listener's announcements."""
        ...

    async def check(self) -> None:
        """Return when the feed can carry announcements, else raise."""
        ...

    async def publish(self, event: Event) -> None: ...

    def listen(self, noun_id: UUID) -> Listening:
        """A context in which announcements of one noun arrive, from the moment it is entered.

        A listener that has not kept up, or whose feed was away, hears MISSED in place of what it did not hear.
        """
        ...


def open_feed(url: str | None) -> Feed:
    """The feed at a `valkey://` or `redis://` address (`valkeys://`, `rediss://` with TLS); without one, in process."""
    if url is None:
        return LocalFeed()
    from suivi.core.events.valkey import ValkeyFeed

    # pyright reads this very file under a second name, `core.events.feed`, and takes its classes for two.
    return ValkeyFeed(url)  # pyright: ignore[reportReturnType]


QUEUE_LENGTH = 256


class LocalFeed:
    """Announcements within one process."""

    def __init__(self) -> None:
        self._listeners: dict[UUID, set[_Listener]] = defaultdict(set)
        self._closed = False

    async def start(self) -> None:
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.offer(_End.CLOSED)

    async def check(self) -> None: ...

    async def publish(self, event: Event) -> None:
        self.deliver(Announcement.of(event))

    def deliver(self, announcement: Announcement) -> None:
        self._offer(announcement.noun_id, announcement)

    def missed(self, noun_id: UUID) -> None:
        """Tell the listeners of a noun to look for themselves."""
        self._offer(noun_id, MISSED)

    def _offer(self, noun_id: UUID, item: Announcement | Missed) -> None:
        for listener in self._listeners.get(noun_id, ()):
            listener.offer(item)

    @asynccontextmanager
    async def listen(self, noun_id: UUID) -> AsyncIterator[AsyncIterator[Announcement | Missed]]:
        listener = _Listener()
        if self._closed:
            listener.offer(_End.CLOSED)
        self._listeners[noun_id].add(listener)
        try:
            yield listener
        finally:
            self._listeners[noun_id].discard(listener)
            if not self._listeners[noun_id]:
                del self._listeners[noun_id]


class _End(Enum):
    CLOSED = auto()


class _Listener:
    """An iterator and not a generator: waiting for the next announcement may be given up and taken up again."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Announcement | Missed | _End] = asyncio.Queue(QUEUE_LENGTH)
        self._closed = False

    def offer(self, item: Announcement | Missed | _End) -> None:
        """Put without waiting; a listener that has not kept up is told so rather than holding everyone up."""
        if self._waiting.full():
            while not self._waiting.empty():
                self._waiting.get_nowait()
            item = item if item is _End.CLOSED else MISSED
        self._waiting.put_nowait(item)

    def __aiter__(self) -> AsyncIterator[Announcement | Missed]:
        return self

    async def __anext__(self) -> Announcement | Missed:
        item = _End.CLOSED if self._closed else await self._waiting.get()
        if isinstance(item, _End):
            self._closed = True
            raise StopAsyncIteration
        return item

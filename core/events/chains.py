"""The links of one chain put in order again, whatever order its events are read in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from suivi.core.events.digests import GENESIS


@dataclass(frozen=True, slots=True)
class Link:
    """What places an event in its chain. `genuine`: its own hash was made with the audit key."""

    event_id: UUID
    noun_id: UUID
    seq: int
    previous: str
    hash: str
    genuine: bool

    def is_later_than(self, other: "Link") -> bool:
        """Within a chain by number; between chains by event id, which is as good as the servers' clocks agree."""
        if self.noun_id == other.noun_id:
            return self.seq > other.seq
        return self.event_id > other.event_id

    def follows(self, before: "Link | None") -> bool:
        """False only where both hashes are good: a false one is told of by itself."""
        if not self.genuine or (before and not before.genuine):
            return True
        return self.previous == (before.hash if before else GENESIS)


@dataclass(slots=True)
class LinkedSoFar:
    """One chain while its events arrive. Those that arrive in order, as nearly all do, are not kept."""

    noun: str
    last: Link | None = None
    has_row: bool = False
    ahead: dict[int, Link] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return self.last.seq if self.last else 0

    def has(self, seq: int) -> bool:
        return seq <= self.length or seq in self.ahead

    def take(self, link: Link) -> Iterator[Link]:
        """Add an event; gives those that turn out not to follow the one before them."""
        self.ahead[link.seq] = link
        while following := self.ahead.pop(self.length + 1, None):
            if not following.follows(self.last):
                yield following
            self.last = following

    def gaps(self) -> Iterator[tuple[int, int]]:
        """First and last number of each run of events that never came."""
        for seq, link in sorted(self.ahead.items()):
            # The number of an event that is not genuine proves nothing about those before it.
            if link.genuine or seq == self.length + 1:
                if seq > self.length + 1:
                    yield self.length + 1, seq - 1
                self.last = link
        self.ahead.clear()

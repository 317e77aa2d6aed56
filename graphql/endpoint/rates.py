"""How many operations one token's holder may send, and connections keep open: in this process alone."""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from suivi.core.access.viewer import Viewer
from suivi.graphql.endpoint.refusing import RateLimited, TooManyConnections


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


def holder_of(viewer: Viewer) -> Hashable:
    """Not the token itself: a new one is a refresh away."""
    return viewer.subject, viewer.role, viewer.partner_id, viewer.frontend


class Rates:
    """A minute's worth may come at once; then they come back evenly."""

    MOST_HOLDERS = 20_000
    """Of whom the longest unseen are forgotten: they have their minute's worth again."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def take(self, viewer: Viewer, per_minute: int | None, *, now: float) -> None:
        """`now` is in seconds of any clock that only goes forward. Raises RateLimited."""
        if per_minute is None:
            return
        bucket = self._bucket(viewer, per_minute, now)
        bucket.left = min(per_minute, bucket.left + (now - bucket.at) * per_minute / 60)
        bucket.at = now
        if bucket.left < 1:
            raise RateLimited(limit=per_minute, seconds=math.ceil((1 - bucket.left) * 60 / per_minute))
        bucket.left -= 1

    def _bucket(self, viewer: Viewer, per_minute: int, now: float) -> Bucket:
        holder = holder_of(viewer)
        bucket = self._buckets.get(holder)
        if bucket is None:
            bucket = self._buckets[holder] = Bucket(left=per_minute, at=now)
            if len(self._buckets) > self.MOST_HOLDERS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(holder)
        return bucket


class Connections:
    """WebSockets and event streams that are open."""

    def __init__(self) -> None:
        self._open: Counter[Hashable] = Counter()

    def enter(self, viewer: Viewer, limit: int) -> Callable[[], None]:
        """To be called once, when the connection is over. Raises TooManyConnections."""
        holder = holder_of(viewer)
        if self._open[holder] >= limit:
            raise TooManyConnections(limit=limit)
        self._open[holder] += 1
        return lambda: self._leave(holder)

    def _leave(self, holder: Hashable) -> None:
        self._open[holder] -= 1
        if not self._open[holder]:
            del self._open[holder]

"""Readers of a case who are told plain answers: rights are looked up in one statement for all of a role.

Nothing else is different. Each event is looked at anew, with the rights that each of them has at that moment, and who
may not see the case any more is told that it is over.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from suivi.core.access.many import Ref, SeenByMany
from suivi.core.cases.models import Case
from suivi.core.reading import Row
from suivi.graphql.context import Context
from suivi.graphql.following import AccessEnded, Wants
from suivi.graphql.limits.refusing import ExecutionTimeout
from suivi.graphql.live.circles import Circle, Shared, Told, answer
from suivi.graphql.live.readers import Readers


async def tell_together(
    readers: Sequence[Readers], case_id: UUID, events: Sequence[Row], shared: Shared
) -> list[Readers]:
    """Those of one kind, but for whoever is not of it any more, who are given back.

    Whatever goes wrong ends it for all the others.
    """
    kind = readers[0].kind
    held: list[asyncio.Lock] = []
    try:
        for one in readers:
            await one.lock.acquire()
            held.append(one.lock)
        # Nobody joins them from now on.
        alike = [one for one in readers if one.kind == kind and kind is not None]
        if alike:
            await _tell(alike, case_id, events, shared)
        return [one for one in readers if one.seq < events[-1].seq and one.circles]
    finally:
        for lock in held:
            lock.release()


async def _tell(readers: Sequence[Readers], case_id: UUID, events: Sequence[Row], shared: Shared) -> None:
    context = readers[0].context.for_operation()
    seconds = context.allowance.execution_seconds
    making = _Making(SeenByMany([one.context.viewer for one in readers], context.on), context, events, shared)
    try:
        async with asyncio.timeout(seconds):
            following = await making.seen.seeing((Case, case_id))
            made = [await making.answers(number, one.circles.values()) for number, one in enumerate(readers)]
    except TimeoutError:
        _end(readers, ExecutionTimeout(seconds=f"{seconds:g}"))
    except Exception as error:
        _end(readers, error)
    else:
        now, seq = datetime.now(UTC), events[-1].seq
        for number, one in enumerate(readers):
            if number in following:
                one.hand_out(made[number], seq, now=now)
            else:
                one.end(AccessEnded())


def _end(readers: Sequence[Readers], error: Exception) -> None:
    for one in readers:
        one.end(error)


@dataclass(frozen=True, slots=True)
class _Looked:
    """For each event the rows it is about, and for each of all these rows who may see it."""

    refs: Sequence[tuple[Row, Sequence[Ref]]]
    seeing: Sequence[set[int]]


@dataclass(slots=True)
class _Making:
    seen: SeenByMany
    context: Context
    """Of any of them: nothing in a plain answer depends on who asks."""
    events: Sequence[Row]
    shared: Shared
    looked: dict[Wants, _Looked] = field(default_factory=dict)
    told: dict[tuple[str, tuple[bool, ...]], Told] = field(default_factory=dict)
    """By how they were asked, and which of the rows may be seen."""

    async def answers(self, number: int, circles: Iterable[Circle]) -> list[tuple[Circle, Told]]:
        """For the viewer of this number."""
        made = []
        for circle in circles:
            asked = circle.asked
            looked = self.looked.get(asked.followed.wants) or await self._look(asked.followed.wants)
            seen = tuple([number in those for those in looked.seeing])
            told = self.told.get((asked.key, seen))
            if told is None:
                told = self.told[asked.key, seen] = await self._told(circle, looked, seen)
            made.append((circle, told))
        return made

    async def _look(self, wants: Wants) -> _Looked:
        refs = [(event, wants(event)) for event in self.events]
        seeing = [await self.seen.seeing(ref) for _, some in refs for ref in some]
        looked = self.looked[wants] = _Looked(refs, seeing)
        return looked

    async def _told(self, circle: Circle, looked: _Looked, seen: Sequence[bool]) -> Told:
        told: Told = []
        of_each = iter(seen)
        for event, refs in looked.refs:
            may = tuple([next(of_each) for _ in refs])
            key = (event.seq, circle.asked.key, may)
            if key not in self.shared:
                self.shared[key] = await self._answer(circle, refs, may)
            if (payload := self.shared[key]) is not None:
                told.append((event.seq, payload))
        return told

    async def _answer(self, circle: Circle, refs: Sequence[Ref], may: Sequence[bool]) -> str | None:
        rows = [await self.seen.row(ref) if sees else None for ref, sees in zip(refs, may, strict=True)]
        root = circle.asked.followed.made(rows) if rows else None
        return None if root is None else await answer(circle.asked, root, self.context)

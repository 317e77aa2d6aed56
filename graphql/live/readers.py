"""Those who read a case with the same rights: looked up once an event for all of them."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from suivi.core.cases.models import Case
from suivi.core.reading import Row
from suivi.graphql.context import Context
from suivi.graphql.following import AccessEnded
from suivi.graphql.limits.refusing import ExecutionTimeout
from suivi.graphql.live.asking import Asked
from suivi.graphql.live.circles import Circle, Shared, Subscriber, Told


def rights_of(context: Context) -> Hashable:
    """What access depends on. The real clock is one for all; a moment that is played stands still."""
    real = context.clock is context.house.wall_clock
    return replace(context.viewer, expires_at=None), None if real else context.clock()


class Readers:
    """`seq` is that of the last event all of them were told, or spared."""

    def __init__(self, case_id: UUID, context: Context, seq: int) -> None:
        self.case_id = case_id
        self.seq = seq
        # Each event of a case waits for the one before; who joins waits for the one under way.
        self.lock = asyncio.Lock()
        self.circles: dict[str, Circle] = {}
        self.context = replace(context.for_operation(), viewer=replace(context.viewer, expires_at=None))
        self._all_plain = True
        self._moment = None if context.clock is context.house.wall_clock else context.clock()

    @property
    def kind(self) -> Hashable:
        """Those of one kind can be told together; none of them where an answer is not plain, which each has alone."""
        if not self._all_plain:
            return None
        return self.seq, self._moment, self.context.allowance.execution_seconds

    def add(self, subscriber: Subscriber) -> None:
        circle = self.circles.setdefault(subscriber.asked.key, Circle(subscriber.asked))
        circle.subscribers[subscriber] = None
        # The same, and one is enough to keep.
        subscriber.asked = circle.asked
        self._look_again()

    def discard(self, subscriber: Subscriber) -> None:
        circle = self.circles.get(subscriber.asked.key)
        if circle is not None:
            circle.subscribers.pop(subscriber, None)
            if not circle.subscribers:
                del self.circles[subscriber.asked.key]
                self._look_again()

    def _look_again(self) -> None:
        self._all_plain = all(circle.asked.shape.plain for circle in self.circles.values())

    async def tell(self, events: Sequence[Row], shared: Shared) -> None:
        """Tell them what comes after the last one they were told. Whatever goes wrong ends it for them, and only them.

        Nobody is told anything before everything is ready, so that what fails fails for all.
        """
        async with self.lock:
            later = [event for event in events if event.seq > self.seq]
            if later:
                await self._tell(later, shared)

    async def _tell(self, events: Sequence[Row], shared: Shared) -> None:
        context = self.context.for_operation()
        circles = list(self.circles.values())
        try:
            made = [(circle, await made_for(circle, self.case_id, context, events, shared)) for circle in circles]
        except Exception as error:
            self.end(error)
        else:
            self.hand_out(made, events[-1].seq, now=datetime.now(UTC))

    def hand_out(self, made: Sequence[tuple[Circle, Told]], seq: int, *, now: datetime) -> None:
        self.seq = seq
        for circle, answers in made:
            for subscriber in list(circle.subscribers):
                subscriber.tell(answers, seq, now=now)

    def end(self, error: Exception | None = None) -> None:
        """End it for everybody: as complete, or with what went wrong."""
        for circle in list(self.circles.values()):
            last = None if error is None else ended(circle.asked, error, self.context)
            for subscriber in list(circle.subscribers):
                subscriber.outlet.end(last)
        self.circles.clear()


async def made_for(circle: Circle, case_id: UUID, context: Context, events: Sequence[Row], shared: Shared) -> Told:
    """Raises AccessEnded once the case may not be seen, and ExecutionTimeout."""
    seconds = context.allowance.execution_seconds
    try:
        async with asyncio.timeout(seconds):
            # Asked for once by all circles: the context keeps it.
            if await context.one(Case, case_id) is None:
                raise AccessEnded
            return await circle.answers(context, events, shared)
    except TimeoutError:
        raise ExecutionTimeout(seconds=f"{seconds:g}") from None


def ended(asked: Asked, error: Exception, context: Context) -> ExecutionResult:
    errors = asked.mask([GraphQLError(type(error).__name__, original_error=error)], context)
    return ExecutionResult(data=None, errors=errors)

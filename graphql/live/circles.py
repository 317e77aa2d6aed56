"""Who asked the same, and making what they are told.

Rights come first: access to the case, and to what the event is about, is asked anew for each event and every set of
viewer facts (role, subject, partner, scopes) and moment that is played, never remembered from one event to the next.
Tokens are left out of these facts: each subscriber's own expiry is looked at when something is handed out.

An answer is shared within a circle: the same rights, document, operation, variables, language and limits. Beyond it,
between viewers of different rights, only a *plain* answer is shared (see `sharing.Shape`): attributes of rows that
each of these viewers has just been found to may read, with the same parts of it withheld. Anything with a resolver,
such as an edge, is answered for every set of viewer facts by itself, because rights may narrow it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from graphql import GraphQLError
from graphql.execution import execute_subscription_event
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.types import ExecutionResult

from suivi.core.reading import Row
from suivi.graphql.context import Context
from suivi.graphql.endpoint.answering import encoded, told
from suivi.graphql.live.asking import Asked
from suivi.graphql.live.outlets import Outlet

Told = list[tuple[int, str]]
"""Answers as JSON, by the `seq` of the event."""
Shared = dict[tuple[int, str, tuple[bool, ...]], str | None]
"""Plain answers, by the `seq` of the event, how they were asked, and which of the event's rows may be seen."""


@dataclass(slots=True, eq=False)
class Subscriber:
    """`seq` is that of the last event handed out, or passed over: nothing comes twice, whoever hands it out."""

    asked: Asked
    outlet: Outlet
    seq: int
    until: datetime | None
    """When the token expires."""

    def tell(self, answers: Told, seq: int, *, now: datetime) -> None:
        """Those not told yet, of all there are up to `seq`."""
        for at, payload in answers:
            if at > self.seq and (self.until is None or now < self.until):
                self.outlet.tell(payload)
        self.seq = max(self.seq, seq)


@dataclass(slots=True, eq=False)
class Circle:
    """Subscribers with the same rights who asked the same."""

    asked: Asked
    subscribers: dict[Subscriber, None] = field(default_factory=dict)

    async def answers(self, context: Context, events: Sequence[Row], shared: Shared) -> Told:
        """What these events come to in the context of those who read them. `shared` is for all circles of a case."""
        told: Told = []
        for event, rows in zip(events, await self.asked.followed.rows(context, events), strict=True):
            payload = await self._answer(event.seq, rows, context, shared) if rows else None
            if payload is not None:
                told.append((event.seq, payload))
        return told

    async def _answer(self, seq: int, rows: Sequence[Row | None], context: Context, shared: Shared) -> str | None:
        root = self.asked.followed.made(rows)
        if root is None or not self.asked.shape.plain:
            return None if root is None else await answer(self.asked, root, context)
        key = (seq, self.asked.key, tuple([row is not None for row in rows]))
        if key not in shared:
            shared[key] = await answer(self.asked, root, context)
        return shared[key]


async def answer(asked: Asked, root: Any, context: Context) -> str:
    """The document executed for one event; what goes wrong is an error in it."""
    if context.locale != asked.context.locale:
        # Whatever was loaded is shared; the language is the asker's.
        context = replace(context, locale=asked.context.locale)
    executor = Executor.build(asked.schema, asked.document, None, context, asked.variables, asked.name)
    if isinstance(executor, list):
        return _encoded(asked, context, None, executor)
    result: Any = execute_subscription_event(executor.build_per_event_executor(root))
    if executor.is_awaitable(result):
        result = await result
    return _encoded(asked, context, result.data, result.errors)


def _encoded(asked: Asked, context: Context, data: Any, errors: list[GraphQLError] | None) -> str:
    masked = asked.mask(errors, context) if errors else None
    return encoded(told(ExecutionResult(data=data, errors=masked, extensions=asked.extensions))).decode()

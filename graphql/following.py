"""What a subscription follows, and until when: every event is read anew under the viewer's rights then (R-012)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from suivi.core.access.many import Ref
from suivi.core.access.narrowing import NotFound
from suivi.core.access.tokens import Unauthenticated
from suivi.core.cases.models import Case
from suivi.core.events.models import Chain, Event
from suivi.core.reading import Row
from suivi.core.refusals import Refusal
from suivi.graphql.context import Context

T = TypeVar("T")

MOST_MISSED = 1000
"""Events that are told once more to whoever comes back."""


class AccessEnded(Refusal):
    """You may no longer follow this case."""

    code = "ACCESS_ENDED"
    remedy = "Your mandate, membership or assignment has ended: ask for access again."


class AfterUnknown(Refusal):
    """There is no such {noun} in this case, or you may not see it."""

    code = "AFTER_UNKNOWN"
    remedy = "Send the id of the last one you were told here, or leave `after` out to hear what comes from now on."


class TooMuchMissed(Refusal):
    """More than {limit} events have happened since."""

    code = "TOO_MUCH_MISSED"
    remedy = "Read the thread or the history page by page, then subscribe with the id of the newest as `after`."


Wants: TypeAlias = Callable[[Row], Sequence[Ref]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(AsyncIterator[T], Generic[T]):
    """What a subscription field answers. GraphQL takes it for a stream; a hub follows it, and nobody iterates it."""

    case_id: UUID
    seq: int
    """Of the last event that is not told."""
    wants: Wants
    """The rows that the field tells of an event; none where it tells nothing."""
    made: Callable[[Sequence[Row | None]], T | None]
    """What it tells, of those of them that the viewer may read. None where it tells nothing."""

    async def rows(self, context: Context, events: Sequence[Row]) -> list[list[Row | None]]:
        """For each event what it wants, as far as the viewer of the context may read it."""
        refs = [self.wants(event) for event in events]
        found = iter(await asyncio.gather(*(context.one(*ref) for ref in chain.from_iterable(refs))))
        return [[next(found) for _ in some] for some in refs]

    async def __anext__(self) -> T:
        raise NotImplementedError("a hub follows the case")


async def require_followable(context: Context, case_id: UUID) -> None:
    """Raises NotFound, and Unauthenticated once the token has expired."""
    require_current(context)
    if await context.one(Case, case_id) is None:
        raise NotFound(noun="case", field="caseId")


async def newest_seq(case_id: UUID) -> int:
    """Of what has happened to it by now."""
    chain = await Chain.get_or_none(noun_id=case_id)
    return chain.length if chain else 0


async def missed_since(case_id: UUID, seq: int, **where: object) -> int:
    """The same `seq`, where what came after it can all be told. Raises TooMuchMissed."""
    later = Event.filter(noun_id=case_id, seq__gt=seq, **where)
    if len(await later.limit(MOST_MISSED + 1).values_list("seq", flat=True)) > MOST_MISSED:
        raise TooMuchMissed(limit=MOST_MISSED, field="after")
    return seq


def require_current(context: Context) -> None:
    """A connection outlives the token it began with. Raises Unauthenticated once the token has expired."""
    expires_at = context.viewer.expires_at
    if expires_at is not None and datetime.now(UTC) >= expires_at:
        raise expired()


def expired() -> Unauthenticated:
    return Unauthenticated("TOKEN_EXPIRED", "The token has expired: sign in again or refresh it.")

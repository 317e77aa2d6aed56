"""Following a case live: every event is read anew under the viewer's rights of that moment (R-012, R-215)."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from suivi.core.access.narrowing import NotFound
from suivi.core.access.tokens import Unauthenticated
from suivi.core.cases.models import Case
from suivi.core.events.models import Event
from suivi.core.refusals import Refusal
from suivi.graphql.context import Context, Info


class AccessEnded(Refusal):
    """You may no longer follow this case."""

    code = "ACCESS_ENDED"
    remedy = "Your mandate, membership or assignment has ended: ask for access again."


async def follow(info: Info, case_id: UUID, *, kinds: Sequence[str] = ()) -> AsyncIterator[Event]:
    """Each event of a case, the context made fresh for it.

    Ends with AccessEnded once the viewer may not see it, and with Unauthenticated once the token has expired.
    """
    context = info.context
    await _require_visible(context, case_id, otherwise=NotFound(noun="case", field="caseId"))
    async with context.house.feed.listen(case_id) as arriving:
        async for announcement in arriving:
            context.renew()
            await _require_visible(context, case_id, otherwise=AccessEnded())
            if not kinds or announcement.kind in kinds:
                yield await Event.get(id=announcement.event_id)


def require_current(context: Context) -> None:
    """A connection outlives the token it began with. Raises Unauthenticated once the token has expired."""
    expires_at = context.viewer.expires_at
    if expires_at is not None and datetime.now(UTC) >= expires_at:
        raise expired()


def expired() -> Unauthenticated:
    return Unauthenticated("TOKEN_EXPIRED", "The token has expired: sign in again or refresh it.")


async def _require_visible(context: Context, case_id: UUID, *, otherwise: Refusal) -> None:
    require_current(context)
    if await context.one(Case, case_id) is None:
        raise otherwise

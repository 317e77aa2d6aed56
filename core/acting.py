"""One request to change something: who asks, when, under which idempotency key, and with what it works."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar
from uuid import UUID

from tortoise import Model

from suivi.core.access.narrowing import fetch
from suivi.core.access.viewer import Viewer
from suivi.core.at_once import doing
from suivi.core.database import transaction
from suivi.core.documents.signing import Signing
from suivi.core.events.feed import Feed
from suivi.core.events.log import Author
from suivi.core.events.models import Event
from suivi.core.evidence.objects import ObjectStore
from suivi.core.idempotency import Claim
from suivi.core.pins.library import RulesLibrary
from suivi.core.records import Record
from suivi.core.registry import Registry
from suivi.core.sql import Sql, write

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class House:
    """What a running Suivi is made of. One a process; tests make their own."""

    registry: Registry
    store: ObjectStore
    feed: Feed
    audit_key: bytes = field(repr=False)
    wall_clock: Callable[[], datetime]
    """Real time, for what the store itself checks: forms and links expire by it whatever moment is being played."""
    signing: Signing
    base_url: str
    """Where links to files of our own begin."""
    max_upload_bytes: int = 20 * 1024 * 1024
    # Decoding a large photo takes up to 260 MB.
    examining: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2), repr=False)

    @cached_property
    def rules(self) -> RulesLibrary:
        """What treatments are computed with: `registry` has the loaded rules, and a treatment may have others."""
        return RulesLibrary(self.registry)


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Passed first to every action. `at` is the only clock an action has."""

    viewer: Viewer
    at: datetime
    key: str
    house: House
    appended: list[Event] = field(default_factory=list, repr=False)
    to_send: list[UUID] = field(default_factory=list, repr=False)
    """Deliveries that are due as soon as the transaction is kept."""
    claims: list[Claim] = field(default_factory=list, repr=False)
    """The key, while an action is at work that has it."""

    @property
    def on(self) -> date:
        """The day it is, in UTC. Days at a place are computed from `at` and the place's zone."""
        return self.at.astimezone(UTC).date()

    @property
    def author(self) -> Author:
        return Author(role=self.viewer.role.value, subject=self.viewer.subject, frontend=self.viewer.frontend)

    @property
    def audit_key(self) -> bytes:
        return self.house.audit_key

    def keeping(self, written: Iterable[Model]) -> list[Sql]:
        """What to write along with these rows: what the key led to, where that may be among them."""
        return [kept for claim in self.claims if (kept := claim.led_to(written))]


P = ParamSpec("P")
R = TypeVar("R", bound=Record)
Action: TypeAlias = Callable[Concatenate[Acting, P], Coroutine[Any, Any, R]]


def action(
    model: type[R], *, ignoring: tuple[str, ...] = (), shown: bool = True, at_once: bool = False
) -> Callable[[Action[P, R]], Action[P, R]]:
    """An action: one transaction, done once an idempotency key, its events announced after it is kept.

    `model` is what the action gives back; a repeat gives the same row as it stands now. A refusal keeps nothing, so
    the same key may be tried again once its cause is gone. `ignoring` names arguments that are not the sender's own,
    such as what was found out before the transaction began. Not `shown`: the caller checks access at each repeat, and
    keeps the row to itself.

    `at_once` is for an action that does nothing but find its row with `locked`, read, and end with one `append` to the
    chain of that row, with the rows it makes; and all it decides by must be in that chain. It takes no transaction
    where it can do without.
    """

    def decorate(function: Action[P, R]) -> Action[P, R]:
        @wraps(function)
        async def run(by: Acting, /, *args: P.args, **kwargs: P.kwargs) -> R:
            sent = {name: value for name, value in kwargs.items() if name not in ignoring}
            request = [function.__name__, args, sent]
            claim = Claim.of(model, by.viewer, by.key, request, at=by.house.wall_clock())
            act = partial(function, by, *args, **kwargs)
            with claim.under_way() as alone:
                # Two with one key could wait for each other: one for the key, the other for a row.
                row = await _done_at_once(by, claim, act) if at_once and alone else None
                if row is None:
                    row = await _done(by, claim, model, act, shown=shown)
            await announce(by.house.feed, by.appended)
            return row

        return run

    return decorate


async def announce(feed: Feed, events: list[Event]) -> None:
    """Tell live subscribers what was kept. Losing an announcement loses nothing: the log is the truth."""
    for event in events:
        try:
            await feed.publish(event)
        except Exception:
            log.exception("live feed did not take event %s", event.id)
    events.clear()


async def _done(by: Acting, claim: Claim, model: type[R], act: Callable[[], Awaitable[R]], *, shown: bool) -> R:
    async with transaction():
        earlier = await claim.earlier()
        if earlier is not None:
            # Access may have ended since: a repeat shows, and opens, nothing that a new request would not.
            return await (fetch(model, by.viewer, earlier, on=by.on) if shown else model.get(id=earlier))
        by.claims[:] = [claim]
        row = await act()
        await write(*by.keeping([row]))
        by.claims.clear()
        return row


async def _done_at_once(by: Acting, claim: Claim, act: Callable[[], Awaitable[R]]) -> R | None:
    """None, and nothing done, where it takes a transaction. What is refused here may be a repeat, so that does too."""
    kept, appended, to_send = claim.kept, len(by.appended), len(by.to_send)
    try:
        with doing() as at_once:
            row = await act()
            kept.result_id = row.pk
            if type(row) is claim.model and await at_once.finish(kept):
                return row
    except Exception as error:
        # Whatever it was, a transaction meets it again; what was kept after all is found by its key.
        log.debug("not at once: %s", type(error).__name__)
    kept.result_id = kept.id
    del by.appended[appended:], by.to_send[to_send:]
    return None

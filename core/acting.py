"""One request to change something: who asks, when, under which idempotency key, and with what it works."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar
from uuid import UUID

from tortoise import Model

from suivi.core import inputs
from suivi.core.access.narrowing import fetch
from suivi.core.access.viewer import Viewer
from suivi.core.database import transaction
from suivi.core.events.digests import plain
from suivi.core.events.feed import Feed
from suivi.core.events.log import Author
from suivi.core.events.models import Event, KeptResult
from suivi.core.evidence.objects import ObjectStore
from suivi.core.pins.library import RulesLibrary
from suivi.core.records import Record
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.sql import Sql, ask, inserting, updating, write

log = logging.getLogger(__name__)

MAX_KEY_LENGTH = 255


@dataclass(frozen=True, kw_only=True)
class House:
    """What a running Suivi is made of. One a process; tests make their own."""

    registry: Registry
    store: ObjectStore
    feed: Feed
    audit_key: bytes = field(repr=False)
    wall_clock: Callable[[], datetime]
    """Real time, for what the store itself checks: forms and links expire by it whatever moment is being played."""
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
    claims: list["Claim"] = field(default_factory=list, repr=False)
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


class UnusableIdempotencyKey(Refusal):
    """An idempotency key has 1 to 255 characters."""

    code = "IDEMPOTENCY_KEY_UNUSABLE"
    remedy = "Send a new random UUID for each thing you want done, and the same one again when you retry."


class IdempotencyKeyReused(Refusal):
    """This idempotency key was already used for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    remedy = "Use a new key for a new request; send the same arguments to repeat an earlier one."


@dataclass(slots=True)
class Claim:
    """A key that this request holds until its transaction ends. `model`: of what its action gives back."""

    kept: KeptResult
    model: type[Record]

    def led_to(self, written: Iterable[Model]) -> Sql | None:
        """Keeps the first row of the right kind as the result; None where there is none, or it is kept already."""
        result = next((row for row in written if type(row) is self.model), None)
        if result is None or result.pk == self.kept.result_id:
            return None
        self.kept.result_id = result.pk
        return updating(self.kept, "result_id")


P = ParamSpec("P")
R = TypeVar("R", bound=Record)
Action: TypeAlias = Callable[Concatenate[Acting, P], Coroutine[Any, Any, R]]


def action(
    model: type[R], *, ignoring: tuple[str, ...] = (), shown: bool = True
) -> Callable[[Action[P, R]], Action[P, R]]:
    """An action: one transaction, done once an idempotency key, its events announced after it is kept.

    `model` is what the action gives back; a repeat gives the same row as it stands now. A refusal keeps nothing, so
    the same key may be tried again once its cause is gone. `ignoring` names arguments that are not the sender's own,
    such as what was found out before the transaction began. Not `shown`: the caller checks access at each repeat, and
    keeps the row to itself.
    """

    def decorate(function: Action[P, R]) -> Action[P, R]:
        @wraps(function)
        async def run(by: Acting, /, *args: P.args, **kwargs: P.kwargs) -> R:
            sent = {name: value for name, value in kwargs.items() if name not in ignoring}
            fingerprint = _fingerprint(function.__name__, args, sent)
            async with transaction():
                earlier = await _claim(by, model, fingerprint)
                if earlier is None:
                    row = await function(by, *args, **kwargs)
                    await write(*by.keeping([row]))
                    by.claims.clear()
                else:
                    # Access may have ended since: a repeat shows, and opens, nothing that a new request would not.
                    row = await (fetch(model, by.viewer, earlier, on=by.on) if shown else model.get(id=earlier))
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


def _holder(by: Acting) -> str:
    """Whose key it is, in 64 characters whatever the names hold."""
    viewer = by.viewer
    return hashlib.sha256(
        json.dumps([viewer.role, viewer.subject, viewer.frontend, str(viewer.partner_id)]).encode()
    ).hexdigest()


async def _claim(by: Acting, model: type[Record], fingerprint: str) -> UUID | None:
    """Take the key for this request, or answer the id of what it led to before.

    The insert waits for any concurrent holder of the same key to finish, so of twenty sends one acts.
    """
    if not 1 <= len(by.key) <= MAX_KEY_LENGTH or not inputs.keepable(by.key):
        raise UnusableIdempotencyKey(field="idempotencyKey")
    mine = KeptResult(holder=_holder(by), key=by.key, fingerprint=fingerprint, at=by.house.wall_clock())
    mine.result_id = mine.id
    if await ask(inserting(mine, unless_there=True)):
        by.claims[:] = [Claim(mine, model)]
        return None
    kept = await KeptResult.get(holder=mine.holder, key=mine.key)
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused(field="idempotencyKey")
    return kept.result_id


def _fingerprint(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    # Not orjson: what was sent is not checked yet, and may hold half of a surrogate pair.
    text = json.dumps([name, plain(args), plain(kwargs)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()

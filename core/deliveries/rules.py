"""When a notice is tried again, over which adapter, and when it is given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from suivi.core.deliveries.models import DeliveryState
from suivi.core.refusals import Refusal

LEASE = timedelta(minutes=1)
"""How long a delivery belongs to the worker that claimed it: longer than `TIME_LIMIT` and keeping the outcome."""

TIME_LIMIT = timedelta(seconds=20)
"""After which a send counts as failed."""

WAITS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=30),
)
"""Between ten attempts, three days in all: an outage over a weekend loses nothing."""

ATTEMPTS = len(WAITS) + 1

SPREAD = 0.1
"""Waits differ by up to this part, so that what failed together does not come back together."""

PATIENCE = 3
"""Attempts over one adapter while the clinic has another one left (R-072)."""


class DeliveryNotParked(Refusal):
    """This notice is not parked."""

    code = "DELIVERY_NOT_PARKED"
    remedy = "Nothing needs doing: it was delivered, or it is tried again by itself."


@dataclass(frozen=True, kw_only=True)
class Sent:
    adapter: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    adapter: str | None
    """None: no adapter was asked."""
    reason: str
    permanent: bool
    """Trying again over the same adapter cannot help."""


@dataclass(frozen=True, kw_only=True)
class Next:
    """What becomes of a delivery after a failure. Parked, it is due no more."""

    state: DeliveryState
    adapter: str | None
    due_at: datetime


def next_attempt(attempts: int, *, at: datetime, of: UUID) -> datetime | None:
    """When delivery `of` is tried again after its `attempts`th failure, or None: then it has been tried enough."""
    if attempts >= ATTEMPTS:
        return None
    return at + WAITS[attempts - 1] * (1 + SPREAD * _sway(of, attempts))


def adapter_for(last: str | None, notifying: Sequence[str]) -> str | None:
    """The adapter to try: the last one while the clinic still has it, else its first, None where it has none."""
    return last if last in notifying else next(iter(notifying), None)


def after(failed: Failed, notifying: Sequence[str], *, attempts: int, at: datetime, of: UUID) -> Next:
    """`attempts` counts this failure too; `notifying` are the clinic's adapters that can notify, in its order."""
    other = _fallback(failed, notifying, attempts)
    if other is not None:
        return Next(state=DeliveryState.WAITING, adapter=other, due_at=at)
    again = None if failed.permanent else next_attempt(attempts, at=at, of=of)
    if again is None:
        return Next(state=DeliveryState.PARKED, adapter=failed.adapter, due_at=at)
    return Next(state=DeliveryState.WAITING, adapter=failed.adapter, due_at=again)


def locale_for(languages: Sequence[str], offered: Sequence[str]) -> str:
    """The first of the clinic's languages that the adapter has texts in; `fr` serves `fr-CA`. English when none."""
    for tag in languages:
        for candidate in (tag, tag.split("-")[0]):
            if candidate in offered:
                return candidate
    return "en"


def _fallback(failed: Failed, notifying: Sequence[str], attempts: int) -> str | None:
    if failed.adapter not in notifying:
        return None
    place = notifying.index(failed.adapter) + 1
    worn_out = attempts >= min(PATIENCE * place, ATTEMPTS)
    if place == len(notifying) or not (failed.permanent or worn_out):
        return None
    return notifying[place]


def _sway(of: UUID, attempts: int) -> float:
    """Between -1 and 1, the same for the same delivery and attempt."""
    drawn = sha256(of.bytes + attempts.to_bytes(2, "big")).digest()
    return int.from_bytes(drawn[:8], "big") / 2**63 - 1

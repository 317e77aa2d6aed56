"""Idempotency keys: of all the times that one request is sent, it is done once (R-213)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from tortoise import Model

from suivi.core import inputs
from suivi.core.access.viewer import Viewer
from suivi.core.events.digests import plain
from suivi.core.events.models import KeptResult
from suivi.core.records import Record, fresh, new_id
from suivi.core.refusals import Refusal
from suivi.core.sql import Sql, ask, inserting, updating

MAX_KEY_LENGTH = 255


class UnusableIdempotencyKey(Refusal):
    """An idempotency key has 1 to 255 characters and is not blank."""

    code = "IDEMPOTENCY_KEY_UNUSABLE"
    remedy = "Send a new random UUID for each thing you want done, and the same one again when you retry."


class IdempotencyKeyReused(Refusal):
    """This idempotency key was already used for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    remedy = "Use a new key for a new request; send the same arguments to repeat an earlier one."


@dataclass(slots=True)
class Claim:
    """A request and its key. `kept` is not in the database until it is taken; `model`: of what its action gives back.

    As long as it leads to nothing it leads to itself.
    """

    kept: KeptResult
    model: type[Record]

    @classmethod
    def of(cls, model: type[Record], viewer: Viewer, key: str, request: Any, *, at: datetime) -> "Claim":
        """`request` is whatever tells it from others. Raises UnusableIdempotencyKey."""
        if not key.strip() or len(key) > MAX_KEY_LENGTH or not inputs.keepable(key):
            raise UnusableIdempotencyKey(field="idempotencyKey")
        identity, holder = new_id(), _holder(viewer)
        kept = fresh(
            KeptResult,
            id=identity,
            holder=holder,
            key=key,
            fingerprint=_digest(plain(request)),
            result_id=identity,
            at=at,
        )
        return cls(kept, model)

    async def earlier(self) -> UUID | None:
        """Take the key for this request, or answer the id of what it led to before. Raises IdempotencyKeyReused.

        The insert waits for any concurrent holder of the same key to finish, so of twenty sends one acts.
        """
        if await ask(inserting(self.kept, unless_there=True)):
            return None
        theirs = await KeptResult.get(holder=self.kept.holder, key=self.kept.key)
        if theirs.fingerprint != self.kept.fingerprint:
            raise IdempotencyKeyReused(field="idempotencyKey")
        return theirs.result_id

    def led_to(self, written: Iterable[Model]) -> Sql | None:
        """Keeps the first row of the right kind as the result; None where there is none, or it is kept already."""
        result = next((row for row in written if type(row) is self.model), None)
        if result is None or result.pk == self.kept.result_id:
            return None
        self.kept.result_id = result.pk
        return updating(self.kept, "result_id")

    @contextmanager
    def under_way(self) -> Iterator[bool]:
        """Whether no other request of this process has the same key now."""
        key = (self.kept.holder, self.kept.key)
        _UNDER_WAY[key] += 1
        try:
            yield _UNDER_WAY[key] == 1
        finally:
            _UNDER_WAY[key] -= 1
            if not _UNDER_WAY[key]:
                del _UNDER_WAY[key]


_UNDER_WAY: Counter[tuple[str, str]] = Counter()
# Not orjson: what was sent is not checked yet, and may hold half of a surrogate pair.
_JSON = json.JSONEncoder(sort_keys=True)


@lru_cache(maxsize=1000)
def _holder(viewer: Viewer) -> str:
    """Whose key it is, in 64 characters whatever the names hold."""
    return _digest([viewer.role, viewer.subject, viewer.frontend, str(viewer.partner_id)])


def _digest(told: Any) -> str:
    return hashlib.sha256(_JSON.encode(told).encode()).hexdigest()

"""Which media type an answer has: what the client likes best of what there is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
WILD = ("*/*", "application/*")
LONGEST_HEADER = 1_000
"""Characters; longer ones are neither read nor remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`json` is the type a single answer has, None where only events are wanted or nothing we have."""

    json: str | None
    events: bool

    @property
    def nothing(self) -> bool:
        return self.json is None and not self.events

    @classmethod
    def of(cls, header: str | None) -> "Accepted":
        return _accepted(header) if header is None or len(header) <= LONGEST_HEADER else NOTHING


NOTHING = Accepted(json=None, events=False)


@lru_cache(maxsize=200)
def _accepted(header: str | None) -> Accepted:
    if not header or not header.strip():
        return Accepted(json=JSON, events=False)
    liked = dict(_ranges(header))
    return Accepted(json=_json(liked), events=liked.get(EVENTS, 0) > 0)


def _json(liked: dict[str, float]) -> str | None:
    """Wildcards mean what clients understood before there was a type of its own; of equals the first wins."""
    by_type = {JSON if kind in WILD else kind: quality for kind, quality in reversed(liked.items()) if kind in WILD}
    by_type |= {kind: quality for kind, quality in liked.items() if kind in (GRAPHQL, JSON)}
    best = max(by_type.values(), default=0)
    if best <= 0:
        return None
    order = [JSON if kind in WILD else kind for kind in liked]
    return min((kind for kind, quality in by_type.items() if quality == best), key=order.index)


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        told = {name: value for name, _, value in (parameter.partition("=") for parameter in parameters)}
        if told.get("charset", "utf-8").strip('"') in ("utf-8", "utf8"):
            yield kind, _quality(told.get("q", "1"))


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0
    return min(max(quality, 0), 1) if math.isfinite(quality) else 0

"""What the figures are held against: ratios within one run, and two sizes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.questions import DETAIL, INBOX, LIMIT, POST, POSTGRAPHILE, QUESTIONS, SMALL, SUIVI

FASTER = {INBOX: 2.0, DETAIL: 2.0, SMALL: 1.2, POST: 1.2}
"""Times the throughput of PostGraphile, at least."""
OF_THE_LIMIT = 0.6
CPU, MEMORY = 1 / 2, 1 / 3
"""Of PostGraphile's, at most."""
GROWTH = 1.3
IDLE_KB, EVENT_US = 30.0, 25.0

Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    what: str
    value: float
    bound: float
    at_least: bool

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def wanted(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:.2g}"

    def as_figures(self) -> dict[str, Any]:
        return {"what": self.what, "value": round(self.value, 3), "wanted": self.wanted, "met": self.met}


def targets(parts: Parts) -> list[Target]:
    """Those that the parts measured in this run allow to judge."""
    return [*_beside_others(parts.get("endpoint")), *_alone(parts)]


def _beside_others(endpoint: Parts | None) -> Iterator[Target]:
    if endpoint is None:
        return
    for name in QUESTIONS:
        figures = endpoint["questions"][name]
        ours = figures[SUIVI]
        rate = ours["requests_per_second"]
        if theirs := figures.get(POSTGRAPHILE):
            yield Target(f"{name}: throughput to PostGraphile's", _ratio(rate, theirs), FASTER[name], at_least=True)
            if name in (INBOX, DETAIL):
                yield Target(f"{name}: CPU to PostGraphile's", ours["cpu_ms"] / theirs["cpu_ms"], CPU, at_least=False)
        yield Target(f"{name}: throughput to the limit's", _ratio(rate, figures[LIMIT]), OF_THE_LIMIT, at_least=True)
    memory = endpoint["memory_mb"]
    if POSTGRAPHILE in memory:
        yield Target("memory to PostGraphile's", memory[SUIVI] / memory[POSTGRAPHILE], MEMORY, at_least=False)


def _ratio(rate: float, other: Parts) -> float:
    return rate / float(other["requests_per_second"])


def _alone(parts: Parts) -> Iterator[Target]:
    if growth := parts.get("growth"):
        before, after = (growth["inbox"][name]["requests_per_second"] for name in ("before", "after"))
        cases = f"{growth['cases']['before']:,} to {growth['cases']['after']:,} cases"
        yield Target(f"inbox: time from {cases}", before / after, GROWTH, at_least=False)
    if idle := parts.get("idle"):
        yield Target("KB an idle connection", idle["acknowledged_kb"], IDLE_KB, at_least=False)
    if fan_out := parts.get("fanout"):
        for who in ("one person", "as many people"):
            value = fan_out[who]["event_us"]
            yield Target(f"µs CPU a delivered event, subscribers {who}", value, EVENT_US, at_least=False)

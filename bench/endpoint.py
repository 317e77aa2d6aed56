"""Suivi beside PostGraphile and the limit on the same tables; Suivi as its database grows, and on SQLite."""

import json
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench import servers
from bench.databases import confine, filled_postgres, filled_sqlite, postgresql
from bench.load import Load, ask_once, press
from bench.node import NoNode
from bench.processes import Cores
from bench.questions import CONTESTANTS, INBOX, LIMIT, POSTGRAPHILE, QUESTIONS, SUIVI, Question, leaves, questions_to
from bench.running import Bench
from bench.servers import Server
from bench.world import World
from tests.services.postgres import Postgres

MEGABYTE = 1024 * 1024

Figures = dict[str, Any]


@dataclass
class Measured:
    """One contestant's answers to one question, over all rounds."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cpu: float = 0.0
    client_cpu: float = 0.0
    seconds: float = 0.0
    longest: int = 0

    def add(self, load: Load, cpu: float, client_cpu: float) -> None:
        self.rates.append(load.requests / load.seconds)
        self.latencies += load.latencies
        self.cpu += cpu
        self.client_cpu += client_cpu
        self.seconds += load.seconds
        self.longest = max(self.longest, load.longest)

    def figures(self) -> Figures:
        taken = sorted(self.latencies)
        return {
            "requests_per_second": round(statistics.median(self.rates), 1),
            "p50_ms": round(taken[len(taken) // 2] * 1000, 2),
            "p99_ms": round(taken[int(len(taken) * 0.99)] * 1000, 2),
            "cpu_ms": round(self.cpu * 1000 / len(taken), 3),
            "requests": len(taken),
            "answer_bytes": self.longest,
            "rates": [round(rate, 1) for rate in self.rates],
            "client_share": round(self.client_cpu / self.seconds, 2),
        }


@dataclass(frozen=True)
class Contestant:
    server: Server
    questions: Mapping[str, Question]


def compare(bench: Bench) -> Figures:
    """Every question to every contestant."""
    world = World(bench.amounts.cases)
    with postgresql() as postgres:
        url = _filled(bench, postgres, "bench", world)
        _settle(bench.cores, postgres)
        with _contestants(bench, url, world) as contestants:
            amounts = _require_equal(contestants)
            figures = {name: _measured(bench, name, contestants) for name in QUESTIONS}
            memory = {name: round(it.server.memory_bytes() / MEGABYTE, 1) for name, it in contestants.items()}
    return {"questions": figures, "memory_mb": memory, "values": amounts}


def grow(bench: Bench) -> Figures:
    """The inbox of a clinic as all clinics have ten times the cases."""
    worlds = {"before": World(bench.amounts.cases), "after": World(bench.amounts.cases * bench.amounts.growth)}
    with postgresql() as postgres, ExitStack() as running:
        urls = {name: _filled(bench, postgres, name, world) for name, world in worlds.items()}
        _settle(bench.cores, postgres)
        contestants = {name: running.enter_context(_suivi(bench, urls[name], world)) for name, world in worlds.items()}
        _require_equal(contestants, [INBOX])
        figures = _measured(bench, INBOX, contestants)
    return {"cases": {name: world.cases for name, world in worlds.items()}, "inbox": figures}


def on_sqlite(bench: Bench) -> Figures:
    world = World(bench.amounts.sqlite_cases)
    with bench.telling(f"SQLite: {world.cases:,} cases") as told:
        url = filled_sqlite(bench.folder / "bench.sqlite3", world, told)
    os.sched_setaffinity(0, {bench.cores.rest})
    with _suivi(bench, url, world) as contestant:
        figures = {name: _measured(bench, name, {SUIVI: contestant})[SUIVI] for name in QUESTIONS}
        memory = contestant.server.memory_bytes()
    return {"cases": world.cases, "questions": figures, "memory_mb": round(memory / MEGABYTE, 1)}


def _filled(bench: Bench, postgres: Postgres, name: str, world: World) -> str:
    with bench.telling(f"PostgreSQL: {world.cases:,} cases") as told:
        return filled_postgres(postgres, name, world, told)


def _settle(cores: Cores, postgres: Postgres) -> None:
    """Filling may take every core; measuring leaves one to the server alone."""
    confine(postgres, cores.rest)
    os.sched_setaffinity(0, {cores.rest})


@contextmanager
def _suivi(bench: Bench, url: str, world: World) -> Iterator[Contestant]:
    data = bench.folder / f"data-{world.cases}"
    with servers.suivi(url, data, bench.issuer.url, core=bench.cores.measured) as server:
        yield Contestant(server, questions_to(SUIVI, world, bench.token()))


@contextmanager
def _contestants(bench: Bench, url: str, world: World) -> Iterator[dict[str, Contestant]]:
    """All that can run here, in the order of CONTESTANTS."""
    core, token = bench.cores.measured, bench.token()
    with ExitStack() as running:
        contestants = {SUIVI: running.enter_context(_suivi(bench, url, world))}
        try:
            server = running.enter_context(servers.postgraphile(url, core=core))
            contestants[POSTGRAPHILE] = Contestant(server, questions_to(POSTGRAPHILE, world, token))
        except NoNode as missing:
            bench.progress.console.print(f"PostGraphile is left out. {missing}")
        server = running.enter_context(servers.limit(url, core=core))
        contestants[LIMIT] = Contestant(server, questions_to(LIMIT, world, token))
        yield {name: contestants[name] for name in CONTESTANTS if name in contestants}


def _require_equal(contestants: Mapping[str, Contestant], names: list[str] | None = None) -> dict[str, int]:
    """How many values each answer holds. Raises RuntimeError when contestants do not answer with as many."""
    found = {}
    for name in names or QUESTIONS:
        counts = {who: _values(it.server, it.questions[name]) for who, it in contestants.items()}
        if len(set(counts.values())) != 1:
            raise RuntimeError(f"{name} is not answered with the same amount of data: {counts}")
        found[name] = next(iter(counts.values()))
    return found


def _values(server: Server, question: Question) -> int:
    answer = json.loads(uvloop.run(ask_once(server.port, question)))
    if "errors" in answer:
        raise RuntimeError(f"{server.name} answers {question.name} with errors: {answer['errors']}")
    return leaves(answer.get("data", answer))


def _measured(bench: Bench, name: str, contestants: Mapping[str, Contestant]) -> dict[str, Figures]:
    """Warm, then in turns; who begins changes from round to round."""
    order, amounts = list(contestants), bench.amounts
    results = {who: Measured() for who in order}
    steps = len(order) * (amounts.rounds + 1)
    with bench.telling(f"{name}: {', '.join(order)}") as told:
        for number, who in enumerate(order):
            uvloop.run(press(contestants[who].server.port, contestants[who].questions[name], seconds=amounts.warm))
            told((number + 1) / steps)
        for turn in range(amounts.rounds):
            for number, who in enumerate(order[turn % len(order) :] + order[: turn % len(order)]):
                _sample(contestants[who], name, amounts.seconds, results[who])
                told((len(order) * (turn + 1) + number + 1) / steps)
    return {who: results[who].figures() for who in order}


def _sample(contestant: Contestant, name: str, seconds: float, result: Measured) -> None:
    server = contestant.server
    before, own = server.cpu_seconds(), time.process_time()
    load = uvloop.run(press(server.port, contestant.questions[name], seconds=seconds))
    result.add(load, server.cpu_seconds() - before, time.process_time() - own)

"""`python -m bench.profiling QUESTION [--cases N]`: where the CPU of one request goes, and beside it the limit's.

`fanout` in place of a question: one event told to one of a thousand people.

The server's by what it is for, in microseconds, from looking where it is (see `bench.sampling`); PostgreSQL's in all.
"""

import argparse
import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from bench import servers
from bench.databases import confine, filled_postgres, postgresql, postmaster
from bench.load import press
from bench.processes import cpu_seconds, family
from bench.questions import LIMIT, QUESTIONS, SUIVI, Question, questions_to
from bench.running import Amounts, Bench, bench
from bench.sampling import under
from bench.servers import Server
from bench.sockets import profile_fan_out
from bench.world import World
from tests.services.postgres import Postgres

WARM_SECONDS = 2
WRITTEN_SECONDS = 15
FAN_OUT = "fanout"
STAGES = {
    "WebSockets: frames, sockets": ("/uvicorn/protocols/websockets/", "/site-packages/websockets/"),
    "handing out": ("/graphql/live/", "/endpoint/websocket.py", "/endpoint/outbox.py"),
    "HTTP and its sockets": ("/uvicorn/", "/graphql/app.py", "/endpoint/http.py", "/endpoint/incoming.py"),
    "token, rate": ("/access/tokens.py", "/endpoint/callers.py", "/endpoint/rates.py"),
    "body": ("/endpoint/bodies.py", "/endpoint/begun.py"),
    "answer": ("/endpoint/answering.py",),
    "document: found, measured": ("/graphql/limits/",),
    "variables and arguments": (
        "/execution/variables.py",
        "/execution/arguments.py",
        "/execution/conversion.py",
        "/site-packages/strawberry/",
        "/site-packages/graphql/",
    ),
    "statement of a query": ("/execution/sql/",),
    "running the plan": ("/suivi/graphql/",),
    "idempotency key": ("/core/idempotency.py",),
    "event log: digests, HMAC, chain": ("/core/events/",),
    "access, as a statement": ("/core/access/",),
    "action, all at once": ("/core/acting.py", "/core/at_once.py", "/core/messages/", "/core/cases/", "/core/clinics/"),
    "rows to and from SQL": ("/core/sql.py", "/core/reading.py", "/core/records.py", "/site-packages/tortoise/"),
    "driver, round trips": ("/site-packages/asyncpg/", "/core/postgres.py"),
}
"""By parts of file names: the innermost that fits counts, of several here the first."""
REST = "event loop"
WHOLE, DATABASE = "all of it", "PostgreSQL beside it"


Microseconds = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    parser.add_argument("question", choices=(*QUESTIONS, FAN_OUT))
    parser.add_argument("--cases", type=int, default=2000, help="cases in PostgreSQL (default: 2000)")
    parser.add_argument("--seconds", type=float, default=10, help="how long each is asked (default: 10)")
    given = parser.parse_args()
    with bench(Amounts(cases=given.cases, seconds=given.seconds)) as running:
        of_each = profile_delivery if given.question == FAN_OUT else partial(profile, name=given.question)
        show(of_each(running), given.question)


def profile_delivery(running: Bench) -> dict[str, Microseconds]:
    """Of one event told to one of many people."""
    file = running.folder / "samples.json"
    whole = profile_fan_out(running, file, _looking_at)
    return {SUIVI: {stage: share * whole for stage, share in stages(_samples(file)).items()} | {WHOLE: whole}}


@contextmanager
def _looking_at(server: Server) -> Iterator[None]:
    server.process.send_signal(signal.SIGUSR1)
    yield
    server.process.send_signal(signal.SIGUSR2)


def profile(running: Bench, name: str) -> dict[str, Microseconds]:
    """Of one request, by contestant and stage."""
    world, cores = World(running.amounts.cases), running.cores
    file, seconds = running.folder / "samples.json", running.amounts.seconds
    with postgresql() as postgres:
        with running.telling(f"PostgreSQL: {world.cases:,} cases") as told:
            url = filled_postgres(postgres, "bench", world, told)
        confine(postgres, cores.rest)
        os.sched_setaffinity(0, {cores.rest})
        data, watched = running.folder / "data", under(file)
        with servers.suivi(url, data, running.issuer.url, core=cores.measured, under=watched) as server:
            question = questions_to(SUIVI, world, running.token())[name]
            ours = _taken(server, postgres, question, seconds, _looking_at(server))
            shares = stages(_samples(file))
        with servers.limit(url, core=cores.measured) as server:
            limit = _taken(server, postgres, questions_to(LIMIT, world, "")[name], seconds, nullcontext())
    return {SUIVI: {stage: share * ours[WHOLE] for stage, share in shares.items()} | ours, LIMIT: limit}


def _taken(
    server: Server, postgres: Postgres, question: Question, seconds: float, looking: AbstractContextManager[None]
) -> Microseconds:
    """Of CPU a request: the server's, and PostgreSQL's."""
    uvloop.run(press(server.port, question, seconds=WARM_SECONDS))
    everything = {WHOLE: server.process.pid, DATABASE: asyncio.run(postmaster(postgres))}
    with looking:
        before = {name: _cpu_of(pid) for name, pid in everything.items()}
        load = uvloop.run(press(server.port, question, seconds=seconds))
        return {name: (_cpu_of(pid) - before[name]) * 1e6 / load.requests for name, pid in everything.items()}


def _cpu_of(pid: int) -> float:
    """Of a process and its children."""
    seconds = 0.0
    for one in family(pid):
        # Sessions that have just ended may still be listed.
        with suppress(FileNotFoundError, ProcessLookupError):
            seconds += cpu_seconds(one)
    return seconds


def _samples(file: Path) -> list[tuple[list[str], int]]:
    until = time.monotonic() + WRITTEN_SECONDS
    while not file.exists():
        if time.monotonic() > until:
            raise RuntimeError("the server has not written what was seen of it")
        time.sleep(0.1)
    samples: list[tuple[list[str], int]] = json.loads(file.read_text())
    return samples


def stages(samples: list[tuple[list[str], int]]) -> dict[str, float]:
    """The share of each."""
    found: Counter[str] = Counter()
    for stack, times in samples:
        found[next(filter(None, map(_stage, stack)), REST)] += times
    total = found.total()
    return {stage: found[stage] / total for stage in (*STAGES, REST) if found[stage]}


def _stage(frame: str) -> str | None:
    return next((stage for stage, files in STAGES.items() if any(file in frame for file in files)), None)


def show(taken: dict[str, Microseconds], question: str) -> None:
    table = Table("µs of CPU", *taken, title=question, title_justify="left")
    digits = 1 if question == FAN_OUT else 0
    for stage in taken[SUIVI]:
        table.add_row(stage, *(f"{of[stage]:,.{digits}f}" if stage in of else "" for of in taken.values()))
    Console().print(table)


if __name__ == "__main__":
    main()

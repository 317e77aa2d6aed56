"""`python -m bench.profiling QUESTION [--cases N]`: where the server's time goes while it is asked one question.

Python's own profiler takes about as much time as what it looks at, most of it for small functions: the order of the
rows says more than their seconds. Start-up is in it too.
"""

import argparse
import os
import pstats

import uvloop

from bench import servers
from bench.databases import confine, filled_postgres, postgresql
from bench.load import press
from bench.questions import QUESTIONS, SUIVI, questions_to
from bench.running import Amounts, Bench, bench
from bench.world import World

ROWS = 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("--cases", type=int, default=20_000, help="cases in PostgreSQL (default: 20000)")
    parser.add_argument("--seconds", type=float, default=10, help="how long it is asked (default: 10)")
    given = parser.parse_args()
    with bench(Amounts(cases=given.cases, seconds=given.seconds)) as running:
        profile(running, given.question).sort_stats("tottime").print_stats(ROWS)


def profile(running: Bench, name: str) -> pstats.Stats:
    world, file = World(running.amounts.cases), running.folder / "profile"
    with postgresql() as postgres:
        with running.telling(f"PostgreSQL: {world.cases:,} cases") as told:
            url = filled_postgres(postgres, "bench", world, told)
        confine(postgres, running.cores.rest)
        os.sched_setaffinity(0, {running.cores.rest})
        core, watched = running.cores.measured, ("-m", "cProfile", "-o", str(file))
        with servers.suivi(url, running.folder / "data", running.issuer.url, core=core, under=watched) as server:
            question = questions_to(SUIVI, world, running.token())[name]
            uvloop.run(press(server.port, question, seconds=running.amounts.seconds))
    return pstats.Stats(str(file))


if __name__ == "__main__":
    main()

"""`python -m bench`: how fast Suivi answers, beside PostGraphile and beside what the machine can do."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import endpoint, report, sockets
from bench.running import QUICK, Amounts, Bench, bench


class Part(StrEnum):
    ENDPOINT = "endpoint"
    GROWTH = "growth"
    SQLITE = "sqlite"
    IDLE = "idle"
    FANOUT = "fanout"


MEASURES: dict[Part, Callable[[Bench], dict[str, Any]]] = {
    Part.ENDPOINT: endpoint.compare,
    Part.GROWTH: endpoint.grow,
    Part.SQLITE: endpoint.on_sqlite,
    Part.IDLE: sockets.idle,
    Part.FANOUT: sockets.fan_out,
}
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


@app.command(context_settings={"help_option_names": ["-h", "--help"]})
def main(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure; the endpoint when left out.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Measure every part.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Little data and no rest: shows that it works, measures and keeps nothing.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Write the figures and pictures of docs/performance.md.")
    ] = False,
    cases: Annotated[int | None, typer.Option(min=500, help="Cases in PostgreSQL: 100,000.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Turns of each server at each question: 5.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="That a turn lasts: 4.")] = None,
    warm: Annotated[float | None, typer.Option(min=0, help="Seconds of warming up before: 12.")] = None,
) -> None:
    """Measure Suivi: requests a second, milliseconds, CPU and memory.

    PostgreSQL 18 with our own schema is filled by a generator: 100,000 cases,
    each with ten messages and four photos. `suivi serve` runs as in production
    on one core; PostgreSQL and whoever asks have another. A coordinator of one
    clinic asks, with a token, over 16 connections.

    \b
    endpoint  four questions to Suivi, to PostGraphile 5 and to hand-written SQL
              (the limit), in turns: 8 minutes
    growth    the inbox with ten times as many cases: 6 minutes, 6 GB of disk
    sqlite    the four questions on SQLite: 2 minutes
    idle      memory of 2,000 WebSockets
    fanout    CPU of telling 1,000 subscribers of a case: one person, and 1,000

    \b
    More:
      python -m bench.profiling inbox    where the server's time goes
      python -m bench.inprocess          one request, without a network
      python -m bench.execution          executing a document
      python -m bench.specialties        start-up, hints and recovery

    \b
    Examples:
      python -m bench
      python -m bench --all --publish
      python -m bench idle fanout
      python -m bench --quick --all
    """
    given: dict[str, Any] = {"cases": cases, "rounds": rounds, "seconds": seconds, "warm": warm}
    amounts = replace(
        QUICK if quick else Amounts(), **{name: value for name, value in given.items() if value is not None}
    )
    chosen = list(Part) if everything else parts or [Part.ENDPOINT]
    found: dict[str, Any] = {}
    with bench(amounts) as running:
        for part in chosen:
            found[part.value] = MEASURES[part](running)
    console = Console()
    report.show(found, console)
    if not quick:
        console.print(f"Kept in {report.keep(found, amounts).relative_to(report.ROOT)}.")
    if publish:
        report.publish(found)


if __name__ == "__main__":
    app()

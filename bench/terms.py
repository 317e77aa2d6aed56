"""`python -m bench.terms`: what terms cost when a clinic has published very many versions of them.

Two clinics in one database, one with a hundred versions and one with ten thousand (`--versions`), in turn for the
procedure, a material and the whole specialty. They are asked alternately, so that whatever else the machine does
happens to both: on both databases, in this process. Milliseconds of a whole request, its GraphQL included and no
network; of a hundred the tenth quickest.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from tortoise.connection import get_connection

from bench import report
from bench.databases import postgresql
from suivi.core import database
from suivi.core.coverage.models import Terms
from suivi.core.records import new_id
from suivi.core.sql import insert
from suivi.graphql.nodes import read_id
from tests.services.databases import migrate_apart
from tests.services.suivi import suivi
from tests.services.world import CEMENTED, World, build_world, content, publish_terms

FEW, WARM = 100, 10
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
"""What stands between them on the page is written by a run, and by no other part of the bench."""
SCOPES: tuple[dict[str, Any], ...] = (
    {},
    {"material": "zirconia"},
    {"procedure": None, "specialty": "dental", "content": content(starts="day0")},
)
READS = {
    "terms in force": """query($clinic: ID!) { clinic(id: $clinic) {
      termsInForce(procedure: "crown", material: "gold") { number content { fees { payer } } } } }""",
    "the 50 newest versions": """query($clinic: ID!) { clinic(id: $clinic) {
      publishedTerms(first: 50) { number procedure period } } }""",
    "what a version changes": """query($clinic: ID!) { clinic(id: $clinic) {
      publishedTerms(first: 1) { differences { key compared } } } }""",
    "cover map": """query($treatment: ID!) { treatment(id: $treatment) {
      coverMap(asOf: "2027-01-01") { layers { segments { state } } picture } } }""",
}

Figures = dict[str, tuple[float, float]]
"""Milliseconds with few versions, and with all."""


def main(
    versions: Annotated[int, typer.Option(min=2 * FEW, help="How many versions are published.")] = 10_000,
    keep: Annotated[bool, typer.Option(help="Keep the figures in bench/results.")] = True,
    publish: Annotated[bool, typer.Option("--publish", help="Write the section of docs/performance.md.")] = False,
    one_by_one: Annotated[
        bool, typer.Option("--published-one-by-one", help="Every version by a request, and none copied. Slow.")
    ] = False,
) -> None:
    found: dict[str, Figures] = {}
    for name, url in urls():
        found[name] = apart(url, versions, one_by_one)
        Console().print(table(f"{name} (ms)", found[name], versions))
    if keep:
        kept = Path(__file__).parent / "results" / f"terms-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
        kept.write_text(json.dumps({"versions": versions, **found}, indent=2) + "\n", encoding="utf-8")
    if publish:
        report.write_between(BEGIN, END, markdown(found, versions))


def apart(url: str, versions: int, one_by_one: bool) -> Figures:
    """In a process of its own: the ORM keeps what it prepared for the first kind of database."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, url, versions, one_by_one).result()


def measure(url: str, versions: int, one_by_one: bool) -> Figures:
    return asyncio.run(measured(url, versions, one_by_one))


def urls() -> Iterator[tuple[str, str]]:
    """Of empty databases, one of each kind, there until the next one is asked for."""
    with sqlite_url() as url:
        yield "SQLite", url
    with postgresql() as server:
        url = server.create("terms")
        migrate_apart(url)
        yield "PostgreSQL", url


@contextmanager
def sqlite_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = database.sqlite_url(Path(folder) / "terms.sqlite")
        migrate_apart(url)
        yield url


async def measured(url: str, versions: int, one_by_one: bool) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with suivi(data_dir=Path(folder), database_url=url) as running:
            few, many = [await build_world(running, name=name) for name in ("few", "many")]
            for world, number in ((few, FEW), (many, versions)):
                await fill(world, number, one_by_one)
            if not database.is_sqlite(url):
                # As in production, where tables are looked at as they grow: or plans stay those of an empty one.
                await get_connection("default").execute_script("ANALYZE")
            figures: Figures = {"publishing": await beside(publish, few, many)}
            for name, query in READS.items():
                figures[name] = await beside(partial(read, query), few, many)
    return figures


async def fill(world: World, versions: int, one_by_one: bool) -> None:
    """One of each scope as it is published, and the others like them."""
    requests = versions if one_by_one else len(SCOPES)
    for number in range(requests):
        await publish(world, number)
    patterns = await Terms.filter(clinic_id=read_id("Clinic", world.clinic_id)).order_by("-id").limit(len(SCOPES))
    for number in range(requests, versions):
        terms = patterns[number % len(SCOPES)]
        terms.id, terms.number = new_id(), number + 10
        await insert(terms)


async def beside(work: Callable[[World, int], Awaitable[Any]], few: World, many: World) -> tuple[float, float]:
    """In turns, once both are warm."""
    times: dict[str, list[float]] = {few.clinic_id: [], many.clinic_id: []}
    for turn in range(FEW + WARM):
        for world in (few, many):
            begun = time.perf_counter()
            await work(world, turn)
            times[world.clinic_id].append((time.perf_counter() - begun) * 1000)
    return quick(times[few.clinic_id][WARM:]), quick(times[many.clinic_id][WARM:])


def quick(times: list[float]) -> float:
    return statistics.quantiles(times, n=10)[0]


async def publish(world: World, number: int) -> None:
    terms = await publish_terms(world.coordinator, world.clinic_id, **SCOPES[number % len(SCOPES)])
    assert "number" in terms, terms  # noqa: S101 - a refusal would be quick


async def read(query: str, world: World, _: int) -> None:
    told = {"clinic": world.clinic_id, "treatment": world.treatment_id}
    await world.patient.at(CEMENTED).ask(query, **{name: value for name, value in told.items() if f"${name}" in query})


def table(title: str, figures: Figures, versions: int) -> Table:
    shown = Table(*columns(versions), title=title)
    for name, values in figures.items():
        shown.add_row(name, *cells(values))
    return shown


def markdown(found: dict[str, Figures], versions: int) -> str:
    rows = [(name, kind, *cells(values)) for kind, figures in found.items() for name, values in figures.items()]
    first, *others = columns(versions)
    titles = (first, "database", *(f"{column} (ms)" for column in others[:2]), others[2])
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def columns(versions: int) -> tuple[str, ...]:
    return "", f"with {FEW} versions", f"with {versions:,}", "ratio"


def cells(values: tuple[float, float]) -> tuple[str, ...]:
    few, many = values
    return f"{few:.2f}", f"{many:.2f}", f"{many / few:.2f}"


if __name__ == "__main__":
    typer.run(main)

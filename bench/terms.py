"""`python -m bench.terms`: what terms cost when a clinic has published very many versions of them.

Ten thousand versions (`--versions`) are published one by one through the API, in this process and on both databases,
in turn for the procedure, a material and the whole specialty. Publishing is compared between the first and the last
of them, reading before and after. Milliseconds of a whole request, its GraphQL included and no network.
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
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.databases import postgresql
from suivi.core import database
from tests.services.databases import migrate_apart
from tests.services.suivi import suivi
from tests.services.world import CEMENTED, World, build_world, content, publish_terms

SAMPLE = 100
TURNS = 50
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

Figures = dict[str, dict[str, float]]


def main(
    versions: Annotated[int, typer.Option(help="How many versions are published.")] = 10_000,
    keep: Annotated[bool, typer.Option(help="Keep the figures in bench/results.")] = True,
) -> None:
    found: dict[str, Figures] = {}
    for name, url in urls():
        found[name] = apart(url, versions)
        Console().print(table(f"{name}, {versions} versions (ms)", found[name]))
    if keep:
        kept = Path(__file__).parent / "results" / f"terms-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
        kept.write_text(json.dumps({"versions": versions, **found}, indent=2) + "\n", encoding="utf-8")


def apart(url: str, versions: int) -> Figures:
    """In a process of its own: the ORM keeps what it prepared for the first kind of database."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, url, versions).result()


def measure(url: str, versions: int) -> Figures:
    return asyncio.run(measured(url, versions))


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


async def measured(url: str, versions: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with suivi(data_dir=Path(folder), database_url=url) as running:
            world = await build_world(running)
            before = {name: await read(world, query) for name, query in READS.items()}
            published = [await timed(publishing(world, number)) for number in range(versions)]
            after = {name: await read(world, query) for name, query in READS.items()}
    sample = min(SAMPLE, versions)
    figures: Figures = {
        "publishing": {
            "first": statistics.median(published[:sample]),
            "last": statistics.median(published[-sample:]),
        }
    }
    return figures | {name: {"first": before[name], "last": after[name]} for name in READS}


def publishing(world: World, number: int) -> Callable[[], Awaitable[Any]]:
    scope = SCOPES[number % len(SCOPES)]

    async def publish() -> None:
        terms = await publish_terms(world.coordinator, world.clinic_id, **scope)
        assert "number" in terms, terms  # noqa: S101 - a refusal would be quick

    return publish


async def read(world: World, query: str) -> float:
    """The median of many, once it is warm."""
    told = {"clinic": world.clinic_id, "treatment": world.treatment_id}
    asked = {name: value for name, value in told.items() if f"${name}" in query}

    async def ask() -> None:
        await world.patient.at(CEMENTED).ask(query, **asked)

    await ask()
    return statistics.median([await timed(ask) for _ in range(TURNS)])


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    begun = time.perf_counter()
    await work()
    return (time.perf_counter() - begun) * 1000


def table(title: str, figures: Figures) -> Table:
    shown = Table("", "with few", "with all", title=title)
    for name, values in figures.items():
        shown.add_row(name, *(f"{value:.2f}" for value in values.values()))
    return shown


if __name__ == "__main__":
    typer.run(main)

"""`python -m bench.inprocess [--cases N] [--seconds S]`: one client, without a network between.

SQLite, then PostgreSQL, each in a process of its own: what a single request takes, and what a computed answer takes.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from strawberry.relay.utils import to_base64

from bench.databases import filled_postgres, filled_sqlite, postgresql
from bench.world import World
from suivi.core.access.keys import LocalKey
from suivi.core.access.viewer import Role
from suivi.core.registry import Registry
from suivi.graphql.app import create_app, living
from suivi.settings import Settings

INBOX = """{ cases(first: 50) { nodes { id state clinic { name } patient { reference }
  messages(first: 3) { nodes { body sentAt } } photoCount evidence(first: 4) { nodes { kind sha256 } } } } }"""
SMALL = "query($id: ID!) { case(id: $id) { id state openedAt closedAt version messageCount } }"
RECOVERY = """query($id: ID!) { case(id: $id) { treatments { recovery(asOf: "2026-03-13") {
  phases { key } stabilisation { tooEarly reasons { sentence } } redFlags { key urgency } } } } }"""
POST = "mutation($input: PostMessageInput!) { postMessage(input: $input) { __typename } }"

Figures = dict[str, dict[str, float]]


async def measure(request: Callable[[], Awaitable[Any]], seconds: float) -> dict[str, float]:
    """After ten warm-up requests: median and 99th percentile in milliseconds, and CPU milliseconds a request."""
    for _ in range(10):
        await request()
    taken: list[float] = []
    cpu, until = time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < until:
        begun = time.perf_counter()
        await request()
        taken.append((time.perf_counter() - begun) * 1000)
    spent = (time.process_time() - cpu) * 1000
    taken.sort()
    return {
        "p50_ms": round(statistics.median(taken), 2),
        "p99_ms": round(taken[int(len(taken) * 0.99)], 2),
        "cpu_ms": round(spent / len(taken), 2),
    }


async def bench(url: str, folder: Path, case: UUID, seconds: float) -> Figures:
    begun = time.perf_counter()
    registry = Registry.load()
    loaded = (time.perf_counter() - begun) * 1000
    app = create_app(Settings(data_dir=folder, database_url=SecretStr(url), deliver=False), registry=registry)
    token = LocalKey.load(folder / "dev-key.json").mint(
        subject="coordinator-0", role=Role.COORDINATOR, lives=timedelta(hours=1), now=datetime.now(UTC)
    )
    async with living(app.state.running):
        headers = {"authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as http:
            figures = await _requests(http, to_base64("Case", case), seconds)
    return {"plugins loaded": {"p50_ms": round(loaded, 2)}} | figures


async def _requests(http: httpx.AsyncClient, case_id: str, seconds: float) -> Figures:
    async def send(query: str, variables: dict[str, Any]) -> None:
        answer = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
        if "errors" in answer:
            raise SystemExit(f"the server answered with errors: {answer['errors']}")

    async def post() -> None:
        given = {"idempotencyKey": str(uuid4()), "caseId": case_id, "body": "Bonjour", "language": "fr"}
        await send(POST, {"input": given})

    return {
        "inbox, 50 cases": await measure(lambda: send(INBOX, {}), seconds),
        "small, one case": await measure(lambda: send(SMALL, {"id": case_id}), seconds),
        "recovery of a crown": await measure(lambda: send(RECOVERY, {"id": case_id}), seconds),
        "post a message": await measure(post, seconds),
    }


def one(kind: str, cases: int, seconds: float) -> Figures:
    world = World(cases)
    case = world.case_id(world.own_cases()[-1])
    with tempfile.TemporaryDirectory() as name, Progress(console=Console(stderr=True)) as progress:
        folder = Path(name)
        task = progress.add_task(f"{kind}: {cases} cases", total=1.0)

        def told(share: float) -> None:
            progress.update(task, completed=share)

        if kind == "sqlite":
            url = filled_sqlite(folder / "bench.sqlite3", world, told)
            return asyncio.run(bench(url, folder, case, seconds))
        with postgresql() as server:
            url = filled_postgres(server, "bench", world, told)
            return asyncio.run(bench(url, folder, case, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.inprocess", description=__doc__)
    parser.add_argument("--cases", type=int, default=5000, help="cases in the database (default: 5000)")
    parser.add_argument("--seconds", type=float, default=3, help="how long each request is measured (default: 3)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        json.dump(one(given.only, given.cases, given.seconds), sys.stdout)
        return
    results = {kind: _in_a_process(kind, given.cases, given.seconds) for kind in ("sqlite", "postgresql")}
    _show(results, given.cases)
    kept = Path(__file__).parent / "results" / f"inprocess-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"cases": given.cases, "figures": results}, indent=2) + "\n", encoding="utf-8")
    Console().print(f"kept in {kept}")


def _in_a_process(kind: str, cases: int, seconds: float) -> Figures:
    """Tortoise keeps SQL of one dialect a process."""
    command = [sys.executable, "-m", "bench.inprocess", "--only", kind, f"--cases={cases}", f"--seconds={seconds}"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    figures: Figures = json.loads(done.stdout)
    return figures


def _show(results: dict[str, Figures], cases: int) -> None:
    table = Table("database", "request", "p50 ms", "p99 ms", "CPU ms", title=f"{cases} cases, one client, in process")
    for kind, figures in results.items():
        for request, figure in figures.items():
            table.add_row(kind, request, *(str(figure.get(name, "")) for name in ("p50_ms", "p99_ms", "cpu_ms")))
    Console().print(table)


if __name__ == "__main__":
    main()

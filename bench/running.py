"""What every part of the bench works with: how much to do, where, as whom, and how far it has got."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.processes import Cores
from bench.world import Told
from tests.services.issuer import LocalIssuer

LIVES = timedelta(hours=12)
"""Of a token: longer than any run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    cases: int = 100_000
    rounds: int = 5
    seconds: float = 4
    """That a server is asked one question in one round."""
    warm: float = 12
    """Seconds that it is asked it beforehand."""
    growth: int = 10
    """Times as many cases that growth is measured to."""
    sqlite_cases: int = 20_000
    idle: int = 2000
    subscribers: int = 1000
    events: int = 20


QUICK = Amounts(
    cases=2000, rounds=1, seconds=0.5, warm=0.5, growth=2, sqlite_cases=1000, idle=100, subscribers=50, events=5
)


@dataclass(frozen=True)
class Bench:
    amounts: Amounts
    cores: Cores
    issuer: LocalIssuer
    folder: Path
    """For what servers keep; deleted at the end."""
    progress: Progress

    def token(self, number: int = 0) -> str:
        """Of one of the coordinators of the clinic."""
        return self.issuer.token(
            subject=f"coordinator-{number}", role="coordinator", now=datetime.now(UTC), lives=LIVES
        )

    @contextmanager
    def telling(self, what: str) -> Iterator[Told]:
        """A bar of progress, fed with shares from 0 to 1; a line in a file, where bars cannot grow."""
        if not self.progress.console.is_terminal:
            self.progress.console.print(f"{datetime.now(UTC):%H:%M:%S} UTC: {what}")
        task = self.progress.add_task(what, total=1.0)
        yield lambda share: self.progress.update(task, completed=share)
        self.progress.update(task, completed=1.0)


@contextmanager
def bench(amounts: Amounts) -> Iterator[Bench]:
    """This process and all it starts stay on the second core, except what is measured."""
    cores = Cores.of_this_machine()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    progress = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), refresh_per_second=2)
    before = os.sched_getaffinity(0)
    with LocalIssuer() as issuer, tempfile.TemporaryDirectory(prefix="suivi-bench-") as folder, progress:
        try:
            yield Bench(amounts, cores, issuer, Path(folder), progress)
        finally:
            os.sched_setaffinity(0, before)

"""`python -m bench.specialties`: what specialties cost at start-up, and what one hint and one recovery answer cost.

Start-up is the CPU time of a fresh process with and without plugins: the difference is what loading them adds. Hints
are every golden case of the built-in specialties, each evaluated until it is warm; CPU time, plugins' own hooks
included.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from suivi import plugins
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import recovery
from suivi.core.hints.dry_run import try_case
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry

STARTS = 7
SPECIALTIES = ["dental", "ivf", "ophthalmology", "regenerative", "surgery"]
TURNS = 20
SURGERY = date(2026, 3, 3)
START = """
import time
from suivi.core.registry import Registry
begun = time.process_time()
Registry.load({choice})
print((time.process_time() - begun) * 1000)
"""


def main() -> None:
    registry = Registry.load()
    figures = {
        "start-up, no plugin (ms)": [start_up("only=[]") for _ in range(STARTS)],
        "start-up, the five specialties (ms)": [start_up(f"only={SPECIALTIES}") for _ in range(STARTS)],
        "start-up, every plugin (ms)": [start_up("") for _ in range(STARTS)],
        "hints of one case (CPU ms)": list(hints(registry)),
        "recovery of one treatment (CPU ms)": list(recoveries(registry)),
    }
    summary = {name: spread(values) for name, values in figures.items()}
    Console().print(table(summary))
    kept = Path(__file__).parent / "results" / f"specialties-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    kept.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def start_up(choice: str) -> float:
    command = [sys.executable, "-c", START.format(choice=choice)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return float(done.stdout)


def hints(registry: Registry) -> Iterator[float]:
    for folder in (Path(path) for root in plugins.__path__ for path in sorted(Path(root).iterdir())):
        if (folder / "golden.yaml").exists():
            for case in read_cases(folder / "golden.yaml"):
                yield cpu(partial(try_case, registry, case))


def recoveries(registry: Registry) -> Iterator[float]:
    for procedure in registry.procedures().values():
        anchors = {name: PartialDate.of(SURGERY) for name in procedure.anchors.all()}
        yield cpu(partial(recovery, procedure, anchors, SURGERY + timedelta(days=20)))


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds a turn, of every thread of this process."""
    work()
    begun = time.process_time()
    for _ in range(TURNS):
        work()
    return (time.process_time() - begun) * 1000 / TURNS


def spread(values: list[float]) -> dict[str, float]:
    values = sorted(values)
    return {
        "n": len(values),
        "median": round(statistics.median(values), 3),
        "p99": round(values[int(len(values) * 0.99)], 3),
        "most": round(values[-1], 3),
    }


def table(summary: dict[str, dict[str, float]]) -> Table:
    shown = Table("", "n", "median", "p99", "most")
    for name, values in summary.items():
        shown.add_row(name, *(f"{value:g}" for value in values.values()))
    return shown


if __name__ == "__main__":
    main()

"""A plugin asked in a process of its own: `python -m suivi.testing.fresh MODULE GOLDEN` prints what it answered.

Another process has another hash seed, no caches, and nobody to disturb when the plugin does what it should not.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from suivi.testing.plain import plain
from suivi.testing.subject import MAY_READ, Subject
from suivi.testing.watch import Watch

SEEDS = (1, 2)
PATIENCE = 60
"""Seconds after which a plugin that hangs is given up on."""


@dataclass(frozen=True)
class Fresh:
    """`answers` are of one process a seed: question and plain answer, or the error. `died` is why there are none."""

    answers: tuple[list[list[Any]], ...] = ()
    deeds: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    died: str | None = None


@cache
def asked_afresh(address: str, golden: Path, seeds: tuple[int, ...] = SEEDS) -> Fresh:
    """Both processes at once; remembered, since several checks look at the same answers."""
    processes = [_started(address, golden, seed) for seed in seeds]
    told: list[dict[str, Any]] = []
    for process in processes:
        try:
            printed, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            for each in processes:
                each.kill()
                each.communicate()
            return Fresh(died=f"it was still busy after {PATIENCE} seconds")
        if process.returncode or not printed.strip():
            return Fresh(died=errors.strip() or f"the process ended with {process.returncode}")
        told.append(json.loads(printed.splitlines()[-1]))
    return Fresh(
        answers=tuple(one["answers"] for one in told),
        deeds=tuple(dict.fromkeys(deed for one in told for deed in one["deeds"])),
        clocks=tuple(dict.fromkeys(clock for one in told for clock in one["clocks"])),
    )


def _started(address: str, golden: Path, seed: int) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(place or "." for place in sys.path)
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "suivi.testing.fresh", address, str(golden)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def main(address: str, golden: Path) -> dict[str, Any]:
    home = _home(address)
    watch = Watch(lambda file: _within(file, home), home if home.is_dir() else home.parent)
    watch.install()
    with watch.during("its import", reading_allowed=True):
        subject = Subject.named(address, golden)
    answers = []
    # One after the other: what the later ones are about is not read before the first were watched.
    for question in subject.questions():
        with watch.during(str(question), reading_allowed=question.hook in MAY_READ):
            try:
                answer = plain(subject.ask(question))
            except Exception as error:
                answer = {"raised": type(error).__name__}
        answers.append([str(question), answer])
    return {"answers": answers, "deeds": watch.deeds, "clocks": watch.clocks}


def _home(address: str) -> Path:
    """Where the plugin is, found without importing it: a folder for a package, else its one file."""
    from importlib.util import find_spec

    spec = find_spec(address.partition(":")[0])
    if spec is None or spec.origin is None:
        raise SystemExit(f"there is no module {address}")
    origin = Path(spec.origin).resolve()
    return origin.parent if spec.submodule_search_locations else origin


def _within(file: str, home: Path) -> bool:
    path = Path(file)
    return path == home or path.resolve().is_relative_to(home)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201 - what its parent reads

"""Running `suivi` as an operator does."""

import os
import subprocess
import sys
from pathlib import Path

from tests.services.forks import FORKS

SECONDS = 180
"""A demo runs five commands on its way, which takes its time on a busy machine."""
LEFT_BY_TORTOISE = ("USE_TZ", "TIMEZONE")
"""In the environment of a process that is or was connected, as the one that runs the tests."""


def suivi(*arguments: str | Path, data: Path | None = None, **settings: str) -> "subprocess.CompletedProcess[str]":
    """With these `SUIVI_` settings, given without the prefix, and no others."""
    if sys.platform != "linux":
        return started_suivi(*arguments, data=data, **settings)
    given = [str(argument) for argument in arguments]
    status, out, err = FORKS.run("suivi.cli", *given, env=environment_of(data, settings), seconds=SECONDS)
    return subprocess.CompletedProcess(given, status, out, err)


def started_suivi(
    *arguments: str | Path, data: Path | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """The same in a process that imports everything itself, which takes a second or two longer."""
    return subprocess.run(
        [sys.executable, "-m", "suivi.cli", *map(str, arguments)],
        env=environment_of(data, settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def environment_of(data: Path | None, settings: dict[str, str]) -> dict[str, str]:
    given = {"DATA_DIR": str(data)} if data else {}
    ours = [name for name in os.environ if name.startswith("SUIVI_") or name in LEFT_BY_TORTOISE]
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {f"SUIVI_{name.upper()}": value for name, value in {**given, **settings}.items()}
    return environment | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}

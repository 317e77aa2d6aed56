"""Running `suivi` as an operator does, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def suivi(*arguments: str | Path, data: Path | None = None, **settings: str) -> "subprocess.CompletedProcess[str]":
    """With these `SUIVI_` settings, given without the prefix, and no others."""
    given = {"DATA_DIR": str(data)} if data else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUIVI_")}
    environment |= {f"SUIVI_{name.upper()}": value for name, value in {**given, **settings}.items()}
    environment |= {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "suivi.cli", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

"""Somebody who has Suivi installed and none of its source: a Python of their own, with `pip`, `pytest` and `suivi`.

Their Python borrows what the tests have installed, so that nothing is fetched.
"""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

_COMMANDS = {
    "suivi": '"{python}" -m suivi.cli "$@"',
    "pytest": '"{python}" -m pytest -p no:cacheprovider "$@"',
    "python": '"{python}" "$@"',
    # Everything a package depends on is there already, and so is what builds it.
    "pip": '"{tests}" -m pip --python "{python}" --disable-pip-version-check "$@" '
    "--quiet --no-deps --no-build-isolation --no-index",
}


class Outsider:
    """`folder` is where they work. Commands are as in a shell of theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv = folder / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        self.python = venv / "bin" / "python"
        [packages] = venv.glob("lib/python*/site-packages")
        borrowed = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        (packages / "borrowed.pth").write_text(borrowed)
        self._commands = folder / ".commands"
        self._commands.mkdir()
        for name, line in _COMMANDS.items():
            script = self._commands / name
            script.write_text(f"#!/bin/sh\nexec {line.format(python=self.python, tests=sys.executable)}\n")
            script.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """With no `SUIVI_` setting of the machine the tests run on."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SUIVI_", "PYTHON", "PYTEST"))
        }
        path = os.pathsep.join([str(self._commands), os.environ["PATH"]])
        return kept | {"PATH": path, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, command: str, *, cwd: Path | None = None, **environment: str) -> str:
        """What it prints. Fails the test with all of its output where it does not succeed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=cwd or self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def plugins(self) -> dict[str, dict[str, Any]]:
        listed = json.loads(self.run("suivi plugins --json"))
        return {plugin["id"]: plugin for plugin in listed}

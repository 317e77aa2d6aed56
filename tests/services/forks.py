"""Modules run as by `python -m` but for the start, which takes longest: see `tests.services.origin`."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True)
class Call:
    module: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    cwd: str
    out: str
    err: str
    seconds: float


class Forks:
    """The process they come from is there from the first `run` to `end`, or until the test run is gone."""

    def __init__(self) -> None:
        self._origin: subprocess.Popen[str] | None = None
        self._known: dict[str, str] = {}

    def run(self, module: str, *arguments: str, env: dict[str, str], seconds: float) -> tuple[int, str, str]:
        """Exit status, output and errors. Raises TimeoutExpired once all that it started is killed."""
        with TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            status = self._ask(Call(module, arguments, env, os.getcwd(), str(out), str(err), seconds))
            if status is None:
                raise subprocess.TimeoutExpired([module, *arguments], seconds)
            return status, out.read_text(), err.read_text()

    def end(self) -> None:
        if self._origin is not None:
            self._origin.communicate()
            self._origin = None

    def _ask(self, call: Call) -> int | None:
        origin = self._origin_for(call.environment)
        assert origin.stdin is not None
        assert origin.stdout is not None
        print(json.dumps(asdict(call)), file=origin.stdin, flush=True)
        if answer := origin.stdout.readline():
            status: int | None = json.loads(answer)
            return status
        raise RuntimeError("the process that commands are forked from has ended; standard error says why")

    def _origin_for(self, env: dict[str, str]) -> "subprocess.Popen[str]":
        """Of the same environment but for settings: libraries look there for terminal and language when imported."""
        known = {name: value for name, value in env.items() if not name.startswith(("SUIVI_", "PYTEST_"))}
        if self._origin is None or known != self._known:
            self.end()
            command = [sys.executable, "-m", "tests.services.origin"]
            pipe = subprocess.PIPE
            # Ctrl-C is for the test run, which ends this process too.
            self._origin = subprocess.Popen(
                command, env=known, stdin=pipe, stdout=pipe, text=True, start_new_session=True
            )
            self._known = known
        return self._origin


FORKS = Forks()

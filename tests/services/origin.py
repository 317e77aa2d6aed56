"""What `tests.services.forks` forks from: a process that has imported what Suivi imports.

A fork has arguments, environment, output and session of its own, and ends as every Python does. It shares what
importing leaves behind, in which there is no setting: Suivi reads them when it is asked to do something.
"""

import gc
import json
import os
import runpy
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from tests.services.forks import Call

PACKAGES = ("suivi.commands", "suivi.core.migrations", "suivi.demo", "suivi.plugins")
IMPORTED_LATE = ("phonenumbers", "typer.rich_utils")


def _import() -> None:
    for name in IMPORTED_LATE:
        import_module(name)
    for package in PACKAGES:
        for found in iter_modules(import_module(package).__path__, f"{package}."):
            module = import_module(found.name)
            # Read once a process, which takes as long as a third of all imports.
            if package == "suivi.plugins" and hasattr(module, "specialty"):
                module.specialty()
    gc.collect()
    gc.freeze()


def _next() -> str | None:
    """In a fork: the module to run. Where they come from: None, when no more is asked."""
    answers = os.dup(1)
    for line in sys.stdin:
        call = Call(**json.loads(line))
        # The fork never writes to it, and closes it by ending.
        alive, held = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(answers)
            os.close(alive)
            _become(call)
            return call.module
        os.close(held)
        status = _status(child, alive, call.seconds)
        with suppress(BrokenPipeError):
            os.write(answers, f"{json.dumps(status)}\n".encode())
    return None


def _become(call: Call) -> None:
    os.setsid()
    os.chdir(call.cwd)
    for file, name in enumerate((os.devnull, call.out, call.err)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, file)
        os.close(opened)
    os.environ.clear()
    os.environ.update(call.environment)
    sys.argv = [call.module, *call.arguments]
    sys.path[0] = call.cwd


def _status(child: int, alive: int, seconds: float) -> int | None:
    """None when it is killed, with what it started: it took too long, or nobody waits for it any more."""
    ended, _, _ = select.select([alive, sys.stdin], [], [], seconds)
    os.close(alive)
    if alive not in ended:
        os.killpg(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if alive in ended else None


if __name__ == "__main__":
    _import()
    if module := _next():
        runpy.run_module(module, run_name="__main__", alter_sys=True)

"""Processes that a test run started and did not stop."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Running(NamedTuple):
    pid: int
    parent: int
    command: str


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that a daemon cannot slip away (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(ancestor: int) -> list[Running]:
    """The live processes below this one, children before grandchildren; empty where there is no /proc."""
    everyone = list(_processes())
    family, found = {ancestor}, list[Running]()
    while young := [one for one in everyone if one.parent in family and one.pid not in family]:
        found += young
        family |= {one.pid for one in young}
    return found


def left_running(ancestor: int, *, patience: float = 3.0) -> list[Running]:
    """The descendants still there after `patience` seconds: a server that was told to stop may need a moment."""
    until = time.monotonic() + patience
    while (found := descendants(ancestor)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def end(processes: list[Running]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _processes() -> Iterator[Running]:
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end between the listing and the reading.
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name stands in brackets and may itself hold spaces and brackets.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                yield Running(int(folder.name), int(parent), _command(folder))


def _command(folder: Path) -> str:
    return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()[:120]

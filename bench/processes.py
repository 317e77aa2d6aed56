"""What the system says about processes, and where they run. Linux only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """One for the server that is measured, one for whoever asks and for PostgreSQL."""

    measured: int
    rest: int

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """The first two; the same one twice where there is no second, and then figures say little."""
        free = sorted(os.sched_getaffinity(0))
        return cls(measured=free[0], rest=free[1 % len(free)])


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This thread, and processes started by it meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """A process, its children and theirs; of one that has ended, itself."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        children = []
    return [pid, *(member for child in children for member in family(child))]


def cpu_seconds(pid: int) -> float:
    """In user and kernel mode, to a hundredth of a second."""
    # The name in parentheses may hold spaces: what follows it does not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_bytes(pid: int) -> int:
    """Proportional set size: memory shared with other processes counts in part."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024

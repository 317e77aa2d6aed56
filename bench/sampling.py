"""`python -m bench.sampling FILE -m MODULE ...`: runs a module as `python -m` does, and looks where it is.

From SIGUSR1 to SIGUSR2, up to a thousand times in each second of its CPU. What C does is found at the next call or
turn of a loop in Python: the event loop's sockets are in part put down to whoever runs next.
"""

import json
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS = 0.001
"""Of the process's CPU, between two looks. Systems that tick more slowly look more seldom."""


class Sampler:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._stacks: Counter[tuple[str, ...]] = Counter()

    def listen(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, self._begin)
        signal.signal(signal.SIGUSR2, self._end)

    def _begin(self, *_: Any) -> None:
        self._stacks.clear()
        signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)

    def _look(self, number: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
            frame = frame.f_back
        self._stacks[tuple(stack)] += 1

    def _end(self, *_: Any) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        # Whole or not at all: somebody waits for it.
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(list(self._stacks.items())))
        draft.rename(self._file)


def under(file: Path) -> tuple[str, ...]:
    """What Python is told to run a module with, so that it can be looked at."""
    return "-m", "bench.sampling", str(file)


def main() -> None:
    file, flag, module, *rest = sys.argv[1:]
    if flag != "-m":
        raise SystemExit(__doc__)
    Sampler(Path(file)).listen()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

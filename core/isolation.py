"""Calls into plugins that can raise, hang or answer nonsense without taking their caller along."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

log = logging.getLogger("suivi.plugins")

Kind = Literal["raised", "hung", "nonsense"]


@dataclass(frozen=True, kw_only=True)
class PluginFailure:
    """The latest failure of one plugin's hook. `count` is of all its failures; a `skipped` hook is asked no more."""

    plugin: str
    hook: str
    kind: Kind
    count: int
    skipped: bool


class Hung(Exception):  # noqa: N818 - says what a plugin did
    """The function was still running when its time was over."""


def call_within(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    """Raises Hung, or what the function raised.

    The thread is a daemon and not of a pool: one that hangs holds up neither other calls nor the interpreter's exit.
    """
    answer: Future[Any] = Future()

    def run() -> None:
        try:
            answer.set_result(function(*arguments))
        except Exception as error:
            answer.set_exception(error)
        except BaseException as error:  # a plugin's SystemExit must neither stop the process nor get lost
            answer.set_exception(RuntimeError(type(error).__name__))

    threading.Thread(target=run, name="suivi-plugin", daemon=True).start()
    try:
        return answer.result(timeout=seconds)
    except TimeoutError as error:
        if answer.done():
            raise
        raise Hung from error


class Isolation:
    """Remembers failures by plugin and hook, and gives up on a hook after `patience` failures in a row."""

    def __init__(self, time_box: float, patience: int = 3) -> None:
        self.time_box = time_box
        self.patience = patience
        self._lock = threading.Lock()
        self._in_a_row: dict[tuple[str, str], int] = {}
        self._failures: dict[tuple[str, str], PluginFailure] = {}

    @property
    def failures(self) -> tuple[PluginFailure, ...]:
        with self._lock:
            return tuple(self._failures.values())

    def ask(
        self, plugin: str, hook: str, function: Callable[..., Any], *arguments: Any, sane: Callable[[Any], bool]
    ) -> Any:
        """The plugin's answer; None when it has failed or is asked no more."""
        if self._in_a_row.get((plugin, hook), 0) >= self.patience:
            return None
        try:
            answer = call_within(self.time_box, function, *arguments)
        except Hung:
            return self._failed(plugin, hook, "hung")
        except Exception:
            return self._failed(plugin, hook, "raised")
        if not sane(answer):
            return self._failed(plugin, hook, "nonsense")
        self._in_a_row.pop((plugin, hook), None)
        return answer

    def _failed(self, plugin: str, hook: str, kind: Kind) -> None:
        key = (plugin, hook)
        with self._lock:
            row = self._in_a_row[key] = self._in_a_row.get(key, 0) + 1
            count = self._failures[key].count + 1 if key in self._failures else 1
            skipped = row >= self.patience
            self._failures[key] = PluginFailure(plugin=plugin, hook=hook, kind=kind, count=count, skipped=skipped)
        # The error itself may quote the case, so it is not logged.
        log.warning("plugin %s: hook %s %s", plugin, hook, kind)

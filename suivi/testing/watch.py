"""Watching what a plugin does besides answering: files, network, other programs, clocks.

Only for a process of its own: an audit hook cannot be taken away again.
"""

import _thread
import datetime
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_CHANGES = {
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile", "tempfile.mkstemp", "tempfile.mkdtemp",
}  # fmt: skip
_LISTS = ("os.listdir", "os.scandir", "glob.glob")
_PROGRAMS = ("subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "pty.spawn")
_NETWORK = ("socket.", "urllib.", "smtplib.", "ftplib.", "http.client.", "imaplib.", "poplib.", "telnetlib.")
_DATABASES = ("sqlite3.connect",)

_DAY = datetime.datetime(2026, 3, 3, 9, 0, tzinfo=datetime.UTC)


class Forbidden(Exception):  # noqa: N818 - raised into the plugin, in place of the deed
    """The plugin tried to do something that a hook does not do."""


class Watch:
    """Collects deeds as sentences. `owns` tells the plugin's own files from others."""

    def __init__(self, owns: Callable[[str], bool], home: Path) -> None:
        self.deeds: list[str] = []
        self.clocks: list[str] = []
        self._owns = owns
        self._home = home
        self._during: str | None = None
        self._reading_allowed = False

    def install(self) -> None:
        """Before the plugin is imported, so that it cannot keep a clock of its own."""
        sys.addaudithook(self._audit)
        _stop_clocks(self._clock_read)
        _watch_environment(self._environment_read)
        _watch_threads(self._thread_started)

    @contextmanager
    def during(self, what: str, *, reading_allowed: bool) -> Iterator[None]:
        self._during, self._reading_allowed = what, reading_allowed
        before = set(threading.enumerate())
        try:
            yield
        finally:
            self._during = None
            if set(threading.enumerate()) - before:
                self._tell(f"{what} leaves a thread running")

    def _tell(self, deed: str) -> None:
        if deed not in self.deeds:
            self.deeds.append(deed)

    def _thread_started(self) -> None:
        frame = _caller(self._owns)
        if frame is not None and self._during is not None:
            self._tell(f"{self._during} starts a thread{_place(frame)}")
            raise Forbidden("starts a thread")

    def _environment_read(self, name: str) -> None:
        """An adapter is told by the environment how it reaches its clinic; what answers for a case is not."""
        frame = _caller(self._owns)
        if frame is not None and self._during is not None and not self._during.startswith("adapter("):
            self._tell(f"{self._during} reads the environment ({name}){_place(frame)}")

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._during is None:
            return
        deed = self._deed(event, arguments)
        if deed is None:
            return
        frame = _caller(self._owns)
        # Imports and Suivi read files and look into folders too, and may.
        if deed.startswith(("reads", "lists")) and frame is None:
            return
        self._tell(f"{self._during} {deed}{_place(frame)}")
        raise Forbidden(deed)

    def _deed(self, event: str, arguments: tuple[Any, ...]) -> str | None:
        if event == "open":
            return self._opens(*arguments)
        if event in _CHANGES:
            return f"changes files ({event})"
        if event.startswith(_PROGRAMS):
            return f"starts another program ({event})"
        if event in _LISTS:
            shipped = self._reading_allowed and arguments and self._shipped(str(arguments[0] or "."))
            return None if shipped else f"lists the folder {arguments[0] if arguments else '.'}"
        if event.startswith(_NETWORK):
            return f"uses the network ({event})"
        return f"opens a database ({event})" if event in _DATABASES else None

    def _opens(self, path: Any, mode: Any, flags: Any) -> str | None:
        if isinstance(flags, int) and flags & _WRITES:
            return f"writes the file {path}"
        if self._reading_allowed and (isinstance(path, int) or self._shipped(str(path))):
            return None
        return f"reads the file {path}"

    def _shipped(self, path: str) -> bool:
        """Files that came with the plugin, with Suivi, or with what either depends on."""
        shipped = (self._home, Path(__file__).resolve().parents[2], Path(sys.prefix), Path(sys.base_prefix))
        return any(Path(path).resolve().is_relative_to(place) for place in shipped)

    def _clock_read(self, name: str) -> None:
        frame = _caller(self._owns)
        if frame is not None:
            told = f"{self._during or 'its import'} reads the clock with {name}(){_place(frame)}"
            if told not in self.clocks:
                self.clocks.append(told)


def _caller(owns: Callable[[str], bool]) -> FrameType | None:
    """The plugin's line that led here; None where an import or the log did it on the way."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not owns(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith("<frozen importlib") or "/logging/" in frame.f_code.co_filename:
            return None
        frame = frame.f_back
    return frame


def _watch_threads(told: Callable[[], None]) -> None:
    """Where threads begin: Python 3.11 has no audit event for it."""

    def watched(start: Callable[..., Any]) -> Callable[..., Any]:
        def begin(*arguments: Any, **named: Any) -> Any:
            told()
            return start(*arguments, **named)

        return begin

    for module, names in ((_thread, ("start_new_thread", "start_new", "start_joinable_thread")),
                          (threading, ("_start_new_thread", "_start_joinable_thread"))):  # fmt: skip
        for name in names:
            if hasattr(module, name):
                setattr(module, name, watched(getattr(module, name)))


def _watch_environment(told: Callable[[str], None]) -> None:
    """Reading a variable does no harm and goes on; it is told, since another server has another environment."""

    class Watched(type(os.environ)):  # type: ignore[misc]  # the class has no public name
        def __getitem__(self, key: str) -> str:
            told(str(key))
            value: str = super().__getitem__(key)
            return value

        def __iter__(self) -> Iterator[str]:
            told("all of it")
            return iter(super().__iter__())

    os.environ.__class__ = Watched


def _place(frame: FrameType | None) -> str:
    return f", at {Path(frame.f_code.co_filename).name} line {frame.f_lineno}" if frame else ""


def _stop_clocks(told: Callable[[str], None]) -> None:
    """Every way to ask for the time answers the same moment, and is told."""
    moment = _DAY.timestamp()
    answers: dict[str, Any] = {"time": moment, "time_ns": int(moment * 10**9)}
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        answers |= {name: 1.0, f"{name}_ns": 10**9}
    for name, answer in answers.items():
        setattr(time, name, _stopped(f"time.{name}", answer, told))
    for name, answer in (("clock_gettime", moment), ("clock_gettime_ns", int(moment * 10**9))):
        if hasattr(time, name):
            setattr(time, name, _stopped(f"time.{name}", answer, told))
    _stop_spelling(moment, told)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _given_or_stopped(name, getattr(time, name), moment, told))
    _stop_dates(told)


def _stop_spelling(moment: float, told: Callable[[str], None]) -> None:
    real_strftime, real_asctime, then = time.strftime, time.asctime, time.gmtime(moment)

    def strftime(form: str, *given: Any) -> str:
        if not given:
            told("time.strftime")
        return real_strftime(form, *(given or (then,)))

    def asctime(*given: Any) -> str:
        if not given:
            told("time.asctime")
        return real_asctime(*(given or (then,)))

    for name, stopped in (("strftime", strftime), ("asctime", asctime)):
        setattr(time, name, stopped)


def _stopped(name: str, answer: Any, told: Callable[[str], None]) -> Callable[..., Any]:
    def read(*_: Any) -> Any:
        told(name)
        return answer

    return read


def _given_or_stopped(
    name: str, real: Callable[..., Any], moment: float, told: Callable[[str], None]
) -> Callable[..., Any]:
    def read(seconds: float | None = None) -> Any:
        if seconds is None:
            told(f"time.{name}")
        return real(moment if seconds is None else seconds)

    return read


def _stop_dates(told: Callable[[str], None]) -> None:
    real = {"date": datetime.date, "datetime": datetime.datetime}

    class AnyDate(type):
        """So that dates made elsewhere are still dates here."""

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real[cls.__name__])

    class StoppedDate(datetime.date, metaclass=AnyDate):
        @classmethod
        def today(cls) -> Any:
            told("date.today")
            return _DAY.date()

    class StoppedDatetime(datetime.datetime, metaclass=AnyDate):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            told("datetime.now")
            return _DAY.astimezone(tz) if tz else _DAY.replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> Any:
            told("datetime.utcnow")
            return _DAY.replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            told("datetime.today")
            return _DAY.replace(tzinfo=None)

    for name, stopped in (("date", StoppedDate), ("datetime", StoppedDatetime)):
        stopped.__name__ = stopped.__qualname__ = name
        setattr(datetime, name, stopped)

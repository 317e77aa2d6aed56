"""`suivi serve`: migrations, then uvicorn around the application."""

import asyncio
import gc
import logging
import logging.config
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from suivi import parts
from suivi.commands.migrate import up_to_date
from suivi.commands.serve_protocols import protocol_of
from suivi.core.registry import Registry
from suivi.graphql.app import Running, create_app, living
from suivi.problems import Problem, unknown_variables
from suivi.settings import Settings

COLLECT_AFTER = 50_000
"""Objects made and not yet gone."""
UNREAD_MILLISECONDS = 60_000
"""How long a client may leave unread what the network has for it, before its connection is given up."""
GRACE_SECONDS = 10
"""What open requests and subscriptions get when the server is told to stop."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "filters": {"garbled": {"()": "suivi.commands.serve.NotGarbled"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "uvicorn.access": {"level": "INFO", "propagate": False},
        "uvicorn.error": {"filters": ["garbled"]},
    },
}


class RequestFormatter(logging.Formatter):
    """Method, first path segment and status: queries hold tickets, paths ids, and addresses stand for persons.

    A segment that leads nowhere in Suivi is whatever somebody typed, and is left out.
    """

    def __init__(self, known: Collection[str]) -> None:
        super().__init__()
        self.known = known

    def format(self, record: logging.LogRecord) -> str:
        _, method, path, _, status = record.args  # type: ignore[misc]
        first = str(path).partition("?")[0].strip("/").partition("/")[0]
        return f"{self.formatTime(record)} {method} /{first if first in self.known else '…'} {status}"


def log_requests(app: Starlette) -> None:
    """Only with --access-log: uvicorn takes the handler away otherwise."""
    handler = logging.StreamHandler()
    handler.setFormatter(RequestFormatter(first_segments(app)))
    logging.getLogger("uvicorn.access").addHandler(handler)


def first_segments(app: Starlette) -> frozenset[str]:
    """Of the paths there are, `/` being the empty one."""
    paths = [path for route in app.routes if (path := getattr(route, "path", None)) is not None]
    return frozenset(path.strip("/").partition("/")[0] for path in paths)


class NotGarbled(logging.Filter):
    """Leaves out the traceback of every text that is no UTF-8: anybody may send one, and is told so."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Invalid UTF-8 sequence received")


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's, does not raise them again afterwards: that would end the process before it is tidy."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def run(*, host: str | None, port: int | None, deliver: bool | None, access_log: bool) -> None:
    told = {"host": host, "port": port, "deliver": deliver}
    chosen = parts.settings().model_copy(update={name: value for name, value in told.items() if value is not None})
    logging.config.dictConfig(LOGGING)
    for name in unknown_variables():
        _say(f"{name} is not a setting of Suivi and changes nothing; `suivi doctor` lists those there are.")
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_serve(chosen, access_log=access_log))


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which is not made for Windows."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(chosen: Settings, *, access_log: bool) -> None:
    registry = Registry.load(choices=chosen.specialties)
    parts.require_addresses(chosen)
    with listening(chosen.host, chosen.port) as listener:
        chosen = chosen.model_copy(update={"port": listener.getsockname()[1]})
        for name in await up_to_date(chosen):
            _say(f"Applied migration {name}.")
        app = create_app(chosen, registry=registry)
        running: Running = app.state.running
        log_requests(app)
        # Entered here and not by uvicorn, so that what fails on the way in is told like any other problem.
        async with living(running):
            _say(f"Suivi listens on {_address(listener)}/graphql ({chosen.environment}). Ctrl-C stops it.")
            # What start-up made stays for good: without it a full collection takes a tenth of the time.
            gc.collect()
            gc.freeze()
            # An answer is thousands of objects without a circle among them: ordinary thresholds look again and again.
            gc.set_threshold(COLLECT_AFTER, 50, 100)
            await Server(config_of(app, chosen, access_log=access_log)).serve([listener])


def config_of(app: Any, chosen: Settings, *, access_log: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol_of(chosen.body_seconds),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=chosen.body_bytes,
        lifespan="off",
        log_config=None,
        access_log=access_log,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the address before anything else is started. Raises Problem."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
        listener.bind(address)
        # A bound socket that does not listen yet can be bound by a second server too.
        listener.listen(2048)
    except OSError as error:
        raise Problem(_cannot_listen(host, port, error)) from error
    with listener:
        yield listener


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    choose = "choose another one with --port or SUIVI_PORT (with make: PORT=8080)"
    if isinstance(error, socket.gaierror):
        return f"The address {host} is not known: correct --host or SUIVI_HOST."
    if isinstance(error, PermissionError):
        return f"Port {port} may not be opened by this user: {choose}."
    return f"Port {port} on {host} cannot be opened ({(error.strerror or str(error)).lower()}): {choose}."


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201

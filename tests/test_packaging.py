"""Root folders are imported as `suivi.*`: through links in a checkout, by their place in an installed wheel."""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("core", "graphql", "plugins", "storage")
OWN = ("*.py", "py.typed", "commands/*", "demo/*", "reference/*", "templates/**/*", "testing/*")


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """What a command prints. Fails with all of its output when it does not succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    # Coloured and narrow output would break words that tests look for.
    environment |= {"PYTHONPATH": str(path)} if path else {}
    environment |= {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def shipped_files() -> set[str]:
    """What the root folders and `suivi/` itself hold for users, by its name in the package."""
    of_parts = {f"suivi/{file.relative_to(ROOT)}" for part in PARTS for file in (ROOT / part).rglob("*")}
    own = {str(file.relative_to(ROOT)) for place in OWN for file in (ROOT / "suivi").glob(place)}
    return {name for name in of_parts | own if "__pycache__" not in name and "." in Path(name).name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that comes out of the source distribution, as a packager would build it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked into it and no checkout in sight; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    run(*pip, "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def test_the_graphql_folder_never_becomes_a_package_of_that_name() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_graphql_means_the_library_even_from_the_root_of_the_checkout() -> None:
    found = run(sys.executable, "-c", "import graphql; print(graphql.__file__)", cwd=ROOT)

    assert Path(found.strip()).is_relative_to(sysconfig.get_path("purelib"))


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_are_links_in_the_checkout(part: str) -> None:
    link = ROOT / "suivi" / part

    assert link.is_symlink()
    assert link.readlink() == Path("..", part)


def test_no_folder_of_ours_hides_a_standard_module() -> None:
    hidden = {file.stem for file in (ROOT / "graphql").glob("*.py")} & sys.stdlib_module_names

    assert not hidden


@pytest.mark.parametrize("command", [["pytest"], [sys.executable, "-m", "pytest"]], ids=["pytest", "python -m pytest"])
def test_tests_import_the_parts_however_pytest_is_started(command: list[str], tmp_path: Path) -> None:
    trial = tmp_path / "test_trial.py"
    trial.write_text("import suivi.core, suivi.graphql, graphql.language\n\ndef test_trial() -> None: ...\n")
    command[0] = str(Path(sys.executable).with_name(command[0])) if command[0] == "pytest" else command[0]

    collected = run(*command, "--collect-only", "-q", "-p", "no:cacheprovider", trial, cwd=ROOT)

    assert "test_trial" in collected


def test_the_wheel_holds_every_file_of_the_parts(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        held = set(content.namelist())

    assert shipped_files() <= held
    assert not [name for name in held if name.startswith(("tests/", "suivi/tests/", "bench/"))]


def test_an_installed_suivi_finds_its_plugins(installed: Path, tmp_path: Path) -> None:
    [declared] = installed.glob("suivi-*.dist-info/entry_points.txt")
    plugins = ConfigParser()
    plugins.read(declared)

    assert {"dental", "email"} <= set(plugins["suivi"])
    code = "import sys, importlib\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"
    places = run(sys.executable, "-c", code, *plugins["suivi"].values(), cwd=tmp_path, path=installed).splitlines()
    assert len(places) == len(plugins["suivi"])
    assert all(Path(place).is_relative_to(installed) for place in places)


def test_an_installed_suivi_has_its_parts_and_its_command(installed: Path, tmp_path: Path) -> None:
    code = "import suivi.core as core, suivi.storage as storage; print(core.__file__, storage.__file__, sep='\\n')"
    places = run(sys.executable, "-c", code, cwd=tmp_path, path=installed).splitlines()

    assert all(Path(place).is_relative_to(installed) for place in places)
    assert "Usage" in run(installed / "bin" / "suivi", "--help", cwd=tmp_path, path=installed)


@contextmanager
def served(*command: str | Path, cwd: Path, port: int, path: Path | None = None) -> Iterator[str]:
    """The address of a server that has said it is well, on an embedded database of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    environment |= {"PYTHONPATH": str(path)} if path else {}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stderr=subprocess.PIPE)
    try:
        yield _well(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _well(address: str, process: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return address
    process.terminate()
    pytest.fail(f"the server did not start: {process.communicate()[1].decode()}", pytrace=False)


@pytest.mark.once
def test_any_asgi_server_can_serve_the_application_from_the_root(
    tmp_path: Path, free_port: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUIVI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUIVI_DATABASE_URL", database_url)
    command = (sys.executable, "-m", "uvicorn", "suivi.graphql.app:app", "--port", str(free_port))

    with served(*command, cwd=ROOT, port=free_port) as address:
        answer = httpx.post(f"{address}/graphql", json={"query": "{ viewer { role } }"})

    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_MISSING"


def test_an_installed_suivi_serves(
    installed: Path, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUIVI_DATA_DIR", str(tmp_path / "data"))
    command = (installed / "bin" / "suivi", "serve", "--port", str(free_port))

    with served(*command, cwd=tmp_path, port=free_port, path=installed) as address:
        answer = httpx.post(f"{address}/graphql", json={"query": "{ viewer { role } }"})

    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_MISSING"

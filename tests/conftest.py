"""Services and databases for tests; each starts when the first test asks for it and stops at the end of the run.

`--parts=embedded` (the default) runs everything on SQLite, the disk and the in-process feed. `--parts=real` runs the
tests that use those parts once more, on PostgreSQL, SeaweedFS and Valkey. They are two runs because Tortoise keeps
SQL of one dialect a process.
"""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from valkey import Valkey

from tests.services.certificates import make_certificate
from tests.services.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.services.forks import FORKS
from tests.services.leftovers import Running, adopt_orphans, end, left_running
from tests.services.ports import free_port as find_free_port
from tests.services.postgres import Postgres, postgres
from tests.services.smtp import SmtpServer
from tests.services.valkey import valkey

if TYPE_CHECKING:
    from tests.services.kept import KeptWorld

Parts = Literal["embedded", "real"]
LEFTOVERS = pytest.StashKey[list[Running]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--parts",
        choices=("embedded", "real"),
        default="embedded",
        help="embedded: every test, on SQLite and the disk; real: the tests of parts, on PostgreSQL, S3 and Valkey",
    )
    parser.addoption("--plain", action="store_true", help="graphql-core executes everything, nothing is compiled")


def pytest_configure(config: pytest.Config) -> None:
    adopt_orphans()
    # Settings of the developer's own server are no business of the tests.
    for name in [name for name in os.environ if name.startswith("SUIVI_")]:
        del os.environ[name]
    config.addinivalue_line("markers", "compiled: about compiled execution; asks nothing with --plain")
    if config.getoption("--plain"):
        os.environ["SUIVI_COMPILED_EXECUTION"] = "false"
    # A run that is told to stop, by a time limit for instance, still takes its services down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> str:
    return f"parts: {config.getoption('--parts')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that reaches no part gives the same answer on all of them: it runs once, with the embedded ones."""
    if config.getoption("--parts") == "real":
        _keep(config, items, [item for item in items if _is_of_parts(item)])
    if config.getoption("--plain"):
        _keep(config, items, [item for item in items if item.get_closest_marker("compiled") is None])


def _keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=list(set(items).difference(kept)))
    items[:] = kept


def _is_of_parts(item: pytest.Item) -> bool:
    return "parts" in getattr(item, "fixturenames", ()) and item.get_closest_marker("once") is None


def pytest_collection_finish() -> None:
    """As a server does once it has started: the tests are there to the end, and are not looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    FORKS.end()
    left = left_running(os.getpid())
    session.config.stash[LEFTOVERS] = left
    if left:
        end(left)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left := config.stash.get(LEFTOVERS, []):
        terminalreporter.section("left running, now ended: this fails the run", red=True)
        for process in left:
            terminalreporter.line(f"{process.pid} {process.command}")


@pytest.fixture(scope="session")
def parts(request: pytest.FixtureRequest) -> Parts:
    """Which parts this run is on; a test that asks for it runs on both."""
    return "real" if request.config.getoption("--parts") == "real" else "embedded"


@pytest.fixture
def free_port() -> int:
    return find_free_port()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def seaweed_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An `s3://` URL, whichever parts this run is on."""
    from tests.services.seaweed import seaweedfs

    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as url:
        yield url


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Makes databases: `databases.new()` for fixtures that live longer than a test, and for tests of migrations."""
    if parts == "embedded":
        return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))
    return PostgresDatabases(request.getfixturevalue("postgres_server"))


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database without a row, of this test alone. Its tables are not to be altered."""
    with databases.for_one_test() as url:
        yield url


@pytest.fixture(scope="session")
def kept_world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> "KeptWorld":
    """One a run: a database keeps one world beside its tables."""
    from tests.services.kept import KeptWorld

    return KeptWorld(databases, tmp_path_factory.mktemp("kept"))


@pytest.fixture
def feed_url(request: pytest.FixtureRequest, parts: Parts) -> str | None:
    """None for the in-process feed, or the URL of an emptied Valkey."""
    if parts == "embedded":
        return None
    url: str = request.getfixturevalue("valkey_url")
    with Valkey.from_url(url) as client:
        client.flushall()
    return url


@pytest.fixture
def storage_url(request: pytest.FixtureRequest, parts: Parts) -> str | None:
    """None for files in the data folder, or an `s3://` URL; the objects of other tests may be in the bucket."""
    return None if parts == "embedded" else request.getfixturevalue("seaweed_url")


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server that is up; `stop()` and `start()` make an outage."""
    yield from _running(SmtpServer())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def smtp_tls(certificate: Path) -> Iterator[SmtpServer]:
    """A mail server that insists on STARTTLS and a login; clients need its `certificate` as authority."""
    yield from _running(SmtpServer(certificate=certificate))


def _running(server: SmtpServer) -> Iterator[SmtpServer]:
    server.start()
    yield server
    server.stop()

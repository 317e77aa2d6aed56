"""The guide for authors is followed from its first line to its last, by somebody who has only Suivi installed."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from suivi.testing import PluginConformance
from tests.docs.fences import Fence, fences, text_of
from tests.examples.outsider import Outsider
from tests.services.ports import free_port

PAGE = "docs/write-a-plugin.md"
ADDRESS = "http://127.0.0.1:8000"


@contextmanager
def served(outsider: Outsider, command: str, cwd: Path, address: str, database_url: str) -> Iterator[None]:
    """A server in a terminal of its own, once it answers. Making its tables is no news to this test."""
    words = command.split()
    process = subprocess.Popen(
        [str(outsider.python), "-m", "suivi.cli", *words[1:]],
        cwd=cwd,
        env=outsider.environment | {"SUIVI_DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and process.poll() is None and not _is_well(address):
            time.sleep(0.1)
        assert process.poll() is None, process.communicate()[1]
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _is_well(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").is_success
    except httpx.TransportError:
        return False


class Author:
    """Does what the page says, where it says it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.outsider = Outsider(folder)
        self.database_url = database_url
        self.folder = folder
        self.port = free_port()
        self.printed = ""

    def follow(self, steps: list[Fence]) -> None:
        for number, step in enumerate(steps):
            body = step.body.replace(":8000", f":{self.port}").replace("--port 8000", f"--port {self.port}")
            if step.language == "sh" and "serve" in step.options:
                with served(self.outsider, body, self.folder, f"http://127.0.0.1:{self.port}", self.database_url):
                    self.follow(steps[number + 1 :])
                return
            self._take(step, body)

    def _take(self, step: Fence, body: str) -> None:
        match step.language, *step.options:
            case "sh", "run":
                self.printed = self.outsider.run(f"{body}\npwd > {self.outsider.folder}/where", cwd=self.folder)
                self.folder = Path((self.outsider.folder / "where").read_text().strip())
            case "json", "answer":
                # What it cost is beside every answer, and on no page.
                told = {name: part for name, part in json.loads(self.printed).items() if name != "extensions"}
                assert told == json.loads(body), str(step)
            case _, "file":
                file = self.folder / step.options["file"]
                assert file.exists(), f"{step}: `suivi plugin new` makes no {file}"
                file.write_text(body, encoding="utf-8")


@pytest.mark.once
def test_whoever_follows_the_guide_has_a_specialty_that_is_served(tmp_path: Path, database_url: str) -> None:
    """R-220, R-225."""
    author = Author(tmp_path, database_url)

    author.follow(list(fences(PAGE)))

    assert json.loads(author.printed)["data"]["procedure"]["specialty"] == "podiatry"


def test_every_example_of_the_guide_is_followed() -> None:
    assert [str(fence) for fence in fences(PAGE) if not fence.options] == []


def test_the_guide_names_every_test_of_the_kit() -> None:
    tests = [name for name in vars(PluginConformance) if name.startswith("test_")]

    assert [name for name in tests if f"`{name}`" not in text_of(PAGE)] == []


@pytest.mark.parametrize("figure", ["a quarter of a second", "five seconds"])
def test_the_times_in_the_guide_are_those_of_core(figure: str) -> None:
    from suivi.core.registry import START_UP_SECONDS
    from suivi.testing.answering import TIME_BOX

    assert {"a quarter of a second": TIME_BOX == 0.25, "five seconds": START_UP_SECONDS == 5.0}[figure]
    assert figure in text_of(PAGE)

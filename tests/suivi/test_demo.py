"""`suivi demo`: starts, goes on, starts afresh, and leaves nothing running."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from suivi.demo.narrator import RichNarrator
from suivi.demo.stage import Progress
from suivi.demo.story import CHAPTERS
from tests.services.leftovers import descendants
from tests.suivi.command import suivi


def cases(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "suivi.sqlite3")) as connection:
        count: int = connection.execute('SELECT count(*) FROM "case"').fetchone()[0]
        return count


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUIVI_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def test_the_demo_is_played_once_goes_on_after_an_interruption_and_starts_afresh(tmp_path: Path) -> None:
    folder = tmp_path / "demo"

    first = told(folder)
    assert first.returncode == 0, first.stderr
    played = json.loads((folder / "demo.json").read_text())
    assert f"{len(CHAPTERS)}/{len(CHAPTERS)}" in first.stdout

    # As after a kill in the middle of the conversation: the step's actions are kept, that it is over is not.
    before_the_talk = played["done"].index("both_sides_talk_live")
    interrupted = Progress(folder / "demo.json", done=played["done"][:before_the_talk], ids=played["ids"])
    interrupted.keep()
    second = told(folder)
    assert second.returncode == 0, second.stderr
    assert f"Going on after step {before_the_talk}" in second.stdout
    assert json.loads((folder / "demo.json").read_text()) == played
    assert cases(folder) == 1

    third = told(folder)
    assert "was played here before" in third.stdout
    assert f"1/{len(CHAPTERS)}" not in third.stdout
    assert third.returncode == 0


@dataclass(frozen=True)
class Stopped:
    folder: Path
    code: int


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Started afresh where an old demo was, and stopped by Ctrl-C in the middle of its story."""
    folder = tmp_path_factory.mktemp("stopped") / "demo"
    (folder / "storage").mkdir(parents=True)
    (folder / "storage" / "old").touch()
    Progress(folder / "demo.json", done=[chapter.name for chapter in CHAPTERS]).keep()

    with serving(folder, "--reset") as demo:
        demo.send_signal(signal.SIGINT)
        return Stopped(folder, demo.wait(timeout=30))


def test_reset_throws_the_old_data_away(stopped: Stopped) -> None:
    assert not (stopped.folder / "storage" / "old").exists()
    assert json.loads((stopped.folder / "demo.json").read_text())["done"] != [chapter.name for chapter in CHAPTERS]


def told(folder: Path) -> "subprocess.CompletedProcess[str]":
    """A demo played to its end."""
    return suivi("demo", "--data", folder, "--port", "0", "--no-serve")


def serving(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """A demo that is being played, once it has told its first chapter."""
    command = [sys.executable, "-m", "suivi.cli", "demo", "--data", str(folder), "--port", "0", *more]
    demo = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if f"2/{len(CHAPTERS)}" in line:
            break
    return demo


def test_ctrl_c_in_the_middle_of_the_story_leaves_no_process(stopped: Stopped) -> None:
    assert stopped.code == 0
    assert not [process for process in descendants(os.getpid()) if "suivi.cli serve" in process.command]


def test_a_busy_port_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = suivi("demo", "--data", tmp_path / "demo", "--port", port)

    assert said.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be opened" in said.stderr
    assert "make: PORT=" in said.stderr


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    said = suivi("demo", "--data", tmp_path, "--reset", "--port", "0")

    assert said.returncode == 1
    assert "holds something else than a demo" in said.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_the_narrator_shows_what_looks_like_markup_as_it_is() -> None:
    console = Console(record=True, width=80, file=StringIO())

    RichNarrator(console).quote("Patient", "It hurts [here] and [/there]")

    assert "It hurts [here] and [/there]" in console.export_text()

"""`suivi demo`: starts, goes on, starts afresh, and leaves nothing running."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

from rich.console import Console

from suivi.demo.narrator import RichNarrator
from suivi.demo.stage import Progress
from suivi.demo.story import CHAPTERS
from tests.services.leftovers import left_running
from tests.suivi.command import suivi


def cases(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "suivi.sqlite3")) as connection:
        count: int = connection.execute('SELECT count(*) FROM "case"').fetchone()[0]
        return count


def test_the_demo_is_played_once_goes_on_after_an_interruption_and_starts_afresh(tmp_path: Path) -> None:
    folder = tmp_path / "demo"

    first = suivi("demo", "--data", folder, "--port", "0", "--no-serve")
    assert first.returncode == 0, first.stderr
    played = json.loads((folder / "demo.json").read_text())
    assert f"{len(CHAPTERS)}/{len(CHAPTERS)}" in first.stdout

    # As after a kill in the middle of the conversation: the step's actions are kept, that it is over is not.
    interrupted = Progress(folder / "demo.json", done=played["done"][:5], ids=played["ids"])
    interrupted.keep()
    second = suivi("demo", "--data", folder, "--port", "0", "--no-serve")
    assert second.returncode == 0, second.stderr
    assert "Going on after step 5" in second.stdout
    assert json.loads((folder / "demo.json").read_text()) == played
    assert cases(folder) == 1

    third = suivi("demo", "--data", folder, "--port", "0", "--no-serve")
    assert "was played here before" in third.stdout
    assert "1/14" not in third.stdout
    assert third.returncode == 0


def test_reset_throws_the_old_data_away(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    (folder / "storage").mkdir(parents=True)
    (folder / "storage" / "old").touch()
    Progress(folder / "demo.json", done=[chapter.name for chapter in CHAPTERS]).keep()

    with serving(folder, "--reset") as demo:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=30) == 0

    assert not (folder / "storage" / "old").exists()
    assert json.loads((folder / "demo.json").read_text())["done"] != [chapter.name for chapter in CHAPTERS]


def serving(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """A demo that is being played, once it has told its first chapter."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUIVI_")}
    command = [sys.executable, "-m", "suivi.cli", "demo", "--data", str(folder), "--port", "0", *more]
    demo = subprocess.Popen(command, env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if "2/14" in line:
            break
    return demo


def test_ctrl_c_in_the_middle_of_the_story_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path / "demo") as demo:
        demo.send_signal(signal.SIGINT)
        code = demo.wait(timeout=30)

    assert code == 0
    assert not [process for process in left_running(os.getpid()) if "suivi.cli serve" in process.command]


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

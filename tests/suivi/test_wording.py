"""`suivi wording`: a line in, a line out, whatever the line is and whatever the terminal speaks (R-004)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suivi.command import suivi

LINES = ["Résultat garanti.", "", "La couronne est garantie cinq ans.", "\u2028Zéro risque\u0085!", "\ufffd"]


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    file = tmp_path / "conditions.txt"
    file.write_bytes("\r\n".join(LINES[:-1]).encode() + b"\n\xff\n")
    return file


def test_json_answers_every_line_with_one_object_in_its_order(sentences: Path) -> None:
    done = suivi("wording", "--lang", "fr", "--json", sentences)
    answers = [json.loads(line) for line in done.stdout.split("\n")[:-1]]

    assert done.returncode == 0
    assert [answer["text"] for answer in answers] == LINES
    assert [answer["flagged"] for answer in answers] == [True, False, False, True, False]
    assert all(set(answer) == {"text", "flagged", "spans", "reason", "suggestion"} for answer in answers)
    assert (answers[0]["spans"], answers[0]["reason"]) == ([[0, 16]], "result_promised")
    assert "ne peut être garanti" in answers[0]["suggestion"]
    assert (answers[1]["spans"], answers[1]["reason"], answers[1]["suggestion"]) == ([], None, None)


def test_a_person_reads_the_words_the_reason_and_a_better_wording_in_that_language(sentences: Path) -> None:
    first, empty, crown, *_ = suivi("wording", "--lang", "fr-CA", sentences).stdout.split("\n")

    assert first.startswith("PROMISE  Résultat garanti.")
    assert "obligation de moyens" in first
    assert (empty, crown) == ("ok       ", f"ok       {LINES[2]}")


def test_words_of_the_plugins_count_too(tmp_path: Path) -> None:
    file = tmp_path / "sentence.txt"
    file.write_text("Zero dioptres guaranteed.")

    assert json.loads(suivi("wording", "--lang", "en", "--json", file).stdout)["reason"] == "function_promised"


def test_a_line_that_is_not_utf_8_is_told_by_its_number_and_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("Bonjour.\nRésultat garanti.\n".encode() + "Résultat garanti.\n".encode("latin-1") + b"Fin.\n")

    done = suivi("wording", "--lang", "fr", "--json", file)

    assert done.returncode == 0
    assert len(done.stdout.split("\n")[:-1]) == 4
    assert [line for line in done.stderr.split("\n") if line] == [
        "suivi: line 3 is not UTF-8: bytes that mean nothing are read as U+FFFD."
    ]


@pytest.mark.parametrize(("language", "says"), [("xx", "there are for de, en, es, fr, ko, tr"), ("", "no words for")])
def test_a_language_without_words_ends_with_two_and_names_those_there_are(language: str, says: str) -> None:
    done = suivi("wording", "--lang", language, os.devnull)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_file_that_is_not_there_ends_with_two_and_one_message(tmp_path: Path) -> None:
    done = suivi("wording", "--lang", "en", tmp_path / "none.txt")

    assert done.returncode == 2
    assert done.stderr.startswith("suivi: ")
    assert "cannot be read" in done.stderr


def test_each_line_is_answered_before_the_next_is_sent_in_utf_8_and_a_broken_pipe_is_quiet() -> None:
    command = [sys.executable, "-m", "suivi.cli", "wording", "--lang", "fr", "--json"]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("Résultat garanti\n".encode())
        process.stdin.flush()
        answered = json.loads(process.stdout.readline())
        process.stdout.close()
        process.stdin.write(b"Bonjour\n")
        process.stdin.close()
        complaints = process.stderr.read()

    assert answered["text"] == "Résultat garanti"
    assert (process.returncode, complaints) == (0, b"")


def test_its_help_says_what_a_promise_is() -> None:
    shown = " ".join(suivi("wording", "--help").stdout.split())

    assert "says or implies that a result will occur" in shown
    assert "suivi wording --lang fr --json" in shown

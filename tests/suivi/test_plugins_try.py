"""`suivi plugins try`: a table for people, JSON for programs, and an exit status for CI (R-226)."""

import json
from pathlib import Path

import pytest
import yaml

from suivi.core.hints.dry_run import try_cases
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry
from tests.docs.fences import fences
from tests.suivi.command import started_suivi, suivi

PAGE = "docs/sample-cases.md"
ANSWER = {
    "id", "top_class", "highest_urgency", "missing", "hints", "phases", "per_site", "case_highest_urgency", "verdict",
}  # fmt: skip
HINT = {"class", "strength", "rule", "reasons", "sources"}


@pytest.fixture
def example(tmp_path: Path) -> Path:
    [shown] = [fence for fence in fences(PAGE, "yaml") if "cases" in fence.options]
    file = tmp_path / "cases.yaml"
    file.write_text(shown.body, encoding="utf-8")
    return file


def test_the_cases_shown_in_the_documentation_are_as_they_say(example: Path) -> None:
    tried = try_cases(Registry.load(only=["dental"]), read_cases(example))

    assert [(one.id, one.differences) for one in tried if one.verdict != "as_expected"] == []


def test_json_has_one_object_a_case_with_every_key(example: Path) -> None:
    done = suivi("plugins", "try", example, "--json")
    answers = json.loads(done.stdout)

    assert done.returncode == 0
    assert [answer["id"] for answer in answers] == ["fever on the third day", "dark crown", "two crowns"]
    assert all(set(answer) >= ANSWER for answer in answers)
    assert all(set(hint) >= HINT for answer in answers for hint in answer["hints"])
    assert answers[2]["per_site"]["15"]["top_class"] == "subjective_dissatisfaction"


def test_the_table_says_what_to_do_and_that_nothing_is_an_all_clear(example: Path) -> None:
    shown = started_suivi("plugins", "try", example).stdout

    assert "3 of 3 cases are as expected." in shown
    assert "Speak to a clinician today." in shown
    assert "not an all-clear" in " ".join(shown.split())


def test_a_case_that_differs_ends_with_one_and_says_in_what(tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    given = {"specialty": "dental", "procedure": "crown", "day": 5, "signs": ["cold"]}
    file.write_text(yaml.safe_dump({"cases": [{"id": "a", "given": given, "expect": {"top_class": "none"}}]}))

    done = suivi("plugins", "try", file)

    assert done.returncode == 1
    assert "top_class is normal_evolution, expected: none" in done.stdout


@pytest.mark.parametrize("content", ["cases: 7", "- a", "cases: [", ""])
def test_a_broken_file_ends_with_two_and_one_message(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(content)

    done = suivi("plugins", "try", file, "--json")

    assert (done.returncode, done.stdout) == (2, "")
    assert "cases.yaml cannot be used" in done.stderr
    assert "Traceback" not in done.stderr

"""`suivi plugin new` makes a package that works at once, and refuses what could not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suivi.cli import app
from suivi.commands import plugin_new
from suivi.core.hints.sample_cases import read_cases
from suivi.core.specialties.reader import read_specialty
from suivi.problems import Problem
from tests.examples.outsider import Outsider


def made(folder: Path, specialty: str = "sports_medicine") -> Path:
    target = folder / "made"
    plugin_new.run(specialty, folder=target)
    return target


def files(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_package_made_now_is_built_installed_and_listed(tmp_path: Path) -> None:
    """R-220. That its tests are all green at once is told where docs/write-a-plugin.md is followed (R-225)."""
    outsider = Outsider(tmp_path)
    target = made(tmp_path)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(build, cwd=target, check=True, capture_output=True)

    outsider.run("pip install dist/*.whl", cwd=target)
    told = outsider.run("pytest -q -k 'core_loads or two_months'", cwd=target)
    listed = outsider.plugins()["sports_medicine"]

    assert "2 passed" in told
    assert listed["procedures"] == ["sports_medicine_example"]
    assert (listed["distribution"], listed["locales"]) == ("suivi-sports-medicine", ["en", "fr"])
    assert listed["reviewer"] is None


def test_a_package_has_all_an_author_needs(tmp_path: Path) -> None:
    written = files(made(tmp_path))

    assert set(written) == {
        ".github/workflows/tests.yaml",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "src/suivi_sports_medicine/__init__.py",
        "src/suivi_sports_medicine/golden.yaml",
        "src/suivi_sports_medicine/locale/en.yaml",
        "src/suivi_sports_medicine/locale/fr.yaml",
        "src/suivi_sports_medicine/protocol.yaml",
        "tests/test_conformance.py",
        "tests/test_figures.py",
    }
    assert "${{ matrix.python }}" in written[".github/workflows/tests.yaml"]
    assert 'sports_medicine = "suivi_sports_medicine"' in written["pyproject.toml"]


def test_no_template_is_left_unfilled(tmp_path: Path) -> None:
    unfilled = [name for name, text in files(made(tmp_path)).items() if re.search(r"\$(?!\{\{)\w*", text)]

    assert unfilled == []


def test_every_invented_figure_says_that_it_is(tmp_path: Path) -> None:
    protocol = files(made(tmp_path))["src/suivi_sports_medicine/protocol.yaml"]

    assert "PLACEHOLDER: every name and figure below is invented" in protocol
    assert "conf: high" not in protocol


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Dermatology", "Perhaps dermatology?"),
        ("skin-care", "Perhaps skin_care?"),
        ("skin__care", "Perhaps skin_care?"),
        ("skin_", "Perhaps skin?"),
        ("7th", "cannot be the id"),
        ("", "cannot be the id"),
        ("x" * 41, "at most 40"),
        ("../up", "Perhaps up?"),
        ("class", "a meaning of its own"),
        ("match", "a meaning of its own"),
        ("other", "a meaning of its own"),
        ("dental", "is installed already"),
    ],
)
def test_a_name_that_could_not_work_is_refused_before_anything_is_written(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=re.escape(says)):
        plugin_new.run(name, folder=tmp_path / "made")

    assert list(tmp_path.iterdir()) == []


def test_a_name_some_package_has_already_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "suivi_podiatry.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(Problem, match="a Python package suivi_podiatry already"):
        plugin_new.run("podiatry", folder=tmp_path / "made")


@pytest.mark.parametrize("name", ["null", "true", "no", "on", "nan"])
def test_a_name_that_yaml_takes_for_something_else_is_still_a_name(name: str, tmp_path: Path) -> None:
    package = made(tmp_path, name) / "src" / f"suivi_{name}"

    assert read_specialty(package).id == name
    assert {case.given.procedure for case in read_cases(package / "golden.yaml")} == {f"{name}_example"}


def test_a_folder_that_exists_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()

    with pytest.raises(Problem, match="exists already"):
        made(tmp_path)

    assert list((tmp_path / "made").iterdir()) == []


def test_it_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    told = CliRunner().invoke(app, ["plugin", "new", "sports_medicine"])

    assert told.exit_code == 0
    assert (tmp_path / "suivi-sports-medicine" / "pyproject.toml").exists()
    assert [
        step
        for step in ("cd suivi-sports-medicine", "pip install -e", "pytest", "suivi plugins", "PLACEHOLDER")
        if step not in told.output
    ] == []

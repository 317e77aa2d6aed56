"""Small packages of a specialty on disk, good ones and ones with a fault."""

from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

from suivi.testing.subject import Subject

GOOD = Path(__file__).parents[1] / "core" / "specialties" / "broken" / "good"

HOOKS = """
from pathlib import Path

from suivi.core.hookspecs import hookimpl
from suivi.core.specialties.hints import CaseFacts, Hint
from suivi.core.specialties.model import Manifest, Specialty
from suivi.core.specialties.reader import read_specialty


@hookimpl
def manifest() -> Manifest:
    return Manifest(id="podiatry", version="1.0.0", hooks="1", locales=("en", "fr"))


@hookimpl
def specialty() -> Specialty:
    return read_specialty(Path(__file__).parent)


@hookimpl
def notice(locale: str) -> str | None:
    return "Les pieds diffèrent." if locale.startswith("fr") else "Feet differ."


@hookimpl
def classification_hints(facts: CaseFacts) -> list[Hint]:
    if facts.procedure == "bunion" and facts.day > 400:
        return [Hint(suggests=None, strength="weak", rule="podiatry.late", reasons=("a year has passed",))]
    return []
"""
GOLDEN = """
cases:
  - id: swollen after ten days
    given: {specialty: podiatry, procedure: bunion, day: 10, signs: [swell]}
    expect: {top_class: normal_evolution, highest_urgency: null}
  - id: cold toe
    given: {specialty: podiatry, procedure: bunion, day: 2, signs: [cold_toe]}
    expect: {top_class: medical_complication, highest_urgency: emergency_now}
"""

_numbers = count(1)


def a_package(folder: Path, *, hooks: str = "", **files: str) -> Path:
    """The good package; `hooks` stands after its own hooks and replaces those of the same name.

    `files` are other files by their name, spelt `protocol_yaml` or `locale_fr_yaml`.
    """
    package = folder / f"suivi_podiatry_{next(_numbers)}"
    for file in GOOD.rglob("*.yaml"):
        _write(package / file.relative_to(GOOD), file.read_text(encoding="utf-8"))
    _write(package / "__init__.py", HOOKS + hooks)
    _write(package / "golden.yaml", GOLDEN)
    for name, text in files.items():
        *folders, stem, suffix = name.split("_")
        _write(package.joinpath(*folders, f"{stem}.{suffix}"), text)
    return package


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def imported(package: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(package.parent)
    return import_module(package.name)


def subject_of(package: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    return Subject(imported(package, monkeypatch))


def protocol(old: str, new: str) -> str:
    """The good protocol with one change."""
    good = (GOOD / "protocol.yaml").read_text(encoding="utf-8")
    assert old in good, "the change fits the good file"
    return good.replace(old, new, 1)

"""Which part may know of which, and that core knows no specialty by name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from suivi.core.specialties.reader import read_specialty

ROOT = Path(__file__).parent.parent
ABOVE = {
    "core": ("suivi.graphql", "suivi.storage", "suivi.plugins", "suivi.settings", "suivi.commands", "suivi.demo"),
    "storage": ("suivi.graphql", "suivi.plugins", "suivi.settings"),
    "plugins": ("suivi.graphql", "suivi.storage", "suivi.settings"),
}
SPECIALTIES = [read_specialty(file.parent) for file in sorted((ROOT / "plugins").glob("*/protocol.yaml"))]


def modules(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("part", ABOVE)
def test_a_part_imports_nothing_above_it(part: str) -> None:
    reaching_up = {
        f"{module.relative_to(ROOT)} imports {name}"
        for module in modules(part)
        for name in imported(module)
        if name.startswith(ABOVE[part])
    }

    assert not reaching_up


def test_no_plugin_imports_another_one() -> None:
    crossing = {
        f"{module.relative_to(ROOT)} imports {name}"
        for module in modules("plugins")
        for name in imported(module)
        if name.startswith("suivi.plugins.") and name.split(".")[2] != module.relative_to(ROOT).parts[1]
    }

    assert not crossing


@pytest.mark.parametrize("part", ["core", "graphql", "storage"])
def test_no_specialty_and_no_procedure_is_known_by_name(part: str) -> None:
    """R-220: adding one touches no file of core or graphql."""
    names = {name for specialty in SPECIALTIES for name in (specialty.id, *specialty.procedures)}
    named = {
        f"{module.relative_to(ROOT)}:{node.lineno} {node.value}"
        for module in modules(part)
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }

    assert {"crown", "dental"} <= names
    assert not named


def test_no_file_of_core_that_is_read_at_start_up_has_a_specialty_s_key() -> None:
    ids = {specialty.id for specialty in SPECIALTIES}
    keyed = {
        f"{file.relative_to(ROOT)}: {found}"
        for file in (ROOT / "core" / "specialties").rglob("*.yaml")
        for found in re.findall(r"^\s*(\w+):", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if found in ids
    }

    assert not keyed


def test_rules_never_await_and_never_read_a_clock() -> None:
    rules = [*(ROOT / "core").rglob("rules.py"), *(ROOT / "core" / "clocks").glob("*.py")]
    found = {
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in rules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Await | ast.AsyncFunctionDef)
        or (isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"))
    }

    assert not found


def test_nothing_in_core_reads_a_clock_but_the_worker_that_has_none_given() -> None:
    """R-068: no hidden `now()`; the deliverer's own clock is an argument with a default."""
    reading = {
        str(module.relative_to(ROOT / "core"))
        for module in modules("core")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    }

    assert reading <= {"deliveries/worker.py"}

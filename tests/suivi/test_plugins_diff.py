"""`suivi plugins diff`: which open cases the installed rules would change, and how (R-224)."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suivi.core.registry import Registry
from suivi.core.treatments.models import Treatment
from suivi.plugins.email import EmailPlugin
from tests.core.pins.versions import installed, other_version, plugin, small
from tests.services.suivi import suivi as a_suivi
from tests.services.world import World, build_world
from tests.suivi.command import started_suivi, suivi

pytestmark = pytest.mark.once

INSTALLED = installed("dental")
FIGURES = INSTALLED.procedures["crown"].stabilisation
OLDER = other_version(
    INSTALLED, "0.9.0", "crown", stabilisation=FIGURES.model_dump() | {"typical": FIGURES.typical + 5}
)
NOTHING_ELSE = other_version(INSTALLED, "0.8.0", "crown")

Diff = Callable[..., str]


@pytest.fixture
def diff(tmp_path: Path, database_url: str) -> Diff:
    """What the command prints, on the database of this test."""

    def printed(*arguments: str) -> str:
        said = suivi("plugins", "diff", *arguments, data=tmp_path, database_url=database_url)
        assert said.returncode == 0, said.stderr
        return said.stdout

    return printed


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with a_world(tmp_path, database_url) as made:
        yield made


@asynccontextmanager
async def a_world(data_dir: Path, database_url: str) -> AsyncIterator[World]:
    """Registered under rules that are older than the installed ones."""
    async with a_suivi(data_dir=data_dir, database_url=database_url, registry=registry(OLDER), deliver=False) as made:
        yield await build_world(made)


def registry(*specialties: Any) -> Registry:
    email = EmailPlugin(None, "notices@suivi.example")
    return Registry.load(only=[], extra=[email, *(plugin(specialty) for specialty in specialties)])


def install(world: World, *specialties: Any) -> None:
    world.suivi.running.house = replace(world.suivi.running.house, registry=registry(*specialties))


def told(diff: Diff, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(diff(*arguments, "--json"))
    return answer


async def test_an_open_case_is_named_with_what_would_change_and_nobodys_words(world: World, diff: Diff) -> None:
    """R-224."""
    answer = told(diff)

    [case] = answer["cases"]
    assert (case["case"], case["treatment"]) == (world.case_id, world.treatment_id)
    assert (case["from_version"], case["to_version"]) == ("0.9.0", INSTALLED.version)
    assert [change["field"] for change in case["changes"]] == ["stabilisation.typical", "stabilisation.usual_from"]
    assert case["changes"][0]["before"] == f"day {FIGURES.typical + 5} of definitive_cementation"
    assert case["changes"][0]["after"] == f"day {FIGURES.typical} of definitive_cementation"
    assert answer["open_cases"] == {
        "would_change": 1,
        "would_stay_the_same": 0,
        "not_pinned": 0,
        "plugin_not_loaded": [],
    }
    assert "To chew" not in json.dumps(answer)
    assert world.patient_id not in json.dumps(answer)


async def test_the_table_ends_with_how_many_open_cases_would_change(world: World, diff: Diff) -> None:
    """R-224: "3 open cases would change"."""
    for _ in range(2):
        await world.patient.do("openCase", treatmentIds=[world.treatment_id])

    printed = diff()

    assert f"0.9.0 → {INSTALLED.version}" in printed
    assert re.search(rf"stabilisation.typical +│ day {FIGURES.typical + 5} .* │ day {FIGURES.typical} ", printed)
    assert world.case_id in printed
    assert printed.splitlines()[-2:] == [f"dental 0.9.0 → {INSTALLED.version}: 1 treatment in open cases",
                                         "3 open cases would change."]  # fmt: skip


async def test_a_version_that_says_the_same_is_counted_and_changes_no_case(world: World, diff: Diff) -> None:
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)
    install(world, NOTHING_ELSE)
    await build_world(world.suivi, name="two")

    assert told(diff)["open_cases"]["would_stay_the_same"] == 1
    assert diff().splitlines()[-2:] == [
        "1 open case pinned to other rules would stay the same.",
        "No open case would change.",
    ]


async def test_nothing_to_report_is_said(world: World, diff: Diff) -> None:
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)

    assert diff() == "No open case would change.\n"
    assert told(diff) == {
        "cases": [],
        "open_cases": {"would_change": 0, "would_stay_the_same": 0, "not_pinned": 0, "plugin_not_loaded": []},
    }


async def test_cases_of_a_plugin_that_is_gone_and_cases_that_are_not_pinned_are_counted(
    world: World, diff: Diff
) -> None:
    """R-224: neither can change, the one because its rules were kept, the other because it follows what is loaded."""
    await Treatment.all().update(rules_digest=None)
    install(world, small())
    treatment = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="nail",
    )
    await world.patient.do("openCase", treatmentIds=[treatment["id"]])

    summary, printed = told(diff)["open_cases"], diff()

    [gone] = summary["plugin_not_loaded"]
    assert (gone["specialty"], gone["version"], gone["open_cases"]) == ("nails", "1.0.0", 1)
    assert summary["not_pinned"] == 1
    assert "nails 1.0.0 is not loaded: 1 open case computed with the rules that were kept" in printed
    assert "1 open case from before rules were kept: computed with what is loaded" in printed


async def test_only_the_specialty_that_was_asked_for_is_compared(world: World, diff: Diff) -> None:
    assert len(told(diff, "dental")["cases"]) == 1
    assert told(diff, "other")["cases"] == []


async def test_a_specialty_that_nobody_knows_is_a_mistake(world: World, tmp_path: Path, database_url: str) -> None:
    said = suivi("plugins", "diff", "dentel", data=tmp_path, database_url=database_url)

    assert said.returncode == 1
    assert "There is no specialty dentel, neither loaded nor kept. Loaded are dental" in said.stderr


def test_without_a_database_the_command_says_so(tmp_path: Path) -> None:
    said = started_suivi("plugins", "diff", data=tmp_path)

    assert said.returncode == 1
    assert "There is no database at" in said.stderr

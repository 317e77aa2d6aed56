"""`suivi plugins try --history`: installed rules on what is on record, ids and figures only (R-226)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.services.suivi import suivi as a_suivi
from tests.services.world import CEMENTED, World, build_world
from tests.suivi.command import started_suivi, suivi

pytestmark = pytest.mark.once

WORDS = "It throbs since Tuesday."


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with a_suivi(data_dir=tmp_path, database_url=database_url, deliver=False) as made:
        yield await build_world(made)


async def test_every_report_is_tried_on_its_day_and_every_treatment_as_it_stands(
    world: World, tmp_path: Path, database_url: str
) -> None:
    report = await world.patient.at(CEMENTED + timedelta(days=5)).do(
        "reportComplication",
        "... on ComplicationReport { id }",
        caseId=world.case_id,
        treatmentId=world.treatment_id,
        signs=["g_fever"],
        words=WORDS,
        language="en",
    )

    done = suivi("plugins", "try", "--history", "--json", data=tmp_path, database_url=database_url)
    [of_report, of_treatment] = json.loads(done.stdout)

    assert (of_report["id"], of_report["about"], of_report["on"]) == (report["id"], "report", "2026-03-08")
    assert of_report["sites"][0]["top_class"] == "medical_complication"
    assert of_report["case_highest_urgency"] == "same_day"
    assert (of_treatment["id"], of_treatment["about"]) == (world.treatment_id, "treatment")
    assert WORDS not in done.stdout


async def test_the_table_counts_what_is_suggested(world: World, tmp_path: Path, database_url: str) -> None:
    shown = suivi("plugins", "try", "--history", data=tmp_path, database_url=database_url).stdout

    assert "1 no class" in shown
    assert "decides nothing" in shown


async def test_a_specialty_that_is_not_loaded_is_named(world: World, tmp_path: Path, database_url: str) -> None:
    done = started_suivi(
        "plugins", "try", "--history", "--specialty", "astrology", data=tmp_path, database_url=database_url
    )

    assert done.returncode == 1
    assert "There is no specialty astrology. Loaded are dental" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("cases.yaml", "--history")])
def test_it_is_a_file_or_the_history(arguments: tuple[str, ...]) -> None:
    done = suivi("plugins", "try", *arguments)

    assert done.returncode == 2
    assert "give a file of sample cases, or --history" in " ".join(done.stderr.split())

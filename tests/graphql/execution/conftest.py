"""A filled world to read from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.suivi import suivi
from tests.services.world import World, build_world, crown, upload_photo


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Three cases, with a message each, photos, a report and terms."""
    async with suivi(data_dir=tmp_path, database_url=database_url, deliver=False) as running:
        world = await build_world(running)
        for tooth in ("24", "25"):
            treatment = await crown(
                world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=tooth
            )
            await world.patient.do("openCase", "... on Case { id }", treatmentIds=[treatment])
        await world.patient.do("postMessage", caseId=world.case_id, body="Bonjour", language="fr")
        await world.patient.do("reportComplication", caseId=world.case_id, words="Ça saigne", language="fr")
        await upload_photo(world, world.patient)
        yield world

"""A specialty that is no part of Suivi: built, installed as a wheel, and served beside the built-in ones (R-220)."""

import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from suivi.core.access.keys import LocalKey
from tests.docs.fences import ROOT
from tests.examples.outsider import Outsider
from tests.services.ports import free_port
from tests.services.suivi import Suivi
from tests.services.world import World, build_world

EXAMPLE = ROOT / "examples" / "suivi-physiotherapy"


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory) -> Outsider:
    """With Suivi, and with the wheel of the example: its source is left behind."""
    folder = tmp_path_factory.mktemp("outsider")
    source = shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    one = Outsider(folder)
    one.run("pip install ./*.whl")
    shutil.move(source / "tests", folder / "tests")
    shutil.rmtree(source)
    return one


@contextmanager
def served(outsider: Outsider, database_url: str) -> Iterator[str]:
    port = free_port()
    command = [str(outsider.python), "-m", "suivi.cli", "serve", "--port", str(port)]
    settings = {"SUIVI_DATA_DIR": str(outsider.folder / "data"), "SUIVI_DATABASE_URL": database_url}
    process = subprocess.Popen(
        command, cwd=outsider.folder, env=outsider.environment | settings, stderr=subprocess.PIPE, text=True
    )
    try:
        yield _well(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _well(address: str, process: "subprocess.Popen[str]") -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{address}/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return address
    process.terminate()
    pytest.fail(f"the server did not start: {process.communicate()[1]}", pytrace=False)


def test_the_wheel_passes_the_kit_and_its_own_tests(outsider: Outsider) -> None:
    """R-225."""
    assert "19 passed" in outsider.run("pytest -q tests")


@pytest.mark.once
async def test_the_api_answers_with_the_installed_specialty(outsider: Outsider, database_url: str) -> None:
    """R-220: no file of Suivi was touched."""
    with served(outsider, database_url) as address:
        async with clients_of(address, outsider.folder / "data") as suivi:
            world = await build_world(suivi)
            told = await world.patient.ask(
                """{
                  plugins { key distribution procedures }
                  procedure(key: "acl_rehabilitation") { key specialty name(locale: "fr") { text } }
                }"""
            )
            recovery = await knee_of(world, on="2026-03-20")

    [plugin] = [plugin for plugin in told["plugins"] if plugin["key"] == "physiotherapy"]
    assert plugin["distribution"] == "suivi-physiotherapy"
    assert plugin["procedures"] == ["frozen_shoulder_course", "acl_rehabilitation"]
    assert told["procedure"]["name"] == {"text": "rééducation après chirurgie du ligament croisé"}
    assert [phase["key"] for phase in recovery["phases"]] == ["walking"]
    assert {"knee_swollen", "front_pain"} == {sign["key"] for sign in recovery["normalSigns"]}
    assert "calf_swollen" in {flag["key"] for flag in recovery["redFlags"]}
    assert recovery["rules"].startswith("physiotherapy")


@asynccontextmanager
async def clients_of(address: str, data: Path) -> AsyncIterator[Suivi]:
    """The builders of the tests, talking to a server that is another process."""
    key = LocalKey.load(data / "dev-key.json")
    async with httpx.AsyncClient(base_url=address, timeout=30) as http:
        # What the tests know of a Suivi in their own process is not needed to talk to another one.
        yield Suivi(app=cast("Any", None), running=cast("Any", None), http=http, key=key)


async def knee_of(world: World, *, on: str) -> dict[str, Any]:
    treatment = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        practitionerId=world.practitioner_id,
        procedure="acl_rehabilitation",
        sites=["right"],
        anchors=[{"name": "surgery", "on": "2026-03-01"}],
        patientObjectives="To run again.",
    )
    answer = await world.patient.ask(
        """query($id: ID!, $on: Date!) { treatment(id: $id) { recovery(asOf: $on) {
          phases { key } normalSigns { key } redFlags { key } rules
        } } }""",
        id=treatment["id"],
        on=on,
    )
    recovery: dict[str, Any] = answer["treatment"]["recovery"]
    return recovery

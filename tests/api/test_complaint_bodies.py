"""Where patients can turn: the directory as anybody with a token reads it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from suivi.core.complaint_bodies.model import ComplaintBodies
from suivi.core.hookspecs import hookimpl
from suivi.core.registry import Registry
from suivi.core.specialties.model import Manifest
from suivi.plugins import complaint_bodies as built_in
from suivi.plugins.email import EmailPlugin
from tests.services.suivi import suivi
from tests.services.world import World, build_world

pytestmark = pytest.mark.once

VERIFIED_ON = date(2026, 3, 1)
LISTED = """query($country: String, $specialty: String, $kind: ComplaintBodyKind) {
  complaintBodies(country: $country, specialty: $specialty, kind: $kind) { key } }"""


def a_verified_council() -> ModuleType:
    """A partner's own directory, with one body that somebody has verified."""
    plugin = ModuleType("councils")
    body: dict[str, Any] = {
        "id": "at_council", "country": "AT", "name": "Council", "kind": "regulator", "remit": "complaints",
        "scope": {"foreigners": True}, "verified_on": VERIFIED_ON, "conf": "high",
    }  # fmt: skip

    def manifest() -> Manifest:
        return Manifest(id="councils", version="1.0.0", hooks="1")

    def complaint_bodies() -> ComplaintBodies:
        return ComplaintBodies.model_validate({"bodies": {"at_council": body}})

    for function in (manifest, complaint_bodies):
        setattr(plugin, function.__name__, hookimpl(function))
    return plugin


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    extra = [EmailPlugin(None, "notices@suivi.example"), built_in, a_verified_council()]
    registry = Registry.load(only=["dental"], extra=extra)
    async with suivi(data_dir=tmp_path, database_url=database_url, registry=registry) as started:
        yield await build_world(started)


async def keys(world: World, **asked: str) -> list[str]:
    return [body["key"] for body in (await world.patient.ask(LISTED, **asked))["complaintBodies"]]


async def test_the_directory_is_public_to_every_role_and_needs_no_case(house: World) -> None:
    """R-183, R-188."""
    seen = [
        await client.ask(LISTED) for client in (house.patient, house.coordinator, house.practitioner, house.operator)
    ]

    assert len(seen[0]["complaintBodies"]) == 61
    assert all(other == seen[0] for other in seen)


async def test_the_directory_can_be_cut_by_country_kind_and_specialty(house: World) -> None:
    """R-183."""
    assert await keys(house, country="KR") == ["kr_kmedi", "kr_kca", "kr_khidi"]
    assert await keys(house, country="GB", kind="MEDICAL_MEDIATION") == ["uk_iscas", "uk_dcs"]
    assert await keys(house, country="GB", kind="MEDICAL_MEDIATION", specialty="ophthalmology") == ["uk_iscas"]
    assert await keys(house, country="CZ", kind="PROFESSIONAL_ORDER", specialty="dental") == ["cz_csk"]
    assert await keys(house, country="XX") == []


async def test_every_number_on_which_sources_disagree_is_shown_with_who_says_so(house: World) -> None:
    """R-183."""
    answer = await house.patient.ask(
        """query { complaintBodies(country: "KR", kind: CONSUMER_BODY) {
          contacts { phonesInternational { value shortCode sources } phonesDomestic { value } }
          conflicts { field claims { value sources } note(locale: "fr") { text locale } }
          sources { key url } } }"""
    )
    [agency] = answer["complaintBodies"]

    assert [(phone["value"], phone["shortCode"]) for phone in agency["contacts"]["phonesInternational"]] == [
        ("+82-1372", True),
        ("+82-43-880-5400", False),
        ("+82-43-889-5400", False),
    ]
    assert agency["conflicts"][0]["claims"] == [
        {"value": "+82-43-880-5400", "sources": ["easylaw"]},
        {"value": "+82-43-889-5400", "sources": ["koreanet"]},
    ]
    assert agency["conflicts"][0]["note"]["locale"] == "fr"
    assert {source["key"] for source in agency["sources"]} == {"seed_kr", "easylaw", "koreanet"}


@pytest.mark.parametrize(
    ("country", "day", "shown"),
    [
        ("KR", date(2026, 3, 3), {"verified": False, "verifiedOn": None, "lastVerifiedOn": None}),
        ("AT", date(2026, 3, 3), {"verified": True, "verifiedOn": "2026-03-01", "lastVerifiedOn": "2026-03-01"}),
        ("AT", date(2027, 3, 2), {"verified": False, "verifiedOn": None, "lastVerifiedOn": "2026-03-01"}),
    ],
    ids=["never verified", "verified this year", "verified too long ago"],
)
async def test_an_entry_says_whether_somebody_has_verified_it_lately(
    house: World, country: str, day: date, shown: dict[str, Any]
) -> None:
    """R-183: an entry older than twelve months shows as unverified."""
    reader = house.patient.at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    query = "query($country: String) { complaintBodies(country: $country) { verified verifiedOn lastVerifiedOn } }"

    answer = await reader.ask(query, country=country)

    assert answer["complaintBodies"][0] == shown


async def test_a_french_reader_learns_that_the_commissions_leave_out_aesthetic_care(house: World) -> None:
    """R-183, R-217."""
    answer = await house.patient.ask(
        """query { complaintBodies(country: "FR", kind: MEDICAL_MEDIATION) {
          name(locale: "fr") { text } names { locale } kindText(locale: "fr") { text } remit(locale: "fr") { locale }
          whoMayFile scope { aesthetic severity { onlyWithoutError criteria { kind op value } } } cost { free }
          timeLimits { ofWhat period countsFrom } } }"""
    )
    [body] = answer["complaintBodies"]

    assert body["name"]["text"] == "CCI - ONIAM"
    assert body["kindText"]["text"] == "médiation ou expertise en cas de litige médical"
    assert body["whoMayFile"] == ["PATIENT", "HEIR", "REPRESENTATIVE"]
    assert body["scope"]["aesthetic"] == "EXCLUDED"
    assert body["scope"]["severity"]["criteria"][0] == {"kind": "permanent_harm_pct", "op": "gt", "value": 24.0}
    assert body["cost"] == {"free": True}
    assert body["timeLimits"][0] == {"ofWhat": "filing", "period": "P10Y", "countsFrom": "stabilisation_of_harm"}


async def test_a_kind_that_no_plugin_has_words_for_reads_in_english(tmp_path: Path, database_url: str) -> None:
    registry = Registry.load(only=["dental"], extra=[EmailPlugin(None, "n@suivi.example"), a_verified_council()])
    async with suivi(data_dir=tmp_path, database_url=database_url, registry=registry) as started:
        world = await build_world(started)
        answer = await world.patient.ask('{ complaintBodies { kindText(locale: "fr") { text locale } } }')

    assert answer["complaintBodies"] == [{"kindText": {"text": "regulator", "locale": "en"}}]

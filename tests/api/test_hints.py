"""Hints through the API: for a form, for a treatment on record, for a report. They sort and never decide (R-083)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.services.suivi import Client
from tests.services.world import CEMENTED, World, upload_photo

pytestmark = pytest.mark.once

HINTS = """
    site topClass asksForReview missing rules phases
    highestUrgency { level whatToDo { text } }
    notADiagnosis { text } notAnEmergencyService { text }
    hints { suggests strength rule by missing urgency { level } reasons { sentence confidence sources { key title } } }
"""
ASKED = (
    "query($input: HintsInput!) { hints(input: $input) "
    f"{{ __typename ... on Hints {{ {HINTS} }} ... on Refusal {{ code field message }} }} }}"
)
OF_TREATMENT = f"""query($id: ID!, $asOf: Date, $site: String, $told: ToldInput) {{
    node(id: $id) {{ ... on Treatment {{ hints(asOf: $asOf, site: $site, told: $told) {{ {HINTS} }} }} }} }}"""
OF_CASE = "query($id: ID!) { case(id: $id) { classifications { value } } }"
COMPLETE = {"beforePhotos": True, "followUpPhotos": True, "checkUps": "ALL_DUE"}


async def asked(client: Client, **given: Any) -> dict[str, Any]:
    data = await client.ask(ASKED, input={"procedure": "crown", "day": 5, **given})
    answer: dict[str, Any] = data["hints"]
    return answer


async def of_treatment(world: World, client: Client, **given: Any) -> list[dict[str, Any]]:
    data = await client.ask(OF_TREATMENT, id=world.treatment_id, **given)
    answers: list[dict[str, Any]] = data["node"]["hints"]
    return answers


async def measured(world: World, days: int, key: str, **value: Any) -> None:
    at = CEMENTED + timedelta(days=days)
    await world.practitioner.at(at).do(
        "recordMeasurements",
        treatmentId=world.treatment_id,
        measurements=[{"key": key, "purpose": "FOLLOW_UP", "value": value}],
    )


async def test_a_form_learns_that_fever_must_not_wait_and_what_to_do(world: World) -> None:
    """R-073."""
    answer = await asked(world.patient, told={"signs": ["cold", "g_fever"]})

    assert answer["topClass"] == "MEDICAL_COMPLICATION"
    assert answer["highestUrgency"]["level"] == "SAME_DAY"
    assert "clinician today" in answer["highestUrgency"]["whatToDo"]["text"]
    assert answer["hints"][0]["urgency"]["level"] == "SAME_DAY"
    assert answer["hints"][0]["reasons"][0]["sources"][0]["key"] == "gk"
    assert "emergency" in answer["notAnEmergencyService"]["text"]


async def test_reasons_come_in_the_readers_language(world: World) -> None:
    world.patient.locale = "fr"

    answer = await asked(world.patient, told={"signs": ["cold"]})

    assert answer["topClass"] == "NORMAL_EVOLUTION"
    assert "figure parmi les signes attendus" in answer["hints"][0]["reasons"][0]["sentence"]


async def test_a_sign_nobody_lists_is_accepted_and_never_an_all_clear(world: World) -> None:
    answer = await asked(world.patient, told={"signs": ["blue_tooth"]})

    assert (answer["topClass"], answer["highestUrgency"], answer["asksForReview"]) == (None, None, True)


async def test_a_documented_figure_suggests_and_names_its_source(world: World) -> None:
    answer = await asked(
        world.practitioner,
        day=40,
        site="14",
        measurements=[{"key": "restoration_ryge", "value": {"choice": "D"}}],
        documentation=COMPLETE,
    )

    assert answer["topClass"] == "OBJECTIVE_INSUFFICIENCY"
    assert (answer["hints"][0]["rule"], answer["hints"][0]["strength"]) == ("c4", "MODERATE")
    assert answer["rules"].startswith("dental@")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"procedure": "crwn"}, "UNKNOWN_PROCEDURE", "procedure"),
        ({"variant": "gold"}, "UNKNOWN_VARIANT", "variant"),
        ({"site": "99"}, "UNKNOWN_SITE", "sites"),
        ({"anchorDays": [{"anchor": "wedding", "day": 3}]}, "UNKNOWN_ANCHOR", "anchorDays"),
        ({"day": 40_000}, "DAY_UNUSABLE", "day"),
        ({"cycle": 0}, "CYCLE_UNUSABLE", "cycle"),
        ({"told": {"facts": [{"key": "moon", "value": {"truth": True}}]}}, "UNKNOWN_FACT", "facts"),
        ({"told": {"facts": [{"key": "try_in_approved", "value": {"number": 3}}]}}, "FACT_UNUSABLE", "facts"),
        (
            {"measurements": [{"key": "gloss", "value": {"number": 1}}]},
            "UNKNOWN_MEASUREMENT",
            "measurements[0].key",
        ),
        (
            {"measurements": [{"key": "cold_pain_nrs", "value": {"number": 11}}]},
            "VALUE_OUT_OF_RANGE",
            "measurements[0].value",
        ),
        (
            {"measurements": [{"key": "cold_pain_nrs", "value": {"number": 1}, "baseline": {"choice": "a"}}]},
            "VALUE_NOT_OF_TYPE",
            "measurements[0].baseline",
        ),
    ],
)
async def test_what_is_mistyped_is_refused_with_its_field(
    world: World, given: dict[str, Any], code: str, field: str
) -> None:
    answer = await asked(world.patient, **given)

    assert (answer["code"], answer["field"]) == (code, field)


async def test_the_record_speaks_with_what_is_added_today(world: World) -> None:
    """A figure on record without papers names what is missing; with them it suggests a class, and decides nothing."""
    await measured(world, 40, "restoration_ryge", choice="D")
    later = world.practitioner.at(CEMENTED + timedelta(days=41))

    [bare] = await of_treatment(world, later)
    for kind in ("PHOTO_BEFORE", "PHOTO_AFTER"):
        await upload_photo(world, world.patient.at(CEMENTED + timedelta(days=40)), kind=kind)
    [answer] = await of_treatment(world, later)
    case = (await later.ask(OF_CASE, id=world.case_id))["case"]

    assert (bare["topClass"], "before_photos" in bare["missing"]) == (None, True)
    assert "before_photos" not in answer["missing"]
    assert case["classifications"] == []


async def test_signs_added_to_the_record_are_judged_on_the_day_asked_for(world: World) -> None:
    told = {"signs": ["cold"]}

    [early] = await of_treatment(world, world.patient, asOf="2026-03-08", told=told)
    [late] = await of_treatment(world, world.patient, asOf="2026-06-08", told=told)

    assert early["topClass"] == "NORMAL_EVOLUTION"
    assert (late["topClass"], late["hints"][0]["rule"]) == (None, "c7")


async def test_a_site_that_was_not_treated_is_refused(world: World) -> None:
    body = await world.patient.send(OF_TREATMENT, {"id": world.treatment_id, "site": "15"})

    assert body["errors"][0]["extensions"]["code"] == "SITE_NOT_TREATED"


async def test_a_report_comes_with_the_hints_of_the_day_it_was_noticed(world: World) -> None:
    report = await world.patient.at(CEMENTED + timedelta(days=300)).do(
        "reportComplication",
        f"... on ComplicationReport {{ hints {{ {HINTS} }} }}",
        caseId=world.case_id,
        treatmentId=world.treatment_id,
        signs=["g_breathing"],
        words="",
        language="en",
        noticedOn="2026-03-10",
    )

    [answer] = report["hints"]
    assert (answer["topClass"], answer["highestUrgency"]["level"]) == ("MEDICAL_COMPLICATION", "EMERGENCY_NOW")

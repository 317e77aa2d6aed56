"""Complications: always accepted, never judged, and the clinic is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from suivi.core.registry import Registry
from suivi.core.treatments.models import Treatment
from tests.api.wrongs import Trying, each_is_refused
from tests.services.smtp import SmtpServer
from tests.services.world import CEMENTED, World, crown, row_id

REPORT = """... on ComplicationReport { id signs words redFlags unrecognisedSigns seenAt rulesVersion
  urgency { level whatToDo { text } } notAnEmergencyService { text } noticedOn { text } }"""
DELIVERIES = "query($id: ID!) { case(id: $id) { state version deliveries { state kind adapter attempts } } }"


def reporting(world: World) -> Trying:
    return Trying(
        who=world.patient,
        mutation="reportComplication",
        good={"caseId": world.case_id, "words": "It throbs.", "language": "en"},
    )


async def test_a_report_on_day_600_is_accepted(world: World) -> None:
    """R-070: no window gates it."""
    patient = world.patient.at(CEMENTED + timedelta(days=600))

    report = await patient.do("reportComplication", REPORT, **reporting(world).good, signs=["throbbing_pain"])

    assert report["__typename"] == "ComplicationReport", report
    assert report["redFlags"] == ["throbbing_pain"]
    assert "emergency" in report["notAnEmergencyService"]["text"]


async def test_a_closed_case_reopens_for_a_report(world: World, smtp: SmtpServer) -> None:
    """R-070."""
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)

    await world.patient.do("reportComplication", REPORT, **reporting(world).good)
    await smtp.wait_for(1)
    case = (await world.patient.ask(DELIVERIES, id=world.case_id))["case"]

    assert (case["state"], case["version"]) == ("OPEN", 3)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"words": "Pus.", "signs": []}, id="words alone"),
        pytest.param({"words": "", "signs": ["loose_crown"]}, id="a sign alone"),
        pytest.param({"words": "", "signs": ["a_sign_nobody_lists"]}, id="an unknown sign alone"),
        pytest.param({"words": "?", "noticedOn": "unknown"}, id="at an unknown time"),
        pytest.param({"words": "?", "noticedOn": "2026"}, id="at some time this year"),
        pytest.param({"words": "ألم 😣", "language": "ar"}, id="in any script"),
    ],
)
async def test_as_little_as_this_is_a_report(world: World, given: dict[str, Any]) -> None:
    """R-070: minimal fields."""
    report = await world.patient.do("reportComplication", REPORT, **(reporting(world).good | given))

    assert report["__typename"] == "ComplicationReport", report


async def test_signs_nobody_knows_are_kept_and_are_no_all_clear(world: World) -> None:
    """R-071."""
    report = await world.patient.do(
        "reportComplication", REPORT, **reporting(world).good, signs=["singing_tooth", "throbbing_pain", "cold"]
    )

    assert report["signs"] == ["singing_tooth", "throbbing_pain", "cold"]
    assert report["unrecognisedSigns"] == ["singing_tooth"]
    assert report["urgency"]["whatToDo"]["text"]


async def test_what_is_no_report_is_very_little(world: World, subtests: pytest.Subtests) -> None:
    wrong = reporting(world)
    second = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")

    await each_is_refused(
        [
            wrong("nothing at all", "REPORT_EMPTY", None, words="  ", signs=[]),
            wrong("an empty sign", "TEXT_EMPTY", "signs", signs=[""]),
            wrong("an endless sign", "TEXT_TOO_LONG", "signs", signs=["x" * 61]),
            wrong("a sign with U+0000", "TEXT_UNUSABLE", "signs", signs=["\x00"]),
            wrong("endless signs", "OUT_OF_RANGE", "signs", signs=[str(number) for number in range(101)]),
            wrong("endless words", "TEXT_TOO_LONG", "words", words="x" * 20_001),
            wrong("words with U+0000", "TEXT_UNUSABLE", "words", words="a\x00"),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language=""),
            wrong("noticed one day", "UNREADABLE_DATE", "noticedOn", noticedOn="one day"),
            wrong("of another case's treatment", "TREATMENT_NOT_IN_CASE", "treatmentId", treatmentId=second),
        ],
        subtests,
    )


async def test_two_reports_are_two_notices(world: World, smtp: SmtpServer) -> None:
    """R-072: and the patient sees how far both have got."""
    await world.patient.do("reportComplication", REPORT, **reporting(world).good)
    await world.coordinator.do("reportComplication", REPORT, **reporting(world).good)
    await smtp.wait_for(2)

    case = (await world.patient.ask(DELIVERIES, id=world.case_id))["case"]

    assert [delivery["kind"] for delivery in case["deliveries"]] == ["complication_reported"] * 2
    assert len({mail["Message-ID"] for mail in smtp.mailbox}) == 2


async def test_the_clinic_says_once_that_it_has_read_a_report(world: World, subtests: pytest.Subtests) -> None:
    """R-072."""
    report = await world.patient.do("reportComplication", REPORT, **reporting(world).good)
    seeing = Trying(who=world.patient, mutation="markComplicationSeen", good={"reportId": report["id"]})

    first = await world.coordinator.do("markComplicationSeen", REPORT, reportId=report["id"])
    later = world.practitioner.at(datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    second = await later.do("markComplicationSeen", REPORT, reportId=report["id"])

    assert first["seenAt"] == second["seenAt"] == "2026-03-03T15:00:00+00:00"
    await each_is_refused(
        [
            seeing("the patient says so", "NOT_ALLOWED"),
            seeing("of nothing", "INVALID_ID", "reportId", reportId="%"),
        ],
        subtests,
    )


async def reported_without_plugins(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report of a general sign and one of the specialty's, and the recovery, once no specialty is loaded."""
    world.suivi.running.house = replace(world.suivi.running.house, registry=Registry.load(only=[]))
    report = await world.patient.do(
        "reportComplication", REPORT, **reporting(world).good, signs=["g_breathing", "loose_crown"]
    )
    answer = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { procedure { key } recovery { rules redFlags { key } } } }",
        id=world.treatment_id,
    )
    return report, answer["treatment"]


async def test_without_its_plugin_a_treatment_is_reported_on_by_the_rules_it_is_pinned_to(world: World) -> None:
    """R-073, R-224."""
    report, treatment = await reported_without_plugins(world)

    assert report["redFlags"] == ["g_breathing", "loose_crown"]
    assert report["unrecognisedSigns"] == []
    assert report["rulesVersion"] == treatment["recovery"]["rules"]
    assert report["rulesVersion"].startswith("dental@")
    assert treatment["procedure"] == {"key": "crown"}


async def test_without_its_plugin_and_without_kept_rules_a_treatment_is_still_reported_on(world: World) -> None:
    """R-073: what every procedure has in common still warns; the specialty's own signs are kept as they were sent."""
    await Treatment.filter(id=row_id(world.treatment_id)).update(rules_digest=None)

    report, treatment = await reported_without_plugins(world)

    assert report["redFlags"] == ["g_breathing"]
    assert report["unrecognisedSigns"] == ["loose_crown"]
    assert report["rulesVersion"].startswith("other@")
    assert treatment["procedure"] is None
    assert "g_breathing" in [flag["key"] for flag in treatment["recovery"]["redFlags"]]


async def test_an_emergency_stays_one_outside_the_days_it_is_watched_for(world: World) -> None:
    """R-045, R-073: chest pain on day 99 is no matter for a remote examination within two days."""
    late = world.patient.at(datetime(2026, 6, 10, 9, 0, tzinfo=UTC))

    report = await late.do(
        "reportComplication",
        "... on ComplicationReport { urgency { level } }",
        caseId=world.case_id,
        signs=["g_breathing"],
        language="fr",
    )
    told = await late.ask("query($id: ID!) { case(id: $id) { deliveries { urgent } } }", id=world.case_id)

    assert report["urgency"]["level"] == "EMERGENCY_NOW"
    assert told["case"]["deliveries"] == [{"urgent": True}]

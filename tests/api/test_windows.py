"""How long a re-evaluation may be asked for, when dates are known in part and places lie apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.services.suivi import Client
from tests.services.world import World

pytestmark = pytest.mark.once

WINDOW = """query($id: ID!, $on: Date) { treatment(id: $id) {
  referenceWindow(asOf: $on) { state lastDayEarliest lastDayLatest closesAt closesAtClinic closesAtPatient daysLeft
    anchoredOn { text exact } reasons { sentence } }
  recovery(asOf: $on) { stabilisation { state tooEarly } missingAnchors { anchor } } } }"""


async def treated(client: Client, world: World, on: str | None, **changed: Any) -> str:
    anchors = [] if on is None else [{"name": "definitive_cementation", "on": on}]
    asked = {
        "patientId": world.patient_id,
        "clinicId": world.clinic_id,
        "procedure": "crown",
        "sites": ["16"],
        "anchors": anchors,
    }
    treatment = await client.do("registerTreatment", "... on Treatment { id }", **(asked | changed))
    treatment_id: str = treatment["id"]
    return treatment_id


@pytest.mark.parametrize(
    ("anchor", "on", "state"),
    [
        ("2025", "2025-09-30", "OPEN"),
        ("2025", "2025-10-01", "OPEN"),
        ("2025", "2025-10-02", "NEEDS_REVIEW"),
        ("2025", "2026-09-30", "NEEDS_REVIEW"),
        ("2025", "2026-10-01", "EXPIRED"),
        ("2025-05", "2026-02-28", "NEEDS_REVIEW"),
        ("2025-05", "2026-03-01", "EXPIRED"),
        ("unknown", "2035-01-01", "NEEDS_REVIEW"),
        (None, "2035-01-01", "NEEDS_REVIEW"),
        ("2025-05-31", "2026-02-28", "OPEN"),
        ("2025-05-31", "2026-03-01", "EXPIRED"),
    ],
)
async def test_doubt_about_a_date_is_for_a_person_to_settle(
    world: World, anchor: str | None, on: str, state: str
) -> None:
    """R-063, R-065: never EXPIRED while any day the date may be is inside."""
    treatment_id = await treated(world.patient, world, anchor)

    answer = await world.patient.ask(WINDOW, id=treatment_id, on=on)

    assert answer["treatment"]["referenceWindow"]["state"] == state


async def test_an_unknown_date_answers_what_it_can(world: World) -> None:
    """R-065."""
    treatment_id = await treated(world.patient, world, "unknown")

    answer = (await world.patient.ask(WINDOW, id=treatment_id))["treatment"]
    window = answer["referenceWindow"]

    assert window["anchoredOn"] == {"text": "unknown", "exact": False}
    assert window["lastDayLatest"] is window["closesAt"] is window["daysLeft"] is None
    assert answer["recovery"]["stabilisation"]["tooEarly"] is None
    assert all(reason["sentence"] for reason in window["reasons"])


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "2999-12-31", "9999-12-31"])
async def test_any_day_of_the_calendar_may_be_asked_about(world: World, on: str) -> None:
    """R-068: up to where the calendar itself ends, and then that is what the answer says."""
    for anchor in ("2025-05-31", "2025", "unknown"):
        treatment_id = await treated(world.patient, world, anchor)

        body = await world.patient.send(WINDOW, {"id": treatment_id, "on": on})

        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
        assert codes == (["PERIOD_TOO_LONG"] if on == "9999-12-31" and anchor != "unknown" else [])


async def test_the_last_day_ends_when_it_has_ended_at_both_places(world: World) -> None:
    """R-064: the clinic in Budapest, the patient in Auckland and then in Los Angeles."""
    ends = {}
    for place in ("Pacific/Auckland", "America/Los_Angeles"):
        patient = await world.frontend.do(
            "registerPatient",
            "... on Patient { id }",
            reference=place,
            subject=f"patient-{place}",
            languages=["en"],
            timeZone=place,
        )
        treatment_id = await treated(world.coordinator, world, "2026-03-03", patientId=patient["id"])
        answer = await world.coordinator.ask(WINDOW, id=treatment_id, on="2026-03-04")
        ends[place] = answer["treatment"]["referenceWindow"]
    auckland, angeles = ends["Pacific/Auckland"], ends["America/Los_Angeles"]

    assert auckland["lastDayLatest"] == angeles["lastDayLatest"] == "2026-12-03"
    assert _utc(auckland["closesAt"]) == _utc(auckland["closesAtClinic"]) == "2026-12-03T23:00:00+00:00"
    assert _utc(auckland["closesAtPatient"]) == "2026-12-03T11:00:00+00:00"
    assert _utc(angeles["closesAt"]) == _utc(angeles["closesAtPatient"]) == "2026-12-04T08:00:00+00:00"


async def test_until_the_closing_instant_a_window_is_open_and_then_it_is_not(world: World) -> None:
    """R-064: at this very moment, without a day given."""
    treatment_id = await treated(world.patient, world, "2026-03-03")
    closing = datetime(2026, 12, 3, 23, 0, tzinfo=UTC)

    states = []
    for moment in (closing - timedelta(seconds=1), closing):
        answer = await world.patient.at(moment).ask(WINDOW, id=treatment_id)
        states.append(answer["treatment"]["referenceWindow"]["state"])

    assert states == ["OPEN", "EXPIRED"]


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat()

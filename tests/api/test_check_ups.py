"""Check-ups that were held: which planned one, when, where, by whose word."""

from datetime import UTC, datetime
from typing import Any

import pytest

from suivi.core.check_ups.models import CheckUpHeld
from tests.api.test_measurements import a_treatment
from tests.api.wrongs import Trying, each_is_refused
from tests.services.suivi import Client
from tests.services.world import World, build_world, upload_photo

pytestmark = pytest.mark.once

IN_JUNE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
TREATMENT = "... on Treatment { id }"
HELD = """query($id: ID!) { treatment(id: $id) { checkUps { nodes {
  id dueDay anchor site heldOn { text } where timeliness evidence { id } recorderRole recordedAt } } } }"""


async def record(who: Client, treatment_id: str, key: str | None = None, **given: Any) -> None:
    done = await who.do("recordCheckUp", TREATMENT, key=key, treatmentId=treatment_id, **({"where": "ON_SITE"} | given))
    assert done["__typename"] == "Treatment", done


async def held(who: Client, treatment_id: str) -> list[dict[str, Any]]:
    answer = await who.ask(HELD, id=treatment_id)
    found: list[dict[str, Any]] = answer["treatment"]["checkUps"]["nodes"]
    return found


async def test_a_check_up_near_home_is_on_record_with_its_report(world: World) -> None:
    """R-030, R-035: the two-week control of a crown, with a dentist in Lyon."""
    patient = world.patient.at(IN_JUNE)
    report = await upload_photo(world, world.patient)

    await record(
        patient, world.treatment_id, heldOn="2026-03-17", where="LOCAL_CLINICIAN", dueDay=14, evidenceId=report
    )

    [found] = await held(world.coordinator.at(IN_JUNE), world.treatment_id)
    node = await patient.ask("query($id: ID!) { node(id: $id) { ... on HeldCheckUp { dueDay } } }", id=found.pop("id"))
    assert node == {"node": {"dueDay": 14}}
    assert found == {
        "dueDay": 14,
        "anchor": "definitive_cementation",
        "site": None,
        "heldOn": {"text": "2026-03-17"},
        "where": "LOCAL_CLINICIAN",
        "timeliness": "ON_TIME",
        "evidence": {"id": report},
        "recorderRole": "patient",
        "recordedAt": "2026-06-01T09:00:00+00:00",
    }


async def test_late_is_not_missing_and_a_corrected_date_counts_anew(world: World) -> None:
    """R-035: day 14 of a crown may be held from day 7 to day 30."""
    patient = world.patient.at(IN_JUNE)
    for held_on in ("2026-03-05", "2026-04-02", "2026-04-03", "2026-03", "unknown"):
        await record(patient, world.treatment_id, heldOn=held_on, dueDay=14)
    await record(patient, world.treatment_id, heldOn="2026-04-20", where="REMOTE")
    before = [found["timeliness"] for found in await held(patient, world.treatment_id)]

    anchor = {"name": "definitive_cementation", "on": "2026-03-04"}
    await patient.do("recordAnchor", TREATMENT, treatmentId=world.treatment_id, expectedVersion=1, **anchor)

    after = [found["timeliness"] for found in await held(patient, world.treatment_id)]
    assert before == ["OUTSIDE_PLAN", "UNCERTAIN", "UNCERTAIN", "LATE", "ON_TIME", "EARLY"]
    assert after == ["OUTSIDE_PLAN", "UNCERTAIN", "UNCERTAIN", "ON_TIME", "ON_TIME", "EARLY"]


async def test_a_yearly_check_up_is_planned_every_year(world: World) -> None:
    """R-030."""
    later = world.coordinator.at(datetime(2028, 3, 10, 9, 0, tzinfo=UTC))

    await record(later, world.treatment_id, dueDay=730)

    [found] = await held(later, world.treatment_id)
    assert (found["dueDay"], found["timeliness"], found["heldOn"]) == (730, "ON_TIME", {"text": "2028-03-10"})


async def test_one_tooth_of_several_may_be_looked_at(world: World) -> None:
    """R-022."""
    teeth = await a_treatment(world, "crown", ["15", "16"], definitive_cementation="2026-03-03")

    await record(world.patient.at(IN_JUNE), teeth, site="16", dueDay=1, heldOn="2026-03-04")

    [found] = await held(world.patient.at(IN_JUNE), teeth)
    assert (found["site"], found["timeliness"]) == ("16", "ON_TIME")


async def test_what_cannot_be_recorded_as_a_check_up(world: World, subtests: pytest.Subtests) -> None:
    """R-212: each mistake has its code, and nothing is half written."""
    other = await build_world(world.suivi, name="two")
    theirs = await upload_photo(other, other.patient)
    good: dict[str, Any] = {"treatmentId": world.treatment_id, "where": "ON_SITE", "dueDay": 14}
    wrong = Trying(who=world.patient.at(IN_JUNE), mutation="recordCheckUp", good=good)

    await each_is_refused(
        [
            wrong("a day on which none is planned", "CHECK_UP_NOT_PLANNED", "dueDay", dueDay=15),
            wrong("a year and a day", "CHECK_UP_NOT_PLANNED", "dueDay", dueDay=366),
            wrong("an anchor and no day", "CHECK_UP_NOT_PLANNED", "dueDay", dueDay=None, anchor="tooth_preparation"),
            wrong("from another anchor", "CHECK_UP_NOT_PLANNED", "dueDay", anchor="embryo_transfer"),
            wrong("tomorrow", "HELD_IN_FUTURE", "heldOn", heldOn="2026-06-02"),
            wrong("no date", "UNREADABLE_DATE", "heldOn", heldOn="last week"),
            wrong("another tooth", "SITE_NOT_TREATED", "site", site="15"),
            wrong("a stranger's report", "NOT_FOUND", "evidenceId", evidenceId=theirs),
            wrong("no evidence at all", "INVALID_ID", "evidenceId", evidenceId=world.case_id),
            wrong("a stranger's treatment", "NOT_FOUND", None, treatmentId=other.treatment_id),
            wrong("no treatment", "INVALID_ID", "treatmentId", treatmentId="14"),
        ],
        subtests,
    )


async def test_a_repeated_request_records_a_check_up_once(world: World) -> None:
    """R-213."""
    for _ in range(2):
        await record(world.patient, world.treatment_id, key="the same", where="REMOTE")

    [row] = await CheckUpHeld.all()
    told = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { history(first: 1) { nodes { kind details } } } }", id=world.treatment_id
    )
    assert told["treatment"]["history"]["nodes"] == [
        {"kind": "check_up_recorded", "details": {"check_up": str(row.id)}}
    ]

"""Measurements on record: typed, checked against the specialty, all of a request or nothing of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from suivi.core.events.verification import verify
from suivi.core.measurements.models import Measurement
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.suivi import Client, Statements
from tests.services.world import World, build_world, upload_photo

pytestmark = pytest.mark.once

IN_JUNE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
TREATMENT = "... on Treatment { id }"
RECORDED = """query($id: ID!, $key: String, $site: String, $purpose: MeasurementPurpose,
    $first: Int! = 20, $after: String) {
  treatment(id: $id) { measurements(key: $key, site: $site, purpose: $purpose, first: $first, after: $after) {
    nodes { id key name(locale: "fr") { text } value { number choice truth } valueText { text } unit site purpose
      measuredOn { text } evidence { id } recorderRole recordedAt }
    pageInfo { hasNextPage endCursor } } } }"""

PAIN: dict[str, Any] = {"key": "pain_nrs", "value": {"number": 3}, "purpose": "FOLLOW_UP"}
GRADE: dict[str, Any] = {"key": "restoration_ryge", "value": {"choice": "C"}, "purpose": "FOLLOW_UP"}


async def a_treatment(world: World, procedure: str, sites: list[str], **anchors: str) -> str:
    treatment = await world.patient.do(
        "registerTreatment",
        TREATMENT,
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure=procedure,
        sites=sites,
        anchors=[{"name": name, "on": on} for name, on in anchors.items()],
    )
    assert treatment["__typename"] == "Treatment", treatment
    treatment_id: str = treatment["id"]
    return treatment_id


async def record(who: Client, treatment_id: str, *measurements: dict[str, Any], key: str | None = None) -> None:
    done = await who.do("recordMeasurements", TREATMENT, key=key, treatmentId=treatment_id, measurements=measurements)
    assert done["__typename"] == "Treatment", done


async def recorded(who: Client, treatment_id: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await who.ask(RECORDED, id=treatment_id, **asked)
    found: list[dict[str, Any]] = answer["treatment"]["measurements"]["nodes"]
    return found


async def test_each_type_of_value_comes_back_as_it_was_sent(world: World) -> None:
    """R-081: numbers, steps of a scale, grades and truth values, with the unit of the specialty and the only site."""
    practitioner = world.practitioner.at(IN_JUNE)
    gap = {"key": "marginal_gap_um", "value": {"number": 132.5}, "unit": "um", "purpose": "FOLLOW_UP"}
    loose = {"key": "retention_lost", "value": {"truth": False}, "purpose": "FOLLOW_UP"}
    chipped = {"key": "fracture_grade", "value": {"choice": "2"}, "purpose": "FOLLOW_UP", "site": "14"}
    bleeding = {"key": "bleeding_or_pus", "value": {"choice": "none"}, "purpose": "FOLLOW_UP"}

    await record(practitioner, world.treatment_id, gap, GRADE, loose, chipped, bleeding, PAIN)

    found = {one["key"]: one for one in await recorded(world.patient.at(IN_JUNE), world.treatment_id)}
    assert {key: one["value"] for key, one in found.items()} == {
        "marginal_gap_um": {"number": 132.5, "choice": None, "truth": None},
        "restoration_ryge": {"number": None, "choice": "C", "truth": None},
        "retention_lost": {"number": None, "choice": None, "truth": False},
        "fracture_grade": {"number": 2.0, "choice": "2", "truth": None},
        "bleeding_or_pus": {"number": None, "choice": "none", "truth": None},
        "pain_nrs": {"number": 3.0, "choice": None, "truth": None},
    }
    assert {key: one["site"] for key, one in found.items() if one["site"] != "14"} == {"pain_nrs": None}
    assert found["marginal_gap_um"]["unit"] == "um"
    assert found["bleeding_or_pus"]["valueText"] == {"text": "neither bleeding nor pus"}
    assert found["restoration_ryge"]["valueText"] == {"text": "C"}
    assert found["pain_nrs"] | {"id": None, "name": None} == {
        "id": None,
        "key": "pain_nrs",
        "name": None,
        "value": {"number": 3.0, "choice": None, "truth": None},
        "valueText": None,
        "unit": "{score}",
        "site": None,
        "purpose": "FOLLOW_UP",
        "measuredOn": {"text": "2026-06-01"},
        "evidence": None,
        "recorderRole": "practitioner",
        "recordedAt": "2026-06-01T09:00:00+00:00",
    }
    assert all(one["name"]["text"] for one in found.values())


async def test_what_cannot_be_recorded_as_a_measurement(world: World, subtests: pytest.Subtests) -> None:
    """R-081, R-212: each mistake has its code and names the input, and nothing is half written."""
    teeth = await a_treatment(world, "crown", ["15", "16"], definitive_cementation="2026-03-03")
    other = await build_world(world.suivi, name="two")
    theirs = await upload_photo(other, other.patient)
    good: dict[str, Any] = {"treatmentId": world.treatment_id, "measurements": [PAIN]}
    trying = Trying(who=world.patient.at(IN_JUNE), mutation="recordMeasurements", good=good)
    at = "measurements[1]."

    def wrong(says: str, code: str, field: str, treatment_id: str = world.treatment_id, **changed: Any) -> Any:
        return trying(says, code, f"{at}{field}", treatmentId=treatment_id, measurements=[PAIN, GRADE | changed])

    await each_is_refused(
        [
            trying("nothing", "MEASUREMENTS_MISSING", "measurements", measurements=[]),
            trying("too many", "MEASUREMENTS_MISSING", "measurements", measurements=[PAIN] * 101),
            trying(
                "twice", "MEASUREMENT_REPEATED", "measurements[1]", measurements=[PAIN, PAIN | {"value": {"number": 4}}]
            ),
            wrong("a misspelt key", "UNKNOWN_MEASUREMENT", "key", key="restoration_rige"),
            wrong("a key that is no text", "UNKNOWN_MEASUREMENT", "key", key="\x00"),
            wrong("a grade there is not", "VALUE_NOT_ON_SCALE", "value", value={"choice": "E"}),
            wrong("a number for a grade", "VALUE_NOT_ON_SCALE", "value", value={"number": 3}),
            wrong("a truth value for a grade", "VALUE_NOT_ON_SCALE", "value", value={"truth": True}),
            wrong("a word for a number", "VALUE_NOT_OF_TYPE", "value", key="marginal_gap_um", value={"choice": "wide"}),
            wrong("a word for yes or no", "VALUE_NOT_OF_TYPE", "value", key="retention_lost", value={"choice": "no"}),
            wrong("out of range", "VALUE_OUT_OF_RANGE", "value", key="marginal_gap_um", value={"number": 1000.5}),
            wrong("another unit", "UNIT_NOT_EXPECTED", "unit", key="marginal_gap_um", value={"number": 0.1}, unit="mm"),
            wrong("which tooth?", "MEASUREMENT_SITE_MISSING", "site", teeth),
            wrong("another tooth", "SITE_NOT_TREATED", "site", teeth, site="14"),
            wrong(
                "a tooth that hurts", "MEASUREMENT_HAS_NO_SITE", "site", key="ohip14", value={"number": 9}, site="14"
            ),
            wrong("tomorrow", "MEASURED_IN_FUTURE", "measuredOn", measuredOn="2026-06-02"),
            wrong("no date", "UNREADABLE_DATE", "measuredOn", measuredOn="soon"),
            wrong(
                "a late baseline", "MEASURED_AFTER_TREATMENT", "measuredOn", purpose="BASELINE", measuredOn="2026-03-04"
            ),
            wrong("a late plan", "MEASURED_AFTER_TREATMENT", "measuredOn", purpose="TARGET", measuredOn="2026-04"),
            wrong("an early follow-up", "MEASURED_BEFORE_TREATMENT", "measuredOn", measuredOn="2026-03-02"),
            wrong("a stranger's report", "NOT_FOUND", "evidenceId", evidenceId=theirs),
            wrong("no evidence at all", "INVALID_ID", "evidenceId", evidenceId=world.case_id),
            trying("a stranger's treatment", "NOT_FOUND", None, treatmentId=other.treatment_id),
        ],
        subtests,
    )


async def test_a_misspelt_key_is_told_the_nearest_one_in_the_readers_language(world: World) -> None:
    trying = Trying(who=world.patient, mutation="recordMeasurements", good={"treatmentId": world.treatment_id})

    refused = await refusal(
        trying("misspelt", "UNKNOWN_MEASUREMENT", "measurements[0].key", measurements=[PAIN | {"key": "pain_nsr"}])
    )

    assert "pain_nrs" in refused["message"]


async def test_a_value_is_exactly_one_of_number_choice_and_truth(world: World) -> None:
    """The shape of the request itself is at fault, before any rule is asked."""
    query = """mutation($value: MeasuredValueInput!, $id: ID!) { recordMeasurements(input: {idempotencyKey: "k",
      treatmentId: $id, measurements: [{key: "pain_nrs", value: $value, purpose: FOLLOW_UP}]}) { __typename } }"""

    for value in ({}, {"number": 1, "truth": True}, {"number": None}, {"number": "1"}):
        assert await error_code(world.patient, query, id=world.treatment_id, value=value) == "BAD_USER_INPUT"
    assert await Measurement.all().count() == 0


async def test_measurements_are_found_by_key_site_and_purpose_page_by_page(world: World) -> None:
    """R-022: two teeth of one treatment, before and after."""
    patient = world.patient.at(IN_JUNE)
    teeth = await a_treatment(world, "crown", ["15", "16"], definitive_cementation="2026-03-03")
    before = {"purpose": "BASELINE", "measuredOn": "2026-02"}
    cold = [{"key": "cold_pain_nrs", "value": {"number": n}, "site": site} for n, site in ((6, "15"), (2, "16"))]
    await record(patient, teeth, *(one | before for one in cold))
    await record(patient, teeth, *(one | {"purpose": "FOLLOW_UP"} for one in cold), PAIN)

    by_site = await recorded(patient, teeth, site="15")
    targets = await recorded(patient, teeth, purpose="TARGET")
    narrow = await recorded(patient, teeth, key="cold_pain_nrs", site="16", purpose="BASELINE")
    page = (await patient.ask(RECORDED, id=teeth, first=2))["treatment"]["measurements"]
    rest = await recorded(patient, teeth, after=page["pageInfo"]["endCursor"])

    assert [(one["purpose"], one["value"]["number"]) for one in by_site] == [("FOLLOW_UP", 6), ("BASELINE", 6)]
    assert targets == []
    assert [(one["value"]["number"], one["measuredOn"]["text"]) for one in narrow] == [(2, "2026-02")]
    assert page["pageInfo"]["hasNextPage"]
    assert len({one["id"] for one in [*page["nodes"], *rest]}) == 5


async def test_a_measurement_may_cite_the_report_it_was_read_from(world: World) -> None:
    photo = await upload_photo(world, world.patient)

    await record(world.patient, world.treatment_id, PAIN | {"evidenceId": photo})

    [found] = await recorded(world.coordinator, world.treatment_id)
    node = await world.patient.ask("query($id: ID!) { node(id: $id) { ... on Measurement { key } } }", id=found["id"])
    assert found["evidence"] == {"id": photo}
    assert node == {"node": {"key": "pain_nrs"}}


async def test_a_repeated_request_records_once_and_the_log_keeps_no_figure(world: World) -> None:
    """R-213, R-181: ids only, for a log that more people read."""
    for _ in range(2):
        await record(world.patient, world.treatment_id, PAIN, GRADE, key="the same")

    [row, _] = await Measurement.all().order_by("id")
    told = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { history(first: 1) { nodes { kind details } } } }", id=world.treatment_id
    )
    event = told["treatment"]["history"]["nodes"][0]

    assert await Measurement.all().count() == 2
    assert event["kind"] == "measurements_recorded"
    assert list(event["details"]) == ["measurements"]
    assert str(row.id) in event["details"]["measurements"]


async def test_what_was_recorded_stands_in_the_audit_log_as_it_was(world: World) -> None:
    """R-181: half points, negative zero and long fractions read back as they were hashed."""
    values = (0.5, -0.0, 1 / 3, 56, 1e-7)
    days = [date(2026, 5, day) for day in range(1, len(values) + 1)]
    await record(
        world.patient.at(IN_JUNE),
        world.treatment_id,
        *(
            {**PAIN, "key": "ohip14", "value": {"number": v}, "measuredOn": str(d)}
            for v, d in zip(values, days, strict=True)
        ),
        GRADE,
    )

    assert await verify(world.suivi.running.house.audit_key) == []


async def test_a_page_of_measurements_costs_as_many_statements_as_one(world: World) -> None:
    """R-218."""
    patient = world.patient.at(IN_JUNE)

    async def statements(number: int) -> int:
        with Statements() as counted:
            assert len(await recorded(patient, world.treatment_id, first=number)) == number
        return len(counted)

    photo = await upload_photo(world, world.patient)
    days = [f"2026-05-{day:02}" for day in range(1, 21)]
    await record(patient, world.treatment_id, *(PAIN | {"measuredOn": day, "evidenceId": photo} for day in days))

    assert await statements(1) == await statements(20)

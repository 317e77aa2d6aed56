"""Classifying: what a practitioner must say, site by site."""

import pytest

from tests.api.wrongs import Trying, each_is_refused
from tests.services.world import World, crown

pytestmark = pytest.mark.once

CLASSIFICATION = "... on Classification { value site reason gap { method } treatment { sites } }"
GAP = {"reference": "Closed margin", "observed": "0.4 mm open", "method": "Probe and bitewing"}


def classifying(world: World) -> Trying:
    return Trying(
        who=world.practitioner,
        mutation="classifyCase",
        good={
            "caseId": world.case_id,
            "treatmentId": world.treatment_id,
            "value": "NORMAL_EVOLUTION",
            "reason": "Cold sensitivity on day 10.",
        },
    )


async def test_what_is_no_classification(world: World, subtests: pytest.Subtests) -> None:
    """R-081."""
    wrong = classifying(world)
    objective = {"value": "OBJECTIVE_INSUFFICIENCY"}
    second = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")
    by_patient = Trying(who=world.patient, mutation="classifyCase", good=wrong.good)
    by_coordinator = Trying(who=world.coordinator, mutation="classifyCase", good=wrong.good)

    await each_is_refused(
        [
            wrong("a gap nobody states", "GAP_MISSING", "gap", **objective),
            wrong("a gap nobody measured", "GAP_MISSING", "gap", **objective, gap=GAP | {"method": " "}),
            wrong("an endless gap", "TEXT_TOO_LONG", "gap.observed", **objective, gap=GAP | {"observed": "x" * 10_001}),
            wrong("a tooth that was not treated", "SITE_NOT_TREATED", "site", site="15"),
            wrong("no tooth", "SITE_NOT_TREATED", "site", site=""),
            wrong("a treatment of another case", "TREATMENT_NOT_IN_CASE", "treatmentId", treatmentId=second),
            wrong("a clinic for a treatment", "INVALID_ID", "treatmentId", treatmentId=world.clinic_id),
            wrong("no reason", "TEXT_EMPTY", "reason", reason=""),
            by_patient("the patient's own word", "NOT_ALLOWED"),
            by_coordinator("the coordinator's word", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_two_crowns_of_one_case_are_classified_apart(world: World) -> None:
    """R-022, R-085: 14 open at the margin, 15 fine; and 14 was once taken for normal (R-084)."""
    both = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="crown",
        sites=["14", "15"],
    )
    case = await world.patient.do("openCase", "... on Case { id }", treatmentIds=[both["id"]])
    good = classifying(world).good | {"caseId": case["id"], "treatmentId": both["id"]}

    for changed in (
        {"site": "14"},
        {"site": "15"},
        {"site": "14", "value": "OBJECTIVE_INSUFFICIENCY", "gap": GAP, "reason": "Margin open at control."},
    ):
        result = await world.practitioner.do("classifyCase", CLASSIFICATION, **(good | changed))
        assert result["__typename"] == "Classification", result
    answer = await world.patient.ask(
        "query($id: ID!) { case(id: $id) { classifications { site value gap { method } } } }", id=case["id"]
    )

    assert answer["case"]["classifications"] == [
        {"site": "14", "value": "OBJECTIVE_INSUFFICIENCY", "gap": {"method": "Probe and bitewing"}},
        {"site": "15", "value": "NORMAL_EVOLUTION", "gap": None},
        {"site": "14", "value": "NORMAL_EVOLUTION", "gap": None},
    ]

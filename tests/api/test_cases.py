"""Opening, closing and reopening cases, and letting people into them."""

from datetime import UTC, datetime

import pytest

from suivi.core.access.viewer import Role
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.world import World, build_world, crown

CASE = "... on Case { id state version closedAt }"


async def closed(world: World) -> None:
    result = await world.patient.do("closeCase", CASE, caseId=world.case_id, expectedVersion=1)
    assert result["state"] == "CLOSED", result


async def test_what_cannot_be_opened_as_a_case(world: World, subtests: pytest.Subtests) -> None:
    """R-021: one patient, one clinic, at least one treatment."""
    wrong = Trying(who=world.patient, mutation="openCase", good={"treatmentIds": [world.treatment_id]})
    clinic = await world.operator.do(
        "registerClinic",
        "... on Clinic { id }",
        name="Second",
        country="TR",
        city="Istanbul",
        timeZone="Europe/Istanbul",
        languages=["tr"],
    )
    elsewhere = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=clinic["id"],
        procedure="crown",
        sites=["15"],
    )
    stranger = await build_world(world.suivi, name="two")

    await each_is_refused(
        [
            wrong("about nothing", "TREATMENTS_MISSING", "treatmentIds", treatmentIds=[]),
            wrong(
                "at two clinics",
                "TREATMENTS_MIXED",
                "treatmentIds",
                treatmentIds=[world.treatment_id, elsewhere["id"]],
            ),
            wrong("about a clinic", "INVALID_ID", "treatmentIds", treatmentIds=[world.clinic_id]),
            wrong("about somebody else", "NOT_FOUND", None, treatmentIds=[stranger.treatment_id]),
        ],
        subtests,
    )


async def test_a_case_covers_several_treatments_each_once(world: World) -> None:
    """R-021."""
    second = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")

    case = await world.patient.do(
        "openCase",
        "... on Case { treatments { sites } }",
        treatmentIds=[world.treatment_id, second, world.treatment_id],
    )

    assert [treatment["sites"] for treatment in case["treatments"]] == [["14"], ["15"]]


async def test_a_closed_case_takes_nothing_but_complications_until_it_is_reopened(
    world: World, subtests: pytest.Subtests
) -> None:
    """R-070, R-211."""
    await closed(world)
    about = {"caseId": world.case_id}
    patient, practitioner = world.patient, world.practitioner

    await each_is_refused(
        [
            Trying(who=patient, mutation="postMessage", good=about)(
                "a message", "CASE_CLOSED", body="Hello", language="en"
            ),
            Trying(who=patient, mutation="beginUpload", good=about)(
                "a photo", "CASE_CLOSED", kind="PHOTO_AFTER", contentType="image/jpeg", sha256="0" * 64
            ),
            Trying(who=practitioner, mutation="classifyCase", good=about)(
                "a class", "CASE_CLOSED", treatmentId=world.treatment_id, value="NORMAL_EVOLUTION", reason="Fine."
            ),
            Trying(who=patient, mutation="assignPerson", good=about)(
                "a mediator", "CASE_CLOSED", role="MEDIATOR", subject="m", name="M"
            ),
            Trying(who=patient, mutation="closeCase", good=about)("closing again", "CASE_CLOSED", expectedVersion=2),
        ],
        subtests,
    )
    reopened = await patient.do("reopenCase", CASE, **about, expectedVersion=2)

    assert (reopened["state"], reopened["version"], reopened["closedAt"]) == ("OPEN", 3, None)
    assert await patient.refused("reopenCase", **about, expectedVersion=3) == "CASE_OPEN"


async def test_two_who_close_and_reopen_from_an_old_version_learn_what_happened(world: World) -> None:
    """R-213: a version that an assignment has is no version of the case."""
    assigned = await world.patient.do(
        "assignPerson",
        "... on Assignment { id }",
        caseId=world.case_id,
        role="MEDIATOR",
        subject="mediator",
        name="Ms. Between",
    )
    await world.patient.do("endAssignment", assignmentId=assigned["id"], expectedVersion=1)
    await closed(world)
    await world.coordinator.do("reopenCase", CASE, caseId=world.case_id, expectedVersion=2)

    trying = Trying(who=world.patient, mutation="closeCase", good={"caseId": world.case_id, "expectedVersion": 1})
    refused = await refusal(trying("seen before", "STALE_VERSION", "expectedVersion"))

    assert refused["conflict"] == {
        "currentVersion": 3,
        "changes": [{"kind": "case_closed"}, {"kind": "case_reopened"}],
    }
    await refusal(trying("a negative version", "STALE_VERSION", "expectedVersion", expectedVersion=-1))


async def test_a_mediator_is_in_until_the_assignment_ends(world: World, subtests: pytest.Subtests) -> None:
    """R-014."""
    ask = "query($id: ID!) { case(id: $id) { state } }"
    assigning = Trying(
        who=world.patient,
        mutation="assignPerson",
        good={"caseId": world.case_id, "role": "MEDIATOR", "subject": "mediator", "name": "Ms. Between"},
    )
    mediator = world.suivi.as_(Role.MEDIATOR, "mediator").at(datetime(2026, 3, 3, 20, 0, tzinfo=UTC))

    before = await error_code(mediator, ask, id=world.case_id)
    assigned = await world.patient.do("assignPerson", "... on Assignment { id validFrom }", **assigning.good)
    during = await mediator.ask(ask, id=world.case_id)
    ending = Trying(
        who=world.patient, mutation="endAssignment", good={"assignmentId": assigned["id"], "expectedVersion": 1}
    )
    await world.patient.do("endAssignment", **ending.good)
    after = await error_code(mediator, ask, id=world.case_id)

    assert (before, during["case"]["state"], after) == ("NOT_FOUND", "OPEN", "NOT_FOUND")
    stale = await refusal(ending("seen before", "STALE_VERSION", "expectedVersion"))
    assert stale["conflict"]["changes"] == [{"kind": "assignment_ended"}]
    await each_is_refused(
        [
            ending("over already", "ASSIGNMENT_OVER", expectedVersion=2),
            assigning("over before it begins", "DATES_REVERSED", "validUntil", validUntil="2026-03-02"),
            assigning("nobody", "TEXT_EMPTY", "subject", subject=""),
            assigning("without a name", "TEXT_EMPTY", "name", name=""),
        ],
        subtests,
    )


async def test_another_partners_case_looks_like_no_case_at_all(world: World, subtests: pytest.Subtests) -> None:
    """R-012: reading, writing, following, by its id or by `node`."""
    stranger = (await build_world(world.suivi, name="two")).patient
    about = {"caseId": world.case_id}

    assert await error_code(stranger, "query($id: ID!) { case(id: $id) { id } }", id=world.case_id) == "NOT_FOUND"
    assert await stranger.ask("query($id: ID!) { node(id: $id) { id } }", id=world.case_id) == {"node": None}
    await each_is_refused(
        [
            Trying(who=stranger, mutation="postMessage", good=about)(
                "writing", "NOT_FOUND", body="Hello", language="en"
            ),
            Trying(who=stranger, mutation="closeCase", good=about)("closing", "NOT_FOUND", expectedVersion=1),
            Trying(who=stranger, mutation="reportComplication", good=about)(
                "reporting", "NOT_FOUND", words="It hurts", language="en"
            ),
            Trying(who=stranger, mutation="beginUpload", good=about)(
                "uploading", "NOT_FOUND", kind="DOCUMENT", contentType="application/pdf", sha256="0" * 64
            ),
        ],
        subtests,
    )

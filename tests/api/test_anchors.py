"""Dates on which everything counts, recorded and corrected by both sides."""

from typing import Any

import pytest

from suivi.core.treatments.sides import Side, Told, told_of
from tests.api.wrongs import Trying, each_is_refused
from tests.services.suivi import Statements
from tests.services.world import World, row_id

TREATMENT = "... on Treatment { id version }"
SEATED = "definitive_cementation"


def recording(world: World, treatment_id: str, who: Any) -> Trying:
    good = {"treatmentId": treatment_id, "expectedVersion": 1, "name": SEATED, "on": "2026-03-02"}
    return Trying(who=who, mutation="recordAnchor", good=good)


async def agreed_on(world: World, day: str | None) -> str:
    treatment = await world.patient.do(
        "registerTreatment",
        TREATMENT,
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="crown",
        sites=["16"],
        agreedOn=day,
        anchors=[{"name": SEATED, "on": "2026-03-03"}],
    )
    treatment_id: str = treatment["id"]
    return treatment_id


@pytest.mark.once
async def test_a_date_before_the_day_it_was_agreed_is_refused_also_as_a_correction(
    world: World, subtests: pytest.Subtests
) -> None:
    """R-126: `registerTreatment` refuses it, so that no correction reaches what a registration cannot."""
    treatment_id = await agreed_on(world, "2026-02-20")
    by_clinic = recording(world, treatment_id, world.coordinator)
    by_patient = recording(world, treatment_id, world.patient)

    await each_is_refused(
        [
            by_clinic("years before", "AGREED_AFTER_TREATMENT", "on", on="2020-01-01"),
            by_clinic("the day before", "AGREED_AFTER_TREATMENT", "on", on="2026-02-19"),
            by_clinic("the month before", "AGREED_AFTER_TREATMENT", "on", on="2026-01"),
            by_clinic("at its only tooth", "AGREED_AFTER_TREATMENT", "on", on="2020-01-01", site="16"),
            by_patient("by the patient as well", "AGREED_AFTER_TREATMENT", "on", on="2026-02-19"),
        ],
        subtests,
    )
    corrected = await world.coordinator.do("recordAnchor", TREATMENT, **(by_clinic.good | {"on": "2026-02-20"}))

    assert corrected["version"] == 2


@pytest.mark.once
async def test_where_nobody_said_when_it_was_agreed_an_earlier_date_is_only_a_correction(world: World) -> None:
    """R-023: the day it was agreed was read off the date that turns out to be wrong."""
    treatment_id = await agreed_on(world, None)

    corrected = await world.coordinator.do(
        "recordAnchor", TREATMENT, **recording(world, treatment_id, world.coordinator).good
    )

    assert corrected["version"] == 2


async def test_what_each_side_said_of_many_treatments_is_read_in_one_statement(world: World) -> None:
    """R-020, R-023."""
    ours = await agreed_on(world, None)
    await world.coordinator.do("recordAnchor", TREATMENT, **recording(world, ours, world.coordinator).good)

    with Statements() as statements:
        found = await told_of([row_id(world.treatment_id), row_id(ours)])

    moved = Told(side=Side.CLINIC, place=(SEATED, "", 0), on="2026-03-02", before="2026-03-03")
    assert found == [[Told(side=Side.PATIENT)], [Told(side=Side.PATIENT), moved]]
    assert len(statements.sent) == 1

"""One treatment, several places and cycles: each answers for itself, and the whole waits for the last."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks import reference_window
from suivi.core.clocks.stabilisation import StabilisationState
from suivi.core.specialties.model import Stabilisation, StableMeasurement
from suivi.core.treatments.answers import dates_of
from suivi.core.treatments.recoveries import (
    OnRecord,
    anchors_in_force,
    in_time,
    recoveries_on,
    recovery_on,
    stabilisation_at,
    timeline_on,
)
from suivi.core.treatments.rules import UnknownCycle
from suivi.core.treatments.series import course
from tests.core.clocks.builders import a_full_procedure, a_procedure, ivf
from tests.core.treatments.rows import anchor, local, measured, part, treatment

PLACED = [anchor("implant_placement", "2026-03-03")]
LASER = a_procedure(
    stabilisation=Stabilisation(
        min=90, typical=90, max=365, measured=StableMeasurement(measure="refraction", within=0.5, apart_days=30)
    )
)


def eyes(**rows: Any) -> OnRecord:
    return OnRecord(**{"treatment": treatment("OD", "OS"), "procedure": LASER, "anchors": PLACED, **rows})


def in_cycles(**rows: Any) -> OnRecord:
    one = part(ivf(), **rows)
    return OnRecord(treatment=one.treatment, procedure=one.procedure, course=course([one]), **rows)


def test_the_left_eye_a_fortnight_later_is_judged_a_fortnight_later() -> None:
    """R-022, R-041: and each by its own refractions."""
    record = eyes(
        local_anchors=[local("implant_placement", "2026-03-17", site="OS")],
        measurements=[
            measured("refraction", "2026-06-01", 0.0, site="OD"),
            measured("refraction", "2026-07-01", 0.0, site="OD"),
            measured("refraction", "2026-07-01", -1.0, site="OS"),
            measured("refraction", "2026-07-01", -1.0, site="OS", purpose="target"),
        ],
    )

    each = dict(recoveries_on(record, date(2026, 7, 10)))
    whole = recovery_on(record, date(2026, 7, 10))

    assert [day.earliest for recovery in each.values() for day in recovery.days] == [129, 115]
    assert (each["OD"].too_early, each["OS"].too_early) == (False, True)
    assert (whole.too_early, str(whole.stabilisation.may_be_judged_from)) == (True, "2026-07-31")


def test_a_site_that_was_not_treated_and_a_cycle_that_was_not_begun_have_no_answer() -> None:
    """R-022, R-066"""
    with pytest.raises(SiteNotTreated):
        recovery_on(eyes(), date(2026, 7, 10), site="14")
    with pytest.raises(UnknownCycle):
        recovery_on(in_cycles(anchors=[anchor("oocyte_retrieval", "2026-01-15")]), date(2026, 7, 10), cycle=2)
    with pytest.raises(UnknownCycle):
        recovery_on(eyes(), date(2026, 7, 10), cycle=1)


def test_the_practitioners_date_for_one_eye_leaves_the_other_alone_and_the_whole_waits() -> None:
    """R-043, R-022"""
    record = eyes(
        procedure=a_procedure(),
        individual_dates=[
            treatment(site=None, judged_from=date(2026, 6, 1)),
            treatment(site="OS", judged_from=date(2026, 9, 1)),
        ],
    )

    each = dict(recoveries_on(record, date(2026, 7, 1)))
    whole = recovery_on(record, date(2026, 7, 1))

    assert (each["OD"].too_early, each["OS"].too_early, whole.too_early) == (False, True, True)
    assert (each["OS"].stabilisation.moved_from, each["OS"].stabilisation.individual_date) == (
        date(2026, 6, 1),
        date(2026, 9, 1),
    )


def test_what_is_said_of_the_only_tooth_is_said_of_the_treatment() -> None:
    """R-043"""
    own = [treatment(site="14", judged_from=date(2026, 9, 1))]
    record = OnRecord(treatment=treatment("14"), procedure=a_procedure(), anchors=PLACED, individual_dates=own)

    assert recovery_on(record, date(2026, 7, 1)).stabilisation.individual_date == date(2026, 9, 1)


def test_the_latest_cycle_answers_and_no_red_flag_of_an_earlier_one_is_hidden() -> None:
    """R-045, R-066: day 70 of the first retrieval, the second cycle just begun."""
    record = in_cycles(
        anchors=[anchor("oocyte_retrieval", "2026-01-15")],
        local_anchors=[
            local("stimulation_start", "2026-03-20", cycle=2),
            local("oocyte_retrieval", "2026-03-25", cycle=2),
        ],
    )

    latest = recovery_on(record, date(2026, 3, 26))
    first = recovery_on(record, date(2026, 3, 26), cycle=1)

    assert [(day.anchor, day.earliest) for day in latest.days] == [("oocyte_retrieval", 1), ("stimulation_start", 6)]
    assert [(day.anchor, day.earliest) for day in first.days] == [("oocyte_retrieval", 70)]
    assert {flag.id for flag in latest.red_flags} == {flag.id for flag in first.red_flags} == {"bleeding", "ovaries"}
    assert (latest.stabilisation.state, latest.stabilisation.cycle) == (StabilisationState.TOO_EARLY, 2)


def test_a_new_cycle_restarts_no_window() -> None:
    """R-023: without a cycle, the dates the treatment began with; with one, its own."""
    record = in_cycles(
        anchors=[anchor("oocyte_retrieval", "2026-01-15")],
        local_anchors=[local("oocyte_retrieval", "2026-03-25", cycle=2)],
    )

    assert [row.on for row in anchors_in_force(record)] == ["2026-01-15"]
    assert [row.on for row in anchors_in_force(record, cycle=2)] == ["2026-03-25"]


def test_who_has_to_ask_before_anyone_may_judge_is_told_so_with_the_answer() -> None:
    """R-061"""
    slow = a_procedure(stabilisation=Stabilisation(min=400, typical=400))
    record = OnRecord(treatment=treatment("14"), procedure=slow, anchors=PLACED)
    on = date(2026, 6, 1)
    day0 = dates_of(anchors_in_force(record))["implant_placement"]

    told = in_time(recovery_on(record, on), reference_window(day0, on=on, clinic_zone="UTC", patient_zone="UTC"))

    assert told.ask_now is not None
    assert told.ask_now in told.reasons


@given(
    dated=st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 1)).map(str),
    on=st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31)),
)
def test_a_site_without_dates_of_its_own_answers_as_the_treatment(dated: str, on: date) -> None:
    """R-022"""
    alone = OnRecord(treatment=treatment("14", "15"), procedure=a_full_procedure(), anchors=PLACED)
    beside = OnRecord(
        treatment=treatment("14", "15"),
        procedure=a_full_procedure(),
        anchors=PLACED,
        local_anchors=[local("implant_placement", dated, site="15")],
    )

    assert recovery_on(beside, on, site="14") == recovery_on(alone, on)


def test_a_day_before_a_cycle_began_is_answered_by_the_cycle_before() -> None:
    """R-066: nothing is counted backwards from what had not happened yet."""
    record = in_cycles(
        anchors=[anchor("stimulation_start", "2026-01-01"), anchor("oocyte_retrieval", "2026-01-13")],
        local_anchors=[local("oocyte_retrieval", "2026-05-13", cycle=2)],
    )

    answer = recovery_on(record, date(2026, 2, 1))
    timeline = timeline_on(record, date(2026, 2, 1))

    assert (record.cycle_on(date(2026, 2, 1)), record.cycle_on(date(2026, 6, 1))) == (1, 2)
    assert min(day.earliest for day in answer.days) == 19
    assert str(timeline.anchors["oocyte_retrieval"]) == "2026-01-13"


def test_before_its_first_cycle_a_treatment_has_not_started() -> None:
    """R-066"""
    record = in_cycles(anchors=[anchor("oocyte_retrieval", "2026-01-15")])

    answer = recovery_on(record, date(2025, 12, 1))

    assert (record.cycle_on(date(2025, 12, 1)), answer.stabilisation.state) == (1, StabilisationState.NOT_STARTED)


def test_a_crown_fitted_later_had_not_begun_on_the_day_asked_about() -> None:
    """R-022"""
    crowned = [*PLACED, anchor("definitive_crown", "2026-08-10")]
    record = OnRecord(treatment=treatment("14"), procedure=a_full_procedure(), anchors=crowned)

    before, after = (recovery_on(record, day) for day in (date(2026, 6, 1), date(2026, 8, 11)))

    assert [day.anchor for day in before.days] == ["implant_placement"]
    assert "definitive_crown" in [missing.anchor for missing in before.missing_anchors]
    assert before.prosthetic is not None
    assert before.prosthetic.earliest is None
    assert [day.earliest for day in after.days] == [161, 1]
    assert "definitive_crown" not in timeline_on(record, date(2026, 6, 1)).anchors


@pytest.mark.parametrize("site", [None, "OD", "OS"])
@pytest.mark.parametrize("on", [date(2026, 3, 10), date(2026, 7, 10), date(2027, 6, 1)])
def test_the_two_results_alone_are_those_of_the_whole_answer(site: str | None, on: date) -> None:
    """R-041, R-043"""
    record = eyes(
        procedure=a_full_procedure().model_copy(update={"stabilisation": LASER.stabilisation}),
        anchors=[*PLACED, anchor("definitive_crown", "2026-07-01")],
        local_anchors=[local("implant_placement", "2026-03-17", site="OS")],
        measurements=[measured("refraction", "2026-07-01", 0.0, site="OD")],
        individual_dates=[treatment(site="OS", judged_from=date(2026, 9, 1))],
    )

    whole = recovery_on(record, on, site=site)

    assert stabilisation_at(record, on, site=site) == (whole.stabilisation, whole.prosthetic)

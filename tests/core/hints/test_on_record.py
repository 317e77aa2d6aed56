"""What is on record as facts: dates known in part, several sites, what was known by a day (R-022, R-045)."""

from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from suivi.core.evidence.models import EvidenceKind
from suivi.core.hints.model import Assessment
from suivi.core.hints.on_record import OnRecord, Told, assess_record, facts_on
from suivi.core.specialties.model import Procedure
from suivi.core.treatments import recoveries
from tests.core.hints.cases import a_procedure, a_specialty

PROCEDURE = a_procedure()
SPECIALTY = a_specialty(PROCEDURE)
DONE = date(2026, 3, 3)
ALL_FILED = ((EvidenceKind.PHOTO_BEFORE, None), (EvidenceKind.PHOTO_AFTER, None))


@dataclass(frozen=True)
class Anchor:
    name: str
    on: str
    site: str = ""
    cycle: int = 0


@dataclass(frozen=True)
class IndividualDate:
    judged_from: date
    site: str | None = None


@dataclass(frozen=True)
class Measured:
    key: str
    number: float
    measured_on: str
    site: str | None = None
    purpose: str = "follow_up"
    value: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", {"value": self.number})


def a_record(
    done: str | None = "2026-03-03",
    *,
    local: tuple[Anchor, ...] = (),
    procedure: Procedure = PROCEDURE,
    **changes: Any,
) -> OnRecord:
    treatment = SimpleNamespace(id=1, sites=["left", "right"], variant=None, continues_id=None)
    anchors = [Anchor("surgery", done)] if done else []
    base = recoveries.OnRecord(treatment=treatment, procedure=procedure, anchors=anchors, local_anchors=local)
    return OnRecord(treatment=base, specialty=SPECIALTY, **changes)


def one(record: OnRecord, told: Told, on: date, site: str = "left") -> Assessment:
    [answer] = assess_record(record, told, on=on, site=site)
    return answer


def test_each_site_answers_by_its_own_date() -> None:
    """R-022."""
    record = a_record(local=(Anchor("surgery", "2026-03-17", site="right"),))

    left, right = assess_record(record, Told(signs=("swelling",)), on=date(2026, 3, 20))

    assert (left.site, left.hints[0].rule) == ("left", "c7")
    assert (right.site, right.top_class) == ("right", "normal_evolution")


def test_a_date_known_to_the_month_keeps_what_is_urgent_and_puts_no_class_forward() -> None:
    record = a_record("2026-03")

    swollen = one(record, Told(signs=("swelling",)), date(2026, 4, 10))
    leaking = one(record, Told(signs=("leak",)), date(2026, 4, 10))

    assert (swollen.top_class, swollen.highest_urgency) == (None, "within_48h")
    assert any(hint.rule == "day" for hint in swollen.hints)
    assert (leaking.top_class, leaking.highest_urgency) == ("medical_complication", "same_day")


def test_without_any_date_a_red_flag_counts_and_nothing_reassures() -> None:
    answer = one(a_record(None), Told(signs=("swelling", "leak")), date(2026, 4, 10))

    assert (answer.top_class, answer.highest_urgency) == ("medical_complication", "same_day")
    assert answer.missing == ("anchor:surgery",)
    assert all(hint.suggests != "normal_evolution" for hint in answer.hints)


def test_a_question_about_an_earlier_day_is_answered_by_what_had_been_measured() -> None:
    rows = [Measured("score", 35, "2026-06-10"), Measured("score", 5, "2026-07-10")]

    [june] = facts_on(a_record(measurements=rows), Told(), on=date(2026, 6, 30), site="left")
    [may] = facts_on(a_record(measurements=rows), Told(), on=date(2026, 5, 1), site="left")

    assert june.measurements["score"].value == 35
    assert "score" not in may.measurements


def test_what_was_measured_on_one_side_says_nothing_of_the_other() -> None:
    rows = [Measured("turn_deg", 12, "2026-03-20", site="right")]

    left, right = assess_record(a_record(measurements=rows), Told(), on=date(2026, 3, 20))

    assert (left.hints, right.hints[0].rule) == ((), "c6")


def test_photos_on_file_count_and_what_is_not_filed_is_named() -> None:
    rows = [Measured("turn_deg", 12, "2026-03-20", site="left")]
    on = date(2026, 3, 20)

    bare = one(a_record(measurements=rows), Told(), on)
    filed = one(a_record(measurements=rows, evidence=ALL_FILED), Told(), on)

    assert bare.missing == ("before_photos", "follow_up_photos")
    assert filed.top_class == "objective_insufficiency"


def test_that_no_check_up_was_due_yet_is_no_examination() -> None:
    """Nothing is known of this case: it is not called normal."""
    answer = one(a_record(), Told(), date(2026, 3, 5))

    assert (answer.top_class, answer.hints) == (None, ())


def test_another_anchor_known_to_the_month_is_looked_at_on_every_day_it_may_be() -> None:
    late = {"id": "late", "sign": "late ache", "days": [0, 10], "anchor": "second", "src": ["gk"], "conf": "medium"}
    procedure = a_procedure(normal_signs=[late])
    record = a_record(local=(Anchor("second", "2026-06"),), procedure=procedure)

    answer = one(record, Told(signs=("late",)), date(2026, 7, 8))

    assert (answer.top_class, answer.highest_urgency) == (None, "within_48h")
    assert all(hint.suggests is None for hint in answer.hints)


def test_before_the_practitioners_own_date_nothing_is_a_matter_of_preference() -> None:
    """R-043: hints and recovery say the same."""
    told, on = Told(patient_dissatisfied=True), date(2026, 12, 1)
    rows = [Measured("score", 3, "2026-11-01")]
    usual = a_record(measurements=rows)
    later = IndividualDate(date(2027, 3, 1))
    own = replace(usual, treatment=replace(usual.treatment, individual_dates=[later]))

    assert one(usual, told, on).top_class == "subjective_dissatisfaction"
    assert one(own, told, on).top_class is None


def test_what_was_measured_in_an_earlier_cycle_says_nothing_of_this_one() -> None:
    """R-066."""
    per_cycle = SPECIALTY.measurements["score"].model_copy(update={"per": "cycle"})
    specialty = SPECIALTY.model_copy(update={"measurements": {**SPECIALTY.measurements, "score": per_cycle}})
    rows = [Measured("score", 40, "2026-02-20")]

    [facts] = facts_on(
        replace(a_record(measurements=rows), specialty=specialty), Told(), on=date(2026, 6, 20), site="left"
    )

    assert "score" not in facts.measurements


def test_without_any_date_a_lasting_sign_is_looked_at_soon() -> None:
    assert one(a_record(None), Told(signs=("swelling",)), date(2026, 4, 10)).highest_urgency == "within_48h"


def test_of_two_measurements_the_later_recorded_counts_unless_it_is_certainly_older() -> None:
    year_first = [Measured("gap_mm", 1, "2026"), Measured("gap_mm", 3, "2026-09-01")]
    older_last = [Measured("gap_mm", 3, "2026-09-01"), Measured("gap_mm", 1, "2026-07-01")]

    for rows in (year_first, older_last):
        [facts] = facts_on(a_record(measurements=rows), Told(), on=date(2026, 10, 1), site="left")
        assert facts.measurements["gap_mm"].value == 3


@given(st.dates(date(2026, 3, 1), date(2027, 6, 1)), st.sampled_from(sorted(PROCEDURE.sign_ids())))
def test_knowing_less_of_a_date_never_makes_a_case_less_urgent(on: date, sign: str) -> None:
    exact = one(a_record("2026-03-15"), Told(signs=(sign,)), on)
    month = one(a_record("2026-03"), Told(signs=(sign,)), on)

    order = ("emergency_now", "same_day", "within_48h", "routine", None)
    assert order.index(month.highest_urgency) <= order.index(exact.highest_urgency)
    assert month.top_class in (exact.top_class, None, "medical_complication")

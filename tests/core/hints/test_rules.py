"""The rules c1 to c7, one sentence each, and where they leave room (R-042, R-073, R-083)."""

from typing import Any

import pytest

from suivi.core.hints.assessment import assess
from suivi.core.specialties.hints import CaseFacts, Documentation, Hint
from tests.core.hints.cases import COMPLETE, GK, a_procedure, a_specialty, assessed, facts


def test_c1_a_red_flag_inside_its_days_suggests_a_complication_with_its_urgency() -> None:
    """R-073."""
    answer = assessed(facts(10, "leak", "swelling"))

    assert answer.top_class == "medical_complication"
    assert answer.highest_urgency == "same_day"
    assert (answer.hints[0].rule, answer.hints[0].strength) == ("c1", "strong")


def test_of_two_red_flags_the_most_urgent_comes_first() -> None:
    answer = assessed(facts(10, "leak", "g_breathing"))

    assert [hint.urgency for hint in answer.hints] == ["emergency_now", "same_day"]


@pytest.mark.parametrize(("flag", "urgency"), [("leak", "same_day"), ("g_stroke", "emergency_now")])
def test_a_red_flag_outside_its_days_keeps_its_urgency_and_suggests_no_class(flag: str, urgency: str) -> None:
    answer = assessed(facts(100, flag))

    assert answer.top_class is None
    assert answer.highest_urgency == urgency
    assert answer.asks_for_review


def test_a_flag_that_is_only_routine_asks_within_two_days_when_it_comes_outside_its_days() -> None:
    slow = {"id": "slow", "symptom": "slow", "days": [0, 10], "urgency": "routine", "suspect": "-", **GK}

    answer = assessed(facts(11, "slow"), a_procedure(red_flags=[slow]))

    assert answer.highest_urgency == "within_48h"


def test_a_flag_whose_urgency_grows_with_the_days_says_so() -> None:
    grows = [{"from_day": 20, "urgency": "emergency_now", **GK}]
    leak = {"id": "leak", "symptom": "leak", "days": [0, 30], "urgency": "same_day", "suspect": "-", "escalates": grows}

    procedure = a_procedure(red_flags=[{**leak, **GK}])

    assert assessed(facts(19, "leak"), procedure).highest_urgency == "same_day"
    assert assessed(facts(20, "leak"), procedure).highest_urgency == "emergency_now"


def test_a_flag_counted_from_a_date_nobody_knows_counts_today() -> None:
    late = {"id": "late", "symptom": "late", "days": [0, 5], "anchor": "second", "urgency": "same_day", "suspect": "-"}

    answer = assessed(facts(300, "late"), a_procedure(red_flags=[{**late, **GK}]))

    assert answer.top_class == "medical_complication"


def test_c2_only_normal_signs_before_anything_may_be_judged_is_normal_evolution() -> None:
    """R-042."""
    answer = assessed(facts(3, "swelling", "firm"))

    assert answer.top_class == "normal_evolution"
    assert (answer.hints[0].rule, answer.hints[0].strength) == ("c2", "strong")
    assert answer.highest_urgency is None


def test_c2_is_not_said_of_a_case_of_which_nothing_is_known() -> None:
    assert assessed(facts(3)).top_class is None
    assert assessed(facts(3, documentation=Documentation(check_ups="some"))).top_class == "normal_evolution"


@pytest.mark.parametrize("day", [0, 15])
def test_a_sign_before_or_after_its_days_is_never_normal_evolution(day: int) -> None:
    answer = assessed(facts(day, "swelling", "firm"))

    assert answer.top_class is None
    assert all(hint.suggests != "normal_evolution" for hint in answer.hints)


def test_c7_a_sign_after_its_last_day_is_looked_at_within_two_days() -> None:
    answer = assessed(facts(15, "swelling"))

    assert (answer.hints[0].rule, answer.highest_urgency) == ("c7", "within_48h")


def test_c7_takes_the_urgency_the_specialty_states_for_a_sign_that_lasts() -> None:
    assert assessed(facts(61, "firm")).highest_urgency == "routine"


def test_c7_goes_before_dissatisfaction() -> None:
    given = facts(200, "swelling", patient_dissatisfied=True, measured={"score": 3}, documentation=COMPLETE)

    assert assessed(given).top_class is None


def test_a_sign_that_is_not_listed_is_for_a_person_and_has_no_urgency() -> None:
    answer = assessed(facts(3, "swelling", "unheard_of"))

    assert answer.top_class is None
    assert answer.asks_for_review
    assert answer.highest_urgency is None


def test_free_text_alone_has_no_class_and_asks_for_a_person() -> None:
    answer = assessed(facts(3, described=True, measured={"turn_deg": 12}, documentation=COMPLETE))

    assert answer.top_class is None
    assert answer.asks_for_review


def test_free_text_beside_a_red_flag_lowers_nothing() -> None:
    answer = assessed(facts(3, "leak", described=True))

    assert (answer.top_class, answer.highest_urgency) == ("medical_complication", "same_day")


def test_c3_a_figure_exceeded_too_soon_is_normal_evolution_and_says_when_to_measure_again() -> None:
    answer = assessed(facts(60, measured={"gap_mm": 3}))

    assert answer.top_class == "normal_evolution"
    assert (answer.hints[0].rule, answer.hints[0].strength) == ("c3", "moderate")
    assert "day 120" in answer.hints[0].reasons[0].sentence("en")


def test_c3_does_not_stand_beside_a_sign_that_wants_a_person() -> None:
    answer = assessed(facts(60, "unheard_of", measured={"gap_mm": 3}))

    assert answer.top_class is None
    assert any(hint.rule == "too_soon" for hint in answer.hints)


def test_past_the_earliest_day_but_before_its_own_a_figure_suggests_nothing() -> None:
    answer = assessed(facts(100, measured={"gap_mm": 3}, documentation=COMPLETE, patient_dissatisfied=True))

    assert answer.top_class is None


def test_c4_a_figure_exceeded_and_documented_suggests_an_objective_insufficiency() -> None:
    answer = assessed(facts(120, measured={"gap_mm": 3}, documentation=COMPLETE))

    assert answer.top_class == "objective_insufficiency"
    assert (answer.hints[0].rule, answer.hints[0].strength) == ("c4", "moderate")
    assert answer.hints[0].sources == ("gk",)


def test_c4_counts_from_its_own_day_even_before_anything_else_may_be_judged() -> None:
    """Some defects must not wait for stabilisation."""
    assert assessed(facts(8, measured={"turn_deg": 12}, documentation=COMPLETE)).top_class == "objective_insufficiency"


def test_c4_gives_the_class_the_specialty_points_to() -> None:
    assert assessed(facts(90, measured={"haze": 2}, documentation=COMPLETE)).top_class == "medical_complication"


def test_a_failed_device_is_a_fact_and_suggests_an_objective_insufficiency() -> None:
    answer = assessed(facts(1, measured={"rupture": "confirmed"}, documentation=COMPLETE))

    assert answer.top_class == "objective_insufficiency"
    assert any("failure of the device" in reason.sentence("en") for reason in answer.hints[0].reasons)


def test_a_figure_to_review_only_asks_for_a_person() -> None:
    answer = assessed(facts(90, measured={"score": 30}, documentation=COMPLETE))

    assert answer.top_class is None
    assert answer.asks_for_review
    assert answer.missing == ()


def test_a_gate_before_a_remedy_is_no_defect() -> None:
    answer = assessed(facts(200, measured={"change": 0.1}, documentation=COMPLETE, patient_dissatisfied=True))

    assert answer.top_class == "subjective_dissatisfaction"


def test_c6_names_every_paper_that_is_missing_and_suggests_nothing() -> None:
    answer = assessed(facts(120, measured={"gap_mm": 3}))

    assert answer.top_class is None
    assert answer.hints[0].rule == "c6"
    assert answer.missing == ("before_photos", "follow_up_photos", "check_ups")


def test_c6_does_not_ask_for_photos_of_what_is_never_photographed() -> None:
    assert assessed(facts(120, measured={"gap_mm": 3}), photos=False).missing == ("check_ups",)


@pytest.mark.parametrize(
    ("measured", "missing"),
    [
        ({"sight": 0.5}, "baseline:sight"),
        ({"height_mm": 9}, "target:height_mm"),
        ({"volume_pct": 20}, "condition:weight_change_pct"),
        ({"cells_pct": 60}, "document:certificate"),
        ({"level_mm": 25}, "baseline:level_mm"),
    ],
)
def test_c6_names_what_a_figure_is_compared_with(measured: dict[str, float], missing: str) -> None:
    answer = assessed(facts(120, measured=measured, documentation=COMPLETE))

    assert (answer.top_class, answer.missing) == (None, (missing,))


@pytest.mark.parametrize(
    "measured",
    [
        {"sight": {"value": 0.5, "baseline": 0.2}},
        {"height_mm": {"value": 9, "target": 10}},
        {"level_mm": {"value": 25, "baseline": 10}},
    ],
)
def test_with_baseline_or_target_the_same_figures_count(measured: dict[str, dict[str, float]]) -> None:
    answer = assessed(facts(120, measured=measured, documentation=COMPLETE))

    assert answer.top_class == "objective_insufficiency"


def test_what_was_as_uneven_before_is_nothing_the_treatment_did() -> None:
    given = facts(120, measured={"level_mm": {"value": 25, "baseline": 26}}, documentation=COMPLETE)

    assert assessed(given).hints == ()


def test_a_change_of_exactly_the_figure_does_not_exceed_it() -> None:
    """0.3 - 0.1 is 0.2, not a little less or more."""
    given = facts(120, measured={"sight": {"value": 0.3, "baseline": 0.1}}, documentation=COMPLETE)

    assert assessed(given).hints == ()


def test_a_figure_whose_condition_does_not_hold_is_an_open_question_and_no_good_sign() -> None:
    fact = {"weight_change_pct": -7}
    given = facts(200, measured={"volume_pct": 20}, facts=fact, documentation=COMPLETE, patient_dissatisfied=True)

    answer = assessed(given)

    assert (answer.top_class, answer.missing, answer.asks_for_review) == (None, (), True)
    assert answer.hints[0].rule == "not_comparable"


def test_a_compound_figure_of_which_a_part_was_not_measured_is_an_open_question() -> None:
    parts = [{"measure": "gap_mm", "op": "gt", "value": 2}, {"measure": "score", "op": "gte", "value": 30}]
    both = {"id": "both", "all_of": parts, "from_day": 90, "level": "insufficiency", **GK}
    procedure = a_procedure(outcomes=[both])

    half = assessed(facts(200, measured={"gap_mm": 3}, documentation=COMPLETE, patient_dissatisfied=True), procedure)

    assert (half.top_class, half.missing) == (None, ("measurement:score",))


def test_a_value_counts_on_the_day_it_was_measured_however_late_it_is_looked_at() -> None:
    given = facts(200, measured={"gap_mm": {"value": 3, "day": 30}}, documentation=COMPLETE)

    assert assessed(given).top_class is None


def test_what_no_figure_speaks_of_is_told_to_a_person() -> None:
    answer = assessed(facts(3, "swelling", measured={"height_in_the_eye": 60}))

    assert (answer.top_class, answer.asks_for_review) == ("normal_evolution", True)
    assert answer.hints[-1].rule == "unjudged"


def test_a_figure_that_points_to_a_complication_is_looked_at_also_where_it_does_not_count_yet() -> None:
    answer = assessed(facts(20, measured={"haze": 2}))

    assert (answer.top_class, answer.asks_for_review) == ("normal_evolution", True)


def test_words_sent_as_a_sign_are_words_and_reach_neither_plugin_nor_answer() -> None:
    told = "I am bleeding, call +36 30 555 1234"
    seen: list[CaseFacts] = []
    procedure = a_procedure()

    def offered(given: CaseFacts) -> list[tuple[str, Hint]]:
        seen.append(given)
        return []

    answer = assess(procedure, a_specialty(procedure), facts(3, told, "swelling"), offered)

    assert (answer.top_class, answer.asks_for_review) == (None, True)
    assert (seen[0].signs, seen[0].described) == (("swelling",), True)
    assert all(told not in reason.sentence("en") for hint in answer.hints for reason in hint.reasons)


def test_a_plugin_alone_reassures_nobody() -> None:
    procedure = a_procedure()
    soothing = Hint(suggests="normal_evolution", strength="strong", rule="calm", reasons=("all is well",))

    answer = assess(procedure, a_specialty(procedure), facts(100), lambda _: [("acme", soothing)])

    assert (answer.top_class, answer.hints) == (None, ())


def test_a_red_flag_of_another_procedure_is_no_less_urgent_for_not_being_listed_here() -> None:
    here, other = a_procedure(red_flags=[]), a_procedure(id="other_repair")
    specialty = a_specialty(here).model_copy(update={"procedures": {"repair": here, "other_repair": other}})

    answer = assess(here, specialty, facts(3, "leak"))

    assert (answer.top_class, answer.highest_urgency) == (None, "same_day")


def test_c5_an_unhappy_patient_once_settled_with_nothing_exceeded_is_a_matter_of_preference() -> None:
    answer = assessed(facts(180, patient_dissatisfied=True, measured={"score": 3}))

    assert answer.top_class == "subjective_dissatisfaction"
    assert (answer.hints[0].rule, answer.hints[0].strength) == ("c5", "moderate")


@pytest.mark.parametrize("day", [90, 179])
def test_between_the_earliest_and_the_usual_day_it_is_not_yet_a_matter_of_preference(day: int) -> None:
    assert assessed(facts(day, patient_dissatisfied=True, measured={"score": 3})).top_class is None


def test_c5_needs_something_that_was_measured_or_examined() -> None:
    answer = assessed(facts(180, patient_dissatisfied=True))

    assert (answer.top_class, answer.missing) == (None, ("check_ups",))


def test_a_flag_and_a_figure_that_disagree_are_both_returned_the_flag_first() -> None:
    answer = assessed(facts(10, "leak", measured={"turn_deg": 12}, documentation=COMPLETE))

    assert [hint.suggests for hint in answer.hints] == ["medical_complication", "objective_insufficiency"]


def test_a_hint_of_a_plugin_joins_the_others_and_never_reassures_beside_an_open_question() -> None:
    procedure = a_procedure()
    soothing = Hint(suggests="normal_evolution", strength="strong", rule="calm", reasons=("all is well",))

    answer = assess(procedure, a_specialty(procedure), facts(3, "unheard_of"), lambda _: [("acme", soothing)])

    assert answer.top_class is None
    assert all(hint.by != "acme" for hint in answer.hints)


def test_results_counted_in_cycles_are_judged_by_the_cycle_reached() -> None:
    """R-041. Whoever reports is at least in the first cycle."""
    cycles = a_procedure(stabilisation={"unit": "cycle", "min": 2, "typical": 3, **GK})

    assert assessed(facts(3, "swelling"), cycles).top_class == "normal_evolution"
    unhappy: dict[str, Any] = {"patient_dissatisfied": True, "measured": {"score": 3}}
    assert assessed(facts(3, cycle=2, **unhappy), cycles).top_class is None
    assert assessed(facts(3, cycle=3, **unhappy), cycles).top_class == "subjective_dissatisfaction"


def test_a_treatment_with_two_results_is_early_while_either_is() -> None:
    """R-023."""
    crown = {"min": 30, "typical": 180, "anchor": "second", **GK}

    answer = assessed(facts(200, "firm", anchor_days={"second": 10}), a_procedure(prosthetic=crown, normal_signs=[
        {"id": "firm", "sign": "firm", "days": [0, 20], "anchor": "second", **GK},
    ]))  # fmt: skip

    assert answer.hints[0].rule == "c2"


def test_a_sign_still_inside_its_days_after_the_earliest_day_is_weakly_normal() -> None:
    long = a_procedure(normal_signs=[{"id": "dry", "sign": "dryness", "days": [0, 200], **GK}])

    answer = assessed(facts(100, "dry"), long)

    assert (answer.top_class, answer.hints[0].strength) == ("normal_evolution", "weak")

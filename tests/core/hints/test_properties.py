"""What holds of any hint whatever is reported (R-045, R-073, R-083)."""

from hypothesis import given
from hypothesis import strategies as st

from suivi.core.hints.assessment import REASSURING, assess
from suivi.core.hints.model import MOST_URGENT_FIRST
from suivi.core.specialties.hints import CaseFacts, Documentation, Measured
from tests.core.hints.cases import a_procedure, a_specialty

PROCEDURE = a_procedure()
SPECIALTY = a_specialty(PROCEDURE)
SIGNS = [*sorted(PROCEDURE.sign_ids()), "unheard_of"]
MEASURES = ["gap_mm", "turn_deg", "score", "haze", "sight", "height_mm", "volume_pct", "level_mm"]

numbers = st.floats(min_value=0, max_value=60, allow_nan=False).map(lambda number: round(number, 1))
measured = st.builds(Measured, value=numbers, baseline=st.none() | numbers, target=st.none() | numbers)
documentation = st.builds(
    Documentation,
    before_photos=st.booleans(),
    follow_up_photos=st.booleans(),
    check_ups=st.sampled_from(["all_due", "some", "none"]),
)
any_facts = st.builds(
    CaseFacts,
    procedure=st.just("repair"),
    day=st.integers(-10, 800),
    signs=st.lists(st.sampled_from(SIGNS), max_size=4, unique=True).map(tuple),
    described=st.booleans(),
    measurements=st.dictionaries(st.sampled_from(MEASURES), measured, max_size=4),
    patient_dissatisfied=st.booleans(),
    documentation=documentation,
)


def with_sign(facts: CaseFacts, sign: str) -> CaseFacts:
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return CaseFacts(**{**values, "signs": (*facts.signs, sign)})


def described(facts: CaseFacts) -> CaseFacts:
    return CaseFacts(**{**{name: getattr(facts, name) for name in facts.__dataclass_fields__}, "described": True})


def urgency_of(facts: CaseFacts) -> int:
    urgency = assess(PROCEDURE, SPECIALTY, facts).highest_urgency
    return len(MOST_URGENT_FIRST) if urgency is None else MOST_URGENT_FIRST.index(urgency)


@given(any_facts, st.sampled_from(SIGNS))
def test_reporting_one_more_sign_never_makes_a_case_less_urgent(facts: CaseFacts, sign: str) -> None:
    assert urgency_of(with_sign(facts, sign)) <= urgency_of(facts)


@given(any_facts)
def test_words_never_make_a_case_less_urgent_and_never_leave_it_reassured(facts: CaseFacts) -> None:
    answer = assess(PROCEDURE, SPECIALTY, described(facts))

    assert urgency_of(described(facts)) <= urgency_of(facts)
    assert answer.top_class not in REASSURING
    assert answer.asks_for_review


@given(any_facts)
def test_a_red_flag_inside_its_days_is_always_first(facts: CaseFacts) -> None:
    answer = assess(PROCEDURE, SPECIALTY, with_sign(facts, "g_breathing"))

    if 0 <= facts.day <= 90:
        assert answer.hints[0].urgency == "emergency_now"
        assert answer.top_class == "medical_complication"


@given(any_facts)
def test_what_matches_nothing_is_never_called_normal(facts: CaseFacts) -> None:
    answer = assess(PROCEDURE, SPECIALTY, with_sign(facts, "unheard_of"))

    assert all(hint.suggests not in REASSURING for hint in answer.hints)


@given(any_facts)
def test_the_order_in_which_signs_were_told_changes_nothing(facts: CaseFacts) -> None:
    backwards = CaseFacts(
        **{**{name: getattr(facts, name) for name in facts.__dataclass_fields__}, "signs": facts.signs[::-1]}
    )
    answer, other = assess(PROCEDURE, SPECIALTY, facts), assess(PROCEDURE, SPECIALTY, backwards)

    assert (answer.top_class, answer.highest_urgency) == (other.top_class, other.highest_urgency)
    assert set(answer.missing) == set(other.missing)


@given(any_facts)
def test_every_reason_can_be_read_in_every_language(facts: CaseFacts) -> None:
    for hint in assess(PROCEDURE, SPECIALTY, facts).hints:
        for reason in hint.reasons:
            assert reason.sentence("fr")
            assert reason.sentence("tr") == reason.sentence("en")


@given(any_facts)
def test_without_complete_papers_no_figure_gives_a_class(facts: CaseFacts) -> None:
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    bare = CaseFacts(**{**values, "signs": (), "documentation": Documentation()})

    assert assess(PROCEDURE, SPECIALTY, bare).top_class not in ("objective_insufficiency", "medical_complication")

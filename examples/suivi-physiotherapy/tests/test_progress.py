"""The one rule in Python, and figures a physiotherapist can confirm."""

import pytest
import suivi_physiotherapy

from suivi.core.specialties.hints import CaseFacts, Measured


def hints(day: int, **figures: float) -> list[str]:
    facts = CaseFacts(procedure="frozen_shoulder_course", day=day, measurements={"elevation_deg": Measured(**figures)})
    return [hint.rule for hint in suivi_physiotherapy.classification_hints(facts)]


def test_less_than_half_of_the_way_after_three_months_is_worth_a_look() -> None:
    assert hints(90, value=100, baseline=90, target=160) == ["physiotherapy.slow_progress"]


@pytest.mark.parametrize(
    ("day", "figures"),
    [
        (89, {"value": 100, "baseline": 90, "target": 160}),
        (90, {"value": 125, "baseline": 90, "target": 160}),
        (90, {"value": 100, "baseline": 90}),
        (90, {"value": 100, "baseline": 160, "target": 160}),
    ],
    ids=["too early", "half of the way", "nothing agreed", "no way to go"],
)
def test_otherwise_nothing_is_suggested(day: int, figures: dict[str, float]) -> None:
    assert hints(day, **figures) == []


def test_a_knee_is_judged_at_nine_months_as_a_rule() -> None:
    knee = suivi_physiotherapy.specialty().procedures["acl_rehabilitation"]

    assert (knee.stabilisation.min, knee.stabilisation.typical) == (180, 270)

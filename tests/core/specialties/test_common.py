"""What every specialty shares."""

from typing import get_args

import pytest

from suivi.core.specialties.common import common, other_specialty
from suivi.core.specialties.model import CaseClass, Urgency
from suivi.core.specialties.texts import missing_texts, texts


def test_urgencies_are_ordered_from_the_most_urgent_and_say_what_to_do() -> None:
    levels = common().urgency

    assert tuple(levels) == get_args(Urgency)
    assert [level.order for level in levels.values()] == [1, 2, 3, 4]
    assert [level.target_response_h for level in levels.values()] == [0, 8, 48, 336]
    assert "emergency" in levels["emergency_now"].what_to_do.read("en")[0]
    assert "urgences" in levels["emergency_now"].what_to_do.read("fr")[0]


def test_there_are_the_four_classes_of_the_seed_pages() -> None:
    assert set(common().case_classes) == set(get_args(CaseClass))
    assert common().case_classes["subjective_dissatisfaction"].name.read("fr")[0] == "perception subjective"


def test_the_reference_period_is_nine_calendar_months_from_both_seed_pages() -> None:
    period = common().reference_period

    assert (period.default, period.src, period.conf) == ("P9M", ("seed_en", "seed_fr"), "high")


def test_the_seven_general_red_flags_have_patient_readable_french() -> None:
    flags = common().general_red_flags

    assert len(flags) == 7
    assert all("fr" in flag.symptom.by_locale and flag.src and flag.conf for flag in flags)


def test_every_shared_text_has_french() -> None:
    """R-217."""
    assert [path for path, text in texts(common()) if "fr" not in text.by_locale] == []
    assert missing_texts(other_specialty(), "fr") == []


def test_everything_cited_exists() -> None:
    other = common().other
    cited = [*common().general_red_flags, *other.phases, *other.check_ups, other.stabilisation]

    assert {key for entry in cited for key in entry.src} <= set(common().sources)
    assert all(entry.src and entry.conf for entry in cited)


@pytest.mark.parametrize(("asked", "answered"), [("fr", "fr"), ("fr-CA", "fr"), ("hu", "en"), ("en", "en")])
def test_a_text_falls_back_to_the_base_language_then_english_and_says_so(asked: str, answered: str) -> None:
    """R-217."""
    assert common().notice.read(asked)[1] == answered

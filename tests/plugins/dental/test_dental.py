"""The dental specialty, against the figures it is meant to carry."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.registry import Registry
from suivi.core.specialties.model import ClassHint, Procedure, Specialty
from suivi.plugins import dental as plugin

PROCEDURES = (
    "crown", "veneer", "bridge", "single_implant", "full_arch_all_on_4", "root_canal", "whitening",
    "bone_graft_sinus_lift", "aligners",
)  # fmt: skip


@pytest.fixture(scope="module")
def dental() -> Specialty:
    found = Registry.load(only=["dental"]).specialty("dental")
    assert found is not None
    return found


def test_there_are_nine_dental_procedures(dental: Specialty) -> None:
    """R-227."""
    assert tuple(dental.procedures) == PROCEDURES


@pytest.mark.parametrize(
    ("procedure", "days"),
    [
        ("crown", (14, 30, 90)),
        ("veneer", (14, 30, 60)),
        ("bridge", (30, 60, 120)),
        ("single_implant", (60, 120, 180)),
        ("full_arch_all_on_4", (90, 150, 365)),
        ("root_canal", (180, 365, 1460)),
        ("whitening", (14, 14, 30)),
        ("bone_graft_sinus_lift", (120, 180, 270)),
        ("aligners", (90, 365, 730)),
    ],
)
def test_a_result_may_be_judged_after_a_range_of_days(
    dental: Specialty, procedure: str, days: tuple[int, int, int]
) -> None:
    """R-040."""
    stabilisation = dental.procedures[procedure].stabilisation

    assert (stabilisation.min, stabilisation.typical, stabilisation.max) == days
    assert stabilisation.unit == "day"


def test_the_crown_on_an_implant_has_a_clock_of_its_own(dental: Specialty) -> None:
    crown = dental.procedures["single_implant"].prosthetic

    assert crown is not None
    assert (crown.anchor, crown.min, crown.typical, crown.max) == ("definitive_crown", 30, 180, 365)


@pytest.mark.parametrize(
    ("template", "unit", "years", "or_more"),
    [("clinic_crown", "year", (3, 5), False), ("clinic_implant", "year", (3, 10), True)],
)
def test_crowns_are_covered_three_to_five_years_and_implants_three_to_ten_or_more(
    dental: Specialty, template: str, unit: str, years: tuple[int, int], or_more: bool
) -> None:
    """R-227: the figures of the seed pages."""
    duration = dental.warranty_templates[template].duration

    assert (duration.unit, (duration.min, duration.max), duration.or_more) == (unit, years, or_more)
    assert "seed_en" in dental.warranty_templates[template].src


def test_sensitivity_is_normal_for_four_weeks_after_a_crown(dental: Specialty) -> None:
    signs = {sign.id: sign for sign in dental.procedures["crown"].normal_signs}

    assert signs["cold"].days == (0, 28)
    assert "froid" in signs["cold"].sign.read("fr")[0]
    assert signs["high"].note is not None


@pytest.mark.parametrize(
    ("procedure", "flag", "days", "urgency"),
    [
        ("crown", "inhaled_part", (0, None), "emergency_now"),
        ("crown", "bite_pain", (14, None), "within_48h"),
        ("single_implant", "persistent_numb", (1, 30), "same_day"),
        ("full_arch_all_on_4", "airway_swelling", (0, 14), "emergency_now"),
        ("root_canal", "hypochlorite", (0, 2), "same_day"),
        ("whitening", "g_anaphylaxis", (0, 14), "emergency_now"),
    ],
)
def test_what_must_not_wait_has_its_days_and_urgency(
    dental: Specialty, procedure: str, flag: str, days: tuple[int, int | None], urgency: str
) -> None:
    (found,) = [entry for entry in dental.procedures[procedure].red_flags if entry.id == flag]

    assert (found.days, found.urgency) == (days, urgency)


def test_the_counts_are_those_of_the_reference(dental: Specialty) -> None:
    def count(name: str) -> int:
        return sum(len(getattr(procedure, name)) for procedure in dental.procedures.values())

    assert len(dental.measurements) == 25
    assert len(dental.photo_sets) == 5
    assert len(dental.duties) == 12
    assert len(dental.warranty_templates) == 12
    assert {name: count(name) for name in ("phases", "check_ups", "normal_signs", "outcomes", "hints")} == {
        "phases": 30, "check_ups": 37, "normal_signs": 32, "outcomes": 29, "hints": 11,
    }  # fmt: skip
    assert count("red_flags") == 39 + 9 * 7


@pytest.mark.parametrize("locale", ["en", "fr", "de", "es", "tr", "ko"])
def test_procedures_have_names_in_six_languages(dental: Specialty, locale: str) -> None:
    assert all(procedure.names.read(locale)[1] == locale for procedure in dental.procedures.values())


def test_what_later_features_read_is_kept_as_it_is(dental: Specialty) -> None:
    crown: Procedure = dental.procedures["crown"]

    assert crown.raw["codes"]["icd10pcs"][0]["code"] == "0CRWXJ0"
    assert crown.raw["benchmarks"][0]["src"] == ["ld_crowns"]
    assert dental.procedures["single_implant"].raw["staged"]["gap_days"] == {"min": 60, "typical": 120, "max": 180}
    assert len(dental.procedures["single_implant"].outcomes[-1].all_of) == 3


# What the rules can evaluate


def hints(dental: Specialty) -> dict[str, ClassHint]:
    return {hint.id or "": hint for procedure in dental.procedures.values() for hint in procedure.hints}


def outcomes(dental: Specialty, procedure: str) -> dict[str, Any]:
    return {threshold.id: threshold for threshold in dental.procedures[procedure].outcomes}


def test_every_hint_has_an_id_and_facts_it_rests_on(dental: Specialty) -> None:
    assert set(hints(dental)) == {
        "later_root_canal", "look_approved", "matches_mock_up", "early_failure", "bone_loss_smoking", "teeth_wear",
        "lesion_shrinking", "measured_gain", "partly_resorbed", "worn_too_little", "relapse",
    }  # fmt: skip
    assert all(hint.given is not None for hint in hints(dental).values())


def test_nothing_is_called_normal_without_something_that_was_seen_measured_or_known(dental: Specialty) -> None:
    normal = [hint.given for hint in hints(dental).values() if hint.suggests == "normal_evolution"]

    assert len(normal) == 5
    assert all(given and (given.signs or given.measurements or given.facts) for given in normal)


def test_an_approved_look_is_held_against_nobody_before_a_result_may_be_judged(dental: Specialty) -> None:
    """R-042."""
    for procedure, hint in (("crown", "look_approved"), ("veneer", "matches_mock_up"), ("whitening", "measured_gain")):
        given = hints(dental)[hint].given

        assert given is not None
        assert given.days == (dental.procedures[procedure].stabilisation.typical, None)
        assert given.patient_dissatisfied is True


def test_a_root_canal_needed_within_two_years_of_a_crown_is_a_complication(dental: Specialty) -> None:
    hint = hints(dental)["later_root_canal"]

    assert hint.given is not None
    assert hint.given.days == (0, 730)
    assert (hint.suggests, hint.strength) == ("medical_complication", "moderate")


@pytest.mark.parametrize(
    ("procedure", "sign", "from_day", "urgency"),
    [("crown", "high", 8, "within_48h"), ("single_implant", "numb_la", 1, "same_day")],
)
def test_a_sign_that_stays_too_long_becomes_urgent_on_a_stated_day(
    dental: Specialty, procedure: str, sign: str, from_day: int, urgency: str
) -> None:
    """R-071: data, not prose."""
    [found] = [entry for entry in dental.procedures[procedure].normal_signs if entry.id == sign]
    [escalation] = found.escalates

    assert (escalation.from_day, escalation.urgency) == (from_day, urgency)
    assert found.days[1] == from_day - 1
    assert escalation.src
    assert escalation.conf == "medium"


def test_a_shade_is_compared_with_what_was_agreed_and_bone_with_what_was_planned(dental: Specialty) -> None:
    shade, height = outcomes(dental, "crown")["shade"], outcomes(dental, "bone_graft_sinus_lift")["height"]

    assert (shade.measure, shade.op, shade.value, shade.from_day) == ("delta_e00", "gt", 1.8, 14)
    assert shade.needs == ("target",)
    assert (height.op, height.value, height.from_day, height.level) == ("lt_target", 0, 120, "insufficiency")


def test_a_loose_screw_is_no_failed_implant(dental: Specialty) -> None:
    mobile = outcomes(dental, "single_implant")["mobile"]

    assert (mobile.op, mobile.value, mobile.from_day) == ("eq", True, 60)
    [required] = mobile.requires
    assert (required.fact, required.value, required.optional) == ("fixture_itself_moves", True, True)


@pytest.mark.parametrize(
    ("procedure", "threshold", "figures"),
    [
        ("crown", "gap", ("gt", 120, 14, "review")),
        ("crown", "sens", ("gte", 4, 90, "review")),
        ("single_implant", "mbl_y1", ("gt", 1.5, 300, "review")),
        ("single_implant", "mbl_2", ("gt", 2.0, 300, "insufficiency")),
        ("single_implant", "mbl_rate", ("gt", 0.2, 1095, "review")),
        ("full_arch_all_on_4", "implant_lost", ("eq", True, 0, "insufficiency")),
        ("root_canal", "lesion_grown", ("gt_baseline", 0, 365, "insufficiency")),
        ("root_canal", "lesion_same_4y", ("gte", 3, 1460, "insufficiency")),
        ("whitening", "few_units", ("lt", 2, 14, "review")),
        ("aligners", "lin", ("gt", 0.5, 0, "review")),
        ("aligners", "par", ("lt", 30, 0, "insufficiency")),
    ],
)
def test_thresholds_carry_the_figures_of_the_reference(
    dental: Specialty, procedure: str, threshold: str, figures: tuple[str, Any, int, str]
) -> None:
    found = outcomes(dental, procedure)[threshold]

    assert (found.op, found.value, found.from_day, found.level) == figures


@pytest.mark.parametrize(
    ("procedure", "stay", "flight"),
    [
        ("crown", 5, 0),
        ("veneer", 6, 0),
        ("bridge", 6, 0),
        ("single_implant", 3, 1),
        ("full_arch_all_on_4", 5, 2),
        ("root_canal", 2, 1),
        ("whitening", 1, 0),
        ("bone_graft_sinus_lift", 3, 7),
        ("aligners", 2, 0),
    ],
)
def test_a_patient_stays_near_the_clinic_for_some_days_and_then_may_fly(
    dental: Specialty, procedure: str, stay: int, flight: int
) -> None:
    on_site = dental.procedures[procedure].on_site

    assert on_site is not None
    assert (on_site.min_days, on_site.flight_after_days) == (stay, flight)


def test_one_treatment_may_hold_several_teeth_or_both_jaws(dental: Specialty) -> None:
    assert all(procedure.site.multiple for procedure in dental.procedures.values())
    for name in ("full_arch_all_on_4", "whitening", "aligners"):
        assert dental.procedures[name].site.values == ("upper", "lower")


# What a patient is told on a day


def on_day(dental: Specialty, procedure: str, day: int, **anchors: str) -> Recovery:
    known = dental.procedures[procedure]
    dates = {known.anchors.day0: "2026-03-03", **anchors}
    placed = {name: PartialDate.parse(text) for name, text in dates.items()}
    return recovery(known, placed, date(2026, 3, 3) + timedelta(days=day))


def test_on_day_ten_a_crown_is_settling_and_cold_is_normal(dental: Specialty) -> None:
    """R-042."""
    today = on_day(dental, "crown", 10)

    assert [phase.id for phase in today.phases] == ["settling"]
    assert {"cold", "gum", "speech"} == {sign.id for sign in today.normal_signs}
    assert "high" in {sign.id for sign in today.no_longer_normal}


def test_numbness_on_the_day_after_an_implant_is_no_longer_normal(dental: Specialty) -> None:
    today = on_day(dental, "single_implant", 1)

    assert "numb_la" in {sign.id for sign in today.no_longer_normal}
    assert "persistent_numb" in {flag.id for flag in today.red_flags}


def test_an_implant_with_its_crown_has_two_results_on_two_clocks(dental: Specialty) -> None:
    today = on_day(dental, "single_implant", 200, definitive_crown="2026-08-20")

    assert today.prosthetic is not None
    assert {"osseointegration", "remodelling"} & {phase.id for phase in today.phases} == {"remodelling"}


def test_an_aligner_patient_is_in_active_treatment_until_its_end_is_known(dental: Specialty) -> None:
    today = on_day(dental, "aligners", 30)

    assert [phase.id for phase in today.phases] == ["active"]
    assert "end_of_active_treatment" in {missing.anchor for missing in today.missing_anchors}


# The sample cases

GOLDEN = yaml.safe_load((Path(plugin.__file__).parent / "golden.yaml").read_text(encoding="utf-8"))["cases"]


def test_there_are_sample_cases_for_every_procedure() -> None:
    assert len(GOLDEN) >= 30
    assert {case["given"]["procedure"] for case in GOLDEN} == set(PROCEDURES)
    assert len({case["id"] for case in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize("case", GOLDEN, ids=[case["id"] for case in GOLDEN])
def test_a_sample_case_speaks_of_what_the_specialty_knows(dental: Specialty, case: dict[str, Any]) -> None:
    given = case["given"]
    procedure = dental.procedures[given["procedure"]]
    sites = given.get("sites", [given])

    reported = {sign["id"] for site in sites for sign in site.get("signs", ()) if "id" in sign}
    assert reported - procedure.sign_ids() <= {"ringing_ears"}
    assert {name for site in sites for name in site.get("measurements", ())} <= set(dental.measurements)
    assert set(given.get("facts", ())) <= set(dental.facts)
    assert set(given.get("anchor_days", ())) <= set(procedure.anchors.all())

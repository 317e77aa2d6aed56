"""What the rules evaluate in surgery: facts, hints, signs that stay too long, answers on a day, sample cases."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.hints.dry_run import try_cases
from suivi.core.hints.sample_cases import SampleCase, read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.model import ClassHint, Specialty, Threshold
from suivi.plugins import surgery as plugin

GOLDEN = read_cases(Path(plugin.__file__).parent / "golden.yaml")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(only=[], extra=[plugin])


@pytest.fixture(scope="module")
def surgery(registry: Registry) -> Specialty:
    found = registry.specialty("surgery")
    assert found is not None
    return found


def hints(surgery: Specialty) -> dict[str, ClassHint]:
    return {hint.id or "": hint for procedure in surgery.procedures.values() for hint in procedure.hints}


def outcomes(surgery: Specialty, procedure: str) -> dict[str, Threshold]:
    return {threshold.id: threshold for threshold in surgery.procedures[procedure].outcomes}


# Facts, baselines, hints


def test_fat_counts_as_lost_only_where_the_weight_is_within_five_percent(surgery: Specialty) -> None:
    weight, method = outcomes(surgery, "bbl")["ret"].requires

    assert (weight.fact, weight.op, weight.value, weight.optional) == ("weight_change_pct", "abs_lte", 5, False)
    assert (method.fact, method.op, method.value, method.optional) == ("volume_method", "in", ["scan_3d", "mri"], True)


@pytest.mark.parametrize(
    ("procedure", "threshold"),
    [("breast_augmentation", "asym"), ("breast_lift_reduction", "nipple"), ("rhinoplasty", "breath")],
)
def test_what_was_uneven_or_blocked_before_surgery_is_compared_with_it(
    surgery: Specialty, procedure: str, threshold: str
) -> None:
    assert outcomes(surgery, procedure)[threshold].needs == ("baseline",)


def test_a_ruptured_implant_is_a_failed_device_from_the_first_day(surgery: Specialty) -> None:
    rupture = outcomes(surgery, "breast_augmentation")["rupt"]

    assert (rupture.class_hint, rupture.from_day) == ("device_failure", 0)


def test_hints_rest_on_something_that_can_be_evaluated_except_for_the_law_of_a_country(surgery: Specialty) -> None:
    assert set(hints(surgery)) == {
        "another_size", "implant_settling", "late_swelling", "tip_swelling", "uneven_and_blocked", "law_of_turkey",
        "weight_gained", "dog_ear", "fat_absorbed", "uneven_before", "shedding", "crown_lags", "native_hair",
        "weight_plateau",
    }  # fmt: skip
    assert {name for name, hint in hints(surgery).items() if hint.given is None} == {"law_of_turkey"}
    assert hints(surgery)["law_of_turkey"].suggests is None


def test_nothing_is_called_normal_without_something_that_was_seen_measured_or_known(surgery: Specialty) -> None:
    normal = [hint.given for hint in hints(surgery).values() if hint.suggests == "normal_evolution"]

    assert len(normal) == 8
    assert all(given and (given.signs or given.measurements or given.facts) for given in normal)


def test_unhappiness_is_called_a_matter_of_taste_only_once_a_result_may_usually_be_judged(surgery: Specialty) -> None:
    """R-042."""
    for procedure, name in (("breast_augmentation", "another_size"), ("blepharoplasty", "uneven_before")):
        given = hints(surgery)[name].given

        assert given is not None
        assert given.days == (surgery.procedures[procedure].stabilisation.typical, None)
        assert given.patient_dissatisfied is True


@pytest.mark.parametrize(
    ("procedure", "sign", "steps"),
    [
        ("breast_augmentation", "firm", [(91, "within_48h")]),
        ("breast_lift_reduction", "tslow", [(43, "routine")]),
        ("rhinoplasty", "bulb", [(366, "routine")]),
        ("facelift", "lip", [(43, "within_48h")]),
        ("blepharoplasty", "close", [(15, "routine"), (91, "within_48h")]),
        ("hair_transplant", "native_shock", [(121, "routine")]),
        ("bariatric_sleeve", "shoulder", [(4, "same_day")]),
    ],
)
def test_a_sign_that_stays_too_long_is_looked_at_as_soon_as_is_stated(
    surgery: Specialty, procedure: str, sign: str, steps: list[tuple[int, str]]
) -> None:
    """R-071: data, not prose."""
    [found] = [entry for entry in surgery.procedures[procedure].normal_signs if entry.id == sign]

    assert [(step.from_day, step.urgency) for step in found.escalates] == steps
    assert found.days[1] == steps[0][0] - 1
    assert all(step.src and step.conf for step in found.escalates)


# What a patient is told on a day


def on_day(surgery: Specialty, procedure: str, day: int) -> Recovery:
    operated = date(2026, 3, 3)
    return recovery(
        surgery.procedures[procedure], {"surgery": PartialDate.of(operated)}, operated + timedelta(days=day)
    )


def test_on_day_ten_after_breast_implants_tightness_is_normal_and_it_is_too_early_to_judge(surgery: Specialty) -> None:
    """R-042."""
    today = on_day(surgery, "breast_augmentation", 10)

    assert [phase.id for phase in today.phases] == ["healing"]
    assert {"tight", "numb", "shoot", "firm", "squelch"} == {sign.id for sign in today.normal_signs}
    assert {"expanding_haematoma", "redbreast"} <= {flag.id for flag in today.red_flags}
    assert today.too_early is True


def test_a_year_after_breast_implants_a_new_swelling_is_watched_for(surgery: Specialty) -> None:
    before, after = on_day(surgery, "breast_augmentation", 364), on_day(surgery, "breast_augmentation", 365)

    assert "late_seroma_breast" not in {flag.id for flag in before.red_flags}
    assert "late_seroma_breast" in {flag.id for flag in after.red_flags}


def test_shed_hair_is_normal_in_the_first_two_months_and_the_result_is_judged_from_nine(surgery: Specialty) -> None:
    """R-040, R-042."""
    month_one, month_three = on_day(surgery, "hair_transplant", 30), on_day(surgery, "hair_transplant", 90)

    assert "shed" in {sign.id for sign in month_one.normal_signs}
    assert "shed" in {sign.id for sign in month_three.no_longer_normal}
    assert on_day(surgery, "hair_transplant", 269).too_early is True
    assert on_day(surgery, "hair_transplant", 270).too_early is False


def test_a_sleeve_is_watched_for_leaks_in_the_first_month_and_judged_after_a_year(surgery: Specialty) -> None:
    today = on_day(surgery, "bariatric_sleeve", 10)

    assert {"leak", "diet", "loss"} == {phase.id for phase in today.phases}
    assert today.red_flags[0].urgency == "emergency_now"
    assert on_day(surgery, "bariatric_sleeve", 364).too_early is True
    assert on_day(surgery, "bariatric_sleeve", 365).too_early is False


def test_a_nose_is_not_judged_before_six_months(surgery: Specialty) -> None:
    assert on_day(surgery, "rhinoplasty", 179).too_early is True
    assert on_day(surgery, "rhinoplasty", 180).too_early is False


# The sample cases


def test_there_are_sample_cases_for_every_procedure_and_way(surgery: Specialty) -> None:
    assert len(GOLDEN) >= 30
    assert {case.given.procedure for case in GOLDEN} == set(surgery.procedures)
    assert {case.given.variant for case in GOLDEN if case.given.variant} == {"FUE", "DHI", "FUT"}


@pytest.mark.parametrize("case", GOLDEN, ids=[case.id for case in GOLDEN])
def test_a_sample_case_comes_out_as_expected(registry: Registry, surgery: Specialty, case: SampleCase) -> None:
    procedure = surgery.procedures[case.given.procedure]
    sites = case.given.sites or (case.given,)

    [tried] = try_cases(registry, [case])

    assert (tried.verdict, tried.differences) == ("as_expected", ())
    assert {sign.id for site in sites for sign in site.signs if sign.id} <= procedure.sign_ids() | {"ringing_ears"}
    assert {name for site in sites for name in site.measurements} <= set(surgery.measurements)
    assert {site.site for site in sites if site.site} <= set(procedure.site.values)

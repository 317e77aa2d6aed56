"""Eye care, against the figures it is meant to carry."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import ClassHint, NormalSign, RedFlag, Specialty, Threshold
from suivi.plugins import ophthalmology as plugin

PROCEDURES = ("lasik", "prk", "smile", "cataract_iol", "icl", "pterygium", "corneal_cross_linking")
LASER = ("lasik", "prk", "smile")
FOLDER = Path(plugin.__file__).parent
SURGERY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(only=[], extra=[plugin])


@pytest.fixture(scope="module")
def eyes(registry: Registry) -> Specialty:
    found = registry.specialty("ophthalmology")
    assert found is not None
    return found


def on_day(eyes: Specialty, procedure: str, day: int, variant: str | None = None) -> Recovery:
    dates = {"surgery": PartialDate.parse(SURGERY.isoformat())}
    return recovery(eyes.procedures[procedure], dates, SURGERY + timedelta(days=day), variant=variant)


def sign(eyes: Specialty, procedure: str, name: str) -> NormalSign:
    return next(entry for entry in eyes.procedures[procedure].normal_signs if entry.id == name)


def flag(eyes: Specialty, procedure: str, name: str) -> RedFlag:
    return next(entry for entry in eyes.procedures[procedure].red_flags if entry.id == name)


def threshold(eyes: Specialty, procedure: str, name: str) -> Threshold:
    return next(entry for entry in eyes.procedures[procedure].outcomes if entry.id == name)


def hints(eyes: Specialty) -> dict[str, ClassHint]:
    return {hint.id or "": hint for procedure in eyes.procedures.values() for hint in procedure.hints}


# What it covers


def test_there_are_seven_procedures_of_eye_care(eyes: Specialty) -> None:
    """R-227."""
    assert tuple(eyes.procedures) == PROCEDURES


def test_each_eye_is_an_object_of_its_own_and_one_treatment_may_hold_both(eyes: Specialty) -> None:
    sites = [procedure.site for procedure in eyes.procedures.values()]

    assert {(site.scheme, site.unit, site.values, site.multiple) for site in sites} == {
        ("laterality", "eye", ("OD", "OS"), True)
    }
    assert eyes.labels.sites["OD"].read("en") == ("right eye", "en")
    assert eyes.labels.sites["OS"].read("fr") == ("œil gauche", "fr")


def test_lenses_are_devices_and_corneal_treatments_are_not(eyes: Specialty) -> None:
    """R-136."""
    assert {key for key, procedure in eyes.procedures.items() if procedure.site.device} == {"cataract_iol", "icl"}


def test_the_counts_are_those_of_the_reference(eyes: Specialty) -> None:
    def count(name: str) -> int:
        return sum(len(getattr(procedure, name)) for procedure in eyes.procedures.values())

    assert len(eyes.measurements) == 22
    assert len(eyes.photo_sets) == 3
    assert len(eyes.warranty_templates) == 7
    assert {name: count(name) for name in ("phases", "check_ups", "normal_signs", "outcomes", "hints")} == {
        "phases": 27, "check_ups": 40, "normal_signs": 28, "outcomes": 28, "hints": 9,
    }  # fmt: skip
    assert count("red_flags") == 40 + 7 * 7


# When a result may be judged


@pytest.mark.parametrize(
    ("procedure", "days"),
    [
        ("lasik", (90, 90, 365)),
        ("prk", (90, 180, 365)),
        ("smile", (90, 90, 180)),
        ("cataract_iol", (28, 42, 90)),
        ("icl", (30, 90, 180)),
        ("pterygium", (90, 180, 365)),
        ("corneal_cross_linking", (180, 365, 730)),
    ],
)
def test_a_result_may_be_judged_after_a_range_of_days(
    eyes: Specialty, procedure: str, days: tuple[int, int, int]
) -> None:
    """R-040."""
    stabilisation = eyes.procedures[procedure].stabilisation

    assert (stabilisation.min, stabilisation.typical, stabilisation.max) == days
    assert stabilisation.unit == "day"


@pytest.mark.parametrize("procedure", LASER)
def test_a_laser_correction_is_settled_by_two_refractions_a_month_apart_within_half_a_dioptre(
    eyes: Specialty, procedure: str
) -> None:
    """R-041."""
    measured = eyes.procedures[procedure].stabilisation.measured

    assert measured is not None
    assert (measured.measure, measured.within, measured.times, measured.apart_days) == ("se_d", 0.5, 2, 30)
    assert (measured.src, measured.conf) == (("fda_laser", "gk"), "medium")


def test_only_laser_corrections_wait_for_two_refractions(eyes: Specialty) -> None:
    assert {key for key, entry in eyes.procedures.items() if entry.stabilisation.measured} == set(LASER)


def test_a_second_lasik_is_not_proposed_before_the_refraction_stopped_moving(eyes: Specialty) -> None:
    gate = threshold(eyes, "lasik", "stable")

    assert (gate.measure, gate.op, gate.value, gate.from_day, gate.level) == ("se_change_d", "abs_lte", 0.5, 90, "gate")


def test_the_eye_takes_longer_to_get_used_to_a_multifocal_lens(eyes: Specialty) -> None:
    cataract = eyes.procedures["cataract_iol"]

    assert cataract.variants == ("monofocal", "toric", "multifocal_or_edof", "refractive_lens_exchange")
    assert cataract.stabilisation.variants == {"multifocal_or_edof": {"min": 90, "typical": 180, "max": 365}}
    assert on_day(eyes, "cataract_iol", 60, "monofocal").too_early is False
    assert on_day(eyes, "cataract_iol", 60, "multifocal_or_edof").too_early is True


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_it_is_too_early_to_judge_in_the_first_month(eyes: Specialty, procedure: str) -> None:
    assert on_day(eyes, procedure, 27).too_early is True


# What is normal, and until when


def test_dry_eyes_are_normal_for_six_months_after_lasik_as_the_seed_pages_say(eyes: Specialty) -> None:
    """R-227."""
    dry = sign(eyes, "lasik", "dry")

    assert dry.days == (0, 180)
    assert dry.src == ("seed_en", "seed_fr", "gk")
    assert dry.note is not None


@pytest.mark.parametrize(
    ("procedure", "name", "days"),
    [
        ("lasik", "grit", (0, 2)),
        ("lasik", "halo", (0, 180)),
        ("prk", "pain", (0, 4)),
        ("prk", "mildhaze", (30, 180)),
        ("smile", "dry", (0, 120)),
        ("cataract_iol", "shadow", (0, 90)),
        ("icl", "rings", (0, 120)),
        ("pterygium", "bloody", (0, 21)),
        ("corneal_cross_linking", "blur", (0, 90)),
    ],
)
def test_a_sign_is_normal_on_its_days_only(eyes: Specialty, procedure: str, name: str, days: tuple[int, int]) -> None:
    assert sign(eyes, procedure, name).days == days
    last = on_day(eyes, procedure, days[1])
    after = on_day(eyes, procedure, days[1] + 1)

    assert name in {today.id for today in last.normal_signs}
    assert name in {today.id for today in after.no_longer_normal}


@pytest.mark.parametrize(
    ("procedure", "name", "steps"),
    [
        ("lasik", "dry", [(181, "routine")]),
        ("prk", "pain", [(5, "same_day")]),
        ("prk", "mildhaze", [(181, "routine"), (366, "within_48h")]),
        ("cataract_iol", "halo_mf", [(181, "routine")]),
        ("pterygium", "red", [(43, "routine"), (90, "within_48h")]),
        ("corneal_cross_linking", "pain", [(5, "same_day")]),
    ],
)
def test_a_sign_that_stays_says_how_soon_somebody_should_look(
    eyes: Specialty, procedure: str, name: str, steps: list[tuple[int, str]]
) -> None:
    """R-071."""
    found = sign(eyes, procedure, name)

    assert [(step.from_day, step.urgency) for step in found.escalates] == steps
    assert found.days[1] is not None
    assert steps[0][0] == found.days[1] + 1


# What must not wait


@pytest.mark.parametrize(
    ("procedure", "name", "days", "urgency"),
    [
        ("lasik", "pain_vision", (0, None), "emergency_now"),
        ("lasik", "trauma", (0, None), "emergency_now"),
        ("lasik", "dlk", (1, 7), "same_day"),
        ("lasik", "ectasia", (90, None), "within_48h"),
        ("prk", "pain_after", (2, 30), "emergency_now"),
        ("prk", "steroid_iop", (14, 120), "same_day"),
        ("prk", "lens_lost", (0, 7), "same_day"),
        ("smile", "flashes", (0, None), "emergency_now"),
        ("cataract_iol", "pain_vision", (0, 56), "emergency_now"),
        ("cataract_iol", "cme", (21, 120), "within_48h"),
        ("cataract_iol", "pco", (90, None), "routine"),
        ("icl", "halo_headache", (0, 30), "emergency_now"),
        ("pterygium", "melt", (7, None), "emergency_now"),
        ("pterygium", "graft_lost", (0, 14), "same_day"),
        ("corneal_cross_linking", "pain_after", (2, 30), "emergency_now"),
        ("corneal_cross_linking", "g_anaphylaxis", (0, 14), "emergency_now"),
    ],
)
def test_what_must_not_wait_has_its_days_and_urgency(
    eyes: Specialty, procedure: str, name: str, days: tuple[int, int | None], urgency: str
) -> None:
    found = flag(eyes, procedure, name)

    assert (found.days, found.urgency) == (days, urgency)


# What a measurement has to reach


@pytest.mark.parametrize(
    ("procedure", "name", "figures"),
    [
        ("lasik", "se05", ("se_error_d", "abs_gt", 0.5, "review", 90)),
        ("lasik", "se10", ("se_error_d", "abs_gt", 1.0, "insufficiency", 90)),
        ("lasik", "ucva", ("ucva_logmar", "gt", 0.3, "insufficiency", 90)),
        ("lasik", "lines", ("bcva_lines_lost", "gte", 2, "insufficiency", 90)),
        ("lasik", "dry6", ("osdi", "gte", 33, "review", 180)),
        ("prk", "se10", ("se_error_d", "abs_gt", 1.0, "insufficiency", 180)),
        ("prk", "haze2", ("haze_grade", "gte", 2, "insufficiency", 180)),
        ("cataract_iol", "pe10", ("se_error_d", "abs_gt", 1.0, "insufficiency", 28)),
        ("cataract_iol", "toric", ("iol_rotation_deg", "gt", 10, "review", 7)),
        ("icl", "vault_low", ("vault_um", "lt", 100, "review", 30)),
        ("icl", "ecd_low", ("ecd", "lt", 1500, "review", 180)),
        ("pterygium", "rec", ("ptery_grade", "gte", 4, "insufficiency", 90)),
        ("corneal_cross_linking", "prog", ("kmax_d", "gt_baseline", 1.0, "insufficiency", 365)),
    ],
)
def test_a_threshold_has_its_figure_and_its_first_day(
    eyes: Specialty, procedure: str, name: str, figures: tuple[str, str, float, str, int]
) -> None:
    found = threshold(eyes, procedure, name)

    assert (found.measure, found.op, found.value, found.level, found.from_day) == figures


def test_a_rotated_toric_lens_does_not_wait_for_the_result_to_settle(eyes: Specialty) -> None:
    from_day = threshold(eyes, "cataract_iol", "toric").from_day

    assert from_day is not None
    assert from_day < eyes.procedures["cataract_iol"].stabilisation.min


def test_weak_vision_counts_only_for_an_eye_that_saw_well_before_and_was_meant_for_distance(eyes: Specialty) -> None:
    before, target = threshold(eyes, "lasik", "ucva").requires

    assert (before.fact, before.op, before.value) == ("preop_bcva_logmar", "lte", 0.0)
    assert before.baseline_of == "bcva_logmar"
    assert (target.fact, target.op, target.value, target.baseline_of) == ("distance_target", "eq", True, None)


def test_weak_vision_after_cataract_surgery_counts_only_without_another_disease_of_the_eye(eyes: Specialty) -> None:
    (required,) = threshold(eyes, "cataract_iol", "bcva").requires

    assert (required.fact, required.op, required.value) == ("ocular_comorbidity", "eq", False)


# Hints


def test_no_hint_calls_something_normal_without_a_sign_a_measurement_or_an_answer(eyes: Specialty) -> None:
    normal = [hint.given for hint in hints(eyes).values() if hint.suggests == "normal_evolution"]

    assert len(normal) == 7
    assert all(given and (given.signs or given.measurements or given.facts) for given in normal)


def test_halos_with_a_multifocal_lens_are_expected_for_six_months_when_the_refraction_is_on_target(
    eyes: Specialty,
) -> None:
    given = hints(eyes)["multifocal_halos"].given

    assert given is not None
    assert (given.signs, given.days, given.variants) == (("halo_mf",), (0, 179), ("multifocal_or_edof",))
    assert (given.measurements[0].op, given.measurements[0].value) == ("abs_lte", 0.5)


def test_cross_linking_is_meant_to_stop_the_disease_and_not_to_improve_vision(eyes: Specialty) -> None:
    hint = hints(eyes)["stable_not_better"]

    assert hint.given is not None
    assert (hint.suggests, hint.given.facts[0].fact) == ("normal_evolution", "vision_not_better")
    assert (hint.given.measurements[0].measure, hint.given.measurements[0].op) == ("kmax_d", "lte_baseline")


# Staying on site, check-ups, photos, warranties


@pytest.mark.parametrize(
    ("procedure", "stay", "flight"),
    [
        ("lasik", (2, 4), 1),
        ("prk", (5, 6), 1),
        ("smile", (2, 4), 1),
        ("cataract_iol", (2, 5), 1),
        ("icl", (3, 5), 2),
        ("pterygium", (3, 7), 2),
        ("corneal_cross_linking", (5, 7), 1),
    ],
)
def test_the_stay_near_the_clinic_has_a_shortest_and_a_usual_length(
    eyes: Specialty, procedure: str, stay: tuple[int, int], flight: int
) -> None:
    on_site = eyes.procedures[procedure].on_site

    assert on_site is not None
    assert ((on_site.min_days, on_site.typical_days), on_site.flight_after_days) == (stay, flight)


@pytest.mark.parametrize(
    ("procedure", "days"),
    [
        ("lasik", (1, 7, 30, 90, 180, 365)),
        ("prk", (1, 5, 30, 90, 180, 365)),
        ("smile", (1, 7, 30, 90, 180)),
        ("cataract_iol", (1, 7, 35, 180, 365)),
        ("icl", (0, 1, 7, 30, 90, 365)),
        ("pterygium", (1, 10, 30, 90, 180, 365)),
        ("corneal_cross_linking", (1, 5, 30, 90, 180, 365)),
    ],
)
def test_check_ups_are_planned_on_stated_days(eyes: Specialty, procedure: str, days: tuple[int, ...]) -> None:
    """R-030."""
    assert tuple(check_up.day for check_up in eyes.procedures[procedure].check_ups) == days


def test_an_implantable_lens_is_checked_every_year_for_life(eyes: Specialty) -> None:
    assert eyes.procedures["icl"].check_ups[-1].repeat_every_days == 365
    assert eyes.procedures["icl"].phases[-1].days == (90, None)


def test_photos_of_the_eye_are_asked_for_by_view(eyes: Specialty) -> None:
    """R-033."""
    assert len(eyes.photo_sets["external_eye"].views) == 11
    assert all(view in eyes.labels.views for entry in eyes.photo_sets.values() for view in entry.views)


@pytest.mark.parametrize(
    ("template", "unit", "span"),
    [
        ("clinic_laser_retreatment", "year", (1, 2)),
        ("clinic_laser_lifetime", "lifetime", (None, None)),
        ("clinic_iol", "month", (3, 24)),
        ("clinic_icl", "year", (1, 2)),
        ("clinic_pterygium", "month", (6, 12)),
        ("clinic_cxl", "month", (0, 24)),
    ],
)
def test_what_the_market_covers_has_a_duration(
    eyes: Specialty, template: str, unit: str, span: tuple[int | None, int | None]
) -> None:
    duration = eyes.warranty_templates[template].duration

    assert (duration.unit, (duration.min, duration.max)) == (unit, span)


# Where it comes from, and in which words


def test_every_procedure_has_phases_check_ups_red_flags_duties_and_warranties(eyes: Specialty) -> None:
    for procedure in eyes.procedures.values():
        assert procedure.phases
        assert procedure.check_ups
        assert procedure.red_flags
        assert procedure.duties
        assert procedure.warranties


def test_a_text_missing_in_a_language_is_answered_in_english_and_says_so(eyes: Specialty) -> None:
    dry = sign(eyes, "lasik", "dry").sign

    assert dry.read("fr-CA")[1] == "fr"
    assert dry.read("ko") == (dry.by_locale["en"], "en")


# What a patient is told on a day


def test_two_days_after_prk_strong_pain_is_expected_and_a_lost_bandage_lens_is_not(eyes: Specialty) -> None:
    today = on_day(eyes, "prk", 2)

    assert {phase.id for phase in today.phases} == {"epithelium"}
    assert "pain" in {entry.id for entry in today.normal_signs}
    assert {"lens_lost", "pain_after"} <= {entry.id for entry in today.red_flags}


def test_on_the_day_after_lasik_the_flap_is_checked_on_site(eyes: Specialty) -> None:
    (due,) = on_day(eyes, "lasik", 1).next_check_ups

    assert (due.day, due.where) == (1, "on_site")


def test_five_weeks_after_cataract_surgery_the_refraction_may_be_judged(eyes: Specialty) -> None:
    today = on_day(eyes, "cataract_iol", 35, "monofocal")

    assert {phase.id for phase in today.phases} == {"refraction", "neuroadaptation"}
    assert today.too_early is False


# The sample cases

CASES = read_cases(FOLDER / "golden.yaml")


def test_the_sample_cases_cover_every_procedure_every_urgency_and_every_class() -> None:
    expected = [case.expect for case in CASES if case.expect]
    urgencies = {urgency for one in expected if one.highest_urgency for urgency in one.highest_urgency.any_of}
    classes = {name for one in expected if one.top_class for name in one.top_class.any_of}

    assert len(CASES) >= 30
    assert {case.given.procedure for case in CASES} == set(PROCEDURES)
    assert urgencies - {None} == {"emergency_now", "same_day", "within_48h", "routine"}
    assert classes == {*common().case_classes, "none"}

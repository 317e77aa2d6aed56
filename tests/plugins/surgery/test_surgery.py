"""The surgery specialty, against the figures it is meant to carry."""

import pytest

from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Specialty, Threshold, WarrantyTemplate
from suivi.plugins import surgery as plugin

PROCEDURES = (
    "breast_augmentation", "breast_lift_reduction", "rhinoplasty", "liposuction", "abdominoplasty", "bbl", "facelift",
    "blepharoplasty", "hair_transplant", "bariatric_sleeve",
)  # fmt: skip
LISTS = ("phases", "check_ups", "normal_signs", "red_flags", "outcomes", "hints")
MONTH = 30
TWELVE_MONTHS = 365


@pytest.fixture(scope="module")
def surgery() -> Specialty:
    found = Registry.load(only=[], extra=[plugin]).specialty("surgery")
    assert found is not None
    return found


def threshold(surgery: Specialty, procedure: str, name: str) -> Threshold:
    [found] = [entry for entry in surgery.procedures[procedure].outcomes if entry.id == name]
    return found


# What the seeds and the reference fix


def test_there_are_ten_surgical_procedures(surgery: Specialty) -> None:
    """R-227."""
    assert tuple(surgery.procedures) == PROCEDURES


@pytest.mark.parametrize(
    ("procedure", "days", "late_tail"),
    [
        ("breast_augmentation", (90, 180, 365), 540),
        ("breast_lift_reduction", (90, 180, 365), 540),
        ("rhinoplasty", (180, 365, 365), 540),
        ("liposuction", (90, 180, 365), None),
        ("abdominoplasty", (90, 180, 365), 540),
        ("bbl", (90, 240, 365), None),
        ("facelift", (90, 180, 365), None),
        ("blepharoplasty", (90, 180, 365), None),
        ("hair_transplant", (270, 365, 365), 540),
        ("bariatric_sleeve", (365, 365, 365), 730),
    ],
)
def test_a_result_may_be_judged_after_a_range_of_days(
    surgery: Specialty, procedure: str, days: tuple[int, int, int], late_tail: int | None
) -> None:
    """R-040."""
    stabilisation = surgery.procedures[procedure].stabilisation

    assert (stabilisation.min, stabilisation.typical, stabilisation.max) == days
    assert stabilisation.late_tail_days == late_tail
    assert stabilisation.unit == "day"


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_surgery_settles_in_three_to_twelve_months_and_hair_in_nine_to_twelve(
    surgery: Specialty, procedure: str
) -> None:
    """R-040, R-227: the figures of the seed pages bound every procedure; literature beyond them moves nothing."""
    scope = "hair_transplantation" if procedure == "hair_transplant" else "surgery"
    [seed] = [entry for entry in common().stabilisation_defaults if entry["scope"] == scope]
    stabilisation = surgery.procedures[procedure].stabilisation

    assert (seed["min"], seed["max"]) == ((9, 12) if scope == "hair_transplantation" else (3, 12))
    assert stabilisation.min >= seed["min"] * MONTH
    assert stabilisation.max is not None
    assert stabilisation.max <= TWELVE_MONTHS
    assert {"seed_en", "seed_fr"} <= set(stabilisation.src)


@pytest.mark.parametrize(
    ("procedure", "stay", "typical", "flight"),
    [
        ("breast_augmentation", 5, 7, 5),
        ("breast_lift_reduction", 7, 8, 5),
        ("rhinoplasty", 8, 8, 7),
        ("liposuction", 5, 7, 5),
        ("abdominoplasty", 7, 10, 10),
        ("bbl", 7, 10, 10),
        ("facelift", 8, 10, 10),
        ("blepharoplasty", 6, 8, 7),
        ("hair_transplant", 2, 3, 1),
        ("bariatric_sleeve", 5, 8, 7),
    ],
)
def test_a_patient_stays_near_the_clinic_for_some_days_and_then_may_fly(
    surgery: Specialty, procedure: str, stay: int, typical: int, flight: int
) -> None:
    on_site = surgery.procedures[procedure].on_site

    assert on_site is not None
    assert (on_site.min_days, on_site.typical_days, on_site.flight_after_days) == (stay, typical, flight)


@pytest.mark.parametrize(
    ("procedure", "flag", "days", "urgency"),
    [
        ("breast_augmentation", "expanding_haematoma", (0, 14), "emergency_now"),
        ("breast_augmentation", "late_seroma_breast", (365, None), "within_48h"),
        ("breast_augmentation", "deflate", (0, None), "within_48h"),
        ("breast_augmentation", "redbreast", (5, None), "same_day"),
        ("breast_lift_reduction", "nipple_blue", (0, 14), "emergency_now"),
        ("rhinoplasty", "septal_haematoma", (0, 14), "emergency_now"),
        ("rhinoplasty", "csf_leak", (0, 30), "same_day"),
        ("liposuction", "fat_embolism", (0, 3), "emergency_now"),
        ("liposuction", "seroma", (5, 60), "within_48h"),
        ("abdominoplasty", "black_navel", (1, 21), "same_day"),
        ("bbl", "fat_embolism", (0, 5), "emergency_now"),
        ("bbl", "leg_weak", (0, 14), "same_day"),
        ("facelift", "neck_breath", (0, 3), "emergency_now"),
        ("facelift", "nerve_face", (0, 120), "same_day"),
        ("blepharoplasty", "orbital_bleed", (0, 7), "emergency_now"),
        ("hair_transplant", "folliculitis", (14, 180), "within_48h"),
        ("hair_transplant", "donor_open", (3, 30), "same_day"),
        ("bariatric_sleeve", "sleeve_leak", (0, 60), "emergency_now"),
        ("bariatric_sleeve", "wernicke", (14, None), "emergency_now"),
        ("bariatric_sleeve", "g_leg_dvt", (1, 90), "same_day"),
    ],
)
def test_what_must_not_wait_has_its_days_and_urgency(
    surgery: Specialty, procedure: str, flag: str, days: tuple[int, int | None], urgency: str
) -> None:
    """R-071."""
    [found] = [entry for entry in surgery.procedures[procedure].red_flags if entry.id == flag]

    assert (found.days, found.urgency) == (days, urgency)


@pytest.mark.parametrize(
    ("procedure", "sign", "days"),
    [
        ("breast_augmentation", "tight", (0, 90)),
        ("breast_lift_reduction", "tslow", (7, 42)),
        ("rhinoplasty", "bulb", (0, 365)),
        ("liposuction", "lump", (7, 120)),
        ("abdominoplasty", "eve", (14, 180)),
        ("bbl", "vol", (0, 240)),
        ("facelift", "numb", (0, 365)),
        ("blepharoplasty", "close", (0, 14)),
        ("hair_transplant", "shed", (7, 56)),
        ("bariatric_sleeve", "shoulder", (0, 3)),
        ("bariatric_sleeve", "burp", (0, None)),
    ],
)
def test_a_sign_is_normal_for_a_stated_time(
    surgery: Specialty, procedure: str, sign: str, days: tuple[int, int | None]
) -> None:
    """R-042."""
    [found] = [entry for entry in surgery.procedures[procedure].normal_signs if entry.id == sign]

    assert found.days == days


@pytest.mark.parametrize(
    ("procedure", "name", "figures"),
    [
        ("breast_augmentation", "cc", ("in", ["III", "IV"], 90, "insufficiency")),
        ("breast_augmentation", "asym", ("gt", 20, 180, "review")),
        ("breast_augmentation", "rupt", ("in", ["confirmed_imaging", "confirmed_explant"], 0, "insufficiency")),
        ("breast_lift_reduction", "scar", ("gte", 8, 365, "review")),
        ("rhinoplasty", "breath", ("gte", 30, 180, "review")),
        ("rhinoplasty", "dev", ("gt", 5, 365, "review")),
        ("liposuction", "irreg", ("gte", 2, 180, "review")),
        ("abdominoplasty", "scar", ("gt", 10, 365, "review")),
        ("bbl", "ret", ("lt", 25, 240, "review")),
        ("facelift", "nerve", ("in", ["III", "IV", "V", "VI"], 180, "insufficiency")),
        ("blepharoplasty", "lago", ("gt", 2, 90, "review")),
        ("blepharoplasty", "va", ("gt_baseline", 0.2, 0, "insufficiency")),
        ("hair_transplant", "survival_low", ("lt", 85, 365, "review")),
        ("hair_transplant", "survival_bad", ("lt", 70, 365, "insufficiency")),
        ("hair_transplant", "growth_9m", ("lt", 40, 270, "review")),
        ("bariatric_sleeve", "twl", ("lt", 20, 365, "review")),
        ("bariatric_sleeve", "ewl", ("lt", 50, 365, "review")),
    ],
)
def test_thresholds_carry_the_figures_of_the_reference(
    surgery: Specialty, procedure: str, name: str, figures: tuple[str, object, int, str]
) -> None:
    found = threshold(surgery, procedure, name)

    assert (found.op, found.value, found.from_day, found.level) == figures


def test_the_counts_are_those_of_the_reference(surgery: Specialty) -> None:
    def count(name: str) -> int:
        return sum(len(getattr(procedure, name)) for procedure in surgery.procedures.values())

    assert {name: len(getattr(surgery, name)) for name in ("measurements", "photo_sets", "warranty_templates")} == {
        "measurements": 26, "photo_sets": 8, "warranty_templates": 7,
    }  # fmt: skip
    assert {name: count(name) for name in LISTS if name != "red_flags"} == {
        "phases": 44, "check_ups": 70, "normal_signs": 45, "outcomes": 23, "hints": 14,
    }  # fmt: skip
    assert count("red_flags") == 54 + 10 * 7


# Completeness


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_every_procedure_says_what_happens_when_what_is_checked_and_what_must_not_wait(
    surgery: Specialty, procedure: str
) -> None:
    """R-030, R-071."""
    found = surgery.procedures[procedure]

    assert found.phases
    assert found.normal_signs
    assert {flag.id for flag in common().general_red_flags} < {flag.id for flag in found.red_flags}
    assert found.check_ups[0].day <= 3
    assert any(check_up.where == "on_site" for check_up in found.check_ups)
    assert found.anchors.day0 == "surgery"


def test_what_is_not_translated_is_answered_in_english_and_says_so(surgery: Specialty) -> None:
    """R-217."""
    words, spoken = surgery.procedures["rhinoplasty"].phases[0].text.read("de")

    assert spoken == "en"
    assert words.startswith("splint")


def test_warranties_can_be_read_in_both_languages(surgery: Specialty) -> None:
    known = {*surgery.labels.coverage, *common().fee_kinds, *common().warranty_conditions, *surgery.duties}
    known |= set(surgery.exclusions)

    for template in surgery.warranty_templates.values():
        words = {template.object, *template.covers, *template.remedy, *template.conditions, *template.exclusions}
        assert words <= known, template.id


# Where on the body, devices, variants


@pytest.mark.parametrize(
    ("procedure", "values"),
    [
        ("breast_augmentation", ("right", "left")),
        ("breast_lift_reduction", ("right", "left")),
        ("liposuction", ("abdomen", "flanks", "thighs", "arms", "back", "chin", "knees")),
        ("bbl", ("right", "left")),
        ("blepharoplasty", ("upper_right", "upper_left", "lower_right", "lower_left")),
        ("hair_transplant", ("hairline", "mid_scalp", "crown", "eyebrow", "beard", "donor")),
    ],
)
def test_one_operation_may_treat_several_places_each_with_a_name(
    surgery: Specialty, procedure: str, values: tuple[str, ...]
) -> None:
    """R-021."""
    site = surgery.procedures[procedure].site

    assert site.values == values
    assert site.multiple
    assert set(values) <= set(surgery.labels.sites)


def test_only_breast_implants_are_devices(surgery: Specialty) -> None:
    """R-136."""
    assert [name for name, procedure in surgery.procedures.items() if procedure.site.device] == ["breast_augmentation"]


def test_hair_is_transplanted_in_three_ways(surgery: Specialty) -> None:
    assert surgery.procedures["hair_transplant"].variants == ("FUE", "DHI", "FUT")
    assert surgery.labels.variants["FUT"].read("fr") == ("greffons issus d’une bandelette de peau (FUT)", "fr")


# Warranties


def template(surgery: Specialty, name: str) -> WarrantyTemplate:
    found = surgery.warranty_templates[name]
    assert name in surgery.procedures["breast_augmentation"].warranties
    return found


def test_implants_of_motiva_are_registered_in_ninety_days_and_returned_in_ten(surgery: Specialty) -> None:
    motiva = template(surgery, "motiva")

    assert motiva.deadlines == {
        "registration_days": 90,
        "registration_for": ["first_year_free", "extended_no_qid", "extended_with_qid"],
        "explant_return_days": 10,
    }
    assert motiva.duration.parts["contracture_years"] == 10
    assert motiva.duration.parts["extended_years"] == {"no_qid": 2, "with_qid": 5}
    assert motiva.amounts["elective_explant_wcp"]["max"] == 1500
    assert "registered_device" in motiva.conditions


def test_the_enhanced_plan_of_mentor_is_joined_within_forty_five_days(surgery: Specialty) -> None:
    mentor = template(surgery, "mentor")

    assert mentor.deadlines == {"enhanced_enrolment_days": 45, "enhanced_enrolment_for": ["other_events"]}
    assert mentor.amounts["financial_assistance_rupture"] == {"max": 3500, "currency": "USD"}
    assert mentor.amounts["enrolment_enhanced"] == {"amount": 300, "currency": "USD"}
    assert mentor.duration.parts["product_rupture"] == "lifetime"


def test_natrelle_pays_up_to_7500_dollars_for_lymphoma_found_since_2018(surgery: Specialty) -> None:
    natrelle = template(surgery, "natrelle")

    assert natrelle.amounts["bia_alcl"] == {"max": 7500, "currency": "USD", "diagnosed_from": "2018-01-01"}
    assert natrelle.duration.parts["contracture_years"] == 10


def test_manufacturers_stand_beside_the_clinic_and_cover_the_implant_not_the_operation(surgery: Specialty) -> None:
    """R-227: the seeds say that a manufacturer's warranty may exist beyond the clinic's terms."""
    for name in ("mentor", "natrelle", "motiva"):
        found = template(surgery, name)
        assert (found.grantor, found.object, found.beneficiary) == ("manufacturer", "breast_implant", "patient")
        assert {"surgeon_fee", "operating_room", "anaesthesia"} <= set(found.patient_may_pay)
    assert surgery.warranty_templates["clinic_revision"].grantor == "clinic"


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("clinic_revision", (6, 12, 24)),
        ("clinic_complication", (1, None, 12)),
        ("clinic_hair", (12, 18, 36)),
        ("clinic_bariatric", (1, None, 3)),
    ],
)
def test_clinics_cover_months_not_years(surgery: Specialty, name: str, months: tuple[int, int | None, int]) -> None:
    duration = surgery.warranty_templates[name].duration

    assert duration.unit == "month"
    assert (duration.min, duration.typical, duration.max) == months

"""Regenerative medicine, against the figures it is meant to carry."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Specialty, Threshold
from suivi.core.specialties.texts import texts
from suivi.plugins import regenerative as plugin

PROCEDURES = ("prp_knee", "prp_scalp_face", "msc_knee")
FOLDER = Path(plugin.__file__).parent
CASES = read_cases(FOLDER / "golden.yaml")
INJECTION = date(2026, 3, 2)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(only=[], extra=[plugin])


@pytest.fixture(scope="module")
def regenerative(registry: Registry) -> Specialty:
    found = registry.specialty("regenerative")
    assert found is not None
    return found


def on_day(regenerative: Specialty, procedure: str, day: int) -> Recovery:
    """`day` days after the injection that counts; bone marrow was taken the day before."""
    found = regenerative.procedures[procedure]
    dates = {found.anchors.day0: INJECTION, "harvest": INJECTION - timedelta(days=1)}
    known = {name: PartialDate.parse(day0.isoformat()) for name, day0 in dates.items() if name in found.anchors.all()}
    return recovery(found, known, INJECTION + timedelta(days=day))


def threshold(regenerative: Specialty, procedure: str, name: str) -> Threshold:
    return next(entry for entry in regenerative.procedures[procedure].outcomes if entry.id == name)


def test_there_are_three_regenerative_procedures(regenerative: Specialty) -> None:
    """R-227."""
    assert tuple(regenerative.procedures) == PROCEDURES


@pytest.mark.parametrize(
    ("procedure", "days"),
    [("prp_knee", (42, 90, 180)), ("prp_scalp_face", (90, 180, 365)), ("msc_knee", (90, 180, 365))],
)
def test_a_result_may_be_judged_after_a_range_of_days(
    regenerative: Specialty, procedure: str, days: tuple[int, int, int]
) -> None:
    """R-040."""
    stabilisation = regenerative.procedures[procedure].stabilisation

    assert (stabilisation.min, stabilisation.typical, stabilisation.max) == days
    assert stabilisation.unit == "day"


@pytest.mark.parametrize(
    ("procedure", "count", "interval"),
    [
        ("prp_knee", {"min": 1, "typical": 3, "max": 3}, (14, 42)),
        ("prp_scalp_face", {"min": 3, "typical": 3, "max": 6}, (28, 42)),
    ],
)
def test_platelet_rich_plasma_is_given_in_a_series_of_sessions(
    regenerative: Specialty, procedure: str, count: dict[str, int], interval: tuple[int, int]
) -> None:
    """R-041, R-066."""
    series = regenerative.procedures[procedure].series

    assert series is not None
    assert (series.unit, dict(series.count), series.interval_days) == ("session", count, interval)
    assert series.starts == "first_injection"
    assert regenerative.procedures[procedure].anchors.day0 == "last_injection_of_series"


def test_stem_cells_have_four_sources(regenerative: Specialty) -> None:
    assert regenerative.procedures["msc_knee"].variants == (
        "bone_marrow_concentrate", "adipose_svf", "cultured_autologous", "cultured_allogeneic_umbilical",
    )  # fmt: skip


def test_every_procedure_carries_a_regulatory_gate(regenerative: Specialty) -> None:
    assert all(procedure.raw["regulatory"]["gate"] is True for procedure in regenerative.procedures.values())


def test_no_stem_cell_product_is_approved_for_joints_and_patients_have_questions_to_ask_before(
    regenerative: Specialty,
) -> None:
    cells = regenerative.procedures["msc_knee"].raw

    assert "no stem-cell product approved" in cells["regulatory"]["note"]
    assert "approval or trial number" in cells["ask_before"]["text"]


@pytest.mark.parametrize(
    ("procedure", "name", "measure", "op", "value", "from_day", "level"),
    [
        ("prp_knee", "nonresp", "oarsi_responder", "eq", False, 90, "review"),
        ("prp_knee", "nochange", "pain_vas", "gte_baseline", -14, 90, "review"),
        ("prp_scalp_face", "dens", "hair_density", "lte_baseline", 0, 180, "review"),
        ("msc_knee", "nonresp", "oarsi_responder", "eq", False, 180, "review"),
        ("msc_knee", "viability", "cell_viability_pct", "lt", 70, 0, "insufficiency"),
    ],
)
def test_a_figure_worth_a_look_has_its_first_day(
    regenerative: Specialty,
    procedure: str,
    name: str,
    measure: str,
    op: str,
    value: float,
    from_day: int,
    level: str,
) -> None:
    found = threshold(regenerative, procedure, name)

    assert (found.measure, found.op, found.value) == (measure, op, value)
    assert (found.from_day, found.level) == (from_day, level)


def test_too_few_living_cells_can_only_be_told_from_the_release_certificate(regenerative: Specialty) -> None:
    assert threshold(regenerative, "msc_knee", "viability").documents == ("cell_release_certificate",)
    assert "cell_release_certificate" in regenerative.photo_sets["documents"].documents


@pytest.mark.parametrize(
    ("procedure", "flag", "days", "urgency"),
    [
        ("prp_knee", "septic_joint", (0, 21), "emergency_now"),
        ("prp_knee", "flare_long", (7, 60), "within_48h"),
        ("prp_scalp_face", "eye_vision", (0, 3), "emergency_now"),
        ("prp_scalp_face", "facial_block", (0, 2), "emergency_now"),
        ("msc_knee", "septic_joint", (0, 30), "emergency_now"),
        ("msc_knee", "systemic", (0, 14), "emergency_now"),
        ("msc_knee", "harvest_bleed", (0, 7), "same_day"),
        ("msc_knee", "new_mass", (30, None), "within_48h"),
    ],
)
def test_what_must_not_wait_has_its_days_and_urgency(
    regenerative: Specialty, procedure: str, flag: str, days: tuple[int, int | None], urgency: str
) -> None:
    (found,) = [entry for entry in regenerative.procedures[procedure].red_flags if entry.id == flag]

    assert (found.days, found.urgency) == (days, urgency)


@pytest.mark.parametrize(
    ("procedure", "name", "days"),
    [
        ("prp_knee", "sore", (0, 7)),
        ("prp_knee", "bruise", (0, 10)),
        ("prp_scalp_face", "shed", (14, 60)),
        ("msc_knee", "hip", (0, 21)),
        ("msc_knee", "stiff", (0, 28)),
    ],
)
def test_a_sign_is_normal_on_its_days_only(
    regenerative: Specialty, procedure: str, name: str, days: tuple[int, int]
) -> None:
    assert {one.id: one.days for one in regenerative.procedures[procedure].normal_signs}[name] == days


@pytest.mark.parametrize(
    ("procedure", "days"),
    [("prp_knee", (1, 2, 1)), ("prp_scalp_face", (0, 1, 0)), ("msc_knee", (2, 5, 2))],
)
def test_the_stay_near_the_clinic_has_a_shortest_and_a_usual_length(
    regenerative: Specialty, procedure: str, days: tuple[int, int, int]
) -> None:
    stay = regenerative.procedures[procedure].on_site

    assert stay is not None
    assert (stay.min_days, stay.typical_days, stay.flight_after_days) == days


def test_stem_cells_are_followed_every_year(regenerative: Specialty) -> None:
    """R-030."""
    last = regenerative.procedures["msc_knee"].check_ups[-1]

    assert (last.day, last.repeat_every_days) == (730, 365)


def test_a_series_of_injections_is_covered_for_half_a_year_at_most(regenerative: Specialty) -> None:
    duration = regenerative.warranty_templates["clinic_series"].duration

    assert (duration.unit, duration.min, duration.typical, duration.max) == ("month", 0, 3, 6)


def test_the_counts_are_those_of_the_reference(regenerative: Specialty) -> None:
    def count(name: str) -> int:
        return sum(len(getattr(procedure, name)) for procedure in regenerative.procedures.values())

    assert (len(regenerative.measurements), len(regenerative.photo_sets)) == (12, 3)
    assert (len(regenerative.exclusions), len(regenerative.warranty_templates)) == (5, 2)
    # One duty is core's own: a warranty asks for it.
    assert len(regenerative.duties) == 6 + 1
    assert {name: count(name) for name in ("phases", "check_ups", "normal_signs", "outcomes", "hints")} == {
        "phases": 11, "check_ups": 16, "normal_signs": 9, "outcomes": 5, "hints": 4,
    }  # fmt: skip
    assert count("red_flags") == 14 + 3 * 7


def test_every_procedure_has_phases_check_ups_red_flags_duties_and_warranties(regenerative: Specialty) -> None:
    """R-030, R-071."""
    for procedure in regenerative.procedures.values():
        assert all((procedure.phases, procedure.check_ups, procedure.red_flags))
        assert all((procedure.duties, procedure.warranties))


def test_no_hint_calls_something_normal_without_a_sign_a_measurement_or_an_answer(regenerative: Specialty) -> None:
    hints = [hint for procedure in regenerative.procedures.values() for hint in procedure.hints]

    assert all(hint.id and hint.given for hint in hints)
    assert all(hint.given and (hint.given.signs or hint.given.measurements or hint.given.facts) for hint in hints)


def test_a_text_missing_in_a_language_is_answered_in_english_and_says_so(regenerative: Specialty) -> None:
    words, locale = regenerative.duties["no_bath"].text.read("es")

    assert (locale, "sauna" in words) == ("en", True)


def test_no_text_promises_a_result_or_praises_the_treatment(regenerative: Specialty) -> None:
    """R-001."""
    praise = (
        "guarantee", "garanti", "risk-free", "sans risque", "heals", "regenerates", "proven ", "effective", "efficace",
        "safe ", "natural", "naturel", "peak effect", "benefit",
    )  # fmt: skip
    found = [
        words for _, text in texts(regenerative) for words in text.by_locale.values() for p in praise if p in words
    ]

    assert found == []


def test_an_effect_is_spoken_of_only_as_one_that_may_not_come(regenerative: Specialty) -> None:
    phases = {one.id: one.text for procedure in regenerative.procedures.values() for one in procedure.phases}

    assert "if there is one" in phases["peak"].read("en")[0]
    assert "s’il y en a un" in phases["peak"].read("fr")[0]
    assert "where they change" in phases["effect"].read("en")[0]


def test_two_days_after_prp_soreness_is_expected_and_it_is_too_early_to_judge(regenerative: Specialty) -> None:
    today = on_day(regenerative, "prp_knee", 2)

    assert {one.id for one in today.normal_signs} == {"sore", "swell", "bruise"}
    assert today.too_early is True


def test_twelve_days_after_prp_nothing_of_it_is_normal_any_more(regenerative: Specialty) -> None:
    today = on_day(regenerative, "prp_knee", 12)

    assert today.normal_signs == ()
    assert {one.id for one in today.no_longer_normal} == {"sore", "swell", "bruise"}
    assert "flare_long" in {one.id for one in today.red_flags}


def test_three_months_after_stem_cells_a_result_may_be_judged(regenerative: Specialty) -> None:
    assert on_day(regenerative, "msc_knee", 89).too_early is True
    assert on_day(regenerative, "msc_knee", 90).too_early is False


def test_soreness_where_bone_marrow_was_taken_counts_from_that_day(regenerative: Specialty) -> None:
    assert "harvest" in {one.id for one in on_day(regenerative, "msc_knee", 13).phases}
    assert "harvest" not in {one.id for one in on_day(regenerative, "msc_knee", 14).phases}


def test_the_sample_cases_cover_every_procedure_variant_and_class() -> None:
    expected = [case.expect for case in CASES if case.expect]
    urgencies = {urgency for one in expected if one.highest_urgency for urgency in one.highest_urgency.any_of}
    classes = {name for one in expected if one.top_class for name in one.top_class.any_of}

    assert len(CASES) >= 20
    assert {case.given.procedure for case in CASES} == set(PROCEDURES)
    assert len({case.given.variant for case in CASES} - {None}) == 4
    assert urgencies - {None} == {"emergency_now", "same_day", "within_48h"}
    assert classes == {*common().case_classes, "none"}

"""Fertility treatment, against the figures it is meant to carry."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.clocks.stabilisation import StabilisationState
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import NormalSign, Series, Specialty, Threshold
from suivi.core.specialties.texts import texts
from suivi.plugins import ivf as plugin

PROCEDURES = ("ivf_icsi_fresh", "frozen_embryo_transfer", "egg_donation", "iui", "egg_freezing")
FOLDER = Path(plugin.__file__).parent
CASES = read_cases(FOLDER / "golden.yaml")
EGG_COLLECTION = date(2026, 3, 2)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(only=[], extra=[plugin])


@pytest.fixture(scope="module")
def ivf(registry: Registry) -> Specialty:
    found = registry.specialty("ivf")
    assert found is not None
    return found


def on_day(ivf: Specialty, day: int, cycle: int | None = 1) -> Recovery:
    """A fresh cycle, `day` days after egg collection: trigger two days before it, transfer five days after it."""
    days = {"stimulation_start": -11, "trigger": -2, "oocyte_retrieval": 0, "embryo_transfer": 5}
    dates = {
        name: PartialDate.parse((EGG_COLLECTION + timedelta(days=n)).isoformat())
        for name, n in days.items()
        if n <= day
    }
    return recovery(ivf.procedures["ivf_icsi_fresh"], dates, EGG_COLLECTION + timedelta(days=day), cycle)


def sign(ivf: Specialty, procedure: str, name: str) -> NormalSign:
    return next(entry for entry in ivf.procedures[procedure].normal_signs if entry.id == name)


def threshold(ivf: Specialty, procedure: str, name: str) -> Threshold:
    return next(entry for entry in ivf.procedures[procedure].outcomes if entry.id == name)


def series(ivf: Specialty, procedure: str) -> Series:
    found = ivf.procedures[procedure].series
    assert found is not None
    return found


def test_there_are_five_fertility_procedures(ivf: Specialty) -> None:
    """R-227."""
    assert tuple(ivf.procedures) == PROCEDURES


@pytest.mark.parametrize(
    ("procedure", "cycles"),
    [
        ("ivf_icsi_fresh", (2, 3, 6)),
        ("frozen_embryo_transfer", (2, 3, 6)),
        ("egg_donation", (2, 2, 4)),
        ("iui", (3, 4, 6)),
        ("egg_freezing", (1, 2, 4)),
    ],
)
def test_a_result_is_judged_after_cycles_and_not_after_days(
    ivf: Specialty, procedure: str, cycles: tuple[int, int, int]
) -> None:
    """R-040, R-041: the seed pages say several cycles."""
    stabilisation = ivf.procedures[procedure].stabilisation

    assert (stabilisation.min, stabilisation.typical, stabilisation.max) == cycles
    assert stabilisation.unit == "cycle"


@pytest.mark.parametrize("procedure", ["ivf_icsi_fresh", "frozen_embryo_transfer", "egg_donation"])
def test_several_cycles_in_ivf_is_what_the_seed_pages_say(ivf: Specialty, procedure: str) -> None:
    """R-227."""
    stabilisation = ivf.procedures[procedure].stabilisation

    assert stabilisation.seed == "several cycles in IVF"
    assert "seed_en" in stabilisation.src
    assert stabilisation.per_cycle_resolution == {"anchor": "embryo_transfer", "day": 14}


def test_one_cycle_is_a_stimulation_and_every_transfer_of_its_embryos(ivf: Specialty) -> None:
    """R-066: a frozen transfer after a gap continues the same series."""
    fresh = series(ivf, "ivf_icsi_fresh")

    assert (fresh.unit, fresh.starts, fresh.counts_from) == ("cycle", "stimulation_start", "oocyte_retrieval")
    assert fresh.continued_by == ("frozen_embryo_transfer",)


def test_a_frozen_transfer_begins_no_cycle_of_its_own(ivf: Specialty) -> None:
    """R-066."""
    frozen = series(ivf, "frozen_embryo_transfer")

    assert frozen.starts is None
    assert frozen.note is not None
    assert "after a gap" in frozen.note.read("en")[0]


@pytest.mark.parametrize(
    ("procedure", "counts_from"),
    [
        ("ivf_icsi_fresh", "oocyte_retrieval"),
        ("frozen_embryo_transfer", "embryo_transfer"),
        ("egg_donation", "donor_retrieval"),
        ("iui", "insemination"),
        ("egg_freezing", "oocyte_retrieval"),
    ],
)
def test_a_cycle_cancelled_before_it_counts_is_not_counted(ivf: Specialty, procedure: str, counts_from: str) -> None:
    """R-066."""
    assert series(ivf, procedure).counts_from == counts_from
    assert not series(ivf, procedure).cancelled_counts


@pytest.mark.parametrize(
    ("procedure", "first_day"),
    [("ivf_icsi_fresh", 9), ("frozen_embryo_transfer", 9), ("egg_donation", 9)],
)
def test_a_negative_test_is_a_complication_of_this_cycle_and_no_insufficiency(
    ivf: Specialty, procedure: str, first_day: int
) -> None:
    """R-071: implantation failure lands among complications, not in dissatisfaction."""
    negative = threshold(ivf, procedure, "neg_test")

    assert (negative.measure, negative.op, negative.value) == ("hcg", "lt", 5)
    assert (negative.level, negative.class_hint) == ("cycle_failed", "medical_complication")
    assert (negative.from_day, negative.to_confirm_day) == (first_day, 14)


def test_a_negative_test_is_nobodys_fault(ivf: Specialty) -> None:
    """R-071."""
    note = threshold(ivf, "ivf_icsi_fresh", "neg_test").note or ""

    assert "neither the patient's nor the laboratory's fault" in note


def test_one_insemination_without_a_pregnancy_is_the_expected_course(ivf: Specialty) -> None:
    negative = threshold(ivf, "iui", "neg_test")

    assert (negative.from_day, negative.class_hint) == (14, "normal_evolution")


@pytest.mark.parametrize(
    ("procedure", "name", "measure", "op", "value", "from_day", "level"),
    [
        ("ivf_icsi_fresh", "slow_rise", "hcg_ratio_48h", "lt", 1.4, 11, "review"),
        ("ivf_icsi_fresh", "fert", "fertilisation_pct", "lt", 65, 1, "review"),
        ("ivf_icsi_fresh", "blast", "blastocyst_pct", "lt", 40, 6, "review"),
        ("ivf_icsi_fresh", "rif", "failed_transfers", "gte", 3, None, "review"),
        ("frozen_embryo_transfer", "low14", "hcg", "lt", 108.6, 14, "review"),
        ("frozen_embryo_transfer", "warm", "cryo_survival_pct", "lt", 90, 0, "review"),
        ("egg_donation", "yield", "mii_oocytes", "lt_target", 0, 0, "insufficiency"),
        ("iui", "change_plan", "failed_cycles", "gte", 4, None, "review"),
        ("egg_freezing", "few", "mii_oocytes", "lt_target", 0, 1, "review"),
        ("egg_freezing", "surv", "cryo_survival_pct", "lt", 70, 0, "review"),
    ],
)
def test_a_figure_worth_a_look_has_its_first_day(
    ivf: Specialty, procedure: str, name: str, measure: str, op: str, value: float, from_day: int | None, level: str
) -> None:
    found = threshold(ivf, procedure, name)

    assert (found.measure, found.op, found.value) == (measure, op, value)
    assert (found.from_day, found.level) == (from_day, level)


def test_only_a_number_of_eggs_agreed_in_writing_can_fall_short(ivf: Specialty) -> None:
    """Figures of a laboratory are averages: a low one proves nothing about one patient."""
    short = [
        (procedure.id, entry.id, entry.op)
        for procedure in ivf.procedures.values()
        for entry in procedure.outcomes
        if entry.level == "insufficiency"
    ]

    assert short == [("egg_donation", "yield", "lt_target")]


def test_low_fertilisation_counts_from_five_mature_eggs_and_up_to_the_age_of_39(ivf: Specialty) -> None:
    required = {entry.fact: entry for entry in threshold(ivf, "ivf_icsi_fresh", "fert").requires}

    assert (required["mii_oocytes"].op, required["mii_oocytes"].value) == ("gte", 5)
    assert (required["age_at_oocyte_y"].op, required["age_at_oocyte_y"].value) == ("lte", 39)
    assert [name for name, entry in required.items() if entry.optional] == ["icsi", "ejaculated_sperm"]


@pytest.mark.parametrize(
    ("procedure", "flag", "anchor", "days", "urgency"),
    [
        ("ivf_icsi_fresh", "ohss_severe", "trigger", (1, 28), "emergency_now"),
        ("ivf_icsi_fresh", "ohss_mod", "trigger", (1, 21), "same_day"),
        ("ivf_icsi_fresh", "torsion", "oocyte_retrieval", (0, 28), "emergency_now"),
        ("ivf_icsi_fresh", "internal_bleed", "oocyte_retrieval", (0, 3), "emergency_now"),
        ("ivf_icsi_fresh", "ectopic", "embryo_transfer", (12, 60), "emergency_now"),
        ("ivf_icsi_fresh", "distress", "embryo_transfer", (9, 180), "emergency_now"),
        ("frozen_embryo_transfer", "early_bleed", None, (9, 90), "same_day"),
        ("egg_donation", "preecl", None, (120, 300), "emergency_now"),
        ("iui", "ectopic", None, (14, 60), "emergency_now"),
        ("egg_freezing", "ohss_severe", "trigger", (1, 14), "emergency_now"),
    ],
)
def test_what_must_not_wait_has_its_days_and_urgency(
    ivf: Specialty, procedure: str, flag: str, anchor: str | None, days: tuple[int, int], urgency: str
) -> None:
    (found,) = [entry for entry in ivf.procedures[procedure].red_flags if entry.id == flag]

    assert (found.anchor, found.days, found.urgency) == (anchor, days, urgency)


def test_despair_after_a_negative_result_is_an_emergency_wherever_a_test_is_awaited(ivf: Specialty) -> None:
    awaited = [one for one in ivf.procedures.values() if "neg_test" in {outcome.id for outcome in one.outcomes}]

    assert len(awaited) == 4
    assert all("distress" in procedure.sign_ids() for procedure in awaited)


def test_bloating_has_to_ease_within_five_days_and_asks_for_somebody_the_same_day_afterwards(ivf: Specialty) -> None:
    bloat = sign(ivf, "ivf_icsi_fresh", "bloat")

    assert bloat.days == (0, 5)
    assert [(step.from_day, step.urgency) for step in bloat.escalates] == [(6, "same_day")]


@pytest.mark.parametrize(
    ("procedure", "days"),
    [
        ("ivf_icsi_fresh", (1, 8, 1)),
        ("frozen_embryo_transfer", (1, 3, 0)),
        ("egg_donation", (1, 5, 0)),
        ("iui", (0, 1, 0)),
        ("egg_freezing", (1, 6, 1)),
    ],
)
def test_the_stay_near_the_clinic_has_a_shortest_and_a_usual_length(
    ivf: Specialty, procedure: str, days: tuple[int, int, int]
) -> None:
    stay = ivf.procedures[procedure].on_site

    assert stay is not None
    assert (stay.min_days, stay.typical_days, stay.flight_after_days) == days


def test_no_photograph_is_ever_asked_for(ivf: Specialty) -> None:
    """R-033: dated documents take the place of photos."""
    assert [name for name, entry in ivf.photo_sets.items() if entry.views] == []
    assert ivf.photo_sets["documents_only"].documents == (
        "hcg_lab_report", "ultrasound_report_with_image", "embryology_report", "medication_chart", "discharge_summary",
    )  # fmt: skip


def test_a_programme_of_several_cycles_covers_two_to_six(ivf: Specialty) -> None:
    duration = ivf.warranty_templates["risk_sharing"].duration

    assert (duration.unit, duration.min, duration.typical, duration.max) == ("cycle", 2, 3, 6)
    assert duration.parts == {"time_limit_months": [18, 36]}


def test_no_programme_covers_a_pregnancy(ivf: Specialty) -> None:
    """R-001."""
    covered = " ".join(word for entry in ivf.warranty_templates.values() for word in entry.covers)

    assert "pregnancy" not in covered
    assert "baby" not in covered


def test_egg_donation_is_marked_as_not_lawful_everywhere(ivf: Specialty) -> None:
    assert ivf.procedures["egg_donation"].raw["regulatory"]["gate"] is True


def test_the_counts_are_those_of_the_reference(ivf: Specialty) -> None:
    def count(name: str) -> int:
        return sum(len(getattr(procedure, name)) for procedure in ivf.procedures.values())

    assert (len(ivf.measurements), len(ivf.photo_sets), len(ivf.duties)) == (20, 1, 8)
    assert (len(ivf.exclusions), len(ivf.warranty_templates)) == (9, 4)
    assert {name: count(name) for name in ("phases", "check_ups", "normal_signs", "outcomes", "hints")} == {
        "phases": 19, "check_ups": 19, "normal_signs": 14, "outcomes": 15, "hints": 4,
    }  # fmt: skip
    assert count("red_flags") == 34 + 5 * 7


def test_every_hint_can_be_evaluated_and_rests_on_a_measurement_or_an_answer(ivf: Specialty) -> None:
    hints = [hint for procedure in ivf.procedures.values() for hint in procedure.hints]

    assert all(hint.id and hint.given and (hint.given.measurements or hint.given.facts) for hint in hints)


def test_a_text_missing_in_a_language_is_answered_in_english_and_says_so(ivf: Specialty) -> None:
    words, locale = ivf.duties["medication"].text.read("ko")

    assert (locale, "progesterone" in words) == ("en", True)


def test_no_text_promises_a_result_or_blames_anybody(ivf: Specialty) -> None:
    """R-001, R-071."""
    wrong = ("guarantee", "garanti", "will become", "sans risque", "risk-free", "fault", "faute", "échec", "fail")
    found = [words for _, text in texts(ivf) for words in text.by_locale.values() for one in wrong if one in words]

    assert found == []


def test_the_day_after_egg_collection_bloating_and_spotting_are_expected(ivf: Specialty) -> None:
    """R-030."""
    today = on_day(ivf, 1)

    assert {one.id for one in today.normal_signs} == {"bloat", "spot", "ovary"}
    assert {one.id for one in today.phases} >= {"retrieval", "culture"}
    assert today.stabilisation.state is StabilisationState.TOO_EARLY
    assert {"internal_bleed", "torsion", "urine_blood"} <= {one.id for one in today.red_flags}


def test_a_week_after_the_transfer_bloating_is_no_longer_normal_and_tender_breasts_are(ivf: Specialty) -> None:
    today = on_day(ivf, 12)

    assert {one.id for one in today.normal_signs} == {"spot_et", "breast", "ovary"}
    assert {one.id for one in today.no_longer_normal} == {"bloat", "spot"}
    assert "luteal_wait" in {one.id for one in today.phases}


def test_the_blood_test_is_planned_eleven_days_after_the_transfer(ivf: Specialty) -> None:
    due = [one for one in on_day(ivf, 12).check_ups if "hcg" in one.checks]

    assert [(one.day, one.anchor, one.window.earliest) for one in due] == [
        (11, "embryo_transfer", EGG_COLLECTION + timedelta(days=5 + 9))
    ]


@pytest.mark.parametrize(
    ("cycle", "state"),
    [
        (1, StabilisationState.TOO_EARLY),
        (2, StabilisationState.MAY_BE_JUDGED),
        (6, StabilisationState.SETTLING_TIME_OVER),
        (None, StabilisationState.UNKNOWN),
    ],
)
def test_the_second_cycle_is_the_first_that_may_be_judged(
    ivf: Specialty, cycle: int | None, state: StabilisationState
) -> None:
    """R-041: cycles, however many days have passed."""
    assert on_day(ivf, 200, cycle).stabilisation.state is state


def test_the_sample_cases_cover_every_procedure_and_every_class() -> None:
    expected = [case.expect for case in CASES if case.expect]
    urgencies = {urgency for one in expected if one.highest_urgency for urgency in one.highest_urgency.any_of}
    classes = {name for one in expected if one.top_class for name in one.top_class.any_of}

    assert len(CASES) >= 30
    assert {case.given.procedure for case in CASES} == set(PROCEDURES)
    assert urgencies - {None} == {"emergency_now", "same_day", "within_48h"}
    assert classes == {*common().case_classes, "none"}

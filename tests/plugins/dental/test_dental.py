"""The dental specialty, against the figures it is meant to carry."""

from pathlib import Path

import pytest
import yaml

from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Cited, Procedure, Specialty
from suivi.core.specialties.texts import missing_texts, texts
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


def cited(dental: Specialty) -> list[tuple[str, Cited]]:
    """Everything in the specialty that carries a figure."""
    sections = {
        name: getattr(dental, name)
        for name in ("measurements", "photo_sets", "duties", "exclusions", "warranty_templates")
    }
    found = [(f"{name}.{key}", entry) for name, entries in sections.items() for key, entry in entries.items()]
    for procedure in dental.procedures.values():
        found += [(f"{procedure.id}.stabilisation", procedure.stabilisation)]
        found += [(f"{procedure.id}.on_site", procedure.on_site or Cited())]
        for name in ("phases", "check_ups", "normal_signs", "red_flags", "outcomes", "hints"):
            found += [(f"{procedure.id}.{name}", entry) for entry in getattr(procedure, name)]
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


def test_general_red_flags_apply_to_every_procedure(dental: Specialty) -> None:
    general = {flag.id for flag in common().general_red_flags}

    assert all(general <= {flag.id for flag in procedure.red_flags} for procedure in dental.procedures.values())


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


def test_every_figure_has_a_source_and_how_far_to_trust_it(dental: Specialty) -> None:
    """R-040, R-221."""
    assert [path for path, entry in cited(dental) if not entry.src or entry.conf is None] == []


def test_every_source_cited_exists_and_every_source_of_the_file_is_cited(dental: Specialty) -> None:
    used = {key for _, entry in cited(dental) for key in entry.src}
    raw = " ".join(str(procedure.raw) for procedure in dental.procedures.values())

    assert used <= set(dental.sources)
    assert [key for key in dental.sources if key not in used and f"'{key}'" not in raw] == []


def test_every_text_a_patient_reads_is_there_in_french(dental: Specialty) -> None:
    """R-217."""
    assert missing_texts(dental, "fr") == []
    assert len(list(texts(dental))) > 300


def test_french_is_not_english_left_over(dental: Specialty) -> None:
    same = {text.by_locale["en"] for _, text in texts(dental) if text.by_locale["en"] == text.by_locale["fr"]}

    # Words both languages share.
    assert same == {"bridge", "implant", "fracture"}


def test_both_languages_label_the_same_ids() -> None:
    folder = Path(plugin.__file__).parent / "locale"
    english, french = (yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("en", "fr"))

    assert {group: set(english[group]) for group in english} == {group: set(french[group]) for group in english}


@pytest.mark.parametrize("locale", ["en", "fr", "de", "es", "tr", "ko"])
def test_procedures_have_names_in_six_languages(dental: Specialty, locale: str) -> None:
    assert all(procedure.names.read(locale)[1] == locale for procedure in dental.procedures.values())


def test_every_check_of_a_check_up_has_words(dental: Specialty) -> None:
    checks = {
        check
        for procedure in dental.procedures.values()
        for check_up in procedure.check_ups
        for check in check_up.checks
    }

    assert [check for check in checks if dental.check_label(check) is None] == []


def test_suspected_causes_are_for_clinicians_and_in_no_text_of_patients(dental: Specialty) -> None:
    shown = {words for _, text in texts(dental) for words in text.by_locale.values()}

    assert not shown & {flag.suspect for procedure in dental.procedures.values() for flag in procedure.red_flags}


def test_no_text_promises_a_result(dental: Specialty) -> None:
    """R-001."""
    promises = ("guarantee", "garanti", "permanent", "définitivement", "sans risque", "risk-free", "100 %", "perfect")
    found = [words for _, text in texts(dental) for words in text.by_locale.values() for p in promises if p in words]

    assert found == []


def test_the_manifest_speaks_of_what_the_protocol_holds(dental: Specialty) -> None:
    manifest = plugin.manifest()

    assert manifest.id == dental.id
    assert manifest.version == dental.version
    assert manifest.reviewer is None


def test_what_later_features_read_is_kept_as_it_is(dental: Specialty) -> None:
    crown: Procedure = dental.procedures["crown"]

    assert crown.raw["codes"]["icd10pcs"][0]["code"] == "0CRWXJ0"
    assert crown.raw["benchmarks"][0]["src"] == ["ld_crowns"]
    assert dental.procedures["single_implant"].raw["staged"]["gap_days"] == {"min": 60, "typical": 120, "max": 180}
    assert len(dental.procedures["single_implant"].outcomes[-1].all_of) == 3

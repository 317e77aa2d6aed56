"""What holds for every specialty that comes with Suivi, beside what every plugin is held to (`test_conformance`)."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Specialty
from suivi.core.specialties.texts import texts
from suivi.testing.citations import cited

SAME_IN_BOTH = {
    "dental": {"bridge", "implant", "fracture", "pus"},
    "ivf": set[str](),
    "ophthalmology": {"LASIK"},
    "regenerative": set[str](),
    "surgery": {"infection", "complication"},
}
"""Words that English and French share, by specialty."""
LABELS_TOO = {"surgery": {"bleeding", "infection"}}
"""What is suspected and, elsewhere, a plain word for what is checked or covered."""


@pytest.fixture(scope="module", params=SAME_IN_BOTH)
def plugin(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(f"suivi.plugins.{request.param}")


@pytest.fixture(scope="module")
def specialty(plugin: ModuleType) -> Specialty:
    found = Registry.load(only=[], extra=[plugin]).specialty(plugin.manifest().id)
    assert found is not None
    return found


def test_general_red_flags_apply_to_every_procedure(specialty: Specialty) -> None:
    general = {flag.id for flag in common().general_red_flags}

    assert all(general <= {flag.id for flag in procedure.red_flags} for procedure in specialty.procedures.values())


def test_every_procedure_has_phases_check_ups_red_flags_and_duties(specialty: Specialty) -> None:
    """R-030."""
    for procedure in specialty.procedures.values():
        assert all((procedure.phases, procedure.check_ups, procedure.red_flags, procedure.duties))


def test_every_source_of_the_file_is_cited(specialty: Specialty) -> None:
    """R-040, R-221."""
    used = {key for _, entry in cited(specialty) for key in entry.src}
    raw = " ".join(str(procedure.raw) for procedure in specialty.procedures.values())

    assert [key for key in specialty.sources if key not in used and f"'{key}'" not in raw] == []


def test_every_fact_asked_for_is_a_question_and_every_question_is_asked(specialty: Specialty) -> None:
    procedures = list(specialty.procedures.values())
    hints = [hint.given for procedure in procedures for hint in procedure.hints if hint.given]
    asked = {need.fact for procedure in procedures for outcome in procedure.outcomes for need in outcome.requires}

    assert asked | {need.fact for given in hints for need in given.facts} == set(specialty.facts)
    questions = [fact.question.by_locale for fact in specialty.facts.values()]
    assert all(words["en"].endswith("?") and words["fr"].endswith("?") for words in questions)


def test_nothing_is_called_normal_without_a_sign_a_measurement_or_an_answer(specialty: Specialty) -> None:
    hints = [hint for procedure in specialty.procedures.values() for hint in procedure.hints]
    normal = [hint.given for hint in hints if hint.suggests == "normal_evolution"]

    assert all(given and (given.signs or given.measurements or given.facts) for given in normal)


def test_french_is_not_english_left_over(specialty: Specialty) -> None:
    """R-217."""
    same = {text.by_locale["en"] for _, text in texts(specialty) if text.by_locale["en"] == text.by_locale["fr"]}

    assert same == SAME_IN_BOTH[specialty.id]


def test_french_is_set_as_french_is(specialty: Specialty) -> None:
    french = [text.by_locale["fr"] for _, text in texts(specialty)]

    assert [words for words in french if "'" in words or '"' in words] == []


def test_both_languages_label_the_same_ids(plugin: ModuleType) -> None:
    folder = Path(plugin.__file__ or "").parent / "locale"
    english, french = (yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("en", "fr"))

    assert {group: set(english[group]) for group in english} == {group: set(french[group]) for group in english}


def test_every_check_of_a_check_up_has_words(specialty: Specialty) -> None:
    planned = [check_up for procedure in specialty.procedures.values() for check_up in procedure.check_ups]

    assert [check for check_up in planned for check in check_up.checks if specialty.check_label(check) is None] == []


def test_suspected_causes_are_for_clinicians_and_in_no_text_of_patients(specialty: Specialty) -> None:
    shown = {words for _, text in texts(specialty) for words in text.by_locale.values()}

    suspected = {flag.suspect for procedure in specialty.procedures.values() for flag in procedure.red_flags}
    assert shown & suspected == LABELS_TOO.get(specialty.id, set())


def test_no_text_promises_a_result(specialty: Specialty) -> None:
    """R-001, R-003."""
    promises = ("guarantee", "garanti", "permanent", "définitivement", "sans risque", "risk-free", "100 %", "perfect")
    shown = [words for _, text in texts(specialty) for words in text.by_locale.values()]

    assert [words for words in shown for promise in promises if promise in words] == []


def test_nobody_is_said_to_have_reviewed_the_figures(plugin: ModuleType) -> None:
    assert plugin.manifest().reviewer is None

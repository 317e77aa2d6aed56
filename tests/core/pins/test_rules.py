"""Which rules count for a treatment (R-224)."""

from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.pins.bodies import body_of, digest_of, specialty_in
from suivi.core.pins.rules import Rules, RulesOrigin
from suivi.core.registry import Registry
from suivi.core.specialties.model import Specialty
from suivi.core.treatments.answers import reference_window_of
from suivi.core.treatments.recoveries import OnRecord, recovery_on
from tests.core.pins.versions import a_treatment, an_anchor, registry, small

OLD = small("1.0.0", reference_period="P6M")
NEW = small("2.0.0", reference_period="P3M", stabilisation={"min": 45, "typical": 50}, phases=(), check_ups=())
OLD_DIGEST = digest_of(body_of(OLD))
FIXED = date(2026, 3, 3)


def rules(loaded: Registry, *, kept: Iterable[Specialty] = (), lost: Iterable[str] = ()) -> Rules:
    digests = {digest_of(body_of(specialty)): name for name, specialty in loaded.specialties().items()}
    at_hand: dict[str, Specialty | None] = {digest_of(body_of(specialty)): specialty for specialty in kept}
    return Rules(registry=loaded, loaded=digests, kept=at_hand | dict.fromkeys(lost))


def test_pinned_and_loaded() -> None:
    found, treatment = rules(registry(OLD)), a_treatment(OLD_DIGEST)

    assert found.origin_of(treatment) is RulesOrigin.LOADED
    assert found.pinned_is_loaded(treatment)
    assert found.named(treatment) == "nails@1.0.0"


def test_after_an_upgrade_the_kept_rules_count() -> None:
    """R-224: hints are code of the new version, and are not asked."""
    found, treatment = rules(registry(NEW), kept=[OLD]), a_treatment(OLD_DIGEST)

    assert found.origin_of(treatment) is RulesOrigin.KEPT
    assert not found.pinned_is_loaded(treatment)
    assert found.procedure_of(treatment).stabilisation.min == 30
    assert found.specialty_of(treatment) == OLD
    in_force = found.in_force_for(treatment)
    assert in_force is not None
    assert in_force.version == "2.0.0"


def test_with_the_plugin_gone_the_kept_rules_count() -> None:
    """R-224."""
    found, treatment = rules(registry(), kept=[OLD]), a_treatment(OLD_DIGEST)

    assert found.origin_of(treatment) is RulesOrigin.KEPT
    assert found.named(treatment) == "nails@1.0.0"
    assert found.in_force_for(treatment) is None


def test_a_treatment_from_before_rules_were_kept_follows_what_is_loaded() -> None:
    found, treatment = rules(registry(NEW)), a_treatment(None)

    assert found.origin_of(treatment) is RulesOrigin.UNPINNED
    assert found.named(treatment) == "nails@2.0.0"


def test_a_treatment_whose_kept_rules_are_lost_is_answered_by_what_is_loaded_and_says_so() -> None:
    found, treatment = rules(registry(NEW), lost=[OLD_DIGEST]), a_treatment(OLD_DIGEST)

    assert found.origin_of(treatment) is RulesOrigin.LOST
    assert found.named(treatment) == "nails@2.0.0"


def test_with_nothing_kept_and_nothing_loaded_core_answers() -> None:
    found, treatment = rules(registry()), a_treatment(None)

    assert found.known_procedure_of(treatment) is None
    assert found.procedure_of(treatment).id == "other"
    assert found.specialty_of(treatment).id == "other"


def test_rules_that_were_not_made_ready_are_a_mistake_and_never_an_answer() -> None:
    with pytest.raises(KeyError):
        rules(registry(NEW)).procedure_of(a_treatment(OLD_DIGEST))


def test_seen_as_if_moved_the_loaded_rules_count() -> None:
    moved = rules(registry(NEW), kept=[OLD]).as_if_moved()

    assert moved.named(a_treatment(OLD_DIGEST)) == "nails@2.0.0"


def answers(found: Rules, treatment: Any, *, on: date) -> str:
    """Everything that is computed, down to the last source."""
    anchors = [an_anchor("fixing", "2026-03-03")]
    terms: SimpleNamespace | None = None
    window = reference_window_of(
        found, treatment, anchors, terms, clinic_zone="Europe/Budapest", patient_zone="Europe/Paris", on=on
    )
    record = OnRecord(treatment=treatment, procedure=found.procedure_of(treatment), anchors=anchors)
    return repr((recovery_on(record, on), window, window.reasons))


@given(days=st.integers(min_value=-400, max_value=4000))
def test_on_any_day_an_upgrade_or_the_loss_of_the_plugin_changes_no_answer(days: int) -> None:
    """R-224: to the last byte."""
    treatment, on = a_treatment(OLD_DIGEST), FIXED + timedelta(days=days)
    back = specialty_in(body_of(OLD), digest=OLD_DIGEST)

    before = answers(rules(registry(OLD)), treatment, on=on)

    assert answers(rules(registry(NEW), kept=[back]), treatment, on=on) == before
    assert answers(rules(registry(), kept=[back]), treatment, on=on) == before
    assert answers(rules(registry(NEW)), a_treatment(None), on=on) != before

"""What a new version would change for one treatment, field by field (R-224)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from suivi.core.pins.bodies import body_of, digest_of
from suivi.core.pins.changes import Facts, RulesChange, changes_by_moving
from suivi.core.pins.rules import Rules
from suivi.core.specialties.model import Specialty
from suivi.core.treatments.recoveries import OnRecord
from suivi.core.treatments.series import Part
from tests.core.pins.versions import SMALL, a_treatment, an_anchor, registry, small

NAIL = SMALL["procedures"]["nail"]
DAY_7, DAY_12 = date(2026, 3, 10), date(2026, 3, 15)
FEVER = NAIL["red_flags"][0]


def moving_to(
    new: Specialty,
    *,
    on: date = DAY_7,
    terms: Any = None,
    anchors: tuple[str, ...] = ("fixing",),
    individual: tuple[date, ...] = (),
) -> dict[str, tuple[str | None, str | None]]:
    """Field to before and after."""
    old = small()
    digest = digest_of(body_of(old))
    rules = Rules(registry=registry(new), loaded={digest_of(body_of(new)): "nails"}, kept={digest: old})
    treatment = a_treatment(digest)
    recorded = OnRecord(
        treatment=treatment,
        procedure=rules.procedure_of(treatment),
        anchors=[an_anchor(name, "2026-03-03") for name in anchors],
        individual_dates=[SimpleNamespace(judged_from=day, site=None) for day in individual],
    )
    facts = Facts(
        record=recorded,
        series=(Part(treatment=treatment, procedure=recorded.procedure, anchors=recorded.anchors),),
        terms=terms,
        clinic_zone="Europe/Budapest",
        patient_zone="Europe/Paris",
    )
    changes = changes_by_moving(rules, facts, on=on)
    assert changes == tuple(sorted(changes, key=lambda change: change.field))
    assert all(type(change) is RulesChange for change in changes)
    return {change.field: (change.before, change.after) for change in changes}


def test_a_version_that_says_the_same_changes_nothing() -> None:
    assert moving_to(small("2.0.0")) == {}


def test_other_sources_change_no_answer() -> None:
    assert moving_to(small("2.0.0", stabilisation=NAIL["stabilisation"] | {"conf": "high"})) == {}


def test_a_longer_time_to_settle_moves_its_dates() -> None:
    """R-040."""
    new = small("2.0.0", stabilisation={"min": 45, "typical": 60, "max": 120})

    assert moving_to(new) == {
        "stabilisation.min": ("day 30 of fixing", "day 45 of fixing"),
        "stabilisation.max": ("day 90 of fixing", "day 120 of fixing"),
        "stabilisation.may_be_judged_from": ("2026-04-02", "2026-04-17"),
        "stabilisation.settled_by": ("2026-06-01", "2026-07-01"),
    }


def test_the_practitioners_own_date_stays_whatever_the_new_version_says() -> None:
    """R-043."""
    new = small("2.0.0", stabilisation={"min": 45, "typical": 60, "max": 90})

    changes = moving_to(new, individual=(date(2026, 5, 1),))

    assert changes == {"stabilisation.min": ("day 30 of fixing", "day 45 of fixing")}


def test_a_result_counted_in_cycles_has_no_dates() -> None:
    new = small("2.0.0", stabilisation={"unit": "cycle", "min": 1, "typical": 3})

    changes = moving_to(new)

    assert changes["stabilisation.min"] == ("day 30 of fixing", "cycle 1 of fixing")
    assert changes["stabilisation.settled_by"] == ("2026-06-01", None)
    assert changes["stabilisation.max"] == ("day 90 of fixing", None)


def test_a_sign_that_is_normal_for_longer_is_told_as_long_as_it_matters() -> None:
    longer = small("2.0.0", normal_signs=[NAIL["normal_signs"][0] | {"days": [0, 20]}])

    assert moving_to(longer, on=DAY_7) == {"normal_sign.red": ("0/10 now", "0/20 now")}
    assert moving_to(longer, on=DAY_12)["normal_sign.red"] == ("over", "0/20 now")
    assert moving_to(longer, on=date(2026, 3, 31)) == {}


def test_a_phase_that_is_gone_and_one_that_is_new_are_told_with_their_words() -> None:
    new = small("2.0.0", phases=[{"id": "only", "days": [0, None], "text": "It grows."}])

    changes = moving_to(new)

    assert changes["phase.early"] == ("0/14 now", None)
    assert changes["phase.late"] == ("14/..", None)
    assert changes["phase.only"] == (None, "0/.. now")
    assert changes["phase.early.text.fr"] == ("Il se met en place.", None)
    assert changes["phase.only.text.en"] == (None, "It grows.")


def test_other_words_are_a_change() -> None:
    """The patient reads them."""
    new = small("2.0.0", red_flags=[FEVER | {"symptom": {"en": "Fever", "fr": "De la fièvre"}}])

    assert moving_to(new) == {"red_flag.fever.text.fr": ("Fièvre", "De la fièvre")}


def test_a_more_urgent_red_flag_is_told() -> None:
    """R-045."""
    new = small("2.0.0", red_flags=[FEVER | {"urgency": "emergency_now", "escalates": []}])

    assert moving_to(new) == {
        "red_flag.fever": ("same_day, emergency_now from 3 0/30 now", "emergency_now 0/30 now")
    }  # fmt: skip


def test_a_check_up_that_moves_is_one_less_and_one_more() -> None:
    new = small("2.0.0", check_ups=[NAIL["check_ups"][0] | {"day": 35, "window": [30, 40], "checks": []}])

    assert moving_to(new) == {
        "check_up.fixing.30": ("2026-03-23/2026-04-12 remote, colour, photos hand", None),
        "check_up.fixing.35": (None, "2026-04-02/2026-04-12 remote, photos hand"),
    }


def test_a_longer_stay_is_told() -> None:
    assert moving_to(small("2.0.0", on_site={"min_days": 5})) == {
        "on_site.stay_until": ("2026-03-05", "2026-03-08"),
        "on_site.earliest_flight": ("2026-03-06", "2026-03-08"),
    }


def test_a_shorter_reference_window_is_told_unless_the_clinics_terms_decide() -> None:
    """R-060."""
    new = small("2.0.0", reference_period="P6M")
    terms = SimpleNamespace(reference_period="P1Y", number=1)

    assert moving_to(new) == {
        "reference_window.period": ("P9M of fixing", "P6M of fixing"),
        "reference_window.last_day": ("2026-12-03", "2026-09-03"),
    }
    assert moving_to(new, terms=terms) == {}


def test_another_threshold_is_told() -> None:
    """R-087."""
    [gap] = NAIL["outcomes"]
    both = [{"measure": "gap", "op": "gt", "value": 1}, {"measure": "edge", "op": "lt", "value": 2}]
    new = small("2.0.0", outcomes=[gap | {"value": 0.7}, {"id": "two", "level": "review", "all_of": both,
                                                           "from_day": 5}])  # fmt: skip

    assert moving_to(new) == {
        "threshold.gap": (
            "level insufficiency, measure gap, op gt, value 0.5, from_day 90, unit day",
            "level insufficiency, measure gap, op gt, value 0.7, from_day 90, unit day",
        ),
        "threshold.two": (None, "level review, from_day 5, unit day, all_of gap gt 1 and edge lt 2"),
    }


def test_another_photo_is_told() -> None:
    new = small("2.0.0")
    hand = new.photo_sets["hand"].model_copy(update={"views": ("palm",), "documents": ("diary",)})

    changes = moving_to(new.model_copy(update={"photo_sets": {"hand": hand}}))

    assert changes == {"photo_views.hand": ("palm, back", "palm, diary")}


def test_a_date_that_the_new_version_asks_for_and_nobody_gave_is_told() -> None:
    new = small("2.0.0", stabilisation=NAIL["stabilisation"] | {"anchor": "removal"})

    changes = moving_to(new)

    assert changes["missing_date.removal"] == (None, "needed")
    assert changes["stabilisation.state"] == ("TOO_EARLY", "UNKNOWN")
    assert changes["stabilisation.settled_by"] == ("2026-06-01", None)


@pytest.mark.parametrize("anchors", [(), ("removal",)], ids=["no date at all", "another date"])
def test_without_the_date_that_days_count_from_figures_are_compared_and_dates_are_not(anchors: tuple[str, ...]) -> None:
    changes = moving_to(small("2.0.0", stabilisation={"min": 45, "typical": 60, "max": 90}), anchors=anchors)

    assert changes == {"stabilisation.min": ("day 30 of fixing", "day 45 of fixing")}

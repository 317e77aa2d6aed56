"""What may be recorded as a measurement, and what it is kept as."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks.partial_dates import PartialDate, UnreadableDate
from suivi.core.clocks.sites import LocalDate
from suivi.core.measurements import rules
from suivi.core.measurements.models import Purpose
from suivi.core.measurements.rules import Asked, Checked, Setting, checked_measurement, measured_at
from suivi.core.refusals import Refusal
from suivi.core.specialties.hints import Measured
from suivi.core.specialties.model import (
    Anchors,
    CheckUp,
    Measurement,
    Procedure,
    Site,
    Source,
    Specialty,
    Stabilisation,
    Text,
)

TODAY = date(2026, 6, 1)


def words(english: str) -> Text:
    return Text(by_locale={"en": english})


def a_measurement(key: str, kind: Any, **changes: Any) -> Measurement:
    return Measurement(id=key, name=words(key), type=kind, **changes)


MEASUREMENTS = (
    a_measurement("se_error_d", "quantity", unit="[diop]", range=(-20, 20), per="eye"),
    a_measurement("iop_mmhg", "quantity", unit="mm[Hg]", range=(0, 80), per="eye"),
    a_measurement("osdi", "score", unit="{score}", range=(0, 100)),
    a_measurement("oocytes", "count", unit="{oocytes}", range=(0, 80), per="cycle"),
    a_measurement("haze_grade", "ordinal", values=(0, 0.5, 1, 2, 3, 4), per="eye"),
    a_measurement("ryge", "ordinal", values=("A", "B", "C", "D"), per="restoration"),
    a_measurement("rupture", "coded", values=("none", "suspected"), per="eye"),
    a_measurement("mobile", "boolean", per="implant"),
    a_measurement("bone_loss_mm", "quantity", unit="mm", range=(0, 20), per="eye", baseline="at delivery"),
    a_measurement("ratio", "quantity"),
)


def a_setting(*, sites: tuple[str, ...] = ("OD", "OS"), **changes: Any) -> Setting:
    """Lasers on both eyes on 3 March 2026."""
    procedure = Procedure(
        id="lasik",
        specialty="eyes",
        names=words("lasik"),
        site=Site(scheme="laterality", unit="eye"),
        anchors=Anchors(day0="surgery", other=("enhancement",)),
        stabilisation=Stabilisation(min=90, typical=180),
        check_ups=changes.pop("check_ups", ()),
    )
    specialty = Specialty(
        id="eyes",
        version="1",
        names=words("eyes"),
        sources={"gk": Source(title="general knowledge", kind="gk")},
        procedures={"lasik": procedure},
        measurements={measurement.id: measurement for measurement in MEASUREMENTS},
    )
    anchors = changes.pop("anchors", {"surgery": PartialDate(2026, 3, 3)})
    return Setting(specialty=specialty, procedure=procedure, sites=sites, anchors=anchors, **changes)


def checked(key: str, value: Any, setting: Setting | None = None, **given: Any) -> Checked:
    asked: dict[str, Any] = {"purpose": Purpose.FOLLOW_UP, "site": "OD"}
    if key in ("osdi", "oocytes", "ratio"):
        asked["site"] = None
    return checked_measurement(Asked(key=key, value=value, **(asked | given)), setting or a_setting(), on=TODAY)


def refused(kind: type[Refusal], *asked: Any, **given: Any) -> Refusal:
    with pytest.raises(kind) as refusal:
        checked(*asked, **given)
    return refusal.value


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("se_error_d", 1.25, 1.25),
        ("se_error_d", Decimal("-0.30"), -0.3),
        ("se_error_d", -0.0, 0),
        ("se_error_d", 20.0, 20),
        ("se_error_d", -20, -20),
        ("osdi", 33, 33),
        ("oocytes", 9.0, 9),
        ("haze_grade", 0.5, 0.5),
        ("haze_grade", "0.5", 0.5),
        ("haze_grade", " 2 ", 2),
        ("haze_grade", 2.0, 2),
        ("ryge", "C", "C"),
        ("rupture", "none", "none"),
        ("mobile", False, False),
        ("ratio", 3.5, 3.5),
    ],
)
def test_a_value_is_kept_as_its_scale_has_it(key: str, value: Any, kept: Any) -> None:
    found = checked(key, value).value

    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("se_error_d", 20.000001, rules.ValueOutOfRange),
        ("iop_mmhg", -0.1, rules.ValueOutOfRange),
        ("iop_mmhg", 800, rules.ValueOutOfRange),
        ("iop_mmhg", float("nan"), rules.ValueOutOfRange),
        ("iop_mmhg", float("inf"), rules.ValueOutOfRange),
        ("ratio", 1e300, rules.ValueOutOfRange),
        ("iop_mmhg", "21", rules.ValueNotOfType),
        ("iop_mmhg", True, rules.ValueNotOfType),
        ("oocytes", 9.5, rules.ValueNotOfType),
        ("oocytes", "nine", rules.ValueNotOfType),
        ("mobile", 1, rules.ValueNotOfType),
        ("mobile", "yes", rules.ValueNotOfType),
        ("haze_grade", 1.5, rules.ValueNotOnScale),
        ("haze_grade", "+1", rules.ValueNotOnScale),
        ("haze_grade", True, rules.ValueNotOnScale),
        ("ryge", "c", rules.ValueNotOnScale),
        ("ryge", "", rules.ValueNotOnScale),
        ("ryge", 1, rules.ValueNotOnScale),
        ("rupture", "ruptured", rules.ValueNotOnScale),
    ],
)
def test_what_a_measurement_cannot_be_is_refused(key: str, value: Any, kind: type[Refusal]) -> None:
    assert refused(kind, key, value).field == "value"


def test_a_misspelt_key_is_told_the_nearest_ones() -> None:
    unknown = refused(rules.UnknownMeasurement, "iop_mmgh", 21)
    far = refused(rules.UnknownMeasurement, "x" * 1_000_000, 21)

    assert (unknown.field, unknown.facts["nearest"]) == ("key", "iop_mmhg")
    assert far.facts["nearest"] == "none"


def test_the_unit_is_the_specialtys_own_and_nothing_is_converted() -> None:
    assert checked("iop_mmhg", 21).unit == checked("iop_mmhg", 21, unit="mm[Hg]").unit == "mm[Hg]"

    assert refused(rules.UnitNotExpected, "iop_mmhg", 2.8, unit="kPa").facts["unit"] == "mm[Hg]"
    assert refused(rules.UnitNotExpected, "ryge", "A", unit="1").facts["unit"] == "none"


def test_what_is_measured_of_an_eye_says_which() -> None:
    """R-022: with one site there is no doubt, with several it has to be named."""
    assert checked("iop_mmhg", 21, site="OS").site == "OS"
    assert checked("iop_mmhg", 21, a_setting(sites=("OS",)), site=None).site == "OS"
    assert checked("iop_mmhg", 21, a_setting(sites=()), site=None).site is None

    assert refused(rules.MeasurementSiteMissing, "iop_mmhg", 21, site=None).field == "site"
    assert refused(SiteNotTreated, "iop_mmhg", 21, a_setting(sites=("OS",)), site="OD").field == "site"


def test_what_is_measured_of_the_patient_has_no_site() -> None:
    assert checked("osdi", 20).site is None

    refused(rules.MeasurementHasNoSite, "osdi", 20, site="OD")
    refused(rules.MeasurementHasNoSite, "oocytes", 8, a_setting(sites=("OD",)), site="OD")


def test_a_measurement_is_dated_as_well_as_it_is_known() -> None:
    """R-065."""
    assert str(checked("osdi", 20).measured_on) == "2026-06-01"
    assert str(checked("osdi", 20, measured_on="2026-06").measured_on) == "2026-06"
    assert str(checked("osdi", 20, measured_on="unknown").measured_on) == "unknown"

    assert refused(rules.MeasuredInFuture, "osdi", 20, measured_on="2026-06-02").available_from == date(2026, 6, 2)
    refused(UnreadableDate, "osdi", 20, measured_on="2026-02-30")


@pytest.mark.parametrize("purpose", [Purpose.BASELINE, Purpose.TARGET])
def test_a_baseline_or_a_target_after_the_treatment_is_none(purpose: Purpose) -> None:
    """The day of the treatment is still before it, and a month it lies in may be."""
    for on in ("2026-01-10", "2026-03-03", "2026-03", "2026", "unknown"):
        assert checked("iop_mmhg", 21, purpose=purpose, measured_on=on).purpose is purpose

    refused(rules.MeasuredAfterTreatment, "iop_mmhg", 21, purpose=purpose, measured_on="2026-03-04")
    assert checked("iop_mmhg", 21, a_setting(anchors={}), purpose=purpose, measured_on="2026-05-01")


def test_a_baseline_that_its_specialty_takes_at_a_later_stage_may_be_later() -> None:
    later = "2026-05-01"

    assert checked("bone_loss_mm", 0.2, purpose=Purpose.BASELINE, measured_on=later).value == 0.2
    refused(rules.MeasuredAfterTreatment, "bone_loss_mm", 0.2, purpose=Purpose.TARGET, measured_on=later)


def test_a_follow_up_before_the_treatment_is_none() -> None:
    assert checked("iop_mmhg", 21, measured_on="2026-03-03").measured_on.exact

    too_early = refused(rules.MeasuredBeforeTreatment, "iop_mmhg", 21, measured_on="2026-03-02")

    assert too_early.available_from == date(2026, 3, 3)


def test_a_check_up_that_is_planned_before_day_0_may_be_measured_then() -> None:
    """R-066: the lining of the womb five days before a transfer."""
    before = a_setting(check_ups=(CheckUp(day=-5, window=(-10, -3), where="on_site"),))

    assert checked("iop_mmhg", 21, before, measured_on="2026-02-21")
    refused(rules.MeasuredBeforeTreatment, "iop_mmhg", 21, before, measured_on="2026-02-20")


def test_each_eye_has_a_date_of_its_own() -> None:
    """R-022: the left eye was treated a month later."""
    apart = a_setting(local=[LocalDate(name="surgery", date=PartialDate(2026, 4, 3), site="OS")])

    assert checked("iop_mmhg", 21, apart, site="OD", measured_on="2026-03-20")
    refused(rules.MeasuredBeforeTreatment, "iop_mmhg", 21, apart, site="OS", measured_on="2026-03-20")


def a_row(key: str, value: Any, on: str, **changes: Any) -> Any:
    plain = {"site": "OD", "purpose": Purpose.FOLLOW_UP, "measured_on": on, "value": {"value": value}}
    return SimpleNamespace(key=key, **(plain | changes))


def test_the_latest_measured_counts_and_of_two_on_one_day_the_later_recorded() -> None:
    rows = [
        a_row("iop_mmhg", 24, "2026-05-20"),
        a_row("iop_mmhg", 19, "2026-05-20"),
        a_row("iop_mmhg", 30, "2026-04-20"),
        a_row("iop_mmhg", 99, "2026-05-30", site="OS"),
        a_row("iop_mmhg", 15, "2026-03-01", purpose=Purpose.BASELINE),
        a_row("se_error_d", 1, "2026-03-01", purpose=Purpose.TARGET),
        a_row("osdi", 33, "2026-05-30", site=None),
    ]

    assert measured_at(rows, "OD") == {"iop_mmhg": Measured(value=19, baseline=15), "osdi": Measured(value=33)}
    assert measured_at(rows, "OS") == {"iop_mmhg": Measured(value=99), "osdi": Measured(value=33)}

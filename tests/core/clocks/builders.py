"""Procedures and windows with a default for everything, so that a test states only what it is about."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from suivi.core.clocks import Candidate, PartialDate, Period, PeriodSource, ReferenceWindow, reference_window
from suivi.core.specialties.model import (
    Anchors,
    CheckUp,
    NormalSign,
    OnSite,
    Phase,
    Procedure,
    RedFlag,
    Series,
    Site,
    Stabilisation,
    Text,
    Threshold,
)


def words(english: str) -> Text:
    return Text(by_locale={"en": english})


def a_window(
    anchor: str = "2026-03-03",
    *,
    on: date | datetime = date(2026, 6, 1),
    clinic: str = "Europe/Istanbul",
    patient: str = "Europe/Paris",
    terms: str | None = None,
    specialty: str | None = None,
    confirmation: str | None = None,
    suspensions: Iterable[tuple[date, date]] = (),
) -> ReferenceWindow:
    said = {
        PeriodSource.SPECIALTY: specialty,
        PeriodSource.CLINIC_TERMS: terms,
        PeriodSource.CONFIRMATION: confirmation,
    }
    return reference_window(
        PartialDate.parse(anchor),
        on=on,
        clinic_zone=clinic,
        patient_zone=patient,
        candidates=[Candidate(source=who, period=Period.parse(text)) for who, text in said.items() if text],
        suspensions=suspensions,
        anchor_name="surgery",
    )


def dates(**anchors: str) -> Mapping[str, PartialDate]:
    return {name: PartialDate.parse(text) for name, text in anchors.items()}


def a_procedure(**changes: Any) -> Procedure:
    """A small implant: placed on day 0, crowned later, with one entry of each kind."""
    plain: dict[str, Any] = {
        "id": "single_implant",
        "specialty": "dental",
        "names": words("implant"),
        "site": Site(scheme="fdi", unit="tooth"),
        "anchors": Anchors(day0="implant_placement", other=("definitive_crown",)),
        "stabilisation": Stabilisation(min=60, typical=120, max=180, src=("iti2013",), conf="high"),
    }
    return Procedure(**{**plain, **changes})


def a_full_procedure() -> Procedure:
    return a_procedure(
        prosthetic=Stabilisation(min=30, typical=180, max=365, anchor="definitive_crown", src=("joi",), conf="high"),
        phases=(
            a_phase("planning", days=(-30, 0)),
            a_phase("healing", days=(0, 14)),
            a_phase("integration", days=(14, None)),
            a_phase("biting", days=(0, 30), anchor="definitive_crown"),
        ),
        normal_signs=(a_sign("swelling", days=(0, 7)), a_sign("tightness", days=(0, None))),
        red_flags=(
            a_flag("loose_implant", urgency="within_48h", days=(0, None)),
            a_flag("airway_swelling", urgency="emergency_now", days=(0, 30)),
            a_flag("late_swelling", urgency="same_day", days=(3, None)),
        ),
        check_ups=(
            a_check_up(7, window=(5, 10)),
            a_check_up(365, window=(300, 425), repeat_every_days=365),
            a_check_up(180, window=(150, 240), anchor="definitive_crown"),
        ),
        on_site=OnSite(min_days=3, flight_after_days=2, src=("gk",), conf="medium"),
    )


def a_phase(phase_id: str, **changes: Any) -> Phase:
    return Phase(**{"id": phase_id, "days": (0, 14), "text": words(phase_id), "src": ("gk",), **changes})


def a_sign(sign_id: str, **changes: Any) -> NormalSign:
    return NormalSign(**{"id": sign_id, "sign": words(sign_id), "days": (0, 7), "src": ("gk",), **changes})


def a_flag(flag_id: str, **changes: Any) -> RedFlag:
    plain = {"id": flag_id, "symptom": words(flag_id), "days": (0, None), "urgency": "routine", "suspect": "infection"}
    return RedFlag(**{**plain, **changes})


def a_check_up(day: int, **changes: Any) -> CheckUp:
    return CheckUp(**{"day": day, "window": (day, day), "where": "remote", "photos": "tooth_local", **changes})


def ivf(**changes: Any) -> Procedure:
    """Stimulation, retrieval, transfer; judged after two cycles, each known fourteen days after its transfer."""
    plain: dict[str, Any] = {
        "id": "ivf",
        "specialty": "fertility",
        "site": Site(scheme="patient", unit="cycle"),
        "anchors": Anchors(day0="oocyte_retrieval", other=("stimulation_start", "embryo_transfer")),
        "series": Series(
            unit="cycle",
            starts="stimulation_start",
            counts_from="oocyte_retrieval",
            continued_by=("frozen_transfer",),
            src=("gk",),
            conf="medium",
        ),
        "stabilisation": Stabilisation(
            unit="cycle",
            min=2,
            typical=3,
            max=6,
            per_cycle_resolution={"anchor": "embryo_transfer", "day": 14},
            src=("gk",),
            conf="medium",
        ),
        "red_flags": (
            a_flag("bleeding", urgency="same_day", days=(0, 90)),
            a_flag("ovaries", urgency="emergency_now", days=(0, 28)),
        ),
        "outcomes": (
            Threshold(
                id="negative",
                measure="hcg",
                op="lt",
                value=5,
                level="cycle_failed",
                anchor="embryo_transfer",
                from_day=9,
                to_confirm_day=14,
            ),
        ),
    }
    return a_procedure(**{**plain, **changes})

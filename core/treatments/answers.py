"""What a treatment's dates and rules answer on a day: how long the reference window is.

Every answer is by the rules the treatment is pinned to: `await house.rules.ready([treatment])` comes first.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.periods import Period
from suivi.core.clocks.sites import LocalDate
from suivi.core.clocks.windows import Candidate, PeriodSource, ReferenceWindow, by_precedence, reference_window
from suivi.core.clocks.zones import zone
from suivi.core.confirmations.periods import ConfirmedPeriod, counting
from suivi.core.pins.rules import Rules
from suivi.core.specialties.model import Specialty

UNKNOWN = PartialDate()


def dates_of(anchors: Iterable[Any]) -> dict[str, PartialDate]:
    return {anchor.name: PartialDate.parse(anchor.on) for anchor in anchors}


def local_dates(rows: Iterable[Any]) -> list[LocalDate]:
    """Rows of local anchors as the clocks read them."""
    return [
        LocalDate(name=row.name, date=PartialDate.parse(row.on), site=row.site or None, cycle=row.cycle or None)
        for row in rows
    ]


def reference_window_of(
    rules: Rules,
    treatment: Any,
    anchors: Iterable[Any],
    terms: Any | None,
    *,
    clinic_zone: str,
    patient_zone: str,
    on: date | datetime,
    confirmed: Sequence[ConfirmedPeriod] = (),
) -> ReferenceWindow:
    """Nine months by default, overridden by the specialty, by the pinned terms, by what was confirmed (R-060).

    `confirmed` are the periods that signed confirmations state, in the order they were signed.
    """
    others = list(_candidates(rules.specialty_of(treatment), terms))
    day0 = rules.procedure_of(treatment).anchors.day0
    return reference_window(
        dates_of(anchors).get(day0, UNKNOWN),
        on=on,
        clinic_zone=clinic_zone,
        patient_zone=patient_zone,
        candidates=[*_confirmed(confirmed, others, treatment, clinic_zone), *others],
        anchor_name=day0,
    )


def _confirmed(
    stated: Sequence[ConfirmedPeriod], others: Sequence[Candidate], treatment: Any, clinic_zone: str
) -> Iterable[Candidate]:
    if not stated:
        return
    otherwise = by_precedence(others)[0].period
    counted = counting(
        stated,
        otherwise,
        agreed_on=treatment.agreed_on,
        clinic=zone(clinic_zone),
        registered_at=treatment.registered_at,
    )
    for one in counted:
        yield Candidate(source=PeriodSource.CONFIRMATION, period=one.period, version=one.number)


def _candidates(specialty: Specialty, terms: Any | None) -> Iterable[Candidate]:
    if terms is not None and terms.reference_period:
        yield Candidate(
            source=PeriodSource.CLINIC_TERMS, period=Period.parse(terms.reference_period), version=str(terms.number)
        )
    if specialty.reference_period:
        period = Period.parse(specialty.reference_period)
        yield Candidate(source=PeriodSource.SPECIALTY, period=period, version=specialty.named)

"""What a treatment's dates and rules answer on a day: where recovery stands, and how long the reference window is."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.periods import Period
from suivi.core.clocks.phases import Recovery, recovery
from suivi.core.clocks.windows import Candidate, PeriodSource, ReferenceWindow, reference_window
from suivi.core.registry import Registry
from suivi.core.specialties.model import Procedure
from suivi.core.treatments.rules import OTHER

UNKNOWN = PartialDate()


def procedure_of(registry: Registry, treatment: Any) -> Procedure:
    """The rules of the treatment's procedure; core defaults when its plugin is gone."""
    procedure = registry.procedure(treatment.procedure) or registry.procedure(OTHER)
    assert procedure is not None, "core always answers for `other`"  # noqa: S101
    return procedure


def rules_version(registry: Registry, procedure: Procedure) -> str:
    """The version of the specialty that supplies a procedure's rules, which a treatment pins."""
    specialty = registry.specialty(procedure.specialty)
    assert specialty is not None, "a loaded procedure has a loaded specialty"  # noqa: S101
    return specialty.version


def dates_of(anchors: Iterable[Any]) -> dict[str, PartialDate]:
    return {anchor.name: PartialDate.parse(anchor.on) for anchor in anchors}


def recovery_of(registry: Registry, treatment: Any, anchors: Iterable[Any], *, on: date) -> Recovery:
    return recovery(procedure_of(registry, treatment), dates_of(anchors), on)


def reference_window_of(
    registry: Registry,
    treatment: Any,
    anchors: Iterable[Any],
    terms: Any | None,
    *,
    clinic_zone: str,
    patient_zone: str,
    on: date | datetime,
) -> ReferenceWindow:
    """Nine months by default, overridden by the specialty, overridden by the pinned terms (R-060)."""
    procedure = procedure_of(registry, treatment)
    day0 = procedure.anchors.day0
    return reference_window(
        dates_of(anchors).get(day0, UNKNOWN),
        on=on,
        clinic_zone=clinic_zone,
        patient_zone=patient_zone,
        candidates=list(_candidates(registry, procedure, terms)),
        anchor_name=day0,
    )


def _candidates(registry: Registry, procedure: Procedure, terms: Any | None) -> Iterable[Candidate]:
    if terms is not None and terms.reference_period:
        yield Candidate(
            source=PeriodSource.CLINIC_TERMS, period=Period.parse(terms.reference_period), version=str(terms.number)
        )
    specialty = registry.specialty(procedure.specialty)
    if specialty is not None and specialty.reference_period:
        version = f"{specialty.id}@{specialty.version}"
        period = Period.parse(specialty.reference_period)
        yield Candidate(source=PeriodSource.SPECIALTY, period=period, version=version)

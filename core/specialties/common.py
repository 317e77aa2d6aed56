"""The lists every specialty shares, read once from `common.yaml` beside this file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from suivi.core.specialties.document import open_document
from suivi.core.specialties.model import (
    CaseClass,
    Cited,
    Data,
    Duty,
    Exclusion,
    Procedure,
    RedFlag,
    Source,
    Specialty,
    Text,
    Urgency,
)

OTHER = "other"
"""The id of the procedure, and of the specialty, that stands in where no plugin knows better."""


class UrgencyLevel(Cited):
    """`target_response_h`: hours within which somebody should have looked."""

    id: Urgency
    order: int
    what_to_do: Text
    target_response_h: int


class CaseClassName(Cited):
    id: CaseClass
    situation: Literal["normal_evolution", "medical_complication", "unsatisfactory_result"]
    name: Text


class FeeKind(Cited):
    id: str
    text: Text


class ReferencePeriod(Cited):
    """`default` is an ISO 8601 duration in calendar months."""

    default: str
    anchor: str


class Common(Data):
    notice: Text
    sources: Mapping[str, Source]
    urgency: Mapping[Urgency, UrgencyLevel]
    case_classes: Mapping[CaseClass, CaseClassName]
    possible_outcomes: Mapping[str, Text]
    fee_kinds: Mapping[str, FeeKind]
    warranty_conditions: Mapping[str, Text]
    exclusions: Mapping[str, Exclusion]
    duties: Mapping[str, Duty]
    general_red_flags: tuple[RedFlag, ...]
    reference_period: ReferencePeriod
    hints_basis: Cited
    stabilisation_defaults: tuple[Mapping[str, Any], ...]
    other: Procedure


@cache
def common() -> Common:
    values = open_document(Path(__file__).with_name("common.yaml")).data
    for name in ("case_classes", "fee_kinds", "exclusions", "duties"):
        values[name] = {key: {"id": key, **entry} for key, entry in values[name].items()}
    values["urgency"] = {
        key: {"id": key, "order": order, **entry}
        for order, (key, entry) in enumerate(values["urgency"].items(), start=1)
    }
    values["other"] |= {"id": OTHER, "specialty": OTHER, "red_flags": values["general_red_flags"]}
    return Common.model_validate(values)


@cache
def other_specialty() -> Specialty:
    """Holds the one procedure `other`, so that whatever reads specialties reads this one too."""
    shared = common()
    return Specialty(
        id=OTHER,
        version="1.0.0",
        names=shared.other.names,
        sources=shared.sources,
        procedures={OTHER: shared.other},
        duties=shared.duties,
        exclusions=shared.exclusions,
    )

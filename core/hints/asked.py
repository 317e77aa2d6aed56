"""Hints for a case that somebody describes and that is not on record: typed, checked, and kept nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from suivi.core import inputs
from suivi.core.check_ups.rules import check_ups_on_file
from suivi.core.hints.assessment import assess
from suivi.core.hints.model import Assessment
from suivi.core.hints.on_record import Told
from suivi.core.measurements.rules import checked_value
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.specialties.hints import CaseFacts, Documentation, Measured
from suivi.core.specialties.model import Fact, Procedure, Specialty
from suivi.core.treatments.rules import UnknownAnchor, UnknownProcedure, checked_sites, checked_variant

MAX_SIGNS = 100
FURTHEST_DAY = 36_525
"""A hundred years, either way."""


class DayUnusable(Refusal):
    """A day is a number of days since an anchor, at most {limit} either way."""

    code = "DAY_UNUSABLE"
    remedy = "Count the days since the anchor; day 0 is the day itself."


class CycleUnusable(Refusal):
    """Cycles are counted from 1."""

    code = "CYCLE_UNUSABLE"
    remedy = "Give the number of the cycle that has been reached, or leave it out."


class UnknownFact(Refusal):
    """The specialty {specialty} asks for no fact of that key."""

    code = "UNKNOWN_FACT"
    remedy = "Use a key of `procedure { facts }`."


class FactUnusable(Refusal):
    """This is no answer to the question {fact}."""

    code = "FACT_UNUSABLE"
    remedy = "See `type`, `range` and `values` in `procedure { facts }`."


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedHints:
    """Measurements are key, value, baseline and target, in the unit of the specialty."""

    procedure: str
    day: int
    site: str | None = None
    variant: str | None = None
    cycle: int | None = None
    anchor_days: Mapping[str, int] = field(default_factory=dict)
    measurements: Sequence[tuple[Any, ...]] = ()
    told: Told = field(default_factory=Told)
    documentation: Documentation = field(default_factory=Documentation)


def assess_asked(registry: Registry, asked: AskedHints) -> tuple[Assessment, Specialty]:
    """By the rules that are loaded. A sign nobody knows is no mistake: it is listed nowhere, and a person looks.

    Raises UnknownProcedure, UnknownVariant, UnknownSite, UnknownAnchor, UnknownFact, FactUnusable, DayUnusable,
    CycleUnusable and what `checked_value` raises.
    """
    procedure = registry.procedure(asked.procedure)
    specialty = registry.specialty(procedure.specialty) if procedure else None
    if procedure is None or specialty is None:
        raise UnknownProcedure(field="procedure")
    _require_known(asked, procedure)
    inputs.number(len(asked.told.signs), field="told.signs", least=0, most=MAX_SIGNS)
    facts = CaseFacts(
        procedure=procedure.id,
        day=asked.day,
        variant=asked.variant,
        cycle=asked.cycle,
        anchor_days=asked.anchor_days,
        site=asked.site,
        signs=asked.told.signs,
        described=asked.told.described,
        measurements=dict(_measured(asked, specialty, number) for number in range(len(asked.measurements))),
        patient_dissatisfied=asked.told.patient_dissatisfied,
        facts=checked_facts(asked.told.facts, specialty),
        documentation=_filed(asked, procedure),
    )
    return assess(procedure, specialty, facts, registry.offered), specialty


def _filed(asked: AskedHints, procedure: Procedure) -> Documentation:
    """While no check-up is due, all due are on file and nobody has examined anything."""
    filed = asked.documentation
    nothing_due = check_ups_on_file(procedure, (), asked.day, anchor_days=asked.anchor_days) == "all_due"
    unsaid = filed.examined is None and filed.check_ups == "all_due"
    return replace(filed, examined=False) if unsaid and nothing_due else filed


def checked_facts(facts: Mapping[str, Any], specialty: Specialty) -> Mapping[str, Any]:
    for key, value in facts.items():
        known = specialty.facts.get(key)
        if known is None:
            raise UnknownFact(field="facts", specialty=specialty.id)
        if not _answers(known, value):
            raise FactUnusable(field="facts", fact=key)
    return facts


def _answers(fact: Fact, value: Any) -> bool:
    if fact.type == "boolean":
        return isinstance(value, bool)
    if fact.type == "coded":
        return isinstance(value, str) and value in fact.values
    if isinstance(value, bool | str):
        return False
    within = fact.range is None or fact.range[0] <= value <= fact.range[1]
    return within and (fact.type != "count" or value == int(value))


def _require_known(asked: AskedHints, procedure: Procedure) -> None:
    checked_variant(asked.variant, procedure)
    if asked.site is not None:
        checked_sites([asked.site], procedure)
    unknown = [name for name in asked.anchor_days if name not in procedure.anchors.all()]
    if unknown:
        raise UnknownAnchor(field="anchorDays", anchors=", ".join(procedure.anchors.all()))
    if any(abs(day) > FURTHEST_DAY for day in (asked.day, *asked.anchor_days.values())):
        raise DayUnusable(field="day", limit=FURTHEST_DAY)
    if asked.cycle is not None and asked.cycle < 1:
        raise CycleUnusable(field="cycle")


def _measured(asked: AskedHints, specialty: Specialty, number: int) -> tuple[str, Measured]:
    key, *values = asked.measurements[number]
    at = f"measurements[{number}]."
    names = ("value", "baseline", "target")
    read = [
        None if value is None else checked_value(value, key, specialty, at=at, name=name)
        for value, name in zip(values, names, strict=True)
    ]
    assert read[0] is not None, "the schema requires a value"  # noqa: S101
    return key, Measured(value=read[0], baseline=read[1], target=read[2])

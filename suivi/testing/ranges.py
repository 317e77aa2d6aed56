"""Figures that fit together: what the reader of a protocol file cannot refuse, and nobody meant."""

from collections.abc import Iterator
from typing import Any

from suivi.core.devices.templates import MANUFACTURER, deadline_problems
from suivi.core.specialties.figures import A_CENTURY
from suivi.core.specialties.model import (
    Comparison,
    Escalation,
    Measurement,
    Procedure,
    Requirement,
    Specialty,
    Stabilisation,
    WarrantyTemplate,
)

_TEN_YEARS = 3_653
_MANY_CYCLES = 24
_LONG_STAY = 366
_IN_THE_UNIT = ("gt", "gte", "lt", "lte", "abs_gt", "abs_lte", "eq", "in")


def problems(specialty: Specialty) -> Iterator[str]:
    if not specialty.procedures:
        yield "the specialty has no procedure"
    for key, measurement in specialty.measurements.items():
        yield from (f"measurements[{key}]: {says}" for says in _of_measurement(measurement))
    for key, template in specialty.warranty_templates.items():
        yield from (f"warranty_templates[{key}]: {says}" for says in _of_template(template))
    for key, procedure in specialty.procedures.items():
        found = (*_of_procedure(procedure), *_of_comparisons(procedure, specialty))
        yield from (f"procedures[{key}].{says}" for says in found)


def _of_measurement(measurement: Measurement) -> Iterator[str]:
    span = measurement.range
    if span is not None and span[0] == span[1]:
        yield f"its range holds only {span[0]:g}"
    if measurement.type == "quantity" and (span is None or measurement.unit is None):
        yield "a quantity has a range and a unit, so that a slip of the keyboard is noticed"
    if measurement.type in ("ordinal", "coded") and len(measurement.values) < 2:
        yield f"a measurement that is {measurement.type} has at least two values"
    if measurement.better not in (None, "higher", "lower", "zero", *measurement.values):
        yield f"better is {measurement.better!r}, which is neither higher, lower, zero, nor one of its values"


def _of_template(template: WarrantyTemplate) -> Iterator[str]:
    duration = template.duration
    given = [number for number in (duration.min, duration.typical, duration.max) if number is not None]
    # From nothing on: some offer none. But not nothing at most.
    if given and (given[0] < 0 or given[-1] <= 0):
        yield f"its duration ends at {given[-1]}"
    if duration.unit == "lifetime" and duration.max is not None:
        yield "a lifetime has no number"
    if template.grantor == MANUFACTURER:
        yield from deadline_problems(template)


def _of_procedure(procedure: Procedure) -> Iterator[str]:
    yield from _of_stabilisation(procedure.stabilisation, "stabilisation")
    if procedure.prosthetic:
        yield from _of_stabilisation(procedure.prosthetic, "prosthetic")
    yield from _of_phases(procedure)
    yield from _of_check_ups(procedure)
    yield from _of_signs(procedure)
    if procedure.on_site and not 0 <= procedure.on_site.min_days <= _LONG_STAY:
        yield f"on_site: a stay of {procedure.on_site.min_days} days"
    for threshold in procedure.outcomes:
        if threshold.from_day is not None and not 0 <= threshold.from_day <= A_CENTURY:
            yield f"outcomes[{threshold.id}]: it counts from day {threshold.from_day}"


def _of_stabilisation(given: Stabilisation, name: str) -> Iterator[str]:
    ends = [number for number in (given.min, given.typical, given.max) if number is not None]
    longest = _MANY_CYCLES if given.unit == "cycle" else _TEN_YEARS
    if ends != sorted(ends) or ends[0] < 0:
        yield f"{name}: 0 <= min <= typical <= max does not hold: {ends}"
    if ends[-1] > longest:
        yield f"{name}: {ends[-1]} {given.unit}s is longer than anybody waits to judge a result"


def _of_phases(procedure: Procedure) -> Iterator[str]:
    if not procedure.phases:
        yield "phases: there is none, so nobody is told what is normal"
        return
    # Days before the treatment count too; what is asked for is an answer on the day itself.
    from_day0 = [phase for phase in procedure.phases if phase.anchor in (None, procedure.anchors.day0)]
    if not any((phase.days[0] or 0) <= 0 <= _open(phase.days[1]) for phase in from_day0):
        yield "phases: none covers day 0, the day of the treatment"


def _of_check_ups(procedure: Procedure) -> Iterator[str]:
    if not procedure.check_ups:
        yield "follow_up: there is no check-up"
        return
    settled = procedure.stabilisation
    late = [check_up for check_up in procedure.check_ups if check_up.repeat_every_days or check_up.anchor]
    if settled.unit == "day" and not late:
        last = max(check_up.window[1] for check_up in procedure.check_ups)
        if last < settled.min:
            yield f"follow_up: the last check-up ends on day {last}, before a result may be judged on day {settled.min}"


def _of_signs(procedure: Procedure) -> Iterator[str]:
    for sign in procedure.normal_signs:
        place = f"normal_signs[{sign.id}]"
        if sign.peak_day is not None and not (sign.days[0] or 0) <= sign.peak_day <= _open(sign.days[1]):
            yield f"{place}: it peaks on day {sign.peak_day}, outside its days"
        yield from (f"{place}: {says}" for says in _of_escalations(sign.escalates))
    for flag in procedure.red_flags:
        yield from (f"red_flags[{flag.id}]: {says}" for says in _of_escalations(flag.escalates))
    if not procedure.red_flags:
        yield "red_flags: there is none"


def _of_escalations(escalates: tuple[Escalation, ...]) -> Iterator[str]:
    days = [step.from_day for step in escalates]
    if days != sorted(set(days)):
        yield f"it escalates from days {days}, which are not one after the other"


def _of_comparisons(procedure: Procedure, specialty: Specialty) -> Iterator[str]:
    for place, part in _comparisons(procedure):
        name = part.measure if isinstance(part, Comparison) else part.fact
        asked = specialty.measurements.get(name) if isinstance(part, Comparison) else specialty.facts.get(name)
        if asked is None:
            yield f"{place}: the specialty has no {'measurement' if isinstance(part, Comparison) else 'fact'} {name!r}"
        elif part.op in _IN_THE_UNIT and (wrong := _off(part.value, asked.values, asked.range)) is not None:
            yield f"{place}: {wrong!r} is nothing that {name} can be"


def _comparisons(procedure: Procedure) -> Iterator[tuple[str, Comparison | Requirement]]:
    for threshold in procedure.outcomes:
        place = f"outcomes[{threshold.id}]"
        if threshold.measure is not None and threshold.op is not None:
            yield place, Comparison(measure=threshold.measure, op=threshold.op, value=threshold.value)
        yield from ((place, part) for part in threshold.all_of)
        yield from ((place, fact) for fact in threshold.requires)
    for index, hint in enumerate(procedure.hints):
        if hint.given is not None:
            place = f"hints[{hint.id or index}]"
            yield from ((place, part) for part in hint.given.measurements)
            yield from ((place, fact) for fact in hint.given.facts)


def _off(value: Any, scale: tuple[Any, ...], span: tuple[float, float] | None) -> Any:
    """A value off its scale or range, or None."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if scale and one not in scale:
            return one
        number = isinstance(one, int | float) and not isinstance(one, bool)
        # With an absolute comparison, a range that is below zero only is met from the other side.
        if span is not None and number and not (span[0] <= one <= span[1] or span[0] <= -one <= span[1]):
            return one
    return None


def _open(end: int | None) -> int:
    return A_CENTURY if end is None else end

"""Figures of a specialty in plain English: days, limits, units, lengths of a warranty."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from suivi.core.clocks.periods import Period
from suivi.core.hints.sentences import sentence
from suivi.core.hints.signs import NO_LONGER_NORMAL
from suivi.core.specialties.common import common
from suivi.core.specialties.forms import label
from suivi.core.specialties.model import (
    CheckUp,
    Comparison,
    DayRange,
    Escalation,
    Level,
    OnSite,
    Operator,
    Procedure,
    RedFlag,
    Requirement,
    Specialty,
    Stabilisation,
    StableMeasurement,
    Text,
    Threshold,
    Urgency,
    Where,
)

URGENCIES: Mapping[Urgency, str] = {
    "emergency_now": "emergency: now",
    "same_day": "the same day",
    "within_48h": "within 48 hours",
    "routine": "at the next check-up",
}
WHERE: Mapping[Where, str] = {
    "on_site": "at the clinic",
    "remote": "at a distance",
    "local_clinician": "with a clinician nearby",
    "clinic_or_local": "at the clinic or with a clinician nearby",
    "clinic_or_remote": "at the clinic or at a distance",
}
LEVELS: Mapping[Level, str] = {
    "review": "a clinician should look",
    "insufficiency": "speaks for an insufficiency",
    "gate": "a condition before the next step",
    "cycle_failed": "this cycle did not succeed",
}
_UNITS = {"um": "µm", "deg": "°", "a": "years", "mm/a": "mm a year", "d": "days", "N.cm": "N·cm", "1": ""} | {
    "{deltaE}": "ΔE",
    "{score}": "",
}
_DAYS_OF_A_MONTH = 30.4375


def english(text: Text | None) -> str:
    return text.read("en")[0] if text else ""


def days(of: DayRange) -> str:
    first, last = of
    if first is None and last is None:
        return "any day"
    if last is None:
        return f"from {number(first)} on"
    if first is None:
        return f"to {number(last)}"
    return number(first) if first == last else f"{number(first)} to {number(last)}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def number(value: float | None) -> str:
    """With a true minus sign."""
    return "" if value is None else f"{value}".replace("-", "−")


def plain(key: str) -> str:
    return key.replace("_", " ")


def anchor_name(specialty: Specialty, anchor: str) -> str:
    return english(label(specialty.labels.anchors, anchor))


def what_follows(steps: Iterable[Escalation], last: int | None) -> tuple[tuple[int, Urgency], ...]:
    """From which day a sign that was normal wants a clinician how soon."""
    stated: tuple[tuple[int, Urgency], ...] = tuple((step.from_day, step.urgency) for step in steps)
    if last is None or any(day <= last + 1 for day, _ in stated):
        return stated
    return ((last + 1, NO_LONGER_NORMAL), *stated)


def is_general(flag: RedFlag) -> bool:
    """Whether core adds it to every procedure."""
    return any(flag.id == general.id for general in common().general_red_flags)


def checks_of(check_up: CheckUp, specialty: Specialty) -> str:
    return ", ".join(english(specialty.check_label(check)) or plain(check) for check in check_up.checks)


def measured(part: Comparison, specialty: Specialty) -> str:
    found = specialty.measurements.get(part.measure)
    return english(found.name) if found else plain(part.measure)


def limit(part: Comparison, specialty: Specialty) -> str:
    """Such as `above 1.5 mm`."""
    found = specialty.measurements.get(part.measure)
    unit = f" {_unit(found.unit)}" if found and found.unit and not part.op.endswith("target") else ""
    return _compared(part.op, part.value, part.measure, specialty) + unit.rstrip()


def threshold_in_words(threshold: Threshold, specialty: Specialty, *, limit_first: bool = False) -> str:
    both = [(measured(part, specialty), limit(part, specialty)) for part in threshold.comparisons()]
    return "; and ".join(f"{part[1]}: {part[0]}" if limit_first else f"{part[0]}: {part[1]}" for part in both)


def conditions(threshold: Threshold, specialty: Specialty) -> list[str]:
    """What must hold, or be on file, before a threshold counts."""
    found = [threshold.condition] if threshold.condition else [_asked(need, specialty) for need in threshold.requires]
    found += [f"compared with: {plain(threshold.compare)}"] if threshold.compare else []
    found += [f"on record: {plain(need)}" for need in threshold.needs]
    return found + [f"on file: {plain(name)}" for name in threshold.documents]


def counts_from(threshold: Threshold) -> str:
    if threshold.from_day is None:
        return "counted in cycles"
    confirmed = f", to confirm on {threshold.to_confirm_day}" if threshold.to_confirm_day is not None else ""
    return f"day {number(threshold.from_day)}{confirmed}"


def judged(clock: Stabilisation) -> str:
    """Earliest, usual and latest, in the clock's own unit."""
    return f"{clock.min} · {clock.typical} · {clock.max if clock.max is not None else 'open'}"


def clocks_of(procedure: Procedure, specialty: Specialty) -> list[tuple[str, Stabilisation]]:
    """The clock of a result with what sets it apart: a second result on the same treatment, a variant."""
    variants = specialty.labels.variants
    clock = procedure.stabilisation
    others = [
        (english(label(variants, name)), clock.model_copy(update={"variants": {}, **figures}))
        for name, figures in clock.variants.items()
    ]
    second = [("second result", procedure.prosthetic)] if procedure.prosthetic else []
    return [("", clock), *others, *second]


def earliest_flight(stay: OnSite) -> int:
    """Nobody flies before the shortest stay is over."""
    return max(stay.min_days, stay.flight_after_days or 0)


def window_of(specialty: Specialty) -> tuple[str, int]:
    """The reference window in words and in days; a month is about 30.4 of them."""
    period = Period.parse(specialty.reference_period or common().reference_period.default)
    length = round(period.total_months * _DAYS_OF_A_MONTH) + period.total_days
    parts = [(period.total_months, "month"), (period.total_days, "day")]
    return " and ".join(counted(count, word) for count, word in parts if count), length


def settled(measured: StableMeasurement, specialty: Specialty) -> str:
    found = specialty.measurements.get(measured.measure)
    name = english(found.name) if found else plain(measured.measure)
    apart = f"at least {counted(measured.apart_days, 'day')} apart"
    return f"{name} measured {measured.times} times, {apart}, within {measured.within:g} of each other"


def _asked(need: Requirement, specialty: Specialty) -> str:
    fact = specialty.facts.get(need.fact)
    answer = _compared(need.op, need.value, need.fact, specialty)
    optional = " (where known)" if need.optional else ""
    return f"{english(fact.question) if fact else plain(need.fact)} {answer}{optional}"


def _compared(op: Operator, value: Any, of: str, specialty: Specialty) -> str:
    values = value if isinstance(value, list | tuple) else [value]
    said = tuple(_said(item, of, specialty) for item in values)
    return sentence(f"limit.{op}", {"value": said}, "en")


def _said(value: Any, of: str, specialty: Specialty) -> Any:
    """A coded value in words, where it is one."""
    named = specialty.labels.values.get(f"{of}.{value}")
    return english(named) if named else plain(value) if isinstance(value, str) else value


def _unit(unit: str) -> str:
    return _UNITS.get(unit, re.sub(r"[\[\]{}]", "", unit))

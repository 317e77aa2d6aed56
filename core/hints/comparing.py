"""Comparing a measured value, or a fact, with a figure: exceeded, not exceeded, or not to be decided without more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from suivi.core.specialties.hints import CaseFacts, Measured
from suivi.core.specialties.model import Comparison, Requirement, Threshold

Value = float | str | bool

_AGAINST_ZERO: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "gt": lambda value, figure: value > figure,
    "gte": lambda value, figure: value >= figure,
    "lt": lambda value, figure: value < figure,
    "lte": lambda value, figure: value <= figure,
    "abs_gt": lambda value, figure: abs(value) > figure,
    "abs_lte": lambda value, figure: abs(value) <= figure,
}
_AGAINST_BASELINE = {"gt_baseline": "gt", "gte_baseline": "gte", "lte_baseline": "lte"}
_BEYOND_BASELINE = {"gt": "gt", "gte": "gt", "lt": "lt", "lte": "lt"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`holds` is None where it cannot be decided; `missing` then says what for, as the answer's `missing` does."""

    holds: bool | None
    missing: tuple[str, ...] = ()


NO = Verdict(holds=False)
YES = Verdict(holds=True)
NOT_COMPARABLE = Verdict(holds=None)
"""Beyond its limit, under conditions that the figure was not made for. Nothing on record would decide it."""


def exceeded(threshold: Threshold, facts: CaseFacts) -> Verdict | None:
    """None where nothing of what it measures was measured.

    A figure beyond its limit stays an open question while a part of it was not measured, or where a fact it requires
    does not hold: then it cannot be compared, and is no sign that all is well.
    """
    parts = threshold.comparisons()
    measured = [part for part in parts if part.measure in facts.measurements]
    if not measured:
        return None
    found = _all(_part(part, threshold, facts.measurements[part.measure]) for part in measured)
    if found.holds is False:
        return NO
    unmeasured = tuple(f"measurement:{part.measure}" for part in parts if part not in measured)
    if unmeasured:
        return Verdict(None, (*found.missing, *unmeasured))
    required = _all(_required(requirement, facts) for requirement in threshold.requires)
    return NOT_COMPARABLE if required.holds is False else _all((found, required))


def holds(comparison: Comparison, facts: CaseFacts) -> bool:
    """For hints of a specialty: what was not measured, or cannot be decided, does not hold."""
    measured = facts.measurements.get(comparison.measure)
    return measured is not None and compared(comparison.op, comparison, measured).holds is True


def fact_holds(requirement: Requirement, facts: CaseFacts) -> bool:
    return _required(requirement, facts).holds is True


def compared(op: str, comparison: Comparison, measured: Measured) -> Verdict:
    """One value against one figure, its baseline or its target."""
    if op in _AGAINST_BASELINE:
        return _against_baseline(_AGAINST_BASELINE[op], comparison, measured)
    if op == "lt_target":
        if measured.target is None:
            return Verdict(None, (f"target:{comparison.measure}",))
        return _ordered("lt", measured.value, measured.target, plus=comparison.value)
    return _plain(op, measured.value, comparison.value)


def _part(comparison: Comparison, threshold: Threshold, measured: Measured) -> Verdict:
    verdict = compared(comparison.op, comparison, measured)
    needed = [name for name in threshold.needs if getattr(measured, name) is None]
    if verdict.holds and needed:
        return Verdict(None, tuple(f"{name}:{comparison.measure}" for name in needed))
    if verdict.holds and "baseline" in threshold.needs and comparison.op in _BEYOND_BASELINE:
        # Compared with what was there before: as bad before as after is nothing the treatment did.
        return _ordered(_BEYOND_BASELINE[comparison.op], measured.value, measured.baseline)
    return verdict


def _against_baseline(op: str, comparison: Comparison, measured: Measured) -> Verdict:
    if measured.baseline is None:
        return Verdict(None, (f"baseline:{comparison.measure}",))
    return _ordered(op, measured.value, measured.baseline, plus=comparison.value)


def _ordered(op: str, value: Any, other: Any, *, plus: Any = 0) -> Verdict:
    first, second, offset = number(value), number(other), number(plus)
    if first is None or second is None or offset is None:
        return NO
    return Verdict(_AGAINST_ZERO[op](first - second, offset))


def _plain(op: str, value: Value, figure: Any) -> Verdict:
    if op == "in":
        return Verdict(any(same(value, item) for item in figure))
    if op == "eq":
        return Verdict(same(value, figure))
    return _ordered_to(op, value, figure)


def _ordered_to(op: str, value: Value, figure: Any) -> Verdict:
    first, second = number(value), number(figure)
    return NO if first is None or second is None else Verdict(_AGAINST_ZERO[op](first, second))


def _required(requirement: Requirement, facts: CaseFacts) -> Verdict:
    value = facts.facts.get(requirement.fact)
    if value is None and requirement.fact in facts.measurements:
        value = facts.measurements[requirement.fact].value
    if value is None and requirement.baseline_of is not None:
        measured = facts.measurements.get(requirement.baseline_of)
        value = measured.baseline if measured else None
    if value is None:
        return YES if requirement.optional else Verdict(None, (f"condition:{requirement.fact}",))
    return _plain(requirement.op, value, requirement.value)


def _all(verdicts: Any) -> Verdict:
    """Every one must hold; one that does not settles it, whatever the others miss."""
    found: Sequence[Verdict] = tuple(verdicts)
    if any(verdict.holds is False for verdict in found):
        return NO
    missing = tuple(dict.fromkeys(name for verdict in found for name in verdict.missing))
    return Verdict(None, missing) if any(verdict.holds is None for verdict in found) else YES


def same(value: Any, other: Any) -> bool:
    """`2` and `"2"` are one step of a scale; `True` and `1` are not the same answer."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    first, second = number(value), number(other)
    return first == second if first is not None and second is not None else str(value) == str(other)


def number(value: Any) -> Decimal | None:
    """Exact as it was written: a difference of 0.5 is 0.5. None for what is no finite number."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

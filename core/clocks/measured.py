"""Whether a result was measured to have settled: several values in a row, far enough apart, close to each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.specialties.model import StableMeasurement

# Figures such as 0.25 and 0.5 dioptres differ by what their decimal notation says, not by what binary makes of it.
_ROUNDING = 1e-9


class Condition(StrEnum):
    MET = "MET"
    NOT_MET = "NOT_MET"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value, in the unit of its measurement."""

    on: PartialDate
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredToday:
    """`met_on`: the day the last value needed was measured. NOT_MET: the values differ; UNKNOWN: too few of them."""

    state: Condition
    measure: str
    times: int
    apart_days: int
    within: float
    met_on: DateInterval | None
    still_needed: int
    next_on: date | None
    """The first day on which the next value counts; None where any day will do."""
    possible_from: date | None
    """The first day, today at the earliest, on which the condition can be met; None where it is or nobody can tell."""
    reason: Reason = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Dated:
    dates: DateInterval
    value: float


def measured_on(
    rule: StableMeasurement, readings: Iterable[Reading], on: date, *, since: DateInterval | None = None
) -> MeasuredToday:
    """`readings` in the order they were recorded: of two of one day the later counts. `since` is the treatment.

    What was measured after `on`, or certainly before `since`, is left out.
    """
    kept = {str(reading.on): reading for reading in readings if _counts(reading, on, since)}
    dated = [_Dated(reading.on.dates, reading.value) for reading in kept.values() if reading.on.dates]
    dated.sort(key=lambda value: (value.dates.latest, value.dates.earliest))
    stable = _stable_tail(dated, rule.within)
    surely = _chain(stable, rule.apart_days, sure=True)
    if len(surely) >= rule.times:
        return _answer(rule, Condition.MET, on, met_on=_first_met(stable, rule))
    perhaps = _chain(stable, rule.apart_days, sure=False)
    doubtful = len(perhaps) >= rule.times or len(dated) < len(kept)
    differ = len(stable) < len(dated)
    state = Condition.NOT_MET if differ and not doubtful else Condition.UNKNOWN
    return _answer(rule, state, on, chain=surely)


def _counts(reading: Reading, on: date, since: DateInterval | None) -> bool:
    before = since is not None and reading.on.latest is not None and reading.on.latest < since.earliest
    return not before and not reading.on.is_after(on)


def _stable_tail(values: Sequence[_Dated], within: float) -> Sequence[_Dated]:
    """The longest run up to the latest value whose values all lie within `within` of each other."""
    for begin in range(len(values)):
        run = [value.value for value in values[begin:]]
        if max(run) - min(run) <= within + _ROUNDING:
            return values[begin:]
    return ()


def _chain(values: Sequence[_Dated], apart: int, *, sure: bool) -> list[_Dated]:
    """As many of the values as are far enough apart, each from the one before."""
    chain: list[_Dated] = []
    for value in values:
        if not chain or _days_between(chain[-1], value, sure=sure) >= apart:
            chain.append(value)
    return chain


def _days_between(first: _Dated, second: _Dated, *, sure: bool) -> int:
    if sure:
        return (second.dates.earliest - first.dates.latest).days
    return (second.dates.latest - first.dates.earliest).days


def _first_met(values: Sequence[_Dated], rule: StableMeasurement) -> DateInterval:
    return _chain(values, rule.apart_days, sure=True)[rule.times - 1].dates


def _answer(
    rule: StableMeasurement,
    state: Condition,
    on: date,
    *,
    met_on: DateInterval | None = None,
    chain: Sequence[_Dated] = (),
) -> MeasuredToday:
    needed = 0 if state is Condition.MET else max(1, rule.times - len(chain))
    last = chain[-1].dates.latest if chain else None
    next_on = add_days(last, rule.apart_days) if last and needed else None
    possible = add_days(max(next_on, on), (needed - 1) * rule.apart_days) if next_on else None
    return MeasuredToday(
        state=state,
        measure=rule.measure,
        times=rule.times,
        apart_days=rule.apart_days,
        within=rule.within,
        met_on=met_on,
        still_needed=needed,
        next_on=next_on,
        possible_from=possible,
        reason=_reason(rule, state, met_on=met_on, needed=needed, next_on=next_on),
    )


def _reason(
    rule: StableMeasurement, state: Condition, *, met_on: DateInterval | None, needed: int, next_on: date | None
) -> Reason:
    facts: dict[str, str | int] = {
        "measure": rule.measure,
        "times": rule.times,
        "apart_days": rule.apart_days,
        "within": f"{rule.within:g}",
        "needed": needed,
    }
    facts |= {"met_on": str(met_on)} if met_on else {}
    facts |= {"next_on": str(next_on)} if next_on else {}
    key = f"measured.{state.lower()}" if state is Condition.MET or next_on else "measured.none"
    return Reason(rule="measured@1", text_key=key, facts=facts, src=rule.src, conf=rule.conf)

"""Results and periods counted in cycles, sessions or uses: which ones count, and when the outcome of one is known.

A cycle is one stimulation and every transfer of its embryos, in whichever treatment of its series they take place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from operator import eq, ge, gt, le, lt
from typing import Any

from suivi.core.clocks.measured import Reading
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.windows import WindowState
from suivi.core.specialties.model import Procedure, Series, Stabilisation, Threshold

RULE = "cycles@1"
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge, "eq": eq}


class CycleState(StrEnum):
    RUNNING = "RUNNING"
    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """What one treatment has on record of a cycle; a series may have several records of the same one."""

    number: int
    dates: Mapping[str, PartialDate] = field(default_factory=dict)
    cancelled_on: PartialDate | None = None
    closed_on: PartialDate | None = None
    """The last possible transfer."""
    embryos_left: int | None = None
    negative_on: PartialDate | None = None
    """When it was known that the cycle did not lead to a pregnancy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleToday:
    """`outcome_known` is None where the dates do not tell."""

    number: int
    state: CycleState
    counts: bool
    outcome_from: DateInterval | None
    outcome_known: bool | None
    cancelled_on: PartialDate | None
    closed_on: PartialDate | None
    embryos_left: int | None
    reasons: tuple[Reason, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesToday:
    """The cycles that have begun by a day, in their order."""

    unit: str
    cycles: tuple[CycleToday, ...]
    doubts: tuple[Reason, ...] = ()
    """Dates of a cycle that cannot all be right."""

    @property
    def reached(self) -> int | None:
        """Number of the latest cycle; None before the first."""
        return max((cycle.number for cycle in self.cycles), default=None)

    @property
    def unseen(self) -> int:
        """Earlier cycles of which nothing is on record here, such as at a clinic one may not look into."""
        return (self.reached or 0) - len(self.cycles)

    @property
    def counting(self) -> tuple[CycleToday, ...]:
        return tuple(cycle for cycle in self.cycles if cycle.counts)

    @property
    def counted(self) -> int:
        """How many surely count."""
        return len(self.counting)

    @property
    def outcomes_known(self) -> tuple[int, int]:
        """How many counting cycles have a known outcome: at least, and at most."""
        surely = sum(cycle.outcome_known is True for cycle in self.counting)
        perhaps = sum(cycle.outcome_known is None for cycle in self.counting)
        return surely, surely + perhaps + self.unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclesWindow:
    """A period of so many cycles. `left` are those that may still begin."""

    state: WindowState
    allowed: int
    counted: int
    left: int
    reason: Reason = field(repr=False)


def series_on(
    rule: Series, stabilisation: Stabilisation | None, records: Iterable[CycleRecord], on: date
) -> SeriesToday:
    """`records` in the order of the treatments of the series; `stabilisation` says when an outcome is known."""
    merged: dict[int, CycleRecord] = {}
    for record in (_until(record, on) for record in records):
        if record is not None:
            earlier = merged.get(record.number)
            merged[record.number] = _together(earlier, record) if earlier else record
    last = max(merged, default=0)
    resolution = _resolution(stabilisation)
    cycles = (_today(rule, resolution, merged[number], on, latest=number == last) for number in sorted(merged))
    doubts = (doubt for number in sorted(merged) for doubt in _contradictions(rule, resolution, merged[number]))
    return SeriesToday(unit=rule.unit, cycles=tuple(cycles), doubts=tuple(doubts))


def begun_by(record: CycleRecord, on: date) -> bool:
    """False where everything on record of the cycle is certain to lie later."""
    return _until(record, on) is not None


def cycles_window(series: SeriesToday, allowed: int) -> CyclesWindow:
    """The last cycle is included: the window closes once so many cycles count and all of them are closed (R-066)."""
    closed = sum(cycle.state is not CycleState.RUNNING for cycle in series.counting)
    if series.reached is None:
        state = WindowState.NOT_STARTED
    elif closed >= allowed:
        state = WindowState.EXPIRED
    else:
        state = WindowState.NEEDS_REVIEW if closed + series.unseen >= allowed else WindowState.OPEN
    left = max(0, allowed - series.counted)
    facts: dict[str, str | int] = {"allowed": allowed, "counted": series.counted, "left": left}
    reason = Reason(rule="cycles_window@1", text_key=f"cycles_window.{state.lower()}", facts=facts)
    return CyclesWindow(state=state, allowed=allowed, counted=series.counted, left=left, reason=reason)


def negative_on(
    procedure: Procedure, dates: Mapping[str, PartialDate], readings: Mapping[str, Iterable[Reading]]
) -> PartialDate | None:
    """The first day on which a measurement that ends a cycle is dependable; `readings` by measurement."""
    found = [
        day
        for threshold in procedure.outcomes
        if threshold.level == "cycle_failed" and threshold.unit == "day"
        for day in _dependable(threshold, procedure.anchors.day0, dates, readings)
    ]
    return PartialDate.of(min(found)) if found else None


def _dependable(
    threshold: Threshold, day0: str, dates: Mapping[str, PartialDate], readings: Mapping[str, Iterable[Reading]]
) -> Iterator[date]:
    start = dates.get(threshold.anchor or day0)
    interval = start.dates if start else None
    if interval is None or threshold.from_day is None:
        return
    confirmed = interval.plus_days(threshold.to_confirm_day or threshold.from_day).latest
    opens = interval.plus_days(threshold.from_day).latest
    dated = [(reading.on.dates, reading.value) for reading in readings.get(threshold.measure or "", ())]
    since = [(dates, value) for dates, value in dated if dates and dates.earliest >= opens]
    # Later values are of what came afterwards, such as another cycle.
    first = min(since, key=lambda found: found[0].earliest, default=None)
    if first and _fails(threshold, first[1]):
        yield max(confirmed, first[0].latest)


def _fails(threshold: Threshold, value: float) -> bool:
    compare = _COMPARISONS.get(threshold.op or "")
    return compare is not None and bool(compare(value, threshold.value))


@dataclass(frozen=True, slots=True)
class _Resolution:
    anchor: str
    day: int


def _resolution(stabilisation: Stabilisation | None) -> _Resolution | None:
    given = stabilisation.per_cycle_resolution if stabilisation else None
    return _Resolution(str(given["anchor"]), int(given["day"])) if given else None


def _until(record: CycleRecord, on: date) -> CycleRecord | None:
    """The record without what lies after `on`; None for a cycle that is certain to begin later."""
    dates = {name: day for name, day in record.dates.items() if not day.is_after(on)}
    given = (record.cancelled_on, record.closed_on, record.negative_on)
    cancelled, closed, negative = (None if day and day.is_after(on) else day for day in given)
    told = [*record.dates.values(), *(day for day in given if day)]
    if told and not dates and not any((cancelled, closed, negative)):
        return None
    return CycleRecord(
        number=record.number,
        dates=dates,
        cancelled_on=cancelled,
        closed_on=closed,
        embryos_left=record.embryos_left,
        negative_on=negative,
    )


def _together(first: CycleRecord, second: CycleRecord) -> CycleRecord:
    left = first.embryos_left if second.embryos_left is None else second.embryos_left
    return CycleRecord(
        number=first.number,
        dates={**first.dates, **second.dates},
        cancelled_on=second.cancelled_on or first.cancelled_on,
        closed_on=second.closed_on or first.closed_on,
        embryos_left=left,
        negative_on=second.negative_on or first.negative_on,
    )


def _today(rule: Series, resolution: _Resolution | None, record: CycleRecord, on: date, *, latest: bool) -> CycleToday:
    state = _state(record)
    counts = _counts(rule, resolution, record)
    outcome = _outcome_from(resolution, record)
    known = counts and _outcome_known(resolution, record, state, outcome, on, latest=latest)
    return CycleToday(
        number=record.number,
        state=state,
        counts=counts,
        outcome_from=outcome,
        outcome_known=known,
        cancelled_on=record.cancelled_on,
        closed_on=_closed_on(record),
        embryos_left=record.embryos_left,
        reasons=tuple(_reasons(rule, record, state, outcome, counts=counts)),
    )


def _contradictions(rule: Series, resolution: _Resolution | None, record: CycleRecord) -> Iterator[Reason]:
    """A cycle cancelled, or closed, before something of it happened."""
    counting = {rule.counts_from, resolution.anchor if resolution else None}
    for name, day in record.dates.items():
        if name in counting and _before(record.cancelled_on, day):
            yield _contradiction("cycle.cancelled_too_soon", record.number, record.cancelled_on, name, day)
        if _before(record.closed_on, day):
            yield _contradiction("cycle.closed_too_soon", record.number, record.closed_on, name, day)


def _before(ended: PartialDate | None, day: PartialDate) -> bool:
    """Certainly so."""
    return bool(ended and ended.latest and day.earliest and ended.latest < day.earliest)


def _contradiction(key: str, number: int, ended: PartialDate | None, name: str, day: PartialDate) -> Reason:
    facts: dict[str, str | int] = {"number": number, "ended_on": str(ended), "anchor": name, "later_on": str(day)}
    return Reason(rule="cycle_order@1", text_key=key, facts=facts)


def _state(record: CycleRecord) -> CycleState:
    if _closed_on(record):
        return CycleState.CLOSED
    return CycleState.CANCELLED if record.cancelled_on and not record.embryos_left else CycleState.RUNNING


def _closed_on(record: CycleRecord) -> PartialDate | None:
    """With its last possible transfer, or with a negative result where no embryo is left."""
    if record.embryos_left:
        return None
    return record.closed_on or (record.negative_on if record.embryos_left == 0 else None)


def _counts(rule: Series, resolution: _Resolution | None, record: CycleRecord) -> bool:
    """Once what it counts from has happened it counts for good, cancelled later or not."""
    if record.closed_on or record.negative_on:
        return True
    if rule.counts_from is not None:
        later = {rule.counts_from, *([resolution.anchor] if resolution else [])}
        if later & record.dates.keys():
            return True
    if record.cancelled_on is not None:
        return rule.cancelled_counts
    return rule.counts_from is None


def _outcome_from(resolution: _Resolution | None, record: CycleRecord) -> DateInterval | None:
    anchor = record.dates.get(resolution.anchor) if resolution else None
    return anchor.dates.plus_days(resolution.day) if resolution and anchor and anchor.dates else None


def _outcome_known(
    resolution: _Resolution | None,
    record: CycleRecord,
    state: CycleState,
    outcome: DateInterval | None,
    on: date,
    *,
    latest: bool,
) -> bool | None:
    if resolution is None or state is not CycleState.RUNNING or record.negative_on:
        return True
    if outcome is None:
        # Something of it happened on an unknown day, or the next cycle has begun: it may be known by now.
        return False if latest and resolution.anchor not in record.dates else None
    if on < outcome.earliest:
        return False
    return True if on >= outcome.latest else None


def _reasons(
    rule: Series, record: CycleRecord, state: CycleState, outcome: DateInterval | None, *, counts: bool
) -> Iterator[Reason]:
    facts: dict[str, str | int] = {"number": record.number}
    yield Reason(rule=RULE, text_key=_counts_key(record, counts=counts), facts=facts, src=rule.src, conf=rule.conf)
    if state is CycleState.CLOSED:
        yield Reason(rule=RULE, text_key="cycle.closed", facts=facts)
    elif outcome is not None:
        yield Reason(rule=RULE, text_key="cycle.outcome_from", facts={**facts, "outcome_date": str(outcome)})


def _counts_key(record: CycleRecord, *, counts: bool) -> str:
    if record.cancelled_on is not None:
        return "cycle.cancelled_counts" if counts else "cycle.cancelled"
    return "cycle.counts" if counts else "cycle.not_yet"

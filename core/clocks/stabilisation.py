"""Is it too early? When a result may be judged: by days, by cycles, by measurement, or by the practitioner's word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from suivi.core.clocks.anchors import DayNumber, Timeline
from suivi.core.clocks.cycles import SeriesToday
from suivi.core.clocks.measured import Condition, MeasuredToday, Reading, measured_on
from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.specialties.model import Stabilisation

RULE = "stabilisation@1"


class StabilisationState(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    TOO_EARLY = "TOO_EARLY"
    MAY_BE_JUDGED = "MAY_BE_JUDGED"
    SETTLING_TIME_OVER = "SETTLING_TIME_OVER"
    UNKNOWN = "UNKNOWN"


_TOO_EARLY = {
    StabilisationState.NOT_STARTED: True,
    StabilisationState.TOO_EARLY: True,
    StabilisationState.MAY_BE_JUDGED: False,
    StabilisationState.SETTLING_TIME_OVER: False,
    StabilisationState.UNKNOWN: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Individual:
    """The practitioner's own date for this patient; `before` is the one it replaces, where there was one."""

    judged_from: date
    before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilisationToday:
    """How far one result has settled. Dates are the specialty's, None when not started.

    Counted in cycles, `earliest` is the day the outcome of the cycle that matters is known, once it is under way.
    """

    state: StabilisationState
    unit: str
    anchor: str
    day: DayNumber | None
    earliest: DateInterval | None
    typical: DateInterval | None
    latest: DateInterval | None
    soonest: date | None
    """Where the date it counts from is not on record: `earliest` if that were today."""
    individual_date: date | None
    """The practitioner's own date for this patient: it decides, and the specialty's dates stay beside it."""
    moved_from: date | None
    """The date that had been told before, where the practitioner's own is later."""
    cycle: int | None
    """How many cycles count so far."""
    cycles: tuple[int, int, int | None] | None
    """Earliest, usual and latest number of cycles, for results counted in cycles."""
    measured: MeasuredToday | None
    reasons: tuple[Reason, ...] = field(repr=False)

    @property
    def too_early(self) -> bool | None:
        """None when the dates do not allow an answer."""
        return _TOO_EARLY[self.state]

    @property
    def may_be_judged_from(self) -> DateInterval | None:
        """The earliest assessment date that counts; the date itself counts as reached.

        None as well where only measurements are missing: nobody can name the day then.
        """
        if self.individual_date is not None:
            return DateInterval(self.individual_date, self.individual_date)
        measured = _measured_from(self.measured)
        if self.earliest is None or self.measured is None:
            return self.earliest
        if measured is None:
            return self._unmeasured_from()
        held_back = DateInterval(
            max(self.earliest.earliest, measured.earliest), max(self.earliest.latest, measured.latest)
        )
        return _no_later(held_back, self.latest)

    def _unmeasured_from(self) -> DateInterval | None:
        if self.state is StabilisationState.SETTLING_TIME_OVER:
            return self.latest
        return None if self.state is StabilisationState.UNKNOWN else self.earliest


def stabilisation_on(
    rule: Stabilisation,
    timeline: Timeline,
    *,
    cycle: int | None = None,
    individual: Individual | None = None,
    series: SeriesToday | None = None,
    readings: Iterable[Reading] = (),
) -> StabilisationToday:
    """`series` are the cycles on record, for results counted in cycles; `cycle` states only the number reached.

    `readings` are the values of the measurement that `rule.measured` names, in the order they were recorded.
    """
    start = timeline.start(rule.anchor)
    day = start.day_number(timeline.on)
    measured = measured_on(rule.measured, readings, timeline.on, since=start.dates) if rule.measured else None
    counted = series.counted if series else cycle
    usual = _usual(rule, day, cycle, series)
    dates = start.dates if rule.unit == "day" else None
    answer = StabilisationToday(
        state=_overall(usual, measured, individual, timeline.on),
        unit=rule.unit,
        anchor=start.anchor,
        day=day,
        earliest=dates.plus_days(rule.min) if dates else _outcome_of(rule, series, rule.min),
        typical=dates.plus_days(rule.typical) if dates else _outcome_of(rule, series, rule.typical),
        latest=dates.plus_days(rule.max) if dates and rule.max is not None else _outcome_of(rule, series, rule.max),
        soonest=None if start.happened or rule.unit != "day" else add_days(timeline.on, rule.min),
        individual_date=individual.judged_from if individual else None,
        moved_from=None,
        cycle=counted if rule.unit == "cycle" else None,
        cycles=(rule.min, rule.typical, rule.max) if rule.unit == "cycle" else None,
        measured=measured,
        reasons=(),
    )
    answer = replace(answer, moved_from=_moved_from(answer.earliest, individual))
    return replace(answer, reasons=tuple(_reasons(rule, usual, answer, series)))


def for_variant(rule: Stabilisation, variant: str | None) -> Stabilisation:
    """The rule with the figures of a variant in place of its own; a variant that has none changes nothing."""
    figures = rule.variants.get(variant) if variant is not None else None
    if not figures:
        return rule
    spread = {name: figures[name] for name in ("min", "typical", "max", "src", "conf") if name in figures}
    return Stabilisation.model_validate({**rule.model_dump(), **spread})


def _usual(
    rule: Stabilisation, day: DayNumber | None, cycle: int | None, series: SeriesToday | None
) -> StabilisationState:
    if rule.unit == "day":
        return _in_days(rule, day)
    return _in_series(rule, series) if series else _in_cycles(rule, day, cycle)


def _in_days(rule: Stabilisation, day: DayNumber | None) -> StabilisationState:
    if day is None:
        return StabilisationState.UNKNOWN
    if day.latest < 0:
        return StabilisationState.NOT_STARTED
    if day.latest < rule.min:
        return StabilisationState.TOO_EARLY
    if day.earliest < rule.min:
        return StabilisationState.UNKNOWN
    settled = rule.max is not None and day.earliest >= rule.max
    return StabilisationState.SETTLING_TIME_OVER if settled else StabilisationState.MAY_BE_JUDGED


def _in_cycles(rule: Stabilisation, day: DayNumber | None, cycle: int | None) -> StabilisationState:
    if cycle is None:
        before = day is not None and day.latest < 0
        return StabilisationState.NOT_STARTED if before else StabilisationState.UNKNOWN
    if cycle < rule.min:
        return StabilisationState.TOO_EARLY
    settled = rule.max is not None and cycle >= rule.max
    return StabilisationState.SETTLING_TIME_OVER if settled else StabilisationState.MAY_BE_JUDGED


def _in_series(rule: Stabilisation, series: SeriesToday) -> StabilisationState:
    """A cycle counts towards judging once its outcome is known."""
    if series.reached is None:
        return StabilisationState.NOT_STARTED
    least, most = series.outcomes_known
    if most < rule.min:
        return StabilisationState.TOO_EARLY
    if least < rule.min:
        return StabilisationState.UNKNOWN
    settled = rule.max is not None and least >= rule.max
    return StabilisationState.SETTLING_TIME_OVER if settled else StabilisationState.MAY_BE_JUDGED


def _outcome_of(rule: Stabilisation, series: SeriesToday | None, number: int | None) -> DateInterval | None:
    """When the outcome of the counting cycle of this rank is known."""
    if rule.unit != "cycle" or series is None or number is None or series.unseen or series.counted < number:
        return None
    return series.counting[number - 1].outcome_from


def _measured_from(measured: MeasuredToday | None) -> DateInterval | None:
    if measured is None or measured.met_on:
        return measured.met_on if measured else None
    return DateInterval(measured.possible_from, measured.possible_from) if measured.possible_from else None


def _no_later(dates: DateInterval, latest: DateInterval | None) -> DateInterval:
    """Nobody waits for a measurement beyond the time to settle."""
    if latest is None:
        return dates
    return DateInterval(min(dates.earliest, latest.earliest), min(dates.latest, latest.latest))


def _moved_from(earliest: DateInterval | None, individual: Individual | None) -> date | None:
    """What the patient had been told: the practitioner's date before this one, else the specialty's."""
    if individual is None:
        return None
    told = individual.before or (earliest.latest if earliest else None)
    return told if told is not None and individual.judged_from > told else None


def _overall(
    usual: StabilisationState, measured: MeasuredToday | None, individual: Individual | None, on: date
) -> StabilisationState:
    """The practitioner's word goes first. What was measured holds back, but never beyond the time to settle."""
    if individual is not None:
        return _with_individual(usual, individual.judged_from, on)
    if measured is None or usual is not StabilisationState.MAY_BE_JUDGED or measured.state is Condition.MET:
        return usual
    # Where time alone no longer stands in the way, a measurement does: that is no matter of being too early.
    too_soon = measured.possible_from is not None and on < measured.possible_from
    return StabilisationState.TOO_EARLY if too_soon else StabilisationState.UNKNOWN


def _with_individual(usual: StabilisationState, individual_date: date, on: date) -> StabilisationState:
    if usual is StabilisationState.NOT_STARTED:
        return usual
    if on < individual_date:
        return StabilisationState.TOO_EARLY
    return usual if usual is StabilisationState.SETTLING_TIME_OVER else StabilisationState.MAY_BE_JUDGED


def _reasons(
    rule: Stabilisation, usual: StabilisationState, answer: StabilisationToday, series: SeriesToday | None
) -> Iterator[Reason]:
    key = _text_key(rule, usual, answer, series)
    yield Reason(rule=RULE, text_key=key, facts=_facts(rule, answer), src=rule.src, conf=rule.conf)
    if answer.measured is not None:
        yield answer.measured.reason
    if answer.individual_date is not None:
        facts = {"individual_date": str(answer.individual_date)}
        yield Reason(rule="individual_date@1", text_key="stabilisation.individual_date", facts=facts)
        if answer.moved_from is not None:
            facts |= {"moved_from": str(answer.moved_from)}
            yield Reason(rule="individual_date@1", text_key="stabilisation.moved_later", facts=facts)


def _text_key(
    rule: Stabilisation, usual: StabilisationState, answer: StabilisationToday, series: SeriesToday | None
) -> str:
    kind = "cycles" if rule.unit == "cycle" else "stabilisation"
    if usual is StabilisationState.NOT_STARTED or (rule.unit == "day" and answer.day is None):
        return f"{kind}.{usual.lower()}"
    if answer.individual_date is not None or answer.state is not usual:
        return f"{kind}.usual"
    if usual is StabilisationState.UNKNOWN and (rule.unit == "day" or series):
        return f"{kind}.doubtful"
    waiting = series is not None and usual is StabilisationState.TOO_EARLY and series.counted >= rule.min
    return "cycles.waiting" if waiting else f"{kind}.{usual.lower()}"


def _facts(rule: Stabilisation, answer: StabilisationToday) -> dict[str, str | int]:
    facts: dict[str, str | int | None] = {
        "anchor": answer.anchor,
        "min": rule.min,
        "typical": rule.typical,
        "max": rule.max,
        "cycle": answer.cycle,
        "day": str(answer.day) if answer.day else None,
        "earliest_date": str(answer.earliest) if answer.earliest else None,
        "typical_date": str(answer.typical) if answer.typical else None,
        "latest_date": str(answer.latest) if answer.latest else None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}

"""Is it too early? When a result may be judged, counted in days or in cycles."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from suivi.core.clocks.anchors import DayNumber, Timeline
from suivi.core.clocks.partial_dates import DateInterval
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
class StabilisationToday:
    """How far one result has settled. Dates are the specialty's and None when counted in cycles or not started."""

    state: StabilisationState
    unit: str
    anchor: str
    day: DayNumber | None
    earliest: DateInterval | None
    typical: DateInterval | None
    latest: DateInterval | None
    individual_date: date | None
    """The practitioner's own date for this patient: it decides, and the specialty's dates stay beside it."""
    cycle: int | None
    reasons: tuple[Reason, ...] = field(repr=False)

    @property
    def too_early(self) -> bool | None:
        """None when the dates do not allow an answer."""
        return _TOO_EARLY[self.state]

    @property
    def may_be_judged_from(self) -> DateInterval | None:
        """The earliest assessment date that counts; the date itself counts as reached."""
        if self.individual_date is None:
            return self.earliest
        return DateInterval(self.individual_date, self.individual_date)


def stabilisation_on(
    rule: Stabilisation, timeline: Timeline, *, cycle: int | None = None, individual_date: date | None = None
) -> StabilisationToday:
    """`cycle` is the number of the cycle the patient has reached, for results counted in cycles."""
    start = timeline.start(rule.anchor)
    day = start.day_number(timeline.on)
    usual = _in_cycles(rule, day, cycle) if rule.unit == "cycle" else _in_days(rule, day)
    state = usual if individual_date is None else _with_individual(usual, individual_date, timeline.on)
    dates = start.dates if rule.unit == "day" else None
    answer = StabilisationToday(
        state=state,
        unit=rule.unit,
        anchor=start.anchor,
        day=day,
        earliest=dates.plus_days(rule.min) if dates else None,
        typical=dates.plus_days(rule.typical) if dates else None,
        latest=dates.plus_days(rule.max) if dates and rule.max is not None else None,
        individual_date=individual_date,
        cycle=cycle if rule.unit == "cycle" else None,
        reasons=(),
    )
    return replace(answer, reasons=tuple(_reasons(rule, usual, answer)))


def for_variant(rule: Stabilisation, variant: str | None) -> Stabilisation:
    """The rule with the figures of a variant in place of its own; a variant that has none changes nothing."""
    figures = rule.variants.get(variant) if variant is not None else None
    if not figures:
        return rule
    spread = {name: figures[name] for name in ("min", "typical", "max", "src", "conf") if name in figures}
    return Stabilisation.model_validate({**rule.model_dump(), **spread})


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


def _with_individual(usual: StabilisationState, individual_date: date, on: date) -> StabilisationState:
    if usual is StabilisationState.NOT_STARTED:
        return usual
    if on < individual_date:
        return StabilisationState.TOO_EARLY
    return usual if usual is StabilisationState.SETTLING_TIME_OVER else StabilisationState.MAY_BE_JUDGED


def _reasons(rule: Stabilisation, usual: StabilisationState, answer: StabilisationToday) -> Iterator[Reason]:
    yield Reason(
        rule=RULE, text_key=_text_key(rule, usual, answer), facts=_facts(rule, answer), src=rule.src, conf=rule.conf
    )
    if answer.individual_date is not None:
        facts = {"individual_date": str(answer.individual_date)}
        yield Reason(rule="individual_date@1", text_key="stabilisation.individual_date", facts=facts)


def _text_key(rule: Stabilisation, usual: StabilisationState, answer: StabilisationToday) -> str:
    kind = "cycles" if rule.unit == "cycle" else "stabilisation"
    if usual is StabilisationState.NOT_STARTED or (rule.unit == "day" and answer.day is None):
        return f"{kind}.{usual.lower()}"
    if answer.individual_date is not None:
        return f"{kind}.usual"
    doubtful = rule.unit == "day" and usual is StabilisationState.UNKNOWN
    return "stabilisation.doubtful" if doubtful else f"{kind}.{usual.lower()}"


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

"""What the picture of one procedure holds, before anything is drawn: a group an anchor, sections, and rows in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from suivi.core.clocks.signs import MOST_URGENT_FIRST
from suivi.core.specialties.model import (
    CheckUp,
    Confidence,
    DayRange,
    NormalSign,
    OnSite,
    Phase,
    Procedure,
    RedFlag,
    Specialty,
    Stabilisation,
    Threshold,
)
from suivi.reference import words

_WHOLE = 20
"""More lines than any label has."""


@dataclass(frozen=True)
class Bar:
    """`last` None runs off the picture. `look` names how it is drawn."""

    first: int
    last: int | None
    look: str


@dataclass(frozen=True)
class Row:
    """`label` stands left and may be shortened, `days` right and is not; `says` is all of it, for whoever points.

    `short` begins with what must not be cut off; it stands in where the label does not fit.
    """

    label: str
    days: str
    says: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()
    conf: Confidence | None = None
    lines: int = 2
    short: str | None = None


@dataclass(frozen=True)
class Section:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Group:
    """Rows whose days count from one anchor. `window`, in words and days, is the reference window that begins there."""

    anchor: str
    sections: tuple[Section, ...]
    window: tuple[str, int] | None = None

    def days(self) -> Iterator[int]:
        """Every day that is drawn."""
        for row in (row for section in self.sections for row in section.rows):
            yield from (day for bar in row.bars for day in (bar.first, bar.last) if day is not None)
            yield from (day for day, _ in row.marks)


def groups_of(procedure: Procedure, specialty: Specialty) -> list[Group]:
    """One for each anchor something counts from, `anchors.day0` first."""
    window = words.window_of(specialty)
    day0 = procedure.anchors.day0
    named = (procedure.anchors.day0, *procedure.anchors.other)
    groups = [
        Group(anchor, tuple(_sections(procedure, specialty, anchor)), window if anchor == day0 else None)
        for anchor in named
    ]
    return [group for group in groups if group.sections]


def _sections(procedure: Procedure, specialty: Specialty, anchor: str) -> Iterator[Section]:
    def here(item: object) -> bool:
        return (getattr(item, "anchor", None) or procedure.anchors.day0) == anchor

    flags = sorted(filter(here, procedure.red_flags), key=_urgent_first)
    stay = procedure.on_site if procedure.on_site and here(procedure.on_site) else None
    found = {
        "WHAT HAPPENS": [_phase(phase, place) for place, phase in enumerate(filter(here, procedure.phases))],
        "NORMAL, UNTIL ITS LAST DAY": [_normal(sign) for sign in filter(here, procedure.normal_signs)],
        "MUST NOT WAIT": [_flag(flag) for flag in flags if not words.is_general(flag)],
        "MUST NOT WAIT, AFTER ANY PROCEDURE": [_flag(flag) for flag in flags if words.is_general(flag)],
        "CHECK-UPS": [_check_up(check_up, specialty) for check_up in filter(here, procedure.check_ups)],
        "STAY AND FLIGHT": list(_stay(stay)) if stay else [],
        "WHEN THE RESULT MAY BE JUDGED": list(_clocks(procedure, specialty, anchor)),
        "FIGURES THAT COUNT FROM A DAY": [
            _threshold(threshold, specialty)
            for threshold in filter(here, procedure.outcomes)
            if threshold.from_day is not None
        ],
    }
    return (Section(name, tuple(rows)) for name, rows in found.items() if rows)


def _urgent_first(flag: RedFlag) -> tuple[int, int, str]:
    return MOST_URGENT_FIRST.index(flag.urgency), flag.days[0] or 0, flag.id


def _bar(days: DayRange, look: str) -> Bar:
    first, last = days
    return Bar(first if first is not None else min(0, last or 0), last, look)


def _phase(phase: Phase, place: int) -> Row:
    text, days = words.english(phase.text), words.days(phase.days)
    bars = (_bar(phase.days, ("phase", "phase2")[place % 2]),)
    return Row(text, days, f"{phase.id}: {text}. Days {days}.", bars, conf=phase.conf)


def _normal(sign: NormalSign) -> Row:
    text, days = words.english(sign.sign), words.days(sign.days)
    follows = words.what_follows(sign.escalates, sign.days[1])
    after = "".join(f" From day {day}: {words.URGENCIES[urgency]}." for day, urgency in follows)
    says = f"{sign.id}: {text}. Normal: days {days}.{after}"
    return Row(text, days, says, (_bar(sign.days, "normal"),), follows, sign.conf)


def _flag(flag: RedFlag) -> Row:
    """Whole, whatever its length: nothing of what must not wait is cut off."""
    text, days = words.english(flag.symptom), words.days(flag.days)
    bar = _bar(flag.days, flag.urgency)
    marks = [(bar.first, flag.urgency), *((step.from_day, step.urgency) for step in flag.escalates)]
    says = f"{flag.id}: {text}. {words.URGENCIES[flag.urgency].capitalize()}. Days {days}."
    return Row(text, days, says, (bar,), tuple(marks), flag.conf, _WHOLE)


def _check_up(check_up: CheckUp, specialty: Specialty) -> Row:
    where, checks = words.WHERE[check_up.where], words.checks_of(check_up, specialty)
    first, last = check_up.window
    days = f"{words.number(check_up.day)} ({words.number(first)} to {words.number(last)})"
    again = f" Then every {check_up.repeat_every_days} days." if check_up.repeat_every_days else ""
    only = f" Only if: {check_up.only_if}." if check_up.only_if else ""
    mark = "at_the_clinic" if check_up.where == "on_site" else "elsewhere"
    says = f"Check-up on day {days} {where}{': ' if checks else ''}{checks}.{only}{again}"
    return Row(checks or where, days, says, (Bar(first, last, "window"),), ((check_up.day, mark),), check_up.conf)


def _stay(stay: OnSite) -> Iterator[Row]:
    usual = f", usually {stay.typical_days}" if stay.typical_days is not None else ""
    bars = [Bar(0, stay.min_days, "stay")]
    if stay.typical_days is not None and stay.typical_days > stay.min_days:
        bars.append(Bar(stay.min_days + 1, stay.typical_days, "longer"))
    text = f"stay near the clinic: {words.counted(stay.min_days, 'day')} at least{usual}"
    yield Row(text, f"0 to {stay.min_days}", f"{text.capitalize()}.", tuple(bars), conf=stay.conf)
    day, (first, last) = words.earliest_flight(stay), stay.flight_range_days or (None, None)
    differ = f"; sources differ: day {first} to {last}" if last is not None else ""
    line = (Bar(first or 0, last, "flight"),) if last is not None else ()
    text = f"earliest flight home: day {day}{differ}"
    yield Row(text, f"from {day} on", f"{text.capitalize()}.", line, ((day, "flight"),), stay.conf)


def _clocks(procedure: Procedure, specialty: Specialty, anchor: str) -> Iterator[Row]:
    day0 = procedure.anchors.day0
    for name, clock in words.clocks_of(procedure, specialty):
        if clock.unit == "day" and (clock.anchor or day0) == anchor:
            yield _clock(name, clock, specialty)
    known = procedure.stabilisation.per_cycle_resolution
    if known and known.get("anchor", day0) == anchor and "day" in known:
        text = f"what came of this cycle is known: day {known['day']}"
        yield Row(
            text,
            f"from {known['day']} on",
            f"{text.capitalize()}.",
            (),
            ((known["day"], "typical"),),
            procedure.stabilisation.conf,
        )


def bars_of_clock(clock: Stabilisation) -> tuple[Bar, ...]:
    """Too early, may be judged, and how long a result may still change after that."""
    bars = [Bar(0, clock.min - 1, "soon")] if clock.min > 0 else []
    bars.append(Bar(clock.min, clock.max, "between"))
    if clock.late_tail_days is not None and clock.max is not None:
        bars.append(Bar(clock.max, clock.late_tail_days, "tail"))
    return tuple(bars)


def _clock(name: str, clock: Stabilisation, specialty: Specialty) -> Row:
    latest = f", latest {clock.max}" if clock.max is not None else ""
    text = f"{name}: " if name else ""
    text += f"not before day {clock.min}; usually {clock.typical}{latest}"
    text += f"; {words.settled(clock.measured, specialty)}" if clock.measured else ""
    tail = f" Results still change until about day {clock.late_tail_days}." if clock.late_tail_days else ""
    says = f"The result may be judged {text}.{tail}"
    marks = ((clock.typical, "typical"),)
    return Row(text, words.judged(clock), says, bars_of_clock(clock), marks, clock.conf, _WHOLE)


def _threshold(threshold: Threshold, specialty: Specialty) -> Row:
    assert threshold.from_day is not None, "only those counted in days are drawn"  # noqa: S101
    text, level = words.threshold_in_words(threshold, specialty), words.LEVELS[threshold.level]
    confirmed = threshold.to_confirm_day
    marks = [(threshold.from_day, threshold.level), *([(confirmed, "confirmed")] if confirmed is not None else [])]
    says = f"{threshold.id}: {text}: {level}. It counts from {words.counts_from(threshold)}."
    days = f"from {words.number(threshold.from_day)} on"
    bars = (Bar(threshold.from_day, None, "limit"),)
    short = words.threshold_in_words(threshold, specialty, limit_first=True)
    return Row(text, days, says, bars, tuple(marks), threshold.conf, short=short)

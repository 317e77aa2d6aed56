"""What is expected today, what no longer is, and what must not wait."""

from dataclasses import dataclass, field
from typing import get_args

from suivi.core.clocks.anchors import DayNumber, Standing, Timeline, day_range
from suivi.core.clocks.reasons import Reason
from suivi.core.specialties.model import Cited, DayRange, NormalSign, Phase, Procedure, RedFlag, Text, Urgency

MOST_URGENT_FIRST: tuple[Urgency, ...] = get_args(Urgency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseToday:
    """A phase the day lies in. Not `certain`: a date known in part allows it and others."""

    id: str
    text: Text
    days: DayRange
    day: DayNumber
    certain: bool
    reason: Reason = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignToday:
    """A sign that is expected inside `days` only."""

    id: str
    sign: Text
    note: Text | None
    days: DayRange
    peak_day: int | None
    day: DayNumber
    certain: bool
    reason: Reason = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagToday:
    """A sign that must not wait. The note for clinicians is left out: it is never shown to patients."""

    id: str
    symptom: Text
    urgency: Urgency
    days: DayRange
    day: DayNumber | None
    """None when the date of the anchor is unknown: the flag is shown all the same."""
    certain: bool
    reason: Reason = field(repr=False)


def phases_on(procedure: Procedure, timeline: Timeline) -> tuple[PhaseToday, ...]:
    """Phases overlap: both are given on a day they share."""
    dated = ((phase, timeline.day_number(phase.anchor)) for phase in procedure.phases)
    return tuple(_phase(phase, day) for phase, day in dated if day and _may_apply(day, phase.days))


def normal_signs_on(procedure: Procedure, timeline: Timeline) -> tuple[SignToday, ...]:
    dated = ((sign, timeline.day_number(sign.anchor)) for sign in procedure.normal_signs)
    return tuple(_sign(sign, day, "sign.normal") for sign, day in dated if day and _may_apply(day, sign.days))


def no_longer_normal_on(procedure: Procedure, timeline: Timeline) -> tuple[SignToday, ...]:
    """Signs whose last normal day has certainly passed: still there, they want a clinician."""
    dated = ((sign, timeline.day_number(sign.anchor)) for sign in procedure.normal_signs)
    return tuple(
        _sign(sign, day, "sign.no_longer_normal")
        for sign, day in dated
        if day and day.standing(sign.days) is Standing.AFTER
    )


def red_flags_on(procedure: Procedure, timeline: Timeline) -> tuple[FlagToday, ...]:
    """Most urgent first. A doubtful date hides no flag, and an emergency is one on any day."""
    active = []
    for flag in procedure.red_flags:
        start = timeline.start(flag.anchor)
        day = start.day_number(timeline.on)
        if day is None or _may_apply(day, flag.days) or _never_waits(day, flag):
            active.append(_flag(flag, day))
    return tuple(sorted(active, key=lambda flag: MOST_URGENT_FIRST.index(flag.urgency)))


def _may_apply(day: DayNumber, days: DayRange) -> bool:
    return day.standing(days) in (Standing.INSIDE, Standing.POSSIBLE)


def _never_waits(day: DayNumber, flag: RedFlag) -> bool:
    """Before day 0, what is watched for on day 0 is watched for too."""
    return flag.urgency == "emergency_now" or (day.latest < 0 and (flag.days[0] or 0) <= 0)


def _phase(phase: Phase, day: DayNumber) -> PhaseToday:
    return PhaseToday(
        id=phase.id,
        text=phase.text,
        days=phase.days,
        day=day,
        certain=day.standing(phase.days) is Standing.INSIDE,
        reason=_reason("phase", "phase.today", phase.id, phase.days, day, phase),
    )


def _sign(sign: NormalSign, day: DayNumber, text_key: str) -> SignToday:
    return SignToday(
        id=sign.id,
        sign=sign.sign,
        note=sign.note,
        days=sign.days,
        peak_day=sign.peak_day,
        day=day,
        certain=day.standing(sign.days) is not Standing.POSSIBLE,
        reason=_reason("normal_sign", text_key, sign.id, sign.days, day, sign),
    )


def _flag(flag: RedFlag, day: DayNumber | None) -> FlagToday:
    key = "flag.day_unknown"
    if day:
        key = "flag.today" if _may_apply(day, flag.days) else "flag.any_day"
    return FlagToday(
        id=flag.id,
        symptom=flag.symptom,
        urgency=flag.urgency,
        days=flag.days,
        day=day,
        certain=day is not None and day.standing(flag.days) is Standing.INSIDE,
        reason=_reason("red_flag", key, flag.id, flag.days, day, flag),
    )


def _reason(rule: str, text_key: str, entry_id: str, days: DayRange, day: DayNumber | None, cited: Cited) -> Reason:
    facts: dict[str, str | int] = {"id": entry_id, "days": day_range(days)}
    if day is not None:
        facts |= {"day": str(day), "anchor": day.anchor}
    return Reason(rule=f"{rule}@1", text_key=text_key, facts=facts, src=cited.src, conf=cited.conf)

"""Reported signs: red flags first (c1), then what is expected today, and what is not (c7)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from suivi.core.hints.days import day_of, inside, spelt
from suivi.core.hints.model import HintReason, Rank, RankedHint, most_urgent
from suivi.core.hints.sentences import Fact
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import NormalSign, Procedure, RedFlag, Specialty, Text, Urgency

OUTSIDE_ITS_DAYS: Urgency = "within_48h"
NO_LONGER_NORMAL: Urgency = "within_48h"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsRead:
    """`expected` are the reasons of signs that are normal today; `hints` what the others ask for."""

    hints: tuple[RankedHint, ...] = ()
    expected: tuple[HintReason, ...] = ()
    expected_urgency: Urgency | None = None
    red_flag: bool = False
    unexpected: bool = False
    """Some sign is after, before or outside its days, or not listed: nothing here may be called normal evolution."""
    reported: int = 0


@dataclass(slots=True)
class _Reading:
    hints: list[RankedHint] = field(default_factory=list)
    expected: list[HintReason] = field(default_factory=list)
    urgencies: list[Urgency] = field(default_factory=list)
    red_flag: bool = False
    unexpected: bool = False


def read_signs(procedure: Procedure, specialty: Specialty, facts: CaseFacts) -> SignsRead:
    """A fact that stands for a red flag, such as that there is fever, reports it."""
    reading = _Reading()
    reported = tuple(dict.fromkeys((*facts.signs, *_stood_for(specialty, facts))))
    elsewhere = {flag.id: flag for other in specialty.procedures.values() for flag in other.red_flags}
    for sign in reported:
        flags = [flag for flag in procedure.red_flags if flag.id == sign]
        normals = [normal for normal in procedure.normal_signs if normal.id == sign]
        if flags:
            _read_flag(flags, procedure, facts, reading)
        if normals:
            _read_normal(normals, procedure, facts, reading)
        if not flags and not normals:
            _read_unlisted(sign, elsewhere.get(sign), reading)
    return SignsRead(
        hints=tuple(reading.hints),
        expected=tuple(reading.expected),
        expected_urgency=most_urgent(reading.urgencies),
        red_flag=reading.red_flag,
        unexpected=reading.unexpected,
        reported=len(reported),
    )


def _stood_for(specialty: Specialty, facts: CaseFacts) -> Iterator[str]:
    for key, answer in facts.facts.items():
        known = specialty.facts.get(key)
        if known is not None and known.stands_for is not None and answer is True:
            yield known.stands_for


def _read_unlisted(sign: str, elsewhere: RedFlag | None, reading: _Reading) -> None:
    """A red flag of another procedure of the specialty is no less urgent for not being listed here."""
    if elsewhere is None:
        _unexpected(reading, "sign.unlisted", sign)
    else:
        urgency = most_urgent((elsewhere.urgency, OUTSIDE_ITS_DAYS))
        _unexpected(reading, "sign.unlisted", elsewhere.symptom, elsewhere, urgency)


def _read_flag(flags: list[RedFlag], procedure: Procedure, facts: CaseFacts, reading: _Reading) -> None:
    """Of a flag with several ranges, the one that today lies in. A date nobody knows hides no flag."""
    for flag in flags:
        day = day_of(flag.anchor, procedure, facts)
        if day is None or inside(day, flag.days):
            reading.red_flag = True
            reading.hints.append(_flag_inside(flag, day))
            return
    nearest = flags[0]
    day = day_of(nearest.anchor, procedure, facts) or 0
    urgency = most_urgent((_urgency(nearest, day), OUTSIDE_ITS_DAYS))
    _unexpected(reading, "flag.outside", nearest.symptom, nearest, urgency, day=day)


def _flag_inside(flag: RedFlag, day: int | None) -> RankedHint:
    known = HintReason.of("flag.any_day", flag, sign=flag.symptom)
    if day is not None:
        known = HintReason.of("flag.inside", flag, sign=flag.symptom, day=day, days=spelt(flag.days))
    urgency = flag.urgency if day is None else _urgency(flag, day)
    return RankedHint.of(Rank.RED_FLAG, "c1", "medical_complication", "strong", known, urgency=urgency)


def at_its_most_urgent(flag: RedFlag) -> Urgency | None:
    """On whatever day."""
    return most_urgent((flag.urgency, *(step.urgency for step in flag.escalates)))


def _urgency(flag: RedFlag, day: int) -> Urgency | None:
    return most_urgent((flag.urgency, *(step.urgency for step in flag.escalates if day >= step.from_day)))


def _read_normal(normals: list[NormalSign], procedure: Procedure, facts: CaseFacts, reading: _Reading) -> None:
    dated = [(normal, day) for normal in normals if (day := day_of(normal.anchor, procedure, facts)) is not None]
    if not dated:
        _unexpected(reading, "sign.undated", normals[0].sign, normals[0])
        return
    for normal, day in dated:
        if inside(day, normal.days):
            given: dict[str, Fact] = {"sign": normal.sign, "day": day, "days": spelt(normal.days)}
            reading.expected.append(HintReason.of("sign.normal", normal, **given))
            reading.urgencies.extend(_escalated(normal, day))
            return
    normal, day = dated[-1]
    last = normal.days[1]
    if last is not None and day > last:
        urgencies: list[Urgency] = [*_escalated(normal, day), NO_LONGER_NORMAL]
        _unexpected(reading, "sign.after", normal.sign, normal, urgencies[0], rule="c7", day=day)
    else:
        _unexpected(reading, "sign.before", normal.sign, normal, next(iter(_escalated(normal, day)), None), day=day)


def _escalated(normal: NormalSign, day: int) -> Iterator[Urgency]:
    """The latest step that is reached: a specialty may say that a sign which lasts is harmless, or that it is not."""
    reached = [step for step in normal.escalates if day >= step.from_day]
    if reached:
        yield max(reached, key=lambda step: step.from_day).urgency


def _unexpected(
    reading: _Reading,
    key: str,
    sign: Text | str,
    entry: NormalSign | RedFlag | None = None,
    urgency: Urgency | None = None,
    *,
    rule: str = "sign",
    day: int | None = None,
) -> None:
    reading.unexpected = True
    dated: dict[str, Fact] = {}
    if entry is not None and day is not None:
        dated = {"day": day, "days": spelt(entry.days)}
    reason = HintReason.of(key, entry, sign=sign, **dated)
    reading.hints.append(RankedHint.for_a_person(Rank.REVIEW, rule, reason, urgency=urgency))

"""Which day, or cycle, counts for an entry of a procedure, and how far the result has settled."""

from dataclasses import dataclass

from suivi.core.clocks.anchors import days_since
from suivi.core.clocks.stabilisation import StabilisationToday
from suivi.core.hints.model import HintReason
from suivi.core.hints.sentences import Phrase
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import DayRange, Procedure, Stabilisation

FIRST_CYCLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Where a result stands between the earliest, the usual and the latest time to judge it."""

    before_min: bool
    before_typical: bool
    reason: HintReason


def day_of(anchor: str | None, procedure: Procedure, facts: CaseFacts) -> int | None:
    """Days since an anchor; None when its date is not known. `a_or_b` is the later of the two."""
    if anchor is None or anchor == procedure.anchors.day0:
        return facts.day
    return days_since(anchor, {procedure.anchors.day0: facts.day, **facts.anchor_days})


def inside(day: int, days: DayRange) -> bool:
    first, last = days
    return (first is None or day >= first) and (last is None or day <= last)


def spelt(days: DayRange) -> Phrase:
    first, last = days
    if first is None and last is None:
        return Phrase("days.any")
    if last is None:
        return Phrase("days.from", {"first": first})
    if first is None:
        return Phrase("days.until", {"last": last})
    return Phrase("days.between", {"first": first, "last": last})


def settling(procedure: Procedure, facts: CaseFacts) -> Settling:
    """A treatment with two results, such as an implant and its crown, is before its time while either is."""
    clocks = [_settling(_rule(procedure, facts), procedure, facts)]
    second = procedure.prosthetic
    if second is not None and day_of(second.anchor, procedure, facts) is not None:
        clocks.append(_settling(second, procedure, facts))
    return max(clocks, key=lambda clock: (clock.before_min, clock.before_typical))


def _rule(procedure: Procedure, facts: CaseFacts) -> Stabilisation:
    rule = procedure.stabilisation
    figures = rule.variants.get(facts.variant) if facts.variant is not None else None
    if not figures:
        return rule
    return rule.model_copy(update={name: figures[name] for name in ("min", "typical", "max") if name in figures})


def _settling(rule: Stabilisation, procedure: Procedure, facts: CaseFacts) -> Settling:
    unit = "cycles" if rule.unit == "cycle" else "days"
    # Whoever reports is at least in the first cycle.
    reached = (facts.cycle or FIRST_CYCLE) if unit == "cycles" else day_of(rule.anchor, procedure, facts)
    if reached is None:
        return Settling(before_min=True, before_typical=True, reason=HintReason.of("clock.not_begun", rule))
    early, usual = reached < rule.min, reached < rule.typical
    key = "clock.before_min" if early else "clock.before_typical" if usual else "clock.after_typical"
    named = {"cycle" if unit == "cycles" else "day": reached, "min": rule.min, "typical": rule.typical}
    return Settling(before_min=early, before_typical=usual, reason=HintReason.of(f"{key}_{unit}", rule, **named))


def settled_as(
    usual: Settling, main: StabilisationToday, second: StabilisationToday | None, rule: Stabilisation
) -> Settling:
    """What recovery says goes before days and cycles: the practitioner's own date, and what had to be measured."""
    results = [main] if second is None or second.day is None else [main, second]
    if any(result.too_early for result in results):
        key = "clock.individual" if main.individual_date is not None else "clock.not_settled"
        early = usual.reason if usual.before_min else HintReason.of(key, rule)
        return Settling(before_min=True, before_typical=True, reason=early)
    if any(result.too_early is None for result in results):
        return Settling(before_min=False, before_typical=True, reason=HintReason.of("clock.unknown", rule))
    reached = main.individual_date is not None
    return Settling(before_min=False, before_typical=usual.before_typical and not reached, reason=usual.reason)

"""Whether cover got worse, looked at with other eyes: ends of limits as days, fees as bills, clauses as sets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from suivi.core.clocks.periods import Period
from suivi.core.coverage.content import CALENDAR, LifetimeOf, Limit, LimitUnit
from suivi.core.coverage.cover import Cover
from suivi.core.coverage.models import Payer
from tests.core.coverage.cover import START

STARTS = [date(2024, 2, 29), date(2026, 1, 31), date(2026, 3, 3)]
BILLS = [(10, "EUR"), (3000, "EUR"), (3000, "HUF")]


def ends(limit: Limit | None) -> tuple[Any, ...]:
    """By unit and anchor: what cannot be compared is told apart by its first part."""
    if limit is None:
        return ("none",)
    anchor = START if limit.starts == "day0" else limit.starts
    if limit.unit in CALENDAR:
        return ("days", anchor, *(Period.parse(limit.period or "").add_to(start) for start in STARTS))
    return (limit.unit, anchor, limit.lifetime_of, limit.count)


def lasts_no_less(after: Limit | None, before: Limit | None) -> bool:
    new, old = ends(after), ends(before)
    if old == ("none",) or new == old:
        return True
    if after is not None and after.lifetime_of is LifetimeOf.PATIENT:
        return before is not None and (before.unit in CALENDAR or before.unit is LimitUnit.LIFETIME)
    alike = new[0] == old[0] in ("days", LimitUnit.CYCLE)
    return alike and all(a >= b for a, b in zip(new[1:], old[1:], strict=True) if not isinstance(a, str) and a)


def patient_pays(found: Cover, kind: str, name: str, bill: int, currency: str) -> float:
    """Of a bill, at most; a little less where it is decided case by case, a little more where it is stated."""
    line = found.bundles[name].fees.get(kind) if name in found.bundles else None
    payer = line.value.payer if line else Payer.NOT_STATED
    doubt = {Payer.PATIENT: 0.2, Payer.NOT_STATED: 0.1, Payer.SHARED: -0.1}.get(payer, 0)
    if line is None or payer in (Payer.PATIENT, Payer.NOT_STATED):
        return bill + doubt
    paid = {Payer.CASE_BY_CASE: 0, Payer.SHARED: bill * (line.value.share or 0) / 100}.get(payer, bill)
    cap = line.value.cap
    if cap is not None and cap.currency != currency:
        # A cap in another currency: as if it were reached at once, or else nobody could compare.
        paid = 0
    elif cap is not None:
        paid = min(paid, float(cap.amount))
    return bill - paid + doubt


def worsened(before: Cover, after: Cover) -> Iterator[str]:
    for name, held in before.bundles.items():
        now = after.bundles.get(name)
        if held.component and (now is None or now.component is None):
            yield f"{name} is gone"
        elif held.component and now and now.component:
            old, new = held.component.value, now.component.value
            if not set(old.covers) <= set(new.covers) or not lasts_no_less(new.limit, old.limit):
                yield f"{name}: {old} -> {new}"
        if (
            name
            and now
            and {one.value.code for one in now.clauses.values()} - {one.value.code for one in held.clauses.values()}
        ):
            yield f"{name} has more exclusions"
        for kind in held.fees:
            for bill, currency in BILLS:
                costs = [patient_pays(one, kind, name, bill, currency) for one in (before, after)]
                if costs[1] > costs[0] + 0.11:
                    yield f"{kind} for {name}: {costs}"

"""One line of cover against another, from the patient's side: better, the same, worse, or neither.

Not comparable is no verdict: a person has to look, and nothing counts as better because of it.
The table behind it is in docs/cover.md.
"""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from suivi.core.clocks.periods import Period
from suivi.core.coverage.content import (
    DAY0,
    OTHER,
    Clause,
    Component,
    FeeLine,
    LifetimeOf,
    Limit,
    LimitUnit,
    Money,
)
from suivi.core.coverage.models import Payer


class Compared(StrEnum):
    """What is new, against what was there before it."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    NOT_COMPARABLE = "not_comparable"

    @property
    def against_the_patient(self) -> bool:
        """Worse, or nobody can say that it is not."""
        return self in (Compared.WORSE, Compared.NOT_COMPARABLE)


SAME, BETTER, WORSE, NOT_COMPARABLE = Compared


class LineKind(StrEnum):
    COMPONENT = "component"
    FEE = "fee"
    CLAUSE = "clause"
    RESPONSE_DAYS = "response_days"
    REFERENCE_PERIOD = "reference_period"


def all_of(parts: Iterable[Compared]) -> Compared:
    """Better where nothing is worse, and so on: what is better in one way and worse in another is not comparable."""
    found = set(parts) - {SAME}
    if len(found) == 1:
        return found.pop()
    return NOT_COMPARABLE if found else SAME


def compared_components(new: Component, old: Component, *, day0: str | None = None) -> Compared:
    """`day0` is the procedure's first anchor, where the two may name it differently."""
    if new.object != old.object or (new.object == OTHER and folded(new.name or "") != folded(old.name or "")):
        return NOT_COMPARABLE
    return all_of(
        [
            _more(_codes(new.covers), _codes(old.covers)),
            _more(set(new.classes), set(old.classes)),
            _more(_codes(new.remedy), _codes(old.remedy)),
            compared_limits(new.limit, old.limit, day0=day0),
        ]
    )


def compared_limits(new: Limit | None, old: Limit | None, *, day0: str | None = None) -> Compared:
    """No limit is not stated, which is less than any that is."""
    if new is None or old is None:
        return SAME if new is old else WORSE if new is None else BETTER
    if _anchor(new, day0) != _anchor(old, day0):
        return NOT_COMPARABLE
    if new.unit == old.unit == LimitUnit.LIFETIME:
        return _lifetimes(new.lifetime_of, old.lifetime_of)
    if LimitUnit.LIFETIME in (new.unit, old.unit):
        return _lifetime_and_calendar(new, old)
    new_length, old_length = _length(new), _length(old)
    if new_length is None or old_length is None:
        return _least_first(new.count, old.count) if new.unit == old.unit else NOT_COMPARABLE
    return _lengths(new_length, old_length)


def compared_fees(new: FeeLine | None, old: FeeLine | None) -> Compared:
    """What the fee costs the patient first; where that is the same, another payer is another promise."""
    amounts = all_of([_least_first(_carried(new), _carried(old)), _caps(new, old)])
    same_payer = _payer(new) is _payer(old)
    return amounts if amounts is not SAME or same_payer else NOT_COMPARABLE


def compared_clauses(new: Clause | None, old: Clause | None) -> Compared:
    """Every exclusion and every obligation is one too many."""
    if new is None or old is None:
        return SAME if new is old else BETTER if new is None else WORSE
    if (new.kind, new.code, folded(new.text)) != (old.kind, old.code, folded(old.text)):
        return NOT_COMPARABLE
    if not new.components or not old.components:
        return SAME if new.components == old.components else BETTER if new.components else WORSE
    return _more(set(old.components), set(new.components))


def compared_response_days(new: int | None, old: int | None) -> Compared:
    """Sooner is better, and not stated is the worst."""
    if new is None or old is None:
        return SAME if new is old else WORSE if new is None else BETTER
    return _least_first(old, new)


def compared_periods(new: str | None, old: str | None) -> Compared:
    """Reference periods, ISO 8601; longer is better. Not stated leaves it to the specialty: not comparable."""
    if new is None or old is None:
        return SAME if new is old else NOT_COMPARABLE
    of_new, of_old = Period.parse(new), Period.parse(old)
    return _lengths((of_new.total_months, of_new.total_days), (of_old.total_months, of_old.total_days))


def _more(new: Collection[Any], old: Collection[Any]) -> Compared:
    """By inclusion."""
    some, others = set(new), set(old)
    if some == others:
        return SAME
    return BETTER if some > others else WORSE if some < others else NOT_COMPARABLE


def _least_first(new: Any, old: Any) -> Compared:
    return SAME if new == old else BETTER if new > old else WORSE


def _codes(said: Iterable[str]) -> set[str]:
    return {folded(one) for one in said}


def folded(words: str) -> str:
    return " ".join(words.casefold().split())


def _anchor(limit: Limit, day0: str | None) -> str:
    return day0 if limit.starts == DAY0 and day0 else limit.starts


def _lifetimes(new: LifetimeOf | None, old: LifetimeOf | None) -> Compared:
    """The patient's outlasts whatever can still be claimed; a device and a practice outlast each other."""
    if new == old:
        return SAME
    return {new: BETTER, old: WORSE}.get(LifetimeOf.PATIENT, NOT_COMPARABLE)


def _lifetime_and_calendar(new: Limit, old: Limit) -> Compared:
    lifetime, other = (new, old) if new.unit is LimitUnit.LIFETIME else (old, new)
    if lifetime.lifetime_of is not LifetimeOf.PATIENT or _length(other) is None:
        return NOT_COMPARABLE
    return BETTER if lifetime is new else WORSE


def _length(limit: Limit) -> tuple[int, int] | None:
    """Months, and days beside them; None for what is not counted by the calendar."""
    if limit.months is None and limit.days is None:
        return None
    return limit.months or 0, limit.days or 0


def _lengths(new: tuple[int, int], old: tuple[int, int]) -> Compared:
    """As days, from every day they may start on: 30 days and a month are not comparable, 31 days are no shorter."""
    months = min(new[0], old[0])
    (new_least, new_most), (old_least, old_most) = (
        tuple(end + length[1] for end in _days(length[0] - months)) for length in (new, old)
    )
    if (new_least, new_most) == (old_least, old_most):
        return SAME
    if new_least >= old_most:
        return BETTER
    return WORSE if new_most <= old_least else NOT_COMPARABLE


_FIRSTS = [date(2000 + month // 12, month % 12 + 1, 1).toordinal() for month in range(4801)]
"""Of every month of the 400 years that the calendar takes to come round."""


@cache
def _days(months: int) -> tuple[int, int]:
    """The fewest and the most days that so many months last. A day that the last month lacks is its last day."""
    cycle = 4800
    lengths = [after - first for first, after in pairwise(_FIRSTS)]
    rounds, rest = divmod(months, cycle)
    found = []
    for month in range(cycle):
        years, end = divmod(month + rest, cycle)
        days = _FIRSTS[end] + (years + rounds) * 146097 - _FIRSTS[month]
        found += [days, days + min(0, lengths[end] - lengths[month])]
    return min(found), max(found)


_CARRIERS = (Payer.CLINIC, Payer.MANUFACTURER, Payer.INSURER)


def _payer(line: FeeLine | None) -> Payer:
    """Whoever pays up to nothing at all leaves it to the patient."""
    if line is None:
        return Payer.NOT_STATED
    return Payer.PATIENT if line.cap is not None and not line.cap.amount else line.payer


def _carried(line: FeeLine | None) -> tuple[int, int]:
    """How much of a fee is not the patient's, as far as is stated."""
    payer = _payer(line)
    if payer in _CARRIERS:
        return 4, 0
    order = (Payer.PATIENT, Payer.NOT_STATED, Payer.CASE_BY_CASE, Payer.SHARED)
    return order.index(payer), (line.share or 0) if line and payer is Payer.SHARED else 0


def _caps(new: FeeLine | None, old: FeeLine | None) -> Compared:
    """No cap is more than any, of what somebody else pays; sums in two currencies are not comparable."""
    of_new, of_old = _cap(new), _cap(old)
    if isinstance(of_new, Money) and isinstance(of_old, Money):
        same = of_new.currency == of_old.currency
        return _least_first(of_new.amount, of_old.amount) if same else NOT_COMPARABLE
    ranks = [Decimal(0) if isinstance(cap, Money) else cap for cap in (of_new, of_old)]
    return _least_first(*ranks)


def _cap(line: FeeLine | None) -> Money | int:
    """-1 where the patient pays, or nobody says who does; 1 where there is none."""
    if line is None or _payer(line) in (Payer.PATIENT, Payer.NOT_STATED):
        return -1
    return line.cap or 1

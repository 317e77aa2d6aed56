"""Reference periods that clinics have confirmed, and which of them count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from suivi.core.clocks.periods import Period
from suivi.core.clocks.windows import may_be_shorter
from suivi.core.clocks.zones import day_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedPeriod:
    """`number` is that of the confirmation."""

    number: str
    period: Period
    signed_at: datetime


def counting(
    stated: Iterable[ConfirmedPeriod],
    otherwise: Period,
    *,
    agreed_on: date,
    clinic: ZoneInfo,
    registered_at: datetime,
) -> list[ConfirmedPeriod]:
    """Those that replace what was held before, the one that counts first. `stated` in the order they were signed.

    What is confirmed until the day the treatment is agreed, and before it is registered, counts longer or shorter: it
    is what the patient agrees to. Afterwards a clinic may lengthen the period by itself, and never shorten it (R-126).
    """
    held, found = otherwise, list[ConfirmedPeriod]()
    for one in stated:
        early = day_at(clinic, one.signed_at) <= agreed_on and one.signed_at < registered_at
        if early or not may_be_shorter(one.period, held, None):
            held = one.period
            found.insert(0, one)
    return found

"""What lodging a request keeps: asked in time, it stays open until the result can be judged and the clinic answered."""

from dataclasses import dataclass, field
from datetime import date

from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.windows import ReferenceWindow, WindowState
from suivi.core.clocks.zones import day_at, zone

RULE = "lodging@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """`until` is the last day kept; None when nothing is kept, or when nobody can name the day yet."""

    kept: bool
    until: date | None
    reasons: tuple[Reason, ...] = field(repr=False)


def lodging_preserved_until(
    lodged: ReferenceWindow, *, stabilisation_latest: date | None, response_days: int
) -> Lodging:
    """`lodged` is the window as of the day or instant of lodging; `stabilisation_latest` the latest date of the result.

    A window in doubt keeps the right. The clinic's response time never begins before the request was there.
    """
    if lodged.state is WindowState.EXPIRED:
        return Lodging(kept=False, until=None, reasons=(Reason(rule=RULE, text_key="lodging.too_late"),))
    if stabilisation_latest is None:
        return Lodging(kept=True, until=None, reasons=(Reason(rule=RULE, text_key="lodging.kept_open"),))
    lodged_on = day_at(zone(lodged.clinic_zone), lodged.on)
    answered = add_days(max(stabilisation_latest, lodged_on), response_days)
    until = max(answered, lodged.last_day_latest or answered)
    facts: dict[str, str | int] = {
        "until": str(until),
        "stabilisation_latest": str(stabilisation_latest),
        "response_days": response_days,
    }
    return Lodging(kept=True, until=until, reasons=(Reason(rule=RULE, text_key="lodging.kept_until", facts=facts),))

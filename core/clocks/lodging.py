"""What lodging a request keeps: asked in time, it stays open until the result can be judged and the clinic answered.

Where the window ends before anyone may judge, the patient is told so while there is time to ask.
"""

from dataclasses import dataclass, field
from datetime import date

from suivi.core.clocks.periods import add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.stabilisation import StabilisationToday
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


def ask_before_judging(window: ReferenceWindow, result: StabilisationToday) -> Reason | None:
    """Why to ask now although it is too early: the last day to ask comes before the first day to judge (R-061)."""
    last_day = window.last_day_earliest
    open_still = window.state in (WindowState.OPEN, WindowState.NEEDS_REVIEW)
    if last_day is None or not open_still or result.too_early is False:
        return None
    from_day = result.may_be_judged_from.latest if result.may_be_judged_from else result.soonest
    if from_day is None:
        return _ask("lodging.ask_meanwhile", last_day) if result.too_early else None
    if from_day <= last_day:
        return None
    return _ask("lodging.ask_before_judging", last_day, judged_from=str(from_day))


def _ask(text_key: str, last_day: date, **facts: str) -> Reason:
    return Reason(rule=RULE, text_key=text_key, facts={"last_day": str(last_day), **facts})

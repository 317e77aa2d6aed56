"""Clocks: what a date means for a treatment. Pure rules: nothing here reads a clock, a file of a case or a table.

`partial_dates`   PartialDate, DateInterval: dates known to the day, the month, the year, or not at all
`periods`         Period: lengths in calendar units, months first and clamped
`zones`           where a day begins
`windows`         reference_window: how long a re-evaluation may be asked for
`lodging`         lodging_preserved_until: what a request made in time keeps
`deadlines`       deadline, warranty_interval
`anchors`         named dates and the days since
`sites`           dates at one site or in one cycle
`cycles`          which cycles count, and periods counted in them
`measured`        values that have to be stable before anyone may judge
`stabilisation`   stabilisation_on: is it too early to judge?
`signs`           phases, normal signs and red flags of a day
`check_ups`       the next check-ups, the stay, the first flight
`phases`          recovery: all of the above for one treatment on one day
`progress`        the whole course with its dates
`reasons`         Reason: why, with sources, in English and French
"""

from suivi.core.clocks.anchors import DayNumber
from suivi.core.clocks.check_ups import CheckUpAhead, OnSiteToday
from suivi.core.clocks.deadlines import WarrantyInterval, deadline, warranty_interval
from suivi.core.clocks.lodging import Lodging, lodging_preserved_until
from suivi.core.clocks.partial_dates import DateInterval, PartialDate, UnreadableDate
from suivi.core.clocks.periods import Period, PeriodTooLong, UnreadablePeriod
from suivi.core.clocks.phases import MissingAnchor, Recovery, recovery
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.signs import FlagToday, PhaseToday, SignToday
from suivi.core.clocks.stabilisation import StabilisationState, StabilisationToday
from suivi.core.clocks.windows import (
    DEFAULT_PERIOD,
    Candidate,
    PeriodSource,
    ReferenceWindow,
    SuspensionBackwards,
    WindowState,
    reference_window,
)
from suivi.core.clocks.zones import UnknownTimeZone, start_of_day, zone

__all__ = [
    "DEFAULT_PERIOD",
    "Candidate",
    "CheckUpAhead",
    "DateInterval",
    "DayNumber",
    "FlagToday",
    "Lodging",
    "MissingAnchor",
    "OnSiteToday",
    "PartialDate",
    "Period",
    "PeriodSource",
    "PeriodTooLong",
    "PhaseToday",
    "Reason",
    "Recovery",
    "ReferenceWindow",
    "SignToday",
    "StabilisationState",
    "StabilisationToday",
    "SuspensionBackwards",
    "UnknownTimeZone",
    "UnreadableDate",
    "UnreadablePeriod",
    "WarrantyInterval",
    "WindowState",
    "deadline",
    "lodging_preserved_until",
    "recovery",
    "reference_window",
    "start_of_day",
    "warranty_interval",
    "zone",
]

"""How urgent a report is, from the red flags it names. Never a gate, never a diagnosis, never an all-clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from suivi.core.clocks.anchors import Standing, start_of
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.specialties.model import Procedure, RedFlag, Urgency

ORDER: tuple[Urgency, ...] = ("emergency_now", "same_day", "within_48h", "routine")
OUTSIDE_ITS_DAYS: Urgency = "within_48h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The red flags among the reported signs, most urgent first."""

    urgency: Urgency | None
    red_flags: tuple[str, ...]


def match(
    signs: Sequence[str], procedure: Procedure, anchors: Mapping[str, PartialDate], *, noticed_on: date
) -> Matched:
    """A flag outside its days keeps its own urgency, and within 48 hours at the least; unknown dates count as inside.

    Its days say when a sign is watched for, never that it is harmless on another day.
    """
    flags = [flag for flag in procedure.red_flags if flag.id in signs]
    found: list[tuple[Urgency, str]] = [(_urgency(flag, procedure, anchors, noticed_on), flag.id) for flag in flags]
    ranked = sorted(found, key=_rank)
    return Matched(urgency=ranked[0][0] if ranked else None, red_flags=tuple(flag_id for _, flag_id in ranked))


def _rank(item: tuple[Urgency, str]) -> int:
    return ORDER.index(item[0])


def _urgency(flag: RedFlag, procedure: Procedure, anchors: Mapping[str, PartialDate], on: date) -> Urgency:
    day = start_of(flag.anchor or procedure.anchors.day0, anchors).day_number(on)
    if day is None or day.standing(flag.days) in (Standing.INSIDE, Standing.POSSIBLE):
        return flag.urgency
    least = ORDER.index(OUTSIDE_ITS_DAYS)
    return ORDER[min(ORDER.index(flag.urgency), least)]

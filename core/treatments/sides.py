"""What the patient's side and the clinic's side each say of an anchor, as the log has it.

An anchor has one date on record, and either side may correct it. For cover the other side's word is not gone with that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from suivi.core.access.table import CLINIC_SIDE, PATIENT_SIDE
from suivi.core.clocks.partial_dates import DateInterval, DisputedDate, PartialDate
from suivi.core.clocks.sites import LocalDate
from suivi.core.events.models import Event

KINDS = ("treatment_registered", "anchor_recorded")

Place: TypeAlias = tuple[str, str, int]
"""An anchor's name, site and cycle, as `LocalAnchor` has them: empty and 0 are the whole treatment."""


class Side(StrEnum):
    PATIENT = "patient"
    CLINIC = "clinic"


SIDE_OF: Mapping[str, Side] = {role.value: Side.PATIENT for role in PATIENT_SIDE} | {
    role.value: Side.CLINIC for role in CLINIC_SIDE
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One time that a side recorded anchors. Without a place: all that came with the registration."""

    side: Side
    place: Place | None = None
    on: str = ""
    before: str | None = None


async def told_of(treatments: Sequence[UUID]) -> list[list[Told]]:
    """Of each of them, the oldest first, in one statement."""
    rows = Event.filter(noun_id__in=list(treatments), kind__in=KINDS).order_by("noun_id", "seq")
    found: dict[UUID, list[Told]] = defaultdict(list)
    for row in await rows.values("noun_id", "kind", "actor_role", "payload"):
        found[row["noun_id"]].append(_told(row))
    return [found[identity] for identity in treatments]


def _told(row: Mapping[str, Any]) -> Told:
    side, payload = SIDE_OF[row["actor_role"]], row["payload"]
    if row["kind"] == "treatment_registered":
        return Told(side=side)
    place = payload["anchor"], payload.get("site") or "", payload.get("cycle") or 0
    return Told(side=side, place=place, on=payload["on"], before=payload["before"])


def dates_by_both(
    anchors: Iterable[Any], local_anchors: Iterable[Any], told: Iterable[Told]
) -> tuple[dict[str, PartialDate], list[LocalDate]]:
    """The dates on record, and from one side's to the other's where they disagree. `told` is the oldest first.

    A side speaks of a site by what it said of the site, else of the whole treatment, or of the cycle. Who says
    `2026-03`, or `unknown`, does not contradict who says a day of that month.
    """
    anchors, local_anchors = list(anchors), list(local_anchors)
    said = _last_said([*anchors, *local_anchors], told)
    dates = {row.name: _by_both(row, said) for row in anchors}
    local = [
        LocalDate(name=row.name, date=_by_both(row, said), site=row.site or None, cycle=row.cycle or None)
        for row in local_anchors
    ]
    return dates, local


Said: TypeAlias = Mapping[tuple[Side, Place], PartialDate]


def _last_said(rows: Iterable[Any], told: Iterable[Told]) -> Said:
    said: dict[tuple[Side, Place], str] = {}
    corrected: set[Place] = set()
    registrar: Side | None = None
    for one in told:
        if one.place is None:
            registrar = one.side
            continue
        if one.before is not None and registrar and one.place not in corrected:
            said[registrar, one.place] = one.before
        corrected.add(one.place)
        said[one.side, one.place] = one.on
    if registrar:
        said |= {(registrar, _place(row)): row.on for row in rows if _place(row) not in corrected}
    return {who: PartialDate.parse(on) for who, on in said.items()}


def _place(row: Any) -> Place:
    return row.name, getattr(row, "site", ""), getattr(row, "cycle", 0)


def _by_both(row: Any, said: Said) -> PartialDate:
    each = [date for side in Side if (date := _of_side(side, _place(row), said)) is not None]
    recorded = PartialDate.parse(row.on)
    known = [date for date in each if date.dates is not None]
    return _agreed(recorded, *known) if len(known) == len(Side) else next(iter(known), recorded)


def _of_side(side: Side, place: Place, said: Said) -> PartialDate | None:
    return next((said[side, one] for one in _from_particular(place) if (side, one) in said), None)


def _from_particular(place: Place) -> Iterator[Place]:
    name, _, cycle = place
    yield place
    # Of the same cycle: the treatment's own dates are those of the first, and say nothing of the others.
    yield name, "", cycle


def _agreed(recorded: PartialDate, one: PartialDate, other: PartialDate) -> PartialDate:
    """The more exact of two that are one date, or all the days between two that are not."""
    first, second = one.dates, other.dates
    if first is None or second is None or first == second:
        return recorded
    both = DateInterval(min(first.earliest, second.earliest), max(first.latest, second.latest))
    if both == first:
        return other
    return one if both == second else DisputedDate(between=both)

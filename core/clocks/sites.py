"""Dates at one site or in one cycle, which go before those of the whole treatment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from suivi.core.clocks.partial_dates import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDate:
    """An anchor's date. No site: at every site; no cycle: in every cycle."""

    name: str
    date: PartialDate
    site: str | None = None
    cycle: int | None = None


def dates_at(
    anchors: Mapping[str, PartialDate],
    local: Collection[LocalDate],
    *,
    site: str | None = None,
    cycle: int | None = None,
    first_cycle: int | None = None,
) -> dict[str, PartialDate]:
    """By anchor, the most particular date: of the site and cycle, else the site, else the cycle, else the treatment.

    Without a site, an anchor that only sites have is the later of theirs. `first_cycle` is given where each cycle
    begins anew: the treatment's own dates then belong to that one, and a later cycle takes none from before itself.
    """
    found = _left_over(anchors, local, site=site, cycle=cycle)
    found |= _still_valid(anchors, local, cycle=cycle, first_cycle=first_cycle)
    for scope in ((None, cycle), (site, None), (site, cycle)):
        if scope != (None, None):
            found |= {entry.name: entry.date for entry in local if (entry.site, entry.cycle) == scope}
    return found


def _left_over(
    anchors: Mapping[str, PartialDate], local: Collection[LocalDate], *, site: str | None, cycle: int | None
) -> dict[str, PartialDate]:
    """For anchors the treatment has no date of its own for: the latest of those that the question covers."""
    covered = [
        entry
        for entry in local
        if entry.name not in anchors
        and (site is None or entry.site in (None, site))
        and (cycle is None or entry.cycle in (None, cycle))
    ]
    return {entry.name: entry.date for entry in sorted(covered, key=lambda entry: _latest(entry.date))}


def _latest(day: PartialDate) -> date:
    return day.latest or date.min


def _still_valid(
    anchors: Mapping[str, PartialDate],
    local: Collection[LocalDate],
    *,
    cycle: int | None,
    first_cycle: int | None,
) -> Mapping[str, PartialDate]:
    if cycle is None or first_cycle is None or cycle <= first_cycle:
        return anchors
    begins = [entry.date.earliest for entry in local if entry.cycle == cycle and entry.date.earliest]
    if not begins:
        return {}
    return {name: day for name, day in anchors.items() if day.latest is None or day.latest >= min(begins)}

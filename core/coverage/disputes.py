"""Dates that the patient's side and the clinic's side tell differently, which put cover in doubt between the two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from suivi.core.clocks.partial_dates import DateInterval, DisputedDate, PartialDate
from suivi.core.clocks.sites import LocalDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Of the whole treatment, or of a site or cycle. `between` is every day the date may be."""

    anchor: str
    between: DateInterval
    site: str | None = None
    cycle: int | None = None


def disputes(dates: Mapping[str, PartialDate], local: Iterable[LocalDate]) -> Iterator[Dispute]:
    """`dates` and `local` as `suivi.core.treatments.sides.dates_by_both` finds them."""
    for name, found in dates.items():
        if isinstance(found, DisputedDate):
            yield Dispute(anchor=name, between=found.between)
    for one in local:
        if isinstance(one.date, DisputedDate):
            yield Dispute(anchor=one.name, between=one.date.between, site=one.site, cycle=one.cycle)

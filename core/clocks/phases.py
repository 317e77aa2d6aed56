"""Where a recovery stands on a day: phases, signs, red flags, check-ups, and whether it is too early to judge."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from suivi.core.clocks.anchors import DayNumber, Timeline
from suivi.core.clocks.check_ups import CheckUpAhead, Left, OnSiteToday, check_ups_ahead, on_site_on
from suivi.core.clocks.cycles import SeriesToday
from suivi.core.clocks.measured import Reading
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.signs import (
    MOST_URGENT_FIRST,
    FlagToday,
    PhaseToday,
    SignToday,
    no_longer_normal_on,
    normal_signs_on,
    phases_on,
    red_flags_on,
)
from suivi.core.clocks.stabilisation import Individual, StabilisationToday, for_variant, stabilisation_on
from suivi.core.specialties.model import Procedure


class _Reasoned(Protocol):
    @property
    def reason(self) -> Reason: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingAnchor:
    """A date nobody gave, or gave as unknown, and the entries that could not be counted without it."""

    anchor: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Where one treatment stands on `on`. `days` has one number for each anchor with a date, day 0 first."""

    procedure_id: str
    specialty: str
    on: date
    days: tuple[DayNumber, ...]
    phases: tuple[PhaseToday, ...]
    stabilisation: StabilisationToday
    prosthetic: StabilisationToday | None
    normal_signs: tuple[SignToday, ...]
    no_longer_normal: tuple[SignToday, ...]
    red_flags: tuple[FlagToday, ...]
    check_ups: tuple[CheckUpAhead, ...]
    on_site: OnSiteToday | None
    missing_anchors: tuple[MissingAnchor, ...]
    doubts: tuple[Reason, ...]
    """What on record contradicts itself. Nothing is refused for it."""
    ask_now: Reason | None = None
    """Why to ask for a re-evaluation already, where the last day to ask comes before the first to judge."""

    @property
    def too_early(self) -> bool | None:
        """Of the main result; the prosthetic one answers for itself. None when the dates allow no answer."""
        return self.stabilisation.too_early

    @property
    def next_check_ups(self) -> tuple[CheckUpAhead, ...]:
        """Those open today, else those that open first."""
        open_today = tuple(due for due in self.check_ups if due.open_today)
        return open_today or tuple(
            due for due in self.check_ups if due.window.earliest == self.check_ups[0].window.earliest
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """One for every figure used, in the order of the answer."""
        judged = (*self.stabilisation.reasons, *(self.prosthetic.reasons if self.prosthetic else ()))
        signs = (*self.normal_signs, *self.no_longer_normal)
        dated: tuple[_Reasoned, ...] = (*self.phases, *signs, *self.red_flags, *self.check_ups)
        stay = (self.on_site.reason,) if self.on_site else ()
        asked = (self.ask_now,) if self.ask_now else ()
        return (*judged, *asked, *(part.reason for part in dated), *stay, *self.doubts)


def recovery(
    procedure: Procedure,
    anchors: Mapping[str, PartialDate],
    on: date,
    cycle: int | None = None,
    *,
    individual_date: date | None = None,
    told_before: date | None = None,
    variant: str | None = None,
    series: SeriesToday | None = None,
    readings: Iterable[Reading] = (),
    departures: Iterable[Left] = (),
) -> Recovery:
    """`series`, or else `cycle`, is how far a result counted in cycles has come.

    `individual_date` is the practitioner's own and `told_before` the one before it; `readings` are the values of the
    measurement that the result is to be stable in.
    """
    rule = for_variant(procedure.stabilisation, variant)
    timeline = Timeline(day0=procedure.anchors.day0, anchors=anchors, on=on)
    second = procedure.prosthetic
    own = Individual(judged_from=individual_date, before=told_before) if individual_date else None
    return Recovery(
        procedure_id=procedure.id,
        specialty=procedure.specialty,
        on=on,
        days=tuple(_days(procedure, timeline)),
        phases=phases_on(procedure, timeline),
        stabilisation=stabilisation_on(rule, timeline, cycle=cycle, individual=own, series=series, readings=readings),
        prosthetic=stabilisation_on(second, timeline, cycle=cycle, series=series) if second else None,
        normal_signs=normal_signs_on(procedure, timeline),
        no_longer_normal=no_longer_normal_on(procedure, timeline),
        red_flags=red_flags_on(procedure, timeline),
        check_ups=check_ups_ahead(procedure, timeline),
        on_site=on_site_on(procedure, timeline, departures),
        missing_anchors=tuple(_missing(procedure, timeline)),
        doubts=(*_out_of_order(procedure, anchors), *(series.doubts if series else ())),
    )


def with_flags_of(answer: Recovery, others: Iterable[Recovery]) -> Recovery:
    """The answer, hiding no red flag that another site or an earlier cycle of the same treatment has today (R-045)."""
    shown = {flag.id for flag in answer.red_flags}
    hidden = {flag.id: flag for other in others for flag in other.red_flags if flag.id not in shown}
    flags = sorted((*answer.red_flags, *hidden.values()), key=lambda flag: MOST_URGENT_FIRST.index(flag.urgency))
    return replace(answer, red_flags=tuple(flags))


def _out_of_order(procedure: Procedure, anchors: Mapping[str, PartialDate]) -> Iterator[Reason]:
    """Stages of staged work whose dates cannot all be right."""
    stages = [stage for stage in procedure.raw.get("staged", {}).get("stages", ()) if stage in anchors]
    for number, later in enumerate(stages):
        for earlier in stages[:number]:
            first, second = anchors[earlier], anchors[later]
            if first.earliest and second.latest and second.latest < first.earliest:
                facts = {"first": earlier, "first_on": str(first), "second": later, "second_on": str(second)}
                yield Reason(rule="anchor_order@1", text_key="anchors.out_of_order", facts=facts)


def _days(procedure: Procedure, timeline: Timeline) -> Iterator[DayNumber]:
    for name in dict.fromkeys((*procedure.anchors.all(), *timeline.anchors)):
        day = timeline.day_number(name)
        if day is not None:
            yield day


def _missing(procedure: Procedure, timeline: Timeline) -> Iterator[MissingAnchor]:
    waiting: dict[str, list[str]] = {}
    for entry, anchor in _entries(procedure):
        start = timeline.start(anchor)
        if start.dates is None:
            waiting.setdefault(start.anchor, []).append(entry)
    for anchor, entries in waiting.items():
        yield MissingAnchor(anchor=anchor, entries=tuple(entries))


def _entries(procedure: Procedure) -> Iterator[tuple[str, str | None]]:
    """Every entry that counts days, as `kind:id`, with the anchor it counts from."""
    if procedure.stabilisation.unit == "day":
        yield "stabilisation", procedure.stabilisation.anchor
    if procedure.prosthetic and procedure.prosthetic.unit == "day":
        yield "prosthetic", procedure.prosthetic.anchor
    yield from ((f"phase:{phase.id}", phase.anchor) for phase in procedure.phases)
    yield from ((f"normal_sign:{sign.id}", sign.anchor) for sign in procedure.normal_signs)
    yield from ((f"red_flag:{flag.id}", flag.anchor) for flag in procedure.red_flags)
    yield from ((f"check_up:{check_up.day}", check_up.anchor) for check_up in procedure.check_ups)
    if procedure.on_site:
        yield "on_site", procedure.on_site.anchor

"""What is on record of a treatment, as the facts of a case, and the hints of each of its sites.

A date known only in part leaves several days open: each that could matter is assessed, and the answers are put
together so that nothing urgent is lost and nothing reassures by chance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any

from suivi.core.check_ups.rules import check_ups_on_file
from suivi.core.clocks.anchors import DayNumber, start_of
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.stabilisation import StabilisationToday
from suivi.core.evidence.models import EvidenceKind
from suivi.core.hints.assessment import REASSURING, Offers, assess, no_offers
from suivi.core.hints.days import settled_as, settling
from suivi.core.hints.evidence import Filed
from suivi.core.hints.model import Assessment, HintReason, Rank, RankedHint, most_urgent, ranked
from suivi.core.hints.signs import NO_LONGER_NORMAL, at_its_most_urgent
from suivi.core.measurements.models import Purpose
from suivi.core.measurements.rules import measured_at
from suivi.core.specialties.hints import CaseFacts, Documentation
from suivi.core.specialties.model import DayRange, Procedure, Specialty
from suivi.core.treatments import recoveries

MOST_COMBINATIONS = 64
"""Of days that dates known in part leave open; beyond it, only the ends of each are taken together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """`treatment` is what its recovery rests on; rows are in the order they were recorded.

    `evidence` are kinds and views of what was kept: that it is there, never what it shows.
    """

    treatment: recoveries.OnRecord
    specialty: Specialty
    measurements: Sequence[Any] = ()
    check_ups: Sequence[Any] = ()
    evidence: Sequence[Filed] = ()

    @property
    def procedure(self) -> Procedure:
        return self.treatment.procedure

    @property
    def sites(self) -> Sequence[str]:
        sites: Sequence[str] = self.treatment.treatment.sites
        return sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the asker adds to the record: signs there are today, an opinion of the result, answers to conditions."""

    signs: tuple[str, ...] = ()
    described: bool = False
    patient_dissatisfied: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def noticed(report: Any) -> tuple[date, date]:
    """The days on which what was reported may have been noticed: none lies after the report."""
    on, reported = PartialDate.parse(report.noticed_on), report.reported_at.date()
    return min(on.earliest or reported, reported), min(on.latest or reported, reported)


def told_in(report: Any) -> Told:
    return Told(signs=tuple(report.signs), described=bool(report.words.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _SiteOn:
    """One site on one day, whichever of several days since the treatment that may be: what all of them share.

    `results` are the main one and the prosthetic one; rows are those there were by then.
    """

    record: OnRecord
    told: Told
    site: str | None
    on: date
    dates: Mapping[str, PartialDate]
    results: tuple[StabilisationToday, StabilisationToday | None]
    measurements: Sequence[Any]
    check_ups: Sequence[Any]

    @classmethod
    def of(cls, record: OnRecord, told: Told, site: str | None, on: date) -> "_SiteOn":
        dates = recoveries.timeline_on(record.treatment, on, site=site).anchors
        return cls(
            record=record,
            told=told,
            site=site,
            on=on,
            dates=dates,
            results=recoveries.stabilisation_at(record.treatment, on, site=site),
            measurements=_measured_by(record, dates, on),
            check_ups=[row for row in record.check_ups if _by(row.held_on, on)],
        )


def assess_record(
    record: OnRecord, told: Told, *, on: date, site: str | None = None, offers: Offers = no_offers
) -> tuple[Assessment, ...]:
    """One a site; one for the whole treatment where it has none. With `site`, that one alone."""
    sites: Sequence[str | None] = [site] if site is not None else record.sites or [None]
    return tuple(_assess_site(_SiteOn.of(record, told, each, on), offers) for each in sites)


def assess_report(record: OnRecord, report: Any, *, offers: Offers = no_offers) -> tuple[Assessment, ...]:
    """As `assess_record`, of what was reported, for a day that may be any of those on which it was noticed."""
    told, (first, last) = told_in(report), noticed(report)
    early = assess_record(record, told, on=first, offers=offers)
    if first == last:
        return early
    late = assess_record(record, told, on=last, offers=offers)
    return tuple(_together(answers) for answers in zip(early, late, strict=True))


def facts_on(record: OnRecord, told: Told, *, on: date, site: str | None = None) -> tuple[CaseFacts, ...]:
    """The facts for each day that today may be, of every anchor; none where the date of the treatment is unknown."""
    return _possible(_SiteOn.of(record, told, site, on))


def _assess_site(here: _SiteOn, offers: Offers) -> Assessment:
    possible = _possible(here)
    if not possible:
        return _undated(here)
    record, (main, second) = here.record, here.results
    answers = []
    for facts in possible:
        settled = settled_as(settling(record.procedure, facts), main, second, record.procedure.stabilisation)
        answers.append(assess(record.procedure, record.specialty, facts, offers, settled=settled))
    return answers[0] if len(answers) == 1 else _together(answers)


def _possible(here: _SiteOn) -> tuple[CaseFacts, ...]:
    return tuple(_facts(here, day, since) for day, since in _days(here))


def _days(here: _SiteOn) -> Iterator[tuple[int, Mapping[str, int]]]:
    """Days since day 0 and since other anchors, in every combination that dates known in part leave open."""
    procedure, told = here.record.procedure, here.told
    today = start_of(procedure.anchors.day0, here.dates).day_number(here.on)
    if today is None:
        return
    others = [(name, start_of(name, here.dates).day_number(here.on)) for name in procedure.anchors.other]
    # What is still ahead on that day had not happened yet.
    begun = [(name, number) for name, number in others if number is not None and number.latest >= 0]
    open_days = [_open(procedure, told, None, today), *(_open(procedure, told, name, number) for name, number in begun)]
    if prod(map(len, open_days)) > MOST_COMBINATIONS:
        open_days = [list(dict.fromkeys((days[0], days[-1]))) for days in open_days]
    for day, *since in product(*open_days):
        counted = zip((name for name, _ in begun), since, strict=True)
        yield day, {name: number for name, number in counted if number >= 0}


def _open(procedure: Procedure, told: Told, anchor: str | None, number: DayNumber) -> list[int]:
    """Both ends of what the day may be, and between them those on which something reported changes its meaning."""
    if number.earliest == number.latest:
        return [number.earliest]
    own = (anchor, procedure.anchors.day0) if anchor is None else (anchor,)
    entries: list[tuple[str | None, DayRange]] = []
    entries += ((flag.anchor, flag.days) for flag in procedure.red_flags if flag.id in told.signs)
    entries += ((sign.anchor, sign.days) for sign in procedure.normal_signs if sign.id in told.signs)
    entries += ((threshold.anchor, (threshold.from_day, None)) for threshold in procedure.outcomes)
    turns = {day for named, days in entries if named in own for day in days if day is not None}
    between = {day for day in turns if number.earliest < day < number.latest}
    return sorted({number.earliest, number.latest, *between})


def _facts(here: _SiteOn, day: int, since: Mapping[str, int]) -> CaseFacts:
    record, told, cycle = here.record, here.told, here.results[0].cycle
    return CaseFacts(
        procedure=record.procedure.id,
        day=day,
        variant=record.treatment.treatment.variant,
        cycle=None if cycle is None else max(1, cycle),
        anchor_days=since,
        site=here.site,
        signs=told.signs,
        described=told.described,
        measurements=measured_at(here.measurements, here.site, since=here.on - timedelta(days=day)),
        patient_dissatisfied=told.patient_dissatisfied,
        facts=told.facts,
        documentation=_documentation(here, day, since),
    )


def _measured_by(record: OnRecord, dates: Mapping[str, PartialDate], on: date) -> list[Any]:
    """What had been measured by then, and of what belongs to one cycle, only what was measured in this one."""
    begun = min((day.earliest for day in dates.values() if day.earliest), default=None)
    return [row for row in record.measurements if _by(row.measured_on, on) and not _earlier_cycle(record, row, begun)]


def _earlier_cycle(record: OnRecord, row: Any, begun: date | None) -> bool:
    known = record.specialty.measurements.get(row.key)
    taken = PartialDate.parse(row.measured_on).latest
    if known is None or known.per != "cycle" or begun is None or taken is None:
        return False
    return row.purpose == Purpose.FOLLOW_UP and taken < begun


def _by(day: str, on: date) -> bool:
    return (PartialDate.parse(day).earliest or on) <= on


def _documentation(here: _SiteOn, day: int, since: Mapping[str, int]) -> Documentation:
    record, site = here.record, here.site
    kinds = {kind for kind, _ in record.evidence}
    return Documentation(
        before_photos=EvidenceKind.PHOTO_BEFORE in kinds,
        follow_up_photos=EvidenceKind.PHOTO_AFTER in kinds,
        check_ups=check_ups_on_file(
            record.procedure, here.check_ups, day, anchor_days=since, site=site, dates=here.dates
        ),
        examined=any(site is None or row.site in (None, site) for row in here.check_ups),
        documents=frozenset(view for kind, view in record.evidence if kind is EvidenceKind.DOCUMENT and view),
    )


def _together(answers: Sequence[Assessment]) -> Assessment:
    """Every hint once. Where the days disagree, no class is put forward but the one a red flag may point to."""
    found = (hint for answer in answers for hint in answer.hints)
    hints = {(hint.rank, hint.rule, hint.suggests, _about(hint)): hint for hint in found}
    classes = {answer.top_class for answer in answers}
    doubt = () if len(classes) == 1 else (_doubt("day.in_part"),)
    flagged = any(hint.rank is Rank.RED_FLAG for hint in hints.values())
    quiet = not doubt and not flagged
    shown = [hint for hint in hints.values() if quiet or hint.suggests not in REASSURING]
    return replace(
        answers[0],
        top_class="medical_complication" if flagged else answers[0].top_class if not doubt else None,
        highest_urgency=most_urgent(answer.highest_urgency for answer in answers),
        asks_for_review=bool(doubt) or any(answer.asks_for_review for answer in answers),
        missing=tuple(dict.fromkeys(name for answer in answers for name in answer.missing)),
        hints=ranked([*shown, *doubt]),
        phases=tuple(dict.fromkeys(name for answer in answers for name in answer.phases)),
    )


def _about(hint: RankedHint) -> tuple[str, str]:
    """What it is about, whatever the day."""
    first = hint.reasons[0]
    return first.text_key, str(first.facts.get("sign") or first.facts.get("measure"))


def _undated(here: _SiteOn) -> Assessment:
    """Without the date of the treatment no figure counts, and a sign may be at its most urgent."""
    procedure = here.record.procedure
    known = dict.fromkeys(sign for sign in here.told.signs if sign in procedure.sign_ids())
    hints = [_any_day(procedure, sign) for sign in known]
    return Assessment(
        site=here.site,
        top_class="medical_complication" if any(hint.rank is Rank.RED_FLAG for hint in hints) else None,
        highest_urgency=most_urgent(hint.urgency for hint in hints),
        asks_for_review=True,
        missing=(f"anchor:{procedure.anchors.day0}",),
        hints=ranked([*hints, _doubt("day.unknown")]),
        phases=(),
    )


def _any_day(procedure: Procedure, sign: str) -> RankedHint:
    flags = [flag for flag in procedure.red_flags if flag.id == sign]
    if flags:
        urgency = most_urgent(at_its_most_urgent(flag) for flag in flags)
        known = HintReason.of("flag.any_day", flags[0], sign=flags[0].symptom)
        return RankedHint.of(Rank.RED_FLAG, "c1", "medical_complication", "strong", known, urgency=urgency)
    [normal, *_] = [normal for normal in procedure.normal_signs if normal.id == sign]
    urgency = most_urgent(step.urgency for step in normal.escalates) or NO_LONGER_NORMAL
    known = HintReason.of("sign.undated", normal, sign=normal.sign)
    return RankedHint.for_a_person(Rank.REVIEW, "sign", known, urgency=urgency)


def _doubt(key: str) -> RankedHint:
    return RankedHint.for_a_person(Rank.REVIEW, "day", HintReason.of(key))

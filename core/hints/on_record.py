"""What is on record of a treatment, as the facts of a case, and the hints of each of its sites.

A date known only in part leaves several days open: each that could matter is assessed, and the answers are put
together so that nothing urgent is lost and nothing reassures by chance.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from suivi.core.check_ups.rules import check_ups_on_file
from suivi.core.clocks.anchors import DayNumber, start_of
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.evidence.models import EvidenceKind
from suivi.core.hints.assessment import assess
from suivi.core.hints.evidence import Filed
from suivi.core.hints.model import Assessment, HintReason, Rank, RankedHint, most_urgent, ranked
from suivi.core.measurements.rules import measured_at
from suivi.core.specialties.hints import CaseFacts, Documentation, Hint
from suivi.core.specialties.model import Procedure, Specialty
from suivi.core.treatments import recoveries

Offers = Callable[[CaseFacts], Iterable[tuple[str, Hint]]]
"""The hints of plugins for these facts; none where their code is not of the version that is pinned."""


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

    def cycle(self, on: date) -> int | None:
        """The number reached in the whole series."""
        course = self.treatment.course
        return course.on(on).reached if course is not None and course.rule.unit == "cycle" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the asker adds to the record: signs there are today, an opinion of the result, answers to conditions."""

    signs: tuple[str, ...] = ()
    described: bool = False
    patient_dissatisfied: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def no_offers(facts: CaseFacts) -> Iterable[tuple[str, Hint]]:
    return ()


def assess_record(
    record: OnRecord, told: Told, *, on: date, site: str | None = None, offers: Offers = no_offers
) -> tuple[Assessment, ...]:
    """One a site; one for the whole treatment where it has none. With `site`, that one alone."""
    sites: Sequence[str | None] = [site] if site is not None else record.sites or [None]
    return tuple(_assess_site(record, told, each, on, offers) for each in sites)


def facts_on(record: OnRecord, told: Told, *, on: date, site: str | None = None) -> tuple[CaseFacts, ...]:
    """The facts for each day that today may be; none where the date of the treatment is not known."""
    dates = recoveries.timeline_on(record.treatment, on, site=site).anchors
    today = start_of(record.procedure.anchors.day0, dates).day_number(on)
    if today is None:
        return ()
    return tuple(_facts(record, told, dates, site, today, day, on) for day in _days(record.procedure, told, today))


def _assess_site(record: OnRecord, told: Told, site: str | None, on: date, offers: Offers) -> Assessment:
    possible = facts_on(record, told, on=on, site=site)
    if not possible:
        return _undated(record, told, site)
    answers = [assess(record.procedure, record.specialty, facts, offers(facts)) for facts in possible]
    return answers[0] if len(answers) == 1 else _together(answers)


def _days(procedure: Procedure, told: Told, today: DayNumber) -> list[int]:
    """Both ends of what today may be, and between them the days on which something reported changes its meaning."""
    if today.earliest == today.latest:
        return [today.earliest]
    ranges = [flag.days for flag in procedure.red_flags if flag.id in told.signs]
    ranges += [sign.days for sign in procedure.normal_signs if sign.id in told.signs]
    turns = [day for days in ranges for day in days if day is not None]
    turns += [threshold.from_day for threshold in procedure.outcomes if threshold.from_day is not None]
    between = {day for day in turns if today.earliest < day < today.latest}
    return sorted({today.earliest, today.latest, *between})


def _facts(
    record: OnRecord,
    told: Told,
    dates: Mapping[str, PartialDate],
    site: str | None,
    today: DayNumber,
    day: int,
    on: date,
) -> CaseFacts:
    early = (day - today.earliest) * 2 <= today.latest - today.earliest
    since = dict(_anchor_days(record.procedure, dates, on, early=early))
    return CaseFacts(
        procedure=record.procedure.id,
        day=day,
        variant=record.treatment.treatment.variant,
        cycle=record.cycle(on),
        anchor_days=since,
        site=site,
        signs=told.signs,
        described=told.described,
        measurements=measured_at(_until(record.measurements, on), site),
        patient_dissatisfied=told.patient_dissatisfied,
        facts=told.facts,
        documentation=_documentation(record, site, day, since, on),
    )


def _anchor_days(
    procedure: Procedure, dates: Mapping[str, PartialDate], on: date, *, early: bool
) -> Iterator[tuple[str, int]]:
    for name in procedure.anchors.other:
        number = start_of(name, dates).day_number(on)
        if number is not None:
            yield name, number.earliest if early else number.latest


def _until(rows: Sequence[Any], on: date) -> list[Any]:
    """What had been measured by then: a question about an earlier day is answered by what was known of it."""
    return [row for row in rows if _by(row.measured_on, on)]


def _by(day: str, on: date) -> bool:
    return (PartialDate.parse(day).earliest or on) <= on


def _documentation(record: OnRecord, site: str | None, day: int, since: Mapping[str, int], on: date) -> Documentation:
    kinds = {kind for kind, _ in record.evidence}
    held = [row for row in record.check_ups if _by(row.held_on, on)]
    return Documentation(
        before_photos=EvidenceKind.PHOTO_BEFORE in kinds,
        follow_up_photos=EvidenceKind.PHOTO_AFTER in kinds,
        check_ups=check_ups_on_file(record.procedure, held, day, anchor_days=since, site=site),
        examined=any(site is None or row.site in (None, site) for row in held),
        documents=frozenset(view for kind, view in record.evidence if kind is EvidenceKind.DOCUMENT and view),
    )


def _together(answers: Sequence[Assessment]) -> Assessment:
    """Every hint once. Where the days disagree, no class is put forward, but that a red flag may point to one."""
    found = (hint for answer in answers for hint in answer.hints)
    hints = {(hint.rank, hint.rule, hint.suggests, _about(hint)): hint for hint in found}
    classes = {answer.top_class for answer in answers}
    agreed = answers[0].top_class if len(classes) == 1 else None
    doubt = () if len(classes) == 1 else (_doubt("day.in_part"),)
    flagged = any(hint.rank is Rank.RED_FLAG for hint in hints.values())
    return replace(
        answers[0],
        top_class="medical_complication" if flagged else agreed,
        highest_urgency=most_urgent(answer.highest_urgency for answer in answers),
        asks_for_review=bool(doubt) or any(answer.asks_for_review for answer in answers),
        missing=tuple(dict.fromkeys(name for answer in answers for name in answer.missing)),
        hints=ranked([*hints.values(), *doubt]),
        phases=tuple(dict.fromkeys(name for answer in answers for name in answer.phases)),
    )


def _about(hint: RankedHint) -> tuple[str, str]:
    """What it is about, whatever the day."""
    first = hint.reasons[0]
    return first.text_key, str(first.facts.get("sign") or first.facts.get("measure"))


def _undated(record: OnRecord, told: Told, site: str | None) -> Assessment:
    """Without the date of the treatment no sign is expected and no figure counts; a red flag counts all the same."""
    flags = [flag for flag in record.procedure.red_flags if flag.id in told.signs]
    hints = [
        RankedHint(
            rank=Rank.RED_FLAG,
            rule="c1",
            suggests="medical_complication",
            strength="strong",
            urgency=flag.urgency,
            reasons=(HintReason.of("flag.any_day", flag, sign=flag.symptom),),
        )
        for flag in {flag.id: flag for flag in flags}.values()
    ]
    return Assessment(
        site=site,
        top_class="medical_complication" if hints else None,
        highest_urgency=most_urgent(hint.urgency for hint in hints),
        asks_for_review=True,
        missing=(f"anchor:{record.procedure.anchors.day0}",),
        hints=ranked([*hints, _doubt("day.unknown")]),
        phases=(),
    )


def _doubt(key: str) -> RankedHint:
    return RankedHint(rank=Rank.REVIEW, rule="day", suggests=None, strength="weak", reasons=(HintReason.of(key),))

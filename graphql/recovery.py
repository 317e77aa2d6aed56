"""What is normal now, when a result may be judged, and how long the reference window is: answers with reasons."""

from datetime import date, datetime
from typing import Any

import strawberry

from suivi.core.clocks import windows
from suivi.core.clocks.anchors import DayNumber as CoreDayNumber
from suivi.core.clocks.check_ups import CheckUpAhead, OnSiteToday
from suivi.core.clocks.phases import Recovery as CoreRecovery
from suivi.core.clocks.signs import FlagToday, PhaseToday, SignToday
from suivi.core.clocks.stabilisation import StabilisationState, StabilisationToday
from suivi.core.clocks.windows import PeriodSource, WindowState
from suivi.core.specialties.common import common
from suivi.graphql.context import Info
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import DateSpan, PartialDateValue, Reason, localized, localized_or_none, no_diagnosis

StabilisationStateEnum = strawberry.enum(StabilisationState)
WindowStateEnum = strawberry.enum(WindowState)
PeriodSourceEnum = strawberry.enum(PeriodSource)


@strawberry.type(description="Days since an anchor, which is day 0; a span where the anchor is known in part.")
class DayNumber:
    anchor: str
    earliest: int
    latest: int

    @classmethod
    def of(cls, day: CoreDayNumber) -> "DayNumber":
        return cls(anchor=day.anchor, earliest=day.earliest, latest=day.latest)


@strawberry.type(description="Both ends included; null is open.")
class DayRange:
    first: int | None
    last: int | None

    @classmethod
    def of(cls, days: tuple[int | None, int | None]) -> "DayRange":
        return cls(first=days[0], last=days[1])


@strawberry.type
class Phase:
    key: str
    days: DayRange
    certain: bool = strawberry.field(description="False when a date known in part allows other phases too.")
    reason: Reason
    inner: strawberry.Private[PhaseToday]

    @classmethod
    def of(cls, phase: PhaseToday) -> "Phase":
        return cls(
            key=phase.id,
            days=DayRange.of(phase.days),
            certain=phase.certain,
            reason=Reason.of(phase.reason),
            inner=phase,
        )

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.text, info, locale)


@strawberry.type(description="A sign that is expected inside these days, and wants a clinician afterwards.")
class NormalSign:
    key: str
    days: DayRange
    peak_day: int | None
    certain: bool
    reason: Reason
    inner: strawberry.Private[SignToday]

    @classmethod
    def of(cls, sign: SignToday) -> "NormalSign":
        return cls(
            key=sign.id,
            days=DayRange.of(sign.days),
            peak_day=sign.peak_day,
            certain=sign.certain,
            reason=Reason.of(sign.reason),
            inner=sign,
        )

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.sign, info, locale)

    @strawberry.field
    def note(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.note, info, locale)


@strawberry.type(description="A sign that must not wait.")
class RedFlag:
    key: str
    urgency: str
    days: DayRange
    certain: bool
    reason: Reason
    inner: strawberry.Private[FlagToday]

    @classmethod
    def of(cls, flag: FlagToday) -> "RedFlag":
        return cls(
            key=flag.id,
            urgency=flag.urgency.upper(),
            days=DayRange.of(flag.days),
            certain=flag.certain,
            reason=Reason.of(flag.reason),
            inner=flag,
        )

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.symptom, info, locale)

    @strawberry.field
    def what_to_do(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(common().urgency[self.inner.urgency].what_to_do, info, locale)


@strawberry.type(description="How far a result has settled, and from when it may be judged.")
class Stabilisation:
    state: StabilisationStateEnum = strawberry.field(  # type: ignore[valid-type]
        description="SETTLING_TIME_OVER: the usual time has passed; it says nothing of how the result is. "
        "UNKNOWN: the dates allow no answer."
    )
    too_early: bool | None = strawberry.field(description="Null when the dates allow no answer.")
    anchor: str
    unit: str
    earliest: DateSpan | None = strawberry.field(description="Usual first date to judge this result.")
    typical: DateSpan | None = strawberry.field(description="Usual date to judge it.")
    latest: DateSpan | None = strawberry.field(description="Usual last date by which it has settled.")
    may_be_judged_from: DateSpan | None = strawberry.field(
        description="The date that counts: the practitioner's own for this patient, else `earliest`."
    )
    reasons: list[Reason]

    @classmethod
    def of(cls, today: StabilisationToday) -> "Stabilisation":
        return cls(
            state=today.state,
            too_early=today.too_early,
            anchor=today.anchor,
            unit=today.unit,
            earliest=DateSpan.of(today.earliest),
            typical=DateSpan.of(today.typical),
            latest=DateSpan.of(today.latest),
            may_be_judged_from=DateSpan.of(today.may_be_judged_from),
            reasons=[Reason.of(reason) for reason in today.reasons],
        )


@strawberry.type
class CheckUp:
    day: int
    anchor: str
    window: DateSpan
    where: str
    checks: list[str]
    photo_set: str | None
    only_if: str | None = strawberry.field(description="In words, for a clinician to judge.")
    open_today: bool
    reason: Reason

    @classmethod
    def of(cls, due: CheckUpAhead) -> "CheckUp":
        return cls(
            day=due.day,
            anchor=due.anchor,
            window=DateSpan(earliest=due.window.earliest.isoformat(), latest=due.window.latest.isoformat()),
            where=due.where.upper(),
            checks=list(due.checks),
            photo_set=due.photos,
            only_if=due.only_if,
            open_today=due.open_today,
            reason=Reason.of(due.reason),
        )


@strawberry.type(description="The usual shortest stay on site and earliest flight home; the practitioner decides.")
class OnSite:
    stay_until: DateSpan
    earliest_flight: DateSpan
    reason: Reason

    @classmethod
    def of(cls, stay: OnSiteToday) -> "OnSite":
        return cls(
            stay_until=DateSpan(
                earliest=stay.stay_until.earliest.isoformat(), latest=stay.stay_until.latest.isoformat()
            ),
            earliest_flight=DateSpan(
                earliest=stay.earliest_flight.earliest.isoformat(), latest=stay.earliest_flight.latest.isoformat()
            ),
            reason=Reason.of(stay.reason),
        )


@strawberry.type
class MissingAnchor:
    anchor: str
    entries: list[str] = strawberry.field(description="What could not be counted without it.")


@strawberry.type(description="Where one treatment stands on a day. It decides nothing and is no diagnosis.")
class Recovery:
    on: date
    days: list[DayNumber]
    phases: list[Phase]
    stabilisation: Stabilisation
    prosthetic: Stabilisation | None = strawberry.field(
        description="A second result on the same treatment, such as the crown on an implant."
    )
    normal_signs: list[NormalSign]
    no_longer_normal: list[NormalSign] = strawberry.field(
        description="Signs whose last normal day has passed: a clinician should look."
    )
    red_flags: list[RedFlag] = strawberry.field(description="What never waits, most urgent first.")
    next_check_ups: list[CheckUp]
    on_site: OnSite | None
    missing_anchors: list[MissingAnchor]
    rules: str = strawberry.field(description="Specialty and version the figures come from.")

    @strawberry.field
    def not_a_diagnosis(self, info: Info, locale: str | None = None) -> LocalizedText:
        return no_diagnosis(info, locale)

    @classmethod
    def of(cls, today: CoreRecovery, *, rules: str) -> "Recovery":
        return cls(
            on=today.on,
            days=[DayNumber.of(day) for day in today.days],
            phases=[Phase.of(phase) for phase in today.phases],
            stabilisation=Stabilisation.of(today.stabilisation),
            prosthetic=Stabilisation.of(today.prosthetic) if today.prosthetic else None,
            normal_signs=[NormalSign.of(sign) for sign in today.normal_signs],
            no_longer_normal=[NormalSign.of(sign) for sign in today.no_longer_normal],
            red_flags=[RedFlag.of(flag) for flag in today.red_flags],
            next_check_ups=[CheckUp.of(due) for due in today.next_check_ups],
            on_site=OnSite.of(today.on_site) if today.on_site else None,
            missing_anchors=[
                MissingAnchor(anchor=missing.anchor, entries=list(missing.entries)) for missing in today.missing_anchors
            ],
            rules=rules,
        )


@strawberry.type(description="Somebody's word on how long the window is.")
class PeriodOffered:
    source: PeriodSourceEnum  # type: ignore[valid-type]
    period: str = strawberry.field(description="ISO 8601.")
    version: str | None = strawberry.field(
        description="Number of the terms, or specialty and version; null for the default."
    )

    @classmethod
    def of(cls, candidate: windows.Candidate) -> "PeriodOffered":
        return cls(source=candidate.source, period=str(candidate.period), version=candidate.version)


@strawberry.type(description="Until when a re-evaluation may be asked for. The last day is included.")
class ReferenceWindow:
    state: WindowStateEnum  # type: ignore[valid-type]
    anchor: str
    anchored_on: PartialDateValue
    won: PeriodOffered
    lost: list[PeriodOffered]
    shorter_than_default: bool
    last_day_earliest: date | None
    last_day_latest: date | None
    closes_at: datetime | None = strawberry.field(description="The later of both places, in UTC.")
    closes_at_clinic: datetime | None
    closes_at_patient: datetime | None
    days_left: int | None = strawberry.field(
        description="Days after today to `lastDayLatest`; 0 on the last day and afterwards."
    )
    days_left_at_least: int | None = strawberry.field(description="The same, to `lastDayEarliest`.")
    rule: str
    reasons: list[Reason]

    @classmethod
    def of(cls, window: Any) -> "ReferenceWindow":
        return cls(
            state=window.state,
            anchor=window.anchor_name,
            anchored_on=PartialDateValue.of(window.anchor),
            won=PeriodOffered.of(window.won),
            lost=[PeriodOffered.of(candidate) for candidate in window.lost],
            shorter_than_default=window.shorter_than_default,
            last_day_earliest=window.last_day_earliest,
            last_day_latest=window.last_day_latest,
            closes_at=window.closes_at,
            closes_at_clinic=window.closes_at_clinic,
            closes_at_patient=window.closes_at_patient,
            days_left=window.days_left,
            days_left_at_least=window.days_left_at_least,
            rule=window.rule,
            reasons=[Reason.of(reason) for reason in window.reasons],
        )

"""What is normal now, when a result may be judged, and how long the reference window is: answers with reasons."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from suivi.core.clocks import windows
from suivi.core.clocks.anchors import DayNumber as CoreDayNumber
from suivi.core.clocks.check_ups import CheckUpAhead, OnSiteToday
from suivi.core.clocks.measured import Condition, MeasuredToday
from suivi.core.clocks.partial_dates import DateInterval
from suivi.core.clocks.phases import Recovery as CoreRecovery
from suivi.core.clocks.reasons import word
from suivi.core.clocks.signs import FlagToday, PhaseToday, SignToday
from suivi.core.clocks.stabilisation import StabilisationState, StabilisationToday
from suivi.core.clocks.windows import PeriodSource, WindowState
from suivi.core.specialties import model
from suivi.core.specialties.common import common
from suivi.core.treatments.models import DepartureDecision
from suivi.graphql.context import Info
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import DateSpan, PartialDateValue, Reason, localized, localized_or_none, no_diagnosis

if TYPE_CHECKING:
    from suivi.graphql.figures import Label, PhotoSet

LazyLabel = Annotated["Label", strawberry.lazy("suivi.graphql.figures")]
LazyPhotoSet = Annotated["PhotoSet", strawberry.lazy("suivi.graphql.figures")]
DepartureDecisionEnum = strawberry.enum(DepartureDecision, name="DepartureDecision")
ConditionEnum = strawberry.enum(Condition, name="Condition")
StabilisationStateEnum = strawberry.enum(StabilisationState)
WindowStateEnum = strawberry.enum(WindowState)
PeriodSourceEnum = strawberry.enum(PeriodSource)


def label_of(words: Mapping[str, model.Text], key: str, *, kind: str = "") -> "Label":
    """What a person reads for a key: the specialty's words, else our own, else the key in plain words."""
    from suivi.graphql.figures import Label

    own = word(kind, key) if key not in words else None
    return Label(key=key, words=own) if own else Label.of(words, key)


@strawberry.type(description="Days since an anchor, which is day 0; a span where the anchor is known in part.")
class DayNumber:
    anchor: str
    anchor_label: LazyLabel
    earliest: int
    latest: int

    @classmethod
    def of(cls, day: CoreDayNumber, labels: model.Labels) -> "DayNumber":
        label = label_of(labels.anchors, day.anchor, kind="anchor")
        return cls(anchor=day.anchor, anchor_label=label, earliest=day.earliest, latest=day.latest)


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


@strawberry.type(description="What must have been measured before a result may be judged.")
class MeasuredCondition:
    state: ConditionEnum = strawberry.field(  # type: ignore[valid-type]
        description="NOT_MET: the values differ too much. UNKNOWN: there are too few of them."
    )
    measurement: LazyLabel
    times: int = strawberry.field(description="How many values in a row.")
    apart_days: int = strawberry.field(description="Each at least so many days after the one before.")
    within: float = strawberry.field(description="All within so much of each other, in the measurement's unit.")
    met_on: DateSpan | None
    still_needed: int
    next_on: date | None = strawberry.field(description="The first day on which the next one counts; null: any day.")
    reason: Reason

    @classmethod
    def of(cls, today: MeasuredToday, specialty: model.Specialty) -> "MeasuredCondition":
        names = {key: measurement.name for key, measurement in specialty.measurements.items()}
        return cls(
            state=today.state,
            measurement=label_of(names, today.measure),
            times=today.times,
            apart_days=today.apart_days,
            within=today.within,
            met_on=DateSpan.of(today.met_on),
            still_needed=today.still_needed,
            next_on=today.next_on,
            reason=Reason.of(today.reason),
        )


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
        description="The date that counts: the practitioner's own for this patient, else `earliest`, or later where "
        "`measured` needs more time. Null where nobody can name it: dates or measurements are missing."
    )
    individual_date: date | None = strawberry.field(description="The practitioner's own; it stands beside `earliest`.")
    moved_later: bool = strawberry.field(description="The practitioner's own date is later than what was told before.")
    moved_from: date | None = strawberry.field(description="What had been told before it was moved later.")
    cycle: int | None = strawberry.field(description="How many cycles count so far, for results counted in cycles.")
    min_cycles: int | None = strawberry.field(description="Judged once the outcome of so many cycles is known.")
    typical_cycles: int | None
    max_cycles: int | None
    measured: MeasuredCondition | None = strawberry.field(description="What must have been measured besides.")
    reasons: list[Reason]

    @classmethod
    def of(cls, today: StabilisationToday, specialty: model.Specialty) -> "Stabilisation":
        least, typical, most = today.cycles or (None, None, None)
        return cls(
            state=today.state,
            too_early=today.too_early,
            anchor=today.anchor,
            unit=today.unit,
            earliest=DateSpan.of(today.earliest),
            typical=DateSpan.of(today.typical),
            latest=DateSpan.of(today.latest),
            may_be_judged_from=DateSpan.of(today.may_be_judged_from),
            individual_date=today.individual_date,
            moved_later=today.moved_from is not None,
            moved_from=today.moved_from,
            cycle=today.cycle,
            min_cycles=least,
            typical_cycles=typical,
            max_cycles=most,
            measured=MeasuredCondition.of(today.measured, specialty) if today.measured else None,
            reasons=[Reason.of(reason) for reason in today.reasons],
        )


@strawberry.type
class CheckUp:
    day: int
    anchor: str
    anchor_label: LazyLabel
    window: DateSpan
    where: str
    where_label: LazyLabel
    checks: list[str]
    check_labels: list[LazyLabel] = strawberry.field(description="`checks` in words, in the same order.")
    photo_set: str | None
    photos: LazyPhotoSet | None = strawberry.field(description="The photo session: its views, and how to take them.")
    only_if: str | None = strawberry.field(description="In words, for a clinician to judge.")
    open_today: bool
    reason: Reason

    @classmethod
    def of(cls, due: CheckUpAhead, specialty: model.Specialty) -> "CheckUp":
        from suivi.graphql.figures import PhotoSet

        labels = specialty.labels
        tasks = {check: text for check in due.checks if (text := specialty.check_label(check))}
        photos = specialty.photo_sets.get(due.photos or "")
        return cls(
            day=due.day,
            anchor=due.anchor,
            anchor_label=label_of(labels.anchors, due.anchor, kind="anchor"),
            window=_span(due.window),
            where=due.where.upper(),
            where_label=label_of({}, due.where, kind="where"),
            checks=list(due.checks),
            check_labels=[label_of(tasks, check) for check in due.checks],
            photo_set=due.photos,
            photos=PhotoSet.of(photos, labels) if photos else None,
            only_if=due.only_if,
            open_today=due.open_today,
            reason=Reason.of(due.reason),
        )


@strawberry.type(description="The usual shortest stay on site and earliest flight home; the practitioner decides.")
class OnSite:
    stay_until: DateSpan
    earliest_flight: DateSpan
    flight_range: DateSpan | None = strawberry.field(description="How far sources disagree about flying.")
    over: bool = strawberry.field(description="The stay is past, or the patient has left: no advice any more.")
    left_on: PartialDateValue | None = strawberry.field(description="As told last; `departures` has everything.")
    left_early: bool | None = strawberry.field(description="Null when nobody left or the dates allow no answer.")
    decision: DepartureDecisionEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Who decided the departure: leaving early on the clinic's advice is not leaving early alone."
    )
    disputed: bool = strawberry.field(description="The two sides tell the departure differently.")
    second_trip_days: DayRange | None = strawberry.field(description="How long a second journey usually takes.")
    note: str | None
    reason: Reason

    @classmethod
    def of(cls, stay: OnSiteToday) -> "OnSite":
        return cls(
            stay_until=_span(stay.stay_until),
            earliest_flight=_span(stay.earliest_flight),
            flight_range=DateSpan.of(stay.flight_range),
            over=stay.over,
            left_on=PartialDateValue.of(stay.left.on) if stay.left else None,
            left_early=stay.left_early,
            decision=DepartureDecision(stay.left.decision) if stay.left else None,
            disputed=stay.disputed,
            second_trip_days=DayRange.of(stay.second_trip_days) if stay.second_trip_days else None,
            note=stay.note,
            reason=Reason.of(stay.reason),
        )


def _span(dates: DateInterval) -> DateSpan:
    return DateSpan(earliest=str(dates.earliest), latest=str(dates.latest))


@strawberry.type
class MissingAnchor:
    anchor: str
    anchor_label: LazyLabel
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
    meanwhile: list[LazyLabel] = strawberry.field(description="What to do meanwhile.")
    ask_now: Reason | None = strawberry.field(
        description="Why a re-evaluation is to be asked for already, where the last day to ask comes before the "
        "first day to judge."
    )
    missing_anchors: list[MissingAnchor]
    doubts: list[Reason] = strawberry.field(description="Dates on record that contradict each other.")
    rules: str = strawberry.field(description="Specialty and version the figures come from.")

    @strawberry.field
    def not_a_diagnosis(self, info: Info, locale: str | None = None) -> LocalizedText:
        return no_diagnosis(info, locale)

    @classmethod
    def of(cls, today: CoreRecovery, procedure: model.Procedure, specialty: model.Specialty) -> "Recovery":
        labels = specialty.labels
        duties = {key: duty.text for key, duty in {**common().duties, **specialty.duties}.items()}
        return cls(
            on=today.on,
            days=[DayNumber.of(day, labels) for day in today.days],
            phases=[Phase.of(phase) for phase in today.phases],
            stabilisation=Stabilisation.of(today.stabilisation, specialty),
            prosthetic=Stabilisation.of(today.prosthetic, specialty) if today.prosthetic else None,
            normal_signs=[NormalSign.of(sign) for sign in today.normal_signs],
            no_longer_normal=[NormalSign.of(sign) for sign in today.no_longer_normal],
            red_flags=[RedFlag.of(flag) for flag in today.red_flags],
            next_check_ups=[CheckUp.of(due, specialty) for due in today.next_check_ups],
            on_site=OnSite.of(today.on_site) if today.on_site else None,
            meanwhile=[label_of(duties, duty) for duty in procedure.duties],
            ask_now=Reason.of(today.ask_now) if today.ask_now else None,
            missing_anchors=[
                MissingAnchor(
                    anchor=missing.anchor,
                    anchor_label=label_of(labels.anchors, missing.anchor, kind="anchor"),
                    entries=list(missing.entries),
                )
                for missing in today.missing_anchors
            ],
            doubts=[Reason.of(doubt) for doubt in today.doubts],
            rules=specialty.named,
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

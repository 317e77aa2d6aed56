"""The reference window: how long after a treatment a re-evaluation may be asked for, and what lodging a request keeps.

The last day is included. The window closes when that day has ended both at the clinic and where the patient is.
A date known only in part gives an interval of last days; doubt is a matter for a person, never an expiry.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import Period, add_days
from suivi.core.clocks.reasons import Reason
from suivi.core.clocks.zones import day_at, start_of_day, zone
from suivi.core.refusals import Refusal

RULE = "reference_window@1"
DEFAULT_PERIOD = Period(months=9)


class SuspensionBackwards(Refusal):
    """The suspension ends before it begins."""

    code = "SUSPENSION_BACKWARDS"
    remedy = "Give the first and the last day of the suspension in this order."


class WindowState(StrEnum):
    OPEN = "OPEN"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    EXPIRED = "EXPIRED"
    NOT_STARTED = "NOT_STARTED"


class PeriodSource(StrEnum):
    """Who says how long the window is; the first in this order wins, longer or shorter."""

    CONFIRMATION = "CONFIRMATION"
    CLINIC_TERMS = "CLINIC_TERMS"
    SPECIALTY = "SPECIALTY"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A period somebody offers. `version` names the document or plugin version that says so."""

    source: PeriodSource
    period: Period
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of one last day, at both places, each in its own time zone."""

    last_day: date
    at_clinic: datetime
    at_patient: datetime

    @classmethod
    def after(cls, last_day: date, *, clinic: ZoneInfo, patient: ZoneInfo) -> "Closing":
        next_day = last_day + timedelta(days=1)
        return cls(
            last_day=last_day,
            at_clinic=start_of_day(next_day, clinic).astimezone(clinic),
            at_patient=start_of_day(next_day, patient).astimezone(patient),
        )

    @property
    def at(self) -> datetime:
        """The later of the two, in UTC."""
        return max(self.at_clinic.astimezone(UTC), self.at_patient.astimezone(UTC))

    def has_passed(self, on: date | datetime) -> bool:
        return on.astimezone(UTC) >= self.at if isinstance(on, datetime) else on > self.last_day

    def days_left(self, on: date | datetime) -> int:
        """Days after today that still count: 0 on the last day and once it has passed."""
        patient_is_later = self.at_patient.astimezone(UTC) == self.at
        day = day_at((self.at_patient if patient_is_later else self.at_clinic).tzinfo, on)
        return max(0, (self.last_day - day).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceWindow:
    """The window as it stands on `on`. Last days, closings and days left are None while the anchor is unknown."""

    state: WindowState
    on: date | datetime
    anchor_name: str
    anchor: PartialDate
    won: Candidate
    lost: tuple[Candidate, ...]
    shorter_than_default: bool
    """It may be shorter than the default for this anchor: to be pointed out to the patient before treatment."""
    suspended_days: int
    clinic_zone: str
    patient_zone: str
    earliest_closing: Closing | None = field(repr=False)
    latest_closing: Closing | None = field(repr=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(_reasons(self))

    @property
    def rule(self) -> str:
        return RULE

    @property
    def last_day_earliest(self) -> date | None:
        return self.earliest_closing.last_day if self.earliest_closing else None

    @property
    def last_day_latest(self) -> date | None:
        return self.latest_closing.last_day if self.latest_closing else None

    @property
    def closes_at(self) -> datetime | None:
        """The first instant (UTC) that is no longer inside, taking every doubt in favour of the patient."""
        return self.latest_closing.at if self.latest_closing else None

    @property
    def closes_at_clinic(self) -> datetime | None:
        """When the last day ends at the clinic, on the clinic's wall clock."""
        return self.latest_closing.at_clinic if self.latest_closing else None

    @property
    def closes_at_patient(self) -> datetime | None:
        """When the last day ends where the patient is, on the patient's wall clock."""
        return self.latest_closing.at_patient if self.latest_closing else None

    @property
    def days_left(self) -> int | None:
        """0 on the last day and afterwards; counted to the latest last day."""
        return self.latest_closing.days_left(self.on) if self.latest_closing else None

    @property
    def days_left_at_least(self) -> int | None:
        """As `days_left`, counted to the earliest last day."""
        return self.earliest_closing.days_left(self.on) if self.earliest_closing else None


def reference_window(
    anchor: PartialDate,
    *,
    on: date | datetime,
    clinic_zone: str,
    patient_zone: str,
    candidates: Iterable[Candidate] = (),
    suspensions: Iterable[tuple[date, date]] = (),
    anchor_name: str = "procedure",
) -> ReferenceWindow:
    """The window on a day, or at an instant with its offset. Suspensions are the accepted ones, both days included.

    Raises `UnknownTimeZone`, `PeriodTooLong`, `SuspensionBackwards`. Of two candidates with one source the first wins.
    """
    if isinstance(on, datetime) and on.utcoffset() is None:
        raise ValueError("an instant needs its offset from UTC")
    clinic, patient = zone(clinic_zone, field="clinicZone"), zone(patient_zone, field="patientZone")
    won, *lost = by_precedence(candidates)
    suspended = suspended_days(suspensions)
    earliest, latest = (
        Closing.after(add_days(won.period.add_to(start), suspended), clinic=clinic, patient=patient) if start else None
        for start in (anchor.earliest, anchor.latest)
    )
    return ReferenceWindow(
        state=_state(anchor, earliest, latest, on=on, clinic=clinic),
        on=on,
        anchor_name=anchor_name,
        anchor=anchor,
        won=won,
        lost=tuple(lost),
        shorter_than_default=may_be_shorter(won.period, _default((won, *lost)).period, anchor.dates),
        suspended_days=suspended,
        clinic_zone=clinic_zone,
        patient_zone=patient_zone,
        earliest_closing=earliest,
        latest_closing=latest,
    )


def by_precedence(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Signed confirmation, then pinned terms, then specialty, then the default, which is always there."""
    offered = list(candidates)
    if not any(candidate.source is PeriodSource.DEFAULT for candidate in offered):
        offered.append(Candidate(source=PeriodSource.DEFAULT, period=DEFAULT_PERIOD))
    order = list(PeriodSource)
    return sorted(offered, key=lambda candidate: order.index(candidate.source))


def suspended_days(intervals: Iterable[tuple[date, date]]) -> int:
    """Days in the union of the intervals, both ends included: a day suspended twice counts once."""
    total = counted_to = 0
    for first, last in sorted(intervals):
        if last < first:
            raise SuspensionBackwards(field="suspensions")
        begins = max(first.toordinal(), counted_to + 1)
        total += max(0, last.toordinal() - begins + 1)
        counted_to = max(counted_to, last.toordinal())
    return total


def may_be_shorter(period: Period, other: Period, starts: DateInterval | None) -> bool:
    """Whether `period` ends first from any of the possible starts; with no start known, from any day at all."""
    months, days = period.total_months - other.total_months, period.total_days - other.total_days
    if months >= 0 and days >= 0:
        return False
    if months <= 0 and days <= 0:
        return True
    # Months against days depends on the months in question: 275 days are fewer than some nine months, not all.
    starts = starts or DateInterval(date(2023, 1, 1), date(2026, 12, 31))
    span = (starts.latest - starts.earliest).days
    candidates = (starts.earliest + timedelta(days=n) for n in range(span + 1))
    return any(period.add_to(start) < other.add_to(start) for start in candidates)


def _default(candidates: Iterable[Candidate]) -> Candidate:
    return next(candidate for candidate in candidates if candidate.source is PeriodSource.DEFAULT)


def _state(
    anchor: PartialDate, earliest: Closing | None, latest: Closing | None, *, on: date | datetime, clinic: ZoneInfo
) -> WindowState:
    if earliest is None or latest is None:
        return WindowState.NEEDS_REVIEW
    if anchor.is_after(day_at(clinic, on)):
        return WindowState.NOT_STARTED
    if not earliest.has_passed(on):
        return WindowState.OPEN
    return WindowState.EXPIRED if latest.has_passed(on) else WindowState.NEEDS_REVIEW


def _reasons(window: ReferenceWindow) -> Iterator[Reason]:
    yield _period_reason(window)
    if window.shorter_than_default:
        default = _default((window.won, *window.lost))
        yield _reason("window.shorter_than_default", period=str(window.won.period), default=str(default.period))
    if window.suspended_days:
        yield Reason(rule="suspension@1", text_key="window.suspended", facts={"days": window.suspended_days})
    if window.earliest_closing and window.latest_closing:
        yield from _closing_reasons(window, window.earliest_closing, window.latest_closing)
        yield _state_reason(window, window.earliest_closing, window.latest_closing)
    else:
        yield _reason("window.anchor_unknown", anchor_name=window.anchor_name)


def _state_reason(window: ReferenceWindow, earliest: Closing, latest: Closing) -> Reason:
    days = earliest.days_left(window.on)
    if window.state is not WindowState.OPEN:
        return _reason(f"window.{window.state.lower()}", days=days)
    if earliest.last_day != latest.last_day:
        return _reason("window.open_between", days=days)
    return _reason("window.open", days=days) if days else _reason("window.open_last_day", days=days)


def _period_reason(window: ReferenceWindow) -> Reason:
    facts: dict[str, str | int] = {
        "period": str(window.won.period),
        "anchor": str(window.anchor),
        "anchor_name": window.anchor_name,
    }
    if window.won.version is not None:
        facts["version"] = window.won.version
    return _reason(f"window.period_from_{window.won.source.lower()}", **facts)


def _closing_reasons(window: ReferenceWindow, earliest: Closing, latest: Closing) -> Iterator[Reason]:
    days = {"last_day_earliest": str(earliest.last_day), "last_day_latest": str(latest.last_day)}
    yield _reason("window.last_day" if earliest.last_day == latest.last_day else "window.last_day_between", **days)
    yield Reason(
        rule="closing_instant@1",
        text_key="window.closes",
        facts={
            "closes_at": latest.at.isoformat(),
            "closes_at_clinic": latest.at_clinic.isoformat(),
            "clinic_zone": window.clinic_zone,
            "closes_at_patient": latest.at_patient.isoformat(),
            "patient_zone": window.patient_zone,
        },
    )


def _reason(text_key: str, **facts: str | int) -> Reason:
    return Reason(rule=RULE, text_key=text_key, facts=facts)

"""A recovery at a glance: phases with their dates, check-ups planned and held, and the photos among them (R-044)."""

from datetime import date, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clocks.anchors import Timeline as CoreTimeline
from suivi.core.clocks.progress import (
    CheckUpDated,
    CheckUpProgress,
    Held,
    PhaseDated,
    PhotoTime,
    Progress,
    check_ups_dated,
    phases_around,
    phases_dated,
    photo_day,
)
from suivi.core.clocks.zones import zone
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.evidence.models import EvidenceKind, EvidenceState
from suivi.core.specialties import model
from suivi.graphql.context import Info
from suivi.graphql.recovery import DayRange, LazyLabel, label_of
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import DateSpan, PartialDateValue, localized

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
ProgressEnum = strawberry.enum(Progress, name="PhaseProgress")
CheckUpProgressEnum = strawberry.enum(CheckUpProgress, name="CheckUpProgress")
PhotoTimeEnum = strawberry.enum(PhotoTime, name="PhotoTime")

MOST_PHOTOS = 200


@strawberry.type(description="A phase with its dates, whether or not it is today's.")
class TimelinePhase:
    key: str
    days: DayRange
    anchor_label: LazyLabel
    progress: ProgressEnum  # type: ignore[valid-type]
    starts: DateSpan | None = strawberry.field(description="Null: open, or not known yet.")
    ends: DateSpan | None
    inner: strawberry.Private[PhaseDated]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.text, info, locale)

    @classmethod
    def of(cls, phase: PhaseDated, labels: model.Labels) -> "TimelinePhase":
        return cls(
            key=phase.id,
            days=DayRange.of(phase.days),
            anchor_label=label_of(labels.anchors, phase.anchor, kind="anchor"),
            progress=phase.progress,
            starts=DateSpan.of(phase.starts),
            ends=DateSpan.of(phase.ends),
            inner=phase,
        )


@strawberry.type(description="A check-up that was planned, or one held outside the plan, which has no day of its own.")
class TimelineCheckUp:
    progress: CheckUpProgressEnum = strawberry.field(  # type: ignore[valid-type]
        description="NOT_ON_RECORD: its time has passed and nothing is on record, which says nothing of why."
    )
    day: int | None
    anchor_label: LazyLabel | None
    planned: DateSpan | None
    window: DateSpan | None
    where_label: LazyLabel | None
    photo_set: str | None
    held_on: list[PartialDateValue]

    @classmethod
    def of(cls, dated: CheckUpDated, labels: model.Labels) -> "TimelineCheckUp":
        return cls(
            progress=dated.progress,
            day=dated.day,
            anchor_label=label_of(labels.anchors, dated.anchor, kind="anchor") if dated.anchor else None,
            planned=DateSpan.of(dated.planned),
            window=DateSpan.of(dated.window),
            where_label=label_of({}, dated.where, kind="where") if dated.where else None,
            photo_set=dated.photos,
            held_on=[PartialDateValue.of(control.on) for control in dated.held],
        )


@strawberry.type(description="A photo on the day that places it, beside the phases of that day.")
class TimelinePhoto:
    on: date
    by: PhotoTimeEnum = strawberry.field(  # type: ignore[valid-type]
        description="Which of its three times that is."
    )
    day: int | None = strawberry.field(description="Since the first anchor; null while its date is not exact.")
    before_treatment: bool = strawberry.field(description="Sent as a photo from before.")
    phases: list[str] = strawberry.field(description="Keys.")
    row: strawberry.Private[Any]

    @strawberry.field
    def evidence(self) -> LazyEvidence:
        from suivi.graphql.evidence import Evidence

        return Evidence.of(self.row)


@strawberry.type(description="A whole recovery. It says what usually comes when, and nothing of how anything looks.")
class Timeline:
    on: date
    phases: list[TimelinePhase]
    check_ups: list[TimelineCheckUp] = strawberry.field(description="By date, up to the next one that is ahead.")
    photos: list[TimelinePhoto] = strawberry.field(
        description="Those of this treatment that you may see, oldest first; the latest 200."
    )


async def timeline(
    info: Info, row: Any, procedure: model.Procedure, dated: CoreTimeline, held: tuple[Held, ...]
) -> Timeline:
    specialty = (await info.context.rules(row)).specialty_of(row)
    phases = phases_dated(procedure, dated)
    return Timeline(
        on=dated.on,
        phases=[TimelinePhase.of(phase, specialty.labels) for phase in phases],
        check_ups=[TimelineCheckUp.of(found, specialty.labels) for found in check_ups_dated(procedure, dated, held)],
        photos=await _photos(info, row, dated, phases),
    )


async def _photos(info: Info, row: Any, dated: CoreTimeline, phases: tuple[PhaseDated, ...]) -> list[TimelinePhoto]:
    clinic = await info.context.one(ClinicRow, row.clinic_id)
    place = zone(clinic.time_zone) if clinic else None
    found = await info.context.newest(EvidenceRow, "treatment_id", row.id, last=MOST_PHOTOS, state=EvidenceState.KEPT)
    photos = [photo for kept in found if (photo := _photo(kept, dated, phases, place))]
    return sorted(photos, key=lambda photo: photo.on)


def _photo(
    kept: Any, dated: CoreTimeline, phases: tuple[PhaseDated, ...], place: tzinfo | None
) -> TimelinePhoto | None:
    kind = EvidenceKind(kept.kind)
    taken = photo_day(kept.claimed_at, kept.embedded_at, kept.received_at, place)
    if kind is EvidenceKind.DOCUMENT or taken is None:
        return None
    on, by = taken
    number = dated.start(None).day_number(on)
    return TimelinePhoto(
        on=on,
        by=by,
        day=number.earliest if number and number.earliest == number.latest else None,
        before_treatment=kind is EvidenceKind.PHOTO_BEFORE,
        phases=list(phases_around(phases, on)),
        row=kept,
    )

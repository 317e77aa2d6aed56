"""The cover map of a treatment: three layers on one timeline, with what turns next and what nobody has stated."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from suivi.core.coverage import ahead, complication_cover, cover, cover_map, times
from suivi.core.coverage.disputes import Dispute
from suivi.core.coverage.picture import picture
from suivi.core.coverage.saying import Saying
from suivi.core.coverage.sentences import told
from suivi.core.devices.words import DeviceVocabulary, who_must_claim
from suivi.core.pins.rules import Rules
from suivi.graphql.check_ups import HeldCheckUp
from suivi.graphql.confirmations import Confirmation, load_confirmation
from suivi.graphql.context import Info
from suivi.graphql.cover_content import Clause, CoverComponent, CoverContent
from suivi.graphql.coverage import Terms
from suivi.graphql.devices import Device, DeviceWarranty, HolderEnum, WarrantyStepStanding
from suivi.graphql.differences import CoverLine, LineKindEnum
from suivi.graphql.figures import Label, WarrantyTemplate
from suivi.graphql.insurances import Insurance
from suivi.graphql.loading import Load
from suivi.graphql.noticed import Noticed
from suivi.graphql.obligors import Obligor
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import DateSpan, Reason, localized

if TYPE_CHECKING:
    from suivi.graphql.treatments import Treatment

LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]

LayerKindEnum = strawberry.enum(cover_map.LayerKind, name="CoverLayerKind")
CoverStateEnum = strawberry.enum(
    times.CoverState,
    description="COUNTED: in cycles, sessions or uses that nobody has counted here. "
    "NEEDS_REVIEW: it depends on dates that are not known exactly. "
    "NOT_HELD: it depended on an enrolment that nobody made in time.",
)
SaidEnum = strawberry.enum(cover.Said, name="CoverSaid", description="How a statement of the clinic came to count.")
WhyEnum = strawberry.enum(cover.Why, name="WhyLost", description="Why a line that was stated does not count.")
TurnKindEnum = strawberry.enum(ahead.TurnKind, name="CoverTurnKind")
GapKindEnum = strawberry.enum(ahead.GapKind, name="CoverGapKind")
ComplicationStateEnum = strawberry.enum(complication_cover.ComplicationState, name="ComplicationCoverState")


class Naming:
    """Names what the rules of a treatment name."""

    def __init__(self, rules: Rules, row: Any) -> None:
        self.specialty = rules.specialty_of(row)
        self.procedure = rules.procedure_of(row)
        self.words = DeviceVocabulary(specialty=self.specialty, procedure=self.procedure)

    def told(self, info: Info, locale: str | None) -> Saying:
        return Saying(self.specialty, self.procedure, locale or info.context.locale)


@strawberry.type(description="Something the clinic said that counts, or lost: its terms, or a signed confirmation.")
class CoverStatement:
    said: SaidEnum  # type: ignore[valid-type]
    on: date = strawberry.field(description="The day at the clinic; for pinned terms, when the treatment was agreed.")
    number: str = strawberry.field(description="Version of the terms, or number of the confirmation.")
    reason: Reason
    terms: Terms | None
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, statement: cover.Statement) -> "CoverStatement":
        confirmed = statement.said is cover.Said.CONFIRMED
        return cls(
            said=statement.said,
            on=statement.on,
            number=statement.number,
            reason=Reason.of(statement.reason),
            terms=None if confirmed else Terms.maybe(statement.row),
            row=statement.row if confirmed else None,
        )

    @strawberry.field(description="Null: terms.")
    def confirmation(self, info: Info) -> Load[Confirmation | None]:
        return load_confirmation(info, self.row.id if self.row is not None else None)


@strawberry.type(description="One stretch of cover, on a timeline with all the others.")
class CoverSegment:
    key: str
    component: CoverComponent | None = strawberry.field(description="Null: a policy that does not say what for.")
    sites: list[Label] = strawberry.field(description="Those it is about, where dates differ; empty: all of them.")
    state: CoverStateEnum  # type: ignore[valid-type]
    starts: DateSpan | None = strawberry.field(description="The first day covered; null: not known yet.")
    ends: DateSpan | None = strawberry.field(description="The first day that is not covered; null: none, or not known.")
    starts_with: Label | None = strawberry.field(description="The anchor that it starts at.")
    counted: int | None = strawberry.field(description="Cycles, sessions or uses so far, where it is counted so.")
    left: int | None
    reason: Reason
    source: CoverStatement | None = strawberry.field(description="Of the clinic: which statement gives it.")
    what: strawberry.Private[cover_map.Segment]
    saying: strawberry.Private[Naming]

    @strawberry.field(description="What is covered, in words.")
    def name(self, info: Info, locale: str | None = None) -> str:
        return self.saying.told(info, locale).segment(self.what)


@strawberry.type(description="What to do to keep cover.")
class CoverDuty:
    clause: Clause | None = strawberry.field(description="An obligation of a statement.")
    step: WarrantyStepStanding | None = strawberry.field(description="A step of a manufacturer's warranty.")
    due: DateSpan | None = strawberry.field(description="The last day to do it next, where there is one.")
    done: list[HeldCheckUp] = strawberry.field(
        description="Check-ups on record that count for it, the first recorded first."
    )
    layer: str = strawberry.field(description="Key of the layer it keeps.")
    what: strawberry.Private[ahead.Duty]
    saying: strawberry.Private[Naming]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.saying.told(info, locale).duty(self.what)


@strawberry.type(description="Something that starts, ends or falls due after the day the map is of.")
class CoverTurn:
    kind: TurnKindEnum  # type: ignore[valid-type]
    on: DateSpan
    layer: str = strawberry.field(description="Key of the layer.")
    segment: str | None = strawberry.field(description="Key of the segment; null: a duty.")
    what: strawberry.Private[ahead.Turn]
    saying: strawberry.Private[Naming]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.saying.told(info, locale).turn(self.what)


@strawberry.type(description="Something that no cover is stated for.")
class CoverGap:
    kind: GapKindEnum  # type: ignore[valid-type]
    about: str | None = strawberry.field(description="A kind of fee, a class of case, a component, or a device's id.")
    what: strawberry.Private[ahead.Gap]
    saying: strawberry.Private[Naming]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.saying.told(info, locale).gap(self.what)


@strawberry.type(
    description="A date that the patient's side and the clinic's side tell differently. Cover that depends on it is in "
    "doubt between the two, until they agree."
)
class CoverDispute:
    anchor: Label
    site: Label | None
    cycle: int | None
    between: DateSpan
    what: strawberry.Private[Dispute]
    saying: strawberry.Private[Naming]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.saying.told(info, locale).dispute(self.what)


@strawberry.type(description="A line that somebody stated and that does not count, or not any more.")
class LostLine:
    key: str
    kind: LineKindEnum  # type: ignore[valid-type]
    line: CoverLine
    source: CoverStatement
    why: WhyEnum  # type: ignore[valid-type]
    to: CoverStatement = strawberry.field(description="The statement that counts in its place.")
    reason: Reason


@strawberry.type(description="What one clinic, manufacturer or insurer states. None takes anything from another.")
class CoverLayer:
    key: str
    kind: LayerKindEnum  # type: ignore[valid-type]
    holder: str = strawberry.field(description="Name of the clinic, the manufacturer or the insurer.")
    segments: list[CoverSegment]
    content: CoverContent = strawberry.field(description="All that counts, with who pays each kind of fee.")
    claimant: HolderEnum = strawberry.field(description="Who may claim.")  # type: ignore[valid-type]
    beneficiary: HolderEnum = strawberry.field(description="Whom it is given to.")  # type: ignore[valid-type]
    how_to_claim: list[str] = strawberry.field(description="In the words of who states it, the latest first.")
    steps: list[WarrantyStepStanding]
    device: Device | None
    device_warranty: DeviceWarranty | None
    insurance: Insurance | None
    obligor: Obligor | None = strawberry.field(description="The clinic, also once it is gone.")

    @strawberry.field(description="Whom to turn to: where the patient may not claim, it says who must.")
    def who_must_claim(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(who_must_claim(self.claimant), info, locale)


@strawberry.type(description="Who covers a treatment on a day, and until when. It is no promise of a result.")
class CoverMap(Noticed):
    treatment: LazyTreatment
    as_of: date
    none_published: bool = strawberry.field(description="The clinic has stated no cover at all for this treatment.")
    layers: list[CoverLayer] = strawberry.field(description="The clinic first, then manufacturers, then insurers.")
    statements: list[CoverStatement] = strawberry.field(description="Of the clinic, in the order they count.")
    lost: list[LostLine] = strawberry.field(description="What the clinic stated and does not count, with the reason.")
    next: CoverTurn | None = strawberry.field(description="What starts, ends or falls due first.")
    turns: list[CoverTurn] = strawberry.field(description="The soonest first.")
    duties: list[CoverDuty] = strawberry.field(description="What to do to keep cover; what has a date first.")
    gaps: list[CoverGap]
    disputes: list[CoverDispute] = strawberry.field(description="Dates on which the two sides should agree.")
    usual: list[WarrantyTemplate] = strawberry.field(
        description="What is usual in the market for this procedure. Nobody has promised it."
    )
    found: strawberry.Private[cover_map.CoverMap]
    saying: strawberry.Private[Naming]

    @strawberry.field(description="The same as an SVG picture, which reads without colours and says itself in words.")
    def picture(self, info: Info, locale: str | None = None, width: int = 800) -> str:
        return picture(self.found, self.saying.told(info, locale), width=width, notice=self.notice(info, locale))


@strawberry.type(description="Whether complications of a treatment were covered on the day one was noticed.")
class ComplicationCover(Noticed):
    treatment: LazyTreatment
    as_of: date = strawberry.field(description="The last day it can have been noticed; today where that is unknown.")
    state: ComplicationStateEnum  # type: ignore[valid-type]
    segments: list[CoverSegment] = strawberry.field(description="Those that cover complications, or may.")
    answer: strawberry.Private[complication_cover.ComplicationCover]
    saying: strawberry.Private[Naming]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        saying = self.saying.told(info, locale)
        what = ", ".join(f"{layer.holder} ({saying.segment(one)})" for layer, one in self.answer.segments)
        key = {"COVERED": "covered", "NEEDS_REVIEW": "unclear"}.get(self.answer.state, self.answer.state.lower())
        return told(f"complication.{key}", {"what": what}, saying.locale)

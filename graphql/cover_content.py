"""What a statement of cover says, for terms, confirmations, manufacturers' warranties and insurances alike."""

from collections.abc import Iterable
from typing import Any

import strawberry

from suivi.core.classifications.models import CaseClass
from suivi.core.coverage import content as said
from suivi.core.coverage.models import Payer
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Text
from suivi.graphql.context import Info
from suivi.graphql.figures import Label
from suivi.graphql.money import Money, MoneyInput
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import CaseClassEnum, localized

PayerEnum = strawberry.enum(Payer, name="Payer")
LimitUnitEnum = strawberry.enum(said.LimitUnit, name="LimitUnit")
LifetimeOfEnum = strawberry.enum(
    said.LifetimeOf, name="LifetimeOf", description="Whose lifetime a lifetime is: it ends with theirs."
)
ClauseKindEnum = strawberry.enum(said.ClauseKind, name="ClauseKind")


@strawberry.type(description="For how long, or how often, something is covered.")
class CoverLimit:
    unit: LimitUnitEnum  # type: ignore[valid-type]
    count: int | None = strawberry.field(description="Null for a lifetime.")
    lifetime_of: LifetimeOfEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Whose, where it is a lifetime."
    )
    starts: Label = strawberry.field(description="The anchor it starts at. The last day is not covered any more.")
    months: int | None = strawberry.field(description="The same in months, for limits in years or months.")
    days: int | None = strawberry.field(description="The same in days, for limits in weeks or days.")

    @classmethod
    def maybe(cls, limit: said.Limit | None, words: Vocabulary) -> "CoverLimit | None":
        if limit is None:
            return None
        return cls(
            unit=limit.unit,
            count=limit.count,
            lifetime_of=limit.lifetime_of,
            starts=_label(limit.starts, words.anchor(limit.starts)),
            months=limit.months,
            days=limit.days,
        )


@strawberry.type(description="Who pays one kind of fee. What nobody stated reads NOT_STATED, never covered.")
class FeeLine:
    kind: str
    payer: PayerEnum  # type: ignore[valid-type]
    component: str | None = strawberry.field(description="Key of the component it is about; null: all of them.")
    share: int | None = strawberry.field(description="Percent that the patient does not pay, where it is SHARED.")
    cap: Money | None = strawberry.field(description="The most that is paid for the patient; null: not stated.")
    note: str | None

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return fee_name(self.kind, info, locale)

    @classmethod
    def of(cls, line: said.FeeLine) -> "FeeLine":
        return cls(
            kind=line.kind,
            payer=line.payer,
            component=line.component,
            share=line.share,
            cap=Money.maybe(line.cap),
            note=line.note,
        )


@strawberry.type(description="One thing that is covered, for a time of its own.")
class CoverComponent:
    key: str = strawberry.field(description="Its own within these terms; fee lines and clauses name it.")
    name: str | None = strawberry.field(description="In the words of who says it.")
    object: Label
    covers: list[Label] = strawberry.field(description="Events covered; empty: not stated.")
    classes: list[CaseClassEnum] = strawberry.field(  # type: ignore[valid-type]
        description="Classes of a case that it answers for; empty: not stated."
    )
    remedy: list[Label]
    limit: CoverLimit | None = strawberry.field(description="Null: not stated.")
    all: strawberry.Private[said.Content]

    @strawberry.field(description="Every kind of fee for this component, in a fixed order.")
    def fees(self) -> list[FeeLine]:
        return [FeeLine.of(line) for line in self.all.fee_matrix(self.key)]

    @classmethod
    def of(cls, component: said.Component, everything: said.Content, words: Vocabulary) -> "CoverComponent":
        return cls(
            key=component.id,
            name=component.name,
            object=_label(component.object, words.object(component.object)),
            covers=[_label(event, words.event(event)) for event in component.covers],
            classes=[CaseClass(one) for one in component.classes],
            remedy=[_label(remedy, words.remedy(remedy)) for remedy in component.remedy],
            limit=CoverLimit.maybe(component.limit, words),
            all=everything,
        )


@strawberry.type(description="An exclusion, or what the patient has to do to keep the cover.")
class Clause:
    key: str = strawberry.field(description="Its own within these terms; refusals and checks name it.")
    kind: ClauseKindEnum  # type: ignore[valid-type]
    code: Label
    text: str = strawberry.field(description="In the words of who says it.")
    components: list[str] = strawberry.field(description="Ids it is about; empty: all of them.")

    @classmethod
    def of(cls, clause: said.Clause, words: Vocabulary) -> "Clause":
        return cls(
            key=clause.id,
            kind=clause.kind,
            code=_label(clause.code, words.clause(clause.kind, clause.code)),
            text=clause.text,
            components=list(clause.components),
        )


@strawberry.type(description="All that a statement of cover says. What it does not say is not stated, never covered.")
class CoverContent:
    how_to_claim: str | None
    content: strawberry.Private[said.Content]
    words: strawberry.Private[Vocabulary]

    @strawberry.field
    def components(self) -> list[CoverComponent]:
        return [CoverComponent.of(one, self.content, self.words) for one in self.content.components]

    @strawberry.field(
        description="Every kind of fee, in a fixed order. With the key of a component, as it is for that one."
    )
    def fees(self, component: str | None = None) -> list[FeeLine]:
        return [FeeLine.of(line) for line in self.content.fee_matrix(component)]

    @strawberry.field
    def clauses(self, kind: ClauseKindEnum | None = None) -> list[Clause]:  # type: ignore[valid-type]
        return [Clause.of(one, self.words) for one in self.content.clauses if kind in (None, one.kind)]

    @classmethod
    def of(cls, content: said.Content, words: Vocabulary) -> "CoverContent":
        return cls(how_to_claim=content.how_to_claim, content=content, words=words)


def vocabulary_of(info: Info, specialty: str | None, procedure: str | None = None) -> Vocabulary:
    """Codes and their labels, by the plugins loaded now."""
    registry = info.context.house.registry
    found = registry.procedure(procedure) if procedure else None
    by_id = specialty or (found.specialty if found else None)
    return Vocabulary(specialty=registry.specialty(by_id) if by_id else None, procedure=found)


def fee_name(kind: str, info: Info, locale: str | None) -> LocalizedText:
    known = common().fee_kinds.get(kind)
    return localized(known.text, info, locale) if known else LocalizedText(text=kind, locale="en")


def labels(codes: Iterable[str], words: Any) -> list[Label]:
    """`words` gives the text of a code, or None."""
    return [_label(code, words(code)) for code in codes]


def _label(code: str, text: Text | None) -> Label:
    return Label.of({} if text is None else {code: text}, code)


@strawberry.input
class CoverLimitInput:
    unit: LimitUnitEnum  # type: ignore[valid-type]
    starts: str = strawberry.field(
        description="An anchor of the procedure; `day0` is the first one of whatever procedure was done."
    )
    count: int | None = strawberry.field(default=None, description="1 to 1200; left out for a lifetime.")
    lifetime_of: LifetimeOfEnum | None = strawberry.field(  # type: ignore[valid-type]
        default=None, description="Needed for a lifetime, and only for one."
    )


@strawberry.input
class CoverComponentInput:
    key: str = strawberry.field(description="A key of your choice, such as `crown`; fee lines and clauses may name it.")
    object: str = strawberry.field(description="A code of the specialty, such as `crown`, or `other` with a name.")
    name: str | None = None
    covers: list[str] = strawberry.field(
        default_factory=list, description="Events: codes of the specialty, or plain words. Empty: not stated."
    )
    classes: list[CaseClassEnum] = strawberry.field(default_factory=list)  # type: ignore[valid-type]
    remedy: list[str] = strawberry.field(
        default_factory=list, description="Codes of the specialty or kinds of fees, or plain words."
    )
    limit: CoverLimitInput | None = strawberry.field(default=None, description="Left out, it reads as not stated.")


@strawberry.input
class FeeLineInput:
    kind: str
    payer: PayerEnum  # type: ignore[valid-type]
    component: str | None = strawberry.field(
        default=None, description="Key of the component it is about; left out: all that no line of their own mentions."
    )
    share: int | None = strawberry.field(
        default=None, description="Percent that the patient does not pay, 1 to 99, where the payer is SHARED."
    )
    cap: MoneyInput | None = strawberry.field(default=None, description="The most that is paid for the patient.")
    note: str | None = None


@strawberry.input
class ClauseInput:
    key: str = strawberry.field(description="A key of your choice, such as `no-grinding`.")
    kind: ClauseKindEnum  # type: ignore[valid-type]
    code: str = strawberry.field(description="A code of the specialty for this kind of clause, or `other`.")
    text: str
    components: list[str] = strawberry.field(
        default_factory=list, description="Keys of the components it is about; empty: all of them."
    )


@strawberry.input(description="What is covered, who pays what, and under which clauses. Silence reads as not stated.")
class CoverContentInput:
    components: list[CoverComponentInput] = strawberry.field(default_factory=list)
    fees: list[FeeLineInput] = strawberry.field(default_factory=list)
    clauses: list[ClauseInput] = strawberry.field(default_factory=list)
    how_to_claim: str | None = None

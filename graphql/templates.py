"""The template that terms or a draft of them started from, and where they leave what is usual."""

import strawberry

from suivi.core.coverage import templates
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContent, labels, vocabulary_of
from suivi.graphql.figures import Label

SideEnum = strawberry.enum(
    templates.Side, name="UsualSide", description="Where a limit stands against what is usual in the market."
)


@strawberry.type(description="One component against what is usual in the market, which is nobody's promise.")
class TermsDeparture:
    component: str | None = strawberry.field(
        description="Its key; null where nothing is said of the template's object."
    )
    object: Label
    side: SideEnum  # type: ignore[valid-type]
    unit: str | None
    least: int | None
    most: int | None
    or_more: bool
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, departure: templates.Departure, object: Label) -> "TermsDeparture":
        return cls(
            component=departure.component,
            object=object,
            side=departure.side,
            unit=departure.unit,
            least=departure.least,
            most=departure.most,
            or_more=departure.or_more,
            sources=list(departure.src),
            confidence=departure.conf,
        )


@strawberry.type(description="A template of a plugin: what is usual, never a clinic's promise.")
class TermsTemplate:
    specialty: str
    version: str = strawberry.field(description="Of the plugin, when it was taken.")
    key: str
    content: CoverContent = strawberry.field(description="As it was then.")
    departures: list[TermsDeparture]

    @classmethod
    def of(
        cls, info: Info, origin: templates.Origin, departures: tuple[templates.Departure, ...] | None = None
    ) -> "TermsTemplate":
        """With the departures told, or those that were kept."""
        words = vocabulary_of(info, origin.specialty)
        shown = origin.departures if departures is None else departures
        return cls(
            specialty=origin.specialty,
            version=origin.version,
            key=origin.key,
            content=CoverContent.of(origin.content, words),
            departures=[TermsDeparture.of(one, *labels([one.object], words.object)) for one in shown],
        )

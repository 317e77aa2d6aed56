"""Values that several types share."""

from typing import Any

import strawberry

from suivi.core.classifications.models import CaseClass
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.reasons import Reason as CoreReason
from suivi.core.specialties.model import Text
from suivi.graphql.context import Info
from suivi.graphql.results import LocalizedText

CaseClassEnum = strawberry.enum(CaseClass, name="CaseClass")

NO_DIAGNOSIS = Text(
    by_locale={
        "en": "This is information, not a diagnosis, and no all-clear: "
        "whatever worries you may be reported at any time.",
        "fr": "Ceci est une information, ni un diagnostic ni un feu vert : "
        "tout ce qui inquiète peut être signalé à tout moment.",
    }
)


def plain(value: Any) -> str | None:
    return None if value is None else str(value)


@strawberry.type(description="A date known to the day, month or year, or unknown, as the interval it may lie in.")
class PartialDateValue:
    text: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`.")
    earliest: str | None
    latest: str | None
    exact: bool

    @classmethod
    def of(cls, value: PartialDate) -> "PartialDateValue":
        return cls(
            text=str(value),
            earliest=plain(value.earliest),
            latest=plain(value.latest),
            exact=value.exact,
        )


@strawberry.type(description="Every day a date may be; one day when nothing is in doubt.")
class DateSpan:
    earliest: str
    latest: str

    @classmethod
    def of(cls, value: DateInterval | None) -> "DateSpan | None":
        return None if value is None else cls(earliest=str(value.earliest), latest=str(value.latest))


@strawberry.type
class Fact:
    name: str
    value: str


@strawberry.type(description="One step of an answer: the rule, the facts it used, and where its figures come from.")
class Reason:
    rule: str = strawberry.field(description="Rule and version, such as reference_window@1.")
    sources: list[str]
    confidence: str | None
    facts: list[Fact]
    inner: strawberry.Private[CoreReason]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.inner.sentence(locale or info.context.locale)

    @classmethod
    def of(cls, reason: CoreReason) -> "Reason":
        return cls(
            rule=reason.rule,
            sources=list(reason.src),
            confidence=reason.conf,
            facts=[Fact(name=name, value=str(value)) for name, value in reason.facts.items()],
            inner=reason,
        )


def localized(text: Text, info: Info, locale: str | None) -> LocalizedText:
    words, language = text.read(locale or info.context.locale)
    return LocalizedText(text=words, locale=language)


def localized_or_none(text: Text | None, info: Info, locale: str | None) -> LocalizedText | None:
    return None if text is None else localized(text, info, locale)


def no_diagnosis(info: Info, locale: str | None) -> LocalizedText:
    return localized(NO_DIAGNOSIS, info, locale)

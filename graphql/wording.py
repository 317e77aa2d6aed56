"""The outcome-promise linter, for whoever writes a text: it shows what promises, and decides nothing."""

from enum import Enum
from functools import partial
from typing import get_args

import strawberry

from suivi.core import inputs
from suivi.core.wording import model
from suivi.core.wording.alone import alone
from suivi.core.wording.explaining import explanation
from suivi.core.wording.rules import LONGEST_TEXT, require_readable, review
from suivi.graphql.context import Info
from suivi.graphql.limits.weights import CHARACTERS
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized


@strawberry.enum(description="What a sentence speaks of as certain.")
class WordingReason(Enum):
    RESULT = strawberry.enum_value("result_promised", description="That there will be a result, or success.")
    LOOKS = strawberry.enum_value("looks_promised", description="How somebody will look.")
    FUNCTION = strawberry.enum_value(
        "function_promised", description="What a body will be able to do, or that an illness will be gone."
    )
    PREGNANCY = strawberry.enum_value("pregnancy_promised", description="A pregnancy or a child.")
    HARMLESSNESS = strawberry.enum_value(
        "harmlessness_promised", description="That there will be no pain, scar, risk or complication."
    )
    CONTENTMENT = strawberry.enum_value("satisfaction_promised", description="That somebody will be content.")


assert {str(reason.value) for reason in WordingReason} == set(model.REASONS)  # noqa: S101


@strawberry.enum(description="Whether a sentence says that something is sure, or leaves it to be understood.")
class WordingKind(Enum):
    EXPLICIT = "explicit"
    IMPLIED = "implied"


assert {kind.value for kind in WordingKind} == set(get_args(model.Kind))  # noqa: S101


@strawberry.type(description="Half open, in Unicode code points of the text that was sent.")
class TextSpan:
    start: int
    end: int


@strawberry.type(description="A sentence that promises a result, and what to write instead.")
class WordingFinding:
    sentence: str
    spans: list[TextSpan]
    reason: WordingReason
    kind: WordingKind
    suggestion: str = strawberry.field(description="In the language of the text.")
    code: strawberry.Private[str]

    @strawberry.field(description="Why it is shown, in the reader's language.")
    def explanation(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(explanation(self.code), info, locale)

    @classmethod
    def of(cls, finding: model.Finding) -> "WordingFinding":
        return cls(
            sentence=finding.sentence,
            spans=[TextSpan(start=start, end=end) for start, end in finding.spans],
            reason=WordingReason(finding.reason),
            kind=WordingKind(finding.kind),
            suggestion=finding.suggestion,
            code=finding.reason,
        )


@strawberry.type(description="What the linter says about a text. Nothing found is no approval: a person reads it too.")
class WordingReview:
    checked: bool = strawberry.field(description="False where there are no words for the language: nothing was read.")
    findings: list[WordingFinding]

    @classmethod
    def of(cls, found: model.WordingReview) -> "WordingReview":
        return cls(checked=found.checked, findings=[WordingFinding.of(finding) for finding in found.findings])


@strawberry.type
class WordingQueries:
    @strawberry.field(
        description="Sentences of a text that promise a result, which publishing it asks a reason for. "
        f"At most {LONGEST_TEXT:,} characters. `language` is the text's own. Nothing is stored. "
        f"Every {CHARACTERS} characters cost as much as one value."
    )
    async def wording(self, info: Info, text: str, language: str) -> WordingReview:
        require_readable(text)
        words = info.context.house.registry.promise_words(inputs.language(language, field="language"))
        # Long texts take a while, and others are waiting.
        found = await alone(partial(review, text, language=language, words=words))
        return WordingReview.of(found)

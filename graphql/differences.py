"""Two statements of cover, line by line: what one says and the other does not, and for whom that is better."""

from typing import Annotated, Any

import strawberry

from suivi.core.coverage import content as said
from suivi.core.coverage.differences import Difference, between
from suivi.core.coverage.lines import Compared, LineKind
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.graphql.context import Info
from suivi.graphql.cover_content import Clause, CoverComponent, FeeLine, vocabulary_of

ComparedEnum = strawberry.enum(
    Compared,
    name="Compared",
    description="What is new against what was there, for the patient. NOT_COMPARABLE: a person has to look.",
)
LineKindEnum = strawberry.enum(LineKind, name="CoverLineKind")


@strawberry.type(description="A number of days, or an ISO 8601 duration.")
class StatedTime:
    value: str


CoverLine = Annotated[CoverComponent | FeeLine | Clause | StatedTime, strawberry.union("CoverLine")]


@strawberry.type(description="One line that differs.")
class LineDifference:
    key: str = strawberry.field(description="Names the line, such as `component:crown` or `fee:materials`.")
    kind: LineKindEnum  # type: ignore[valid-type]
    compared: ComparedEnum  # type: ignore[valid-type]
    before: CoverLine | None = strawberry.field(description="Null: added.")
    after: CoverLine | None = strawberry.field(description="Null: removed, or not stated any more.")

    @classmethod
    def of(cls, one: Difference, words: Vocabulary) -> "LineDifference":
        return cls(
            key=one.id,
            kind=one.kind,
            compared=one.compared,
            before=line_of(one.before, words),
            after=line_of(one.after, words),
        )


def line_of(line: Any, words: Vocabulary) -> Any:
    match line:
        case None:
            return None
        case said.Component():
            return CoverComponent.of(line, said.Content(), words)
        case said.FeeLine():
            return FeeLine.of(line)
        case said.Clause():
            return Clause.of(line, words)
    return StatedTime(value=str(line))


def line_differences(info: Info, new: Any, old: Any) -> list[LineDifference]:
    """Of rows of terms, or of a draft."""
    words = vocabulary_of(info, new.specialty, new.procedure)
    return [LineDifference.of(one, words) for one in between(new, old, words.procedure)]

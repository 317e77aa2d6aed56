"""How a mutation answers: the object it made, or the refusal, both as data."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeVar

import strawberry

from suivi.core import refusals, texts, versions
from suivi.core.acting import Acting
from suivi.graphql.context import Info

N = TypeVar("N")


@strawberry.type(description="A text in the language asked for, or in the one it exists in.")
class LocalizedText:
    text: str
    locale: str = strawberry.field(description="The language the text really is in.")


@strawberry.type(description="Something that happened since the version an update was based on.")
class Change:
    kind: str
    at: datetime
    actor_role: str
    version: int


@strawberry.type
class Conflict:
    current_version: int
    changes: list[Change]


@strawberry.type(description="Why something was not done. Nothing was changed.")
class Refusal:
    code: str = strawberry.field(description="Stable, never translated; listed in docs/refusals.md.")
    field: str | None = strawberry.field(description="The input it is about.")
    available_from: date | None = strawberry.field(description="The first day on which the answer would differ.")
    conflict: Conflict | None = strawberry.field(description="For STALE_VERSION: what happened meanwhile.")
    reason: strawberry.Private[refusals.Refusal]

    @strawberry.field(description="A sentence for a person.")
    def message(self, info: Info, locale: str | None = None) -> str:
        return texts.sentence(self.reason, locale or info.context.locale)

    @strawberry.field(description="What to do next.")
    def remedy(self, info: Info, locale: str | None = None) -> str:
        return texts.remedy(self.reason, locale or info.context.locale)

    @classmethod
    def of(cls, reason: refusals.Refusal) -> "Refusal":
        return cls(
            code=reason.code,
            field=reason.field,
            available_from=reason.available_from,
            conflict=_conflict(reason),
            reason=reason,
        )


def _conflict(reason: refusals.Refusal) -> Conflict | None:
    if not isinstance(reason, versions.StaleVersion):
        return None
    changes = [
        Change(kind=change.kind, at=change.at, actor_role=change.actor_role, version=change.version)
        for change in reason.changes
    ]
    return Conflict(current_version=reason.current_version, changes=changes)


async def attempt(
    info: Info, key: str, act: Callable[[Acting], Awaitable[Any]], node: Callable[[Any], N]
) -> N | Refusal:
    """Run one action. A refusal becomes data; anything else is a bug, masked and logged by the schema."""
    by = info.context.acting(key)
    try:
        row = await act(by)
    except refusals.Refusal as refusal:
        return Refusal.of(refusal)
    info.context.forget()
    if by.to_send:
        info.context.after_commit()
    return node(row)

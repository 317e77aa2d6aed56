"""The notice that stands on everything about cover and confirmations, and which version of it that is."""

import strawberry

from suivi.graphql.context import Info


@strawberry.type
class Noticed:
    """What has the notice in its reader's language (R-002)."""

    @strawberry.field(description="Means, never a result.")
    def notice(self, info: Info, locale: str | None = None) -> str:
        return info.context.house.registry.notice(locale or info.context.locale)

    @strawberry.field(description="Of the notice: the day its words changed last, and the plugins that add to it.")
    def notice_version(self, info: Info, locale: str | None = None) -> str:
        return info.context.house.registry.notice_of(locale or info.context.locale).version

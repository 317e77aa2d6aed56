"""What is loaded: plugins, and the procedures their specialties know."""

import strawberry

from suivi.core.registry import LoadedPlugin
from suivi.graphql.context import Info
from suivi.graphql.figures import Source
from suivi.graphql.procedures import Procedure

__all__ = ["Plugin", "PluginQueries", "Procedure"]


@strawberry.type(description="A hook of a plugin that failed while running; core answered in its place.")
class PluginFailure:
    hook: str
    kind: str
    count: int


@strawberry.type
class Plugin:
    key: str
    version: str
    hooks: list[str]
    procedures: list[str]
    locales: list[str]
    sources: list[Source]
    reviewer: str | None = strawberry.field(description="Null: no clinician has signed the figures off yet.")
    reviewed_on: str | None
    distribution: str | None

    @strawberry.field
    def failures(self, info: Info) -> list[PluginFailure]:
        return [
            PluginFailure(hook=failure.hook, kind=failure.kind, count=failure.count)
            for failure in info.context.house.registry.failures
            if failure.plugin == self.key
        ]

    @classmethod
    def of(cls, plugin: LoadedPlugin) -> "Plugin":
        return cls(
            key=plugin.id,
            version=plugin.version,
            hooks=list(plugin.hooks),
            procedures=list(plugin.procedures),
            locales=list(plugin.locales),
            sources=[Source.of(key, source) for key, source in plugin.sources.items()],
            reviewer=plugin.reviewer,
            reviewed_on=plugin.reviewed_on,
            distribution=plugin.distribution,
        )


@strawberry.type
class PluginQueries:
    @strawberry.field(description="Every plugin in force, with its version, hooks and sources.")
    def plugins(self, info: Info) -> list[Plugin]:
        return [Plugin.of(plugin) for plugin in info.context.house.registry.plugins]

    @strawberry.field(description="What the loaded specialties know, or one of them.")
    def procedures(self, info: Info, specialty: str | None = None) -> list[Procedure]:
        known = info.context.house.registry.procedures().values()
        return [Procedure.of(found) for found in known if specialty in (None, found.specialty)]

    @strawberry.field(description="Null when no loaded specialty knows it.")
    def procedure(self, info: Info, key: str) -> Procedure | None:
        found = info.context.house.registry.procedure(key)
        return None if found is None else Procedure.of(found)

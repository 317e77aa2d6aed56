"""What is loaded: plugins, and the procedures their specialties know."""

import strawberry

from suivi.core.registry import LoadedPlugin
from suivi.core.specialties import model
from suivi.graphql.context import Info
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized


@strawberry.type(description="Where a figure comes from.")
class Source:
    key: str
    title: str
    kind: str
    url: str | None


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
            sources=[
                Source(key=key, title=source.title, kind=source.kind, url=source.url)
                for key, source in plugin.sources.items()
            ],
            reviewer=plugin.reviewer,
            reviewed_on=plugin.reviewed_on,
            distribution=plugin.distribution,
        )


@strawberry.type(description="How a treated site is named: teeth by FDI number, arches, sides.")
class SiteScheme:
    scheme: str
    unit: str
    multiple: bool
    values: list[str]


@strawberry.type(description="A sign a patient can report by its key. `days`: when it is expected, or watched for.")
class ReportableSign:
    key: str
    first_day: int | None
    last_day: int | None
    urgency: str | None = strawberry.field(description="Null for a sign that is normal inside its days.")
    words: strawberry.Private[model.Text]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)


@strawberry.type(description="What a specialty knows of one procedure.")
class Procedure:
    key: str
    specialty: str
    anchors: list[str] = strawberry.field(description="The first is the one day numbers count from.")
    warranties: list[str]
    duties: list[str]
    inner: strawberry.Private[model.Procedure]

    @classmethod
    def of(cls, procedure: model.Procedure) -> "Procedure":
        return cls(
            key=procedure.id,
            specialty=procedure.specialty,
            anchors=list(procedure.anchors.all()),
            warranties=list(procedure.warranties),
            duties=list(procedure.duties),
            inner=procedure,
        )

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.names, info, locale)

    @strawberry.field
    def site(self) -> SiteScheme:
        site = self.inner.site
        return SiteScheme(scheme=site.scheme, unit=site.unit, multiple=site.multiple, values=list(site.values))

    @strawberry.field(description="Everything that can be ticked when reporting, red flags first.")
    def signs(self) -> list[ReportableSign]:
        flags = [
            ReportableSign(
                key=flag.id,
                first_day=flag.days[0],
                last_day=flag.days[1],
                urgency=flag.urgency.upper(),
                words=flag.symptom,
            )
            for flag in self.inner.red_flags
        ]
        normal = [
            ReportableSign(key=sign.id, first_day=sign.days[0], last_day=sign.days[1], urgency=None, words=sign.sign)
            for sign in self.inner.normal_signs
        ]
        return flags + normal


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

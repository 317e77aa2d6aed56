"""The directory of complaint bodies, as plain reading: nobody is sent anywhere, and nothing is decided or filed."""

from datetime import date

import strawberry

from suivi.core.complaint_bodies import model
from suivi.core.complaint_bodies.rules import is_verified, listed
from suivi.core.specialties.model import Cited, Text
from suivi.graphql.context import Info
from suivi.graphql.figures import Source, cited
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized, localized_or_none

ComplaintBodyKind = strawberry.enum(model.BodyKind, name="ComplaintBodyKind")
ComplaintFiler = strawberry.enum(model.Filer, name="ComplaintFiler")
AestheticCare = strawberry.enum(model.Aesthetic, name="AestheticCare")


@strawberry.type(description="One of these is enough.")
class SeverityCriterion:
    kind: str
    op: str | None = strawberry.field(description="`gt` or `gte`; null where the kind says it all.")
    value: float | None = strawberry.field(description="In percent or months, by `kind`.")

    @classmethod
    def of(cls, criterion: model.Criterion) -> "SeverityCriterion":
        return cls(kind=criterion.kind, op=criterion.op, value=criterion.value)


@strawberry.type(description="How much harm there must be before a body hears a case.")
class SeverityThreshold:
    only_without_error: bool = strawberry.field(description="Where an error was made, harm of any size is heard.")
    criteria: list[SeverityCriterion]
    words: strawberry.Private[Text]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)

    @classmethod
    def of(cls, severity: model.Severity | None) -> "SeverityThreshold | None":
        if severity is None:
            return None
        criteria = [SeverityCriterion.of(criterion) for criterion in severity.any_of]
        return cls(only_without_error=severity.only_without_fault, criteria=criteria, words=severity.words)


@strawberry.type(description="What a body hears, as far as its source says. An empty list leaves nothing out.")
class ComplaintScope:
    specialties: list[str] = strawberry.field(description="The only ones it hears.")
    excluded_specialties: list[str]
    aesthetic: AestheticCare = strawberry.field(  # type: ignore[valid-type]
        description="Care without preventive, diagnostic, therapeutic or reconstructive purpose."
    )
    severity: SeverityThreshold | None
    foreigners: bool = strawberry.field(description="Whether people who live abroad may apply.")
    foreign_patients_only: bool
    residents_only: bool
    public_providers_only: bool
    private_providers_only: bool
    hospital_stays_only: bool
    cross_border_eu_only: bool
    provider_must_agree: bool
    clinic_first: bool = strawberry.field(description="The clinic's own complaint procedure comes before.")
    treated_since: date | None
    inner: strawberry.Private[model.Scope]

    @strawberry.field
    def aesthetic_text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.aesthetic_words, info, locale)

    @classmethod
    def of(cls, scope: model.Scope) -> "ComplaintScope":
        return cls(
            specialties=list(scope.specialties),
            excluded_specialties=list(scope.excluded_specialties),
            aesthetic=scope.aesthetic,
            severity=SeverityThreshold.of(scope.severity),
            foreigners=scope.foreigners,
            foreign_patients_only=scope.foreign_patients_only,
            residents_only=scope.residents_only,
            public_providers_only=scope.public_providers_only,
            private_providers_only=scope.private_providers_only,
            hospital_stays_only=scope.hospital_stays_only,
            cross_border_eu_only=scope.cross_border_eu_only,
            provider_must_agree=scope.provider_must_agree,
            clinic_first=scope.clinic_first,
            treated_since=scope.treated_since,
            inner=scope,
        )


@strawberry.type
class ComplaintCost:
    free: bool | None = strawberry.field(description="Null: it depends, or the source does not say.")
    least: float | None = strawberry.field(description="The smallest fee, in `currency`.")
    currency: str | None
    words: strawberry.Private[Text | None]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.words, info, locale)

    @classmethod
    def of(cls, cost: model.Cost | None) -> "ComplaintCost | None":
        if cost is None:
            return None
        return cls(free=cost.free, least=cost.least, currency=cost.currency, words=cost.words)


@strawberry.type(description="`filing` is the time to apply in; the others, how long answers and decisions take.")
class ComplaintTimeLimit:
    of_what: str = strawberry.field(description="`filing`, `provider_answer`, `handling` or `appeal`.")
    period: str = strawberry.field(description="ISO 8601.")
    counts_from: str | None
    working_days: bool | None
    may_add: str | None
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, limit: model.TimeLimit) -> "ComplaintTimeLimit":
        return cls(
            of_what=limit.of,
            period=limit.period,
            counts_from=limit.counts_from,
            working_days=limit.working_days,
            may_add=limit.may_add,
            **cited(limit),
        )


@strawberry.type(description="One way to reach a body, with the sources that print it.")
class ComplaintContact:
    value: str
    of_whom: str | None = strawberry.field(description="Whose it is, where one entry speaks of several bodies.")
    short_code: bool = strawberry.field(description="A short number works only on networks that know it.")
    sources: list[str]
    confidence: str | None


@strawberry.type(description="The first of each list is the one to show; the others are alternatives.")
class ComplaintContacts:
    websites: list[ComplaintContact]
    emails: list[ComplaintContact]
    phones_international: list[ComplaintContact] = strawberry.field(description="To be dialled from abroad.")
    phones_domestic: list[ComplaintContact] = strawberry.field(description="To be dialled inside the country.")

    @classmethod
    def of(cls, contacts: model.Contacts) -> "ComplaintContacts":
        return cls(
            websites=[_contact(page, page.url, of_whom=page.of) for page in contacts.websites],
            emails=[_contact(email, email.address) for email in contacts.emails],
            phones_international=_phones(contacts.by_reach("international")),
            phones_domestic=_phones(contacts.by_reach("domestic")),
        )


@strawberry.type(description="What one source says.")
class ConflictingClaim:
    value: str
    sources: list[str]


@strawberry.type(description="Sources that do not agree: show them all until somebody has verified one.")
class ContactConflict:
    field: str
    claims: list[ConflictingClaim]
    words: strawberry.Private[Text]

    @strawberry.field
    def note(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)

    @classmethod
    def of(cls, conflict: model.Conflict) -> "ContactConflict":
        claims = [ConflictingClaim(value=claim.value, sources=list(claim.src)) for claim in conflict.claims]
        return cls(field=conflict.field, claims=claims, words=conflict.note)


@strawberry.type(
    description="Who hears complaints: one body, or one office a region where `byRegion`. No advice to go."
)
class ComplaintBody:
    key: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2, or EU.")
    regions: list[str] = strawberry.field(description="ISO 3166-2; none: the whole country.")
    except_regions: list[str]
    by_region: bool = strawberry.field(description="Every region has its own: the address depends on it.")
    kind: ComplaintBodyKind  # type: ignore[valid-type]
    who_may_file: list[ComplaintFiler] = strawberry.field(  # type: ignore[valid-type]
        description="None named: the source does not say."
    )
    languages: list[str] = strawberry.field(description="BCP 47; none named: the source does not say.")
    scope: ComplaintScope
    cost: ComplaintCost | None
    time_limits: list[ComplaintTimeLimit]
    binding: str | None = strawberry.field(description="`binding`, `if_both_agree`, `not_binding`; null: not stated.")
    awards_compensation: bool | None = strawberry.field(description="Null: not stated.")
    contacts: ComplaintContacts
    conflicts: list[ContactConflict]
    closed_on: date | None
    hold_back: bool = strawberry.field(description="Not to be shown to patients before it is verified.")
    needs_person: bool = strawberry.field(description="The source has only prose: a person has to read `reasons`.")
    sources: list[Source]
    confidence: str | None
    inner: strawberry.Private[model.ComplaintBody]

    @strawberry.field(description="Whether somebody compared it with the body's own page in the last twelve months.")
    def verified(self, info: Info) -> bool:
        return is_verified(self.inner, info.context.on)

    @strawberry.field(description="Null while it is not verified.")
    def verified_on(self, info: Info) -> date | None:
        return self.inner.verified_on if is_verified(self.inner, info.context.on) else None

    @strawberry.field(description="The last time somebody did, however long ago; null: nobody ever has.")
    def last_verified_on(self) -> date | None:
        return self.inner.verified_on

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.name, info, locale)

    @strawberry.field(description="In every language there is, the country's own among them.")
    def names(self) -> list[LocalizedText]:
        return [LocalizedText(text=text, locale=locale) for locale, text in self.inner.name.by_locale.items()]

    @strawberry.field
    def kind_text(self, info: Info, locale: str | None = None) -> LocalizedText:
        known = info.context.house.registry.complaint_bodies.kinds
        return localized(known.get(self.inner.kind, Text(by_locale={"en": _plain(self.inner.kind)})), info, locale)

    @strawberry.field(description="What it is there for.")
    def remit(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.remit, info, locale)

    @strawberry.field(description="Who applies and how, in words.")
    def filing(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.filing, info, locale)

    @strawberry.field
    def language_text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.language_words, info, locale)

    @strawberry.field
    def forms(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.forms, info, locale)

    @strawberry.field
    def time_limit_text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.time_limit_words, info, locale)

    @strawberry.field
    def reasons(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.reasons, info, locale)

    @strawberry.field
    def note(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.inner.note, info, locale)

    @classmethod
    def of(cls, body: model.ComplaintBody, directory: model.ComplaintBodies) -> "ComplaintBody":
        return cls(
            key=body.id,
            country=body.country,
            regions=list(body.regions),
            except_regions=list(body.except_regions),
            by_region=body.by_region,
            kind=body.kind,
            who_may_file=list(body.who_may_file),
            languages=list(body.languages),
            scope=ComplaintScope.of(body.scope),
            cost=ComplaintCost.of(body.cost),
            time_limits=[ComplaintTimeLimit.of(limit) for limit in body.time_limits],
            binding=body.binding,
            awards_compensation=body.awards_compensation,
            contacts=ComplaintContacts.of(body.contacts),
            conflicts=[ContactConflict.of(conflict) for conflict in body.conflicts],
            closed_on=body.closed_on,
            hold_back=body.hold_back,
            needs_person=body.needs_person,
            sources=[Source.of(key, directory.sources[key]) for key in body.src],
            confidence=body.conf,
            inner=body,
        )


@strawberry.type
class ComplaintBodyQueries:
    @strawberry.field(
        description="The directory of those who hear complaints, or the part of it that fits. It decides nothing: "
        "whether a body would hear a case is for the body to say."
    )
    def complaint_bodies(
        self,
        info: Info,
        country: str | None = None,
        specialty: str | None = None,
        kind: ComplaintBodyKind | None = None,  # type: ignore[valid-type]
    ) -> list[ComplaintBody]:
        directory = info.context.house.registry.complaint_bodies
        found = listed(directory.bodies.values(), country=country, specialty=specialty, kind=kind)
        return [ComplaintBody.of(body, directory) for body in found]


def _contact(found: Cited, value: str, *, of_whom: str | None = None, short: bool = False) -> ComplaintContact:
    return ComplaintContact(value=value, of_whom=of_whom, short_code=short, **cited(found))


def _phones(phones: tuple[model.Phone, ...]) -> list[ComplaintContact]:
    return [_contact(phone, phone.number, short=phone.short_code) for phone in phones]


def _plain(kind: model.BodyKind) -> str:
    return kind.value.replace("_", " ")

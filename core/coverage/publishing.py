"""Publishing a clinic's terms: versions that never change, of a scope in which no two are in force on one day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.clinics.ending import require_there
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.partial_dates import LAST_YEAR
from suivi.core.clocks.periods import Period, PeriodTooLong, UnreadablePeriod
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.checks import problems
from suivi.core.coverage.content import OTHER, ClauseKind, Content
from suivi.core.coverage.finding import only_scope
from suivi.core.coverage.models import Payer, Terms, TermsDraft
from suivi.core.coverage.reading import read_content
from suivi.core.coverage.rules import require_publishable
from suivi.core.coverage.scopes import Known, Scope, known_scope
from suivi.core.coverage.templates import (
    Origin,
    OwnTermsUnconfirmed,
    TemplateUnedited,
    clinic_templates,
    content_of_template,
    departures,
    is_unedited,
)
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.coverage.wording import Kept, own_words, require_worded, reviewed
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.sql import update

LONGEST_TEXT = 50_000
PERIOD_LENGTH = 20
LATEST = date(LAST_YEAR, 12, 31)
"""No anchor is later than this day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Terms as they are sent. `content` has the attributes of `CoverContentInput`."""

    language: str
    text: str
    content: Any
    specialty: str | None = None
    procedure: str | None = None
    variant: str | None = None
    material: str | None = None
    reference_period: str | None = None
    response_days: int | None = None
    effective_from: date | None = None
    wording_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one version is to say. `reference_period` is an ISO 8601 duration such as P12M."""

    known: Known
    language: str
    text: str
    content: Content
    reference_period: str | None
    response_days: int | None
    origin: Origin | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(specialty=self.known.specialty, procedure=self.known.procedure)

    def problems(self) -> Iterator[Refusal]:
        """Everything that publishing refuses whoever publishes, and whenever."""
        if any(is_unedited(self.content, template) for template in self._templates()):
            yield TemplateUnedited(field="content")
        if not self.text.strip():
            yield inputs.TextEmpty(field="text")
        yield from problems(self.content, self.vocabulary)

    def _templates(self) -> Iterator[Content]:
        """What it began with; where nobody says, whatever it may have been copied from."""
        if self.origin is not None:
            yield self.origin.content
            return
        for template in clinic_templates(self.known).values():
            yield content_of_template(template, self.known, language=self.language)


@action(Terms)
async def publish_terms(by: Acting, clinic_id: UUID, sent: Sent) -> Terms:
    """One more version of its scope."""
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="publish_terms")
    version = _read(by.house.registry, sent)
    return await published(by, clinic, version, effective_from=sent.effective_from, reason=sent.wording_reason)


async def published(
    by: Acting,
    clinic: Clinic,
    version: Version,
    *,
    effective_from: date | None,
    reason: str | None,
    own_terms: bool = False,
    draft: TermsDraft | None = None,
) -> Terms:
    """The clinic must be locked: its versions are numbered one after the other. `draft` is what they are made of.

    `own_terms`: it stands by them as its own, which has to be said where they began as a template.
    """
    for problem in version.problems():
        raise problem
    if version.origin is not None and not own_terms:
        raise OwnTermsUnconfirmed(field="ownTerms")
    said = own_words(version.content, version.vocabulary, version.text)
    found = await reviewed(by.house.registry, said, language=version.language)
    kept = require_worded(found, reason)
    today = day_at(zone(clinic.time_zone), by.at)
    takes_effect = effective_from or today
    await require_there(clinic, on=takes_effect)
    scope = version.known.scope
    require_publishable(takes_effect, latest=await _latest(clinic.id, scope), today=today)
    publisher = await member_acting(by, clinic.id)
    assert publisher is not None, "the access table lets only the clinic's coordinators in"  # noqa: S101
    terms = Terms(
        clinic_id=clinic.id,
        number=await _last_number(clinic.id, scope.procedure) + 1,
        effective_from=takes_effect,
        published_at=by.at,
        publisher_id=publisher.id,
        notice_version=by.house.registry.notice_of(version.language).version,
        **_columns(version, kept),
    )
    await _append(by, clinic, terms, draft)
    return terms


async def _append(by: Acting, clinic: Clinic, terms: Terms, draft: TermsDraft | None) -> None:
    told: dict[str, Any] = {"terms": str(terms.id), "procedure": terms.procedure, "number": terms.number}
    if terms.wording_findings:
        told["promises"] = terms.wording_findings
    if draft is None:
        await append(by, clinic, "terms_published", told, new=[terms])
        return
    told |= {"draft": str(draft.id), "version": draft.version}
    draft.published_id = terms.id
    await append(by, clinic, "terms_published", told, new=[terms], wrote=[draft])
    await update(draft)


async def _last_number(clinic_id: UUID, procedure: str) -> int:
    newest = Terms.filter(clinic_id=clinic_id, procedure=procedure).order_by("-number").limit(1)
    numbers: list[Any] = await newest.values_list("number", flat=True)
    return numbers[0] if numbers else 0


async def _latest(clinic_id: UUID, scope: Scope) -> date | None:
    """When the newest version of this very scope takes effect, of those that were not withdrawn."""
    of_scope = Terms.filter(clinic_id=clinic_id, withdrawn_at__isnull=True, **only_scope(scope))
    # In the order of `terms_scope`, which the first of it then ends.
    newest = of_scope.order_by("-variant", "-material", "-effective_from").limit(1)
    days: list[Any] = await newest.values_list("effective_from", flat=True)
    return days[0] if days else None


def _read(registry: Registry, sent: Sent) -> Version:
    return Version(
        known=known_scope(
            registry,
            specialty=sent.specialty,
            procedure=sent.procedure,
            variant=sent.variant,
            material=sent.material,
        ),
        language=inputs.language(sent.language, field="language"),
        text=inputs.text(sent.text, field="text", limit=LONGEST_TEXT),
        content=read_content(sent.content),
        reference_period=read_period(sent.reference_period),
        response_days=read_response_days(sent.response_days),
    )


def read_period(text: str | None) -> str | None:
    """As it was written, but short enough to be counted from any date that can be recorded."""
    if text is None:
        return None
    field = "referencePeriod"
    period = Period.parse(text, field=field)
    try:
        period.add_to(LATEST)
    except PeriodTooLong as error:
        raise PeriodTooLong(field=field) from error
    if len(str(period)) > PERIOD_LENGTH:
        raise UnreadablePeriod(field=field)
    return str(period)


def read_response_days(days: int | None) -> int | None:
    return None if days is None else inputs.number(days, field="responseDays", least=1, most=90)


def _columns(version: Version, kept: Kept) -> dict[str, Any]:
    scope = version.known.scope
    return {
        "specialty": scope.specialty,
        "procedure": scope.procedure,
        "variant": scope.variant,
        "material": scope.material,
        "language": version.language,
        "text": version.text,
        "content": version.content.plain(),
        "template": _departed(version),
        "wording_findings": kept.findings,
        "wording_reason": kept.reason,
        "reference_period": version.reference_period,
        "response_days": version.response_days,
        **_in_short(version.content),
    }


def _departed(version: Version) -> dict[str, Any] | None:
    """The template with where these terms leave it, as far as the plugin still has it."""
    if version.origin is None:
        return None
    template = version.known.specialty.warranty_templates.get(version.origin.key)
    left = departures(version.content, template) if template else ()
    return version.origin.model_copy(update={"departures": left}).plain()


def _in_short(content: Content) -> dict[str, Any]:
    """The columns that sum it up, for lists."""
    first = content.components[0].limit if content.components else None
    events = (event for component in content.components for event in component.covers)
    exclusions = (clause for clause in content.clauses if clause.kind is ClauseKind.EXCLUSION)
    return {
        "period": (first and first.period) or "",
        "starts": first.starts if first else "",
        "covers": list(dict.fromkeys(events)),
        "fees": {
            line.kind: line.payer.value
            for line in content.fees
            if line.component is None and line.payer is not Payer.NOT_STATED
        },
        "exclusions": list(
            dict.fromkeys(clause.text if clause.code == OTHER else clause.code for clause in exclusions)
        ),
    }

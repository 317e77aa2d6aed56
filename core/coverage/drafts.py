"""Drafts of terms: started from a template, from an earlier version or from nothing, and changed until published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.coverage.content import Content, content_of
from suivi.core.coverage.models import Terms, TermsDraft
from suivi.core.coverage.publishing import LONGEST_TEXT, Version, published, read_period, read_response_days
from suivi.core.coverage.reading import read_content
from suivi.core.coverage.scopes import Known, Scope, known_scope
from suivi.core.coverage.templates import Origin, origin
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.sql import update
from suivi.core.versions import expect


class DraftClosed(Refusal):
    """This draft was published or discarded."""

    code = "DRAFT_CLOSED"
    remedy = "Start a new draft; it can begin with what was published."


class TwoStarts(Refusal):
    """A draft starts from a template or from an earlier version, not from both."""

    code = "TWO_STARTS"
    remedy = "Leave out one of `template` and `fromTermsId`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a draft starts from. With an earlier version, only the language may differ from it."""

    language: str | None = None
    specialty: str | None = None
    procedure: str | None = None
    variant: str | None = None
    material: str | None = None
    template: str | None = None
    terms_id: UUID | None = None


@action(TermsDraft)
async def start_terms_draft(by: Acting, clinic_id: UUID, start: Start) -> TermsDraft:
    clinic = await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="draft_terms")
    begins = await _beginning(by, clinic, start)
    author = await member_acting(by, clinic.id)
    assert author is not None, "the access table lets only the clinic's coordinators in"  # noqa: S101
    draft = TermsDraft(
        clinic_id=clinic.id, author_id=author.id, started_at=by.at, changed_at=by.at, version=1, **begins
    )
    await append(by, clinic, "terms_draft_started", {"draft": str(draft.id), "version": 1}, new=[draft])
    return draft


async def _beginning(by: Acting, clinic: Clinic, start: Start) -> dict[str, Any]:
    if start.terms_id is not None:
        return await _from_version(clinic, start)
    known = known_scope(
        by.house.registry,
        specialty=start.specialty,
        procedure=start.procedure,
        variant=start.variant,
        material=start.material,
    )
    language = inputs.language(start.language or clinic.languages[0], field="language")
    started_from = origin(known, start.template, language=language) if start.template is not None else None
    content = started_from.content if started_from else Content()
    return {
        **_of_scope(known.scope),
        "language": language,
        "text": "",
        "content": content.plain(),
        "template": started_from and started_from.plain(),
    }


async def _from_version(clinic: Clinic, start: Start) -> dict[str, Any]:
    if start.template is not None:
        raise TwoStarts(field="template")
    terms = await Terms.get_or_none(id=start.terms_id, clinic_id=clinic.id)
    if terms is None:
        raise NotFound(noun="terms", field="fromTermsId")
    earlier = Origin.maybe(terms.template)
    return {
        **_of_scope(Scope.of(terms)),
        "specialty": terms.specialty or "",
        "language": inputs.language(start.language, field="language") if start.language else terms.language,
        "text": terms.text,
        "content": content_of(terms).plain(),
        "reference_period": terms.reference_period,
        "response_days": terms.response_days,
        # Where it once began stays known, however many versions lie between.
        "template": earlier and earlier.model_copy(update={"departures": ()}).plain(),
    }


def _of_scope(scope: Scope) -> dict[str, Any]:
    return {
        "specialty": scope.specialty or "",
        "procedure": scope.procedure,
        "variant": scope.variant,
        "material": scope.material,
    }


@action(TermsDraft)
async def change_terms_draft(
    by: Acting, draft_id: UUID, *, expected_version: int, changes: Mapping[str, Any]
) -> TermsDraft:
    """`changes` holds only what is to change. It is kept as long as it can be kept: a draft need not make sense."""
    draft = await _open(by, draft_id, expected_version, verb="change")
    changed = _changed(by.house.registry, draft, changes)
    draft.update_from_dict(changed | {"changed_at": by.at, "version": draft.version + 1})
    await update(draft)
    await _append(by, draft, "terms_draft_changed", fields=sorted(changes))
    return draft


def _changed(registry: Registry, draft: TermsDraft, changes: Mapping[str, Any]) -> dict[str, Any]:
    checks: dict[str, Callable[[Any], Any]] = {
        "language": lambda value: inputs.language(value, field="language"),
        "text": _text,
        "content": lambda value: read_content(value).plain(),
        "reference_period": read_period,
        "response_days": read_response_days,
    }
    scope = {name: changes.get(name, getattr(draft, name)) for name in ("variant", "material")}
    known = known_scope(registry, specialty=draft.specialty or None, procedure=draft.procedure or None, **scope)
    changed = {name: check(changes[name]) for name, check in checks.items() if name in changes}
    return _of_scope(known.scope) | changed


def _text(value: str) -> str:
    return inputs.text(value, field="text", limit=LONGEST_TEXT) if value.strip() else ""


@action(TermsDraft)
async def discard_terms_draft(by: Acting, draft_id: UUID, *, expected_version: int) -> TermsDraft:
    draft = await _open(by, draft_id, expected_version, verb="discard")
    draft.update_from_dict({"discarded_at": by.at, "version": draft.version + 1})
    await update(draft)
    await _append(by, draft, "terms_draft_discarded")
    return draft


@action(Terms)
async def publish_terms_draft(
    by: Acting,
    draft_id: UUID,
    *,
    expected_version: int,
    effective_from: date | None,
    own_terms: bool,
    wording_reason: str | None,
) -> Terms:
    """`own_terms`: the clinic stands by them as its own, which has to be said where they began as a template."""
    seen = await fetch(TermsDraft, by.viewer, draft_id, on=by.on, verb="publish")
    clinic = await locked(Clinic, by.viewer, seen.clinic_id, on=by.on, verb="publish_terms")
    draft = await _open(by, draft_id, expected_version, verb="publish")
    version = version_of(by.house.registry, draft)
    draft.update_from_dict({"changed_at": by.at, "version": draft.version + 1})
    return await published(
        by, clinic, version, effective_from=effective_from, reason=wording_reason, own_terms=own_terms, draft=draft
    )


def version_of(registry: Registry, draft: Any) -> Version:
    """What a draft would say if it were published. Raises where its plugin is not loaded any more."""
    return Version(
        known=scope_of(registry, draft),
        language=draft.language,
        text=draft.text,
        content=Content.model_validate(draft.content),
        reference_period=draft.reference_period,
        response_days=draft.response_days,
        origin=Origin.maybe(draft.template),
    )


def scope_of(registry: Registry, draft: Any) -> Known:
    return known_scope(
        registry,
        specialty=draft.specialty or None,
        procedure=draft.procedure or None,
        variant=draft.variant,
        material=draft.material,
    )


def problems_of(registry: Registry, draft: Any) -> list[Refusal]:
    """Everything that would be refused if it were published now, all at once."""
    try:
        version = version_of(registry, draft)
    except Refusal as unknown:
        return [unknown]
    return list(version.problems())


async def _open(by: Acting, draft_id: UUID, expected_version: int, *, verb: str) -> TermsDraft:
    draft = await locked(TermsDraft, by.viewer, draft_id, on=by.on, verb=verb)
    if draft.published_id is not None or draft.discarded_at is not None:
        raise DraftClosed()
    await expect(draft, expected_version, told_of=draft.clinic_id)
    return draft


async def _append(by: Acting, draft: TermsDraft, kind: str, **told: Any) -> None:
    clinic = await Clinic.get(id=draft.clinic_id)
    payload = {"draft": str(draft.id), "version": draft.version, **told}
    await append(by, clinic, kind, payload, wrote=[draft])

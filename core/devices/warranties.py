"""A manufacturer's warranty attached to a device, and the steps taken under it (R-137, R-138)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.coverage.content import Content
from suivi.core.coverage.reading import content_from
from suivi.core.coverage.scopes import Known, Scope
from suivi.core.devices import rules
from suivi.core.devices.actions import today_at_clinic, vocabulary_of
from suivi.core.devices.deadlines import keep_reminders
from suivi.core.devices.makers import fits, require_fitting
from suivi.core.devices.models import Device, DeviceWarranty
from suivi.core.devices.rules import MAX_DAYS, ClaimStart, Gives, Holder, Step
from suivi.core.devices.templates import Offered, manufacturer_templates, offered
from suivi.core.devices.withdrawing import require_attached
from suivi.core.devices.worded import require_no_promise
from suivi.core.devices.words import DeviceVocabulary
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.treatments.rules import NotYetHappened
from suivi.core.versions import expect

MAX_WARRANTIES = 20
MAX_EVIDENCE = 50


class UnknownWarrantyTemplate(Refusal):
    """No manufacturer's template of that key is for this kind of device. There are: {known}."""

    code = "UNKNOWN_WARRANTY_TEMPLATE"
    remedy = "Use one of them, or leave it out and enter what the manufacturer's text says."


class WarrantyIncomplete(Refusal):
    """Without a template, the warranty has to say this itself."""

    code = "WARRANTY_INCOMPLETE"
    remedy = "Give its name, what it covers, whom it is given to and whether it gives the product or money."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A warranty as the sender tells it. What is None is taken from the template, where there is one.

    `content` has the attributes of `CoverContentInput`.
    """

    as_of: date
    language: str
    template: str | None = None
    name: str | None = None
    source: str | None = None
    content: Any = field(default=None, repr=False)
    beneficiary: Holder | None = None
    claimant: Holder | None = None
    gives: Gives | None = None
    enrolment_days: int | None = None
    return_days: int | None = None
    claim_days: int | None = None
    claim_from: ClaimStart | None = None
    """Explantation when left out, and in the template as well."""
    evidence_needed: tuple[str, ...] | None = None
    wording_reason: str | None = None
    """Why words that promise a result stay."""


@action(DeviceWarranty)
async def attach_device_warranty(by: Acting, device_id: UUID, stated: Stated) -> DeviceWarranty:
    """As its text stood on `as_of`; nothing later changes it. Deadlines are set at once."""
    device = await locked(Device, by.viewer, device_id, on=by.on, verb="attach_warranty")
    treatment = await Treatment.get(id=device.treatment_id)
    attached = await DeviceWarranty.filter(device_id=device.id, withdrawn_at__isnull=True).count()
    inputs.number(attached + 1, field="deviceId", least=1, most=MAX_WARRANTIES)
    if stated.as_of > await today_at_clinic(treatment, by):
        raise NotYetHappened(field="asOf")
    warranty = DeviceWarranty(
        device_id=device.id,
        treatment_id=treatment.id,
        template=stated.template,
        as_of=stated.as_of,
        **await _said(by, treatment, device, stated),
        recorder_role=by.viewer.role.value,
        attached_at=by.at,
        version=1,
    )
    told = {"device": str(device.id), "warranty": str(warranty.id), "version": 1}
    told |= {"promises": warranty.wording_findings} if warranty.wording_findings else {}
    await append(by, treatment, "device_warranty_attached", told, new=[warranty])
    await keep_reminders(by, treatment, device, warranty)
    return warranty


@action(DeviceWarranty)
async def record_warranty_step(
    by: Acting, warranty_id: UUID, *, expected_version: int, step: Step, on: date
) -> DeviceWarranty:
    """Enrolled, returned or claimed on a day, or that day corrected. What was late is on record as late."""
    warranty = await locked(DeviceWarranty, by.viewer, warranty_id, on=by.on, verb="record_step")
    await expect(warranty, expected_version, told_of=warranty.treatment_id)
    require_attached(warranty)
    treatment = await Treatment.get(id=warranty.treatment_id)
    device = await Device.get(id=warranty.device_id)
    if on > await today_at_clinic(treatment, by):
        raise NotYetHappened(field="on")
    if step is Step.DEVICE_RETURN:
        rules.require_explanted_by(on, device, field="on")
    column = rules.done_column(step)
    before = getattr(warranty, column)
    warranty.update_from_dict({column: on, "version": warranty.version + 1})
    await update(warranty)
    told = {"warranty": str(warranty.id), "version": warranty.version, "step": step.value, "on": on, "before": before}
    await append(by, treatment, "warranty_step_recorded", told, wrote=[warranty])
    await keep_reminders(by, treatment, device, warranty)
    return warranty


async def _said(by: Acting, treatment: Treatment, device: Device, stated: Stated) -> dict[str, Any]:
    """Columns: what was told, else what the template says."""
    language = inputs.language(stated.language, field="language")
    template = await _offered(by, treatment, device, stated.template, language)
    beneficiary = stated.beneficiary or (template.beneficiary if template else None)
    if template is None and stated.content is None:
        raise WarrantyIncomplete(field="content")
    if beneficiary is None:
        raise WarrantyIncomplete(field="beneficiary")
    words = await vocabulary_of(by, treatment)
    own = content_from(stated.content, words)
    if stated.content is not None and not own.components:
        raise WarrantyIncomplete(field="content")
    content = template.content if template is not None and stated.content is None else own
    return {
        **await _worded(by, stated, own, words, language),
        "name": _text(stated.name, template.name if template else None, field="name", limit=200),
        "source": inputs.text_or_none(stated.source, field="source", limit=500)
        or (template.source if template else None),
        "language": language,
        "content": content.plain(),
        "beneficiary": beneficiary.value,
        "claimant": (stated.claimant or beneficiary).value,
        "gives": _gives(stated, template).value,
        "claim_from": stated.claim_from or (template.claim_from if template else None),
        "evidence_needed": _evidence(stated.evidence_needed, template),
        **{name: _days(name, getattr(stated, name), template) for name in _DAYS},
    }


async def _worded(
    by: Acting, stated: Stated, content: Content, words: DeviceVocabulary, language: str
) -> dict[str, Any]:
    own = {"name": stated.name, "evidenceNeeded": "\n".join(stated.evidence_needed or ())}
    kept = await require_no_promise(by, own, content, stated.wording_reason, words=words, language=language)
    return {"wording_findings": kept.findings, "wording_reason": kept.reason}


async def _offered(by: Acting, treatment: Treatment, device: Device, key: str | None, language: str) -> Offered | None:
    if key is None:
        return None
    pinned = await by.house.rules.ready([treatment])
    specialty = pinned.specialty_of(treatment)
    fitting = {name: one for name, one in manufacturer_templates(specialty).items() if one.object == device.object}
    if key not in fitting:
        usable = (name for name, one in fitting.items() if fits(one, device.manufacturer))
        raise UnknownWarrantyTemplate(field="template", known=", ".join(sorted(usable)) or "none")
    require_fitting(fitting[key], device.manufacturer, field="template")
    known = Known(scope=Scope.of(treatment), specialty=specialty, procedure=pinned.procedure_of(treatment))
    return offered(fitting[key], known, language=language)


def _text(told: str | None, otherwise: str | None, *, field: str, limit: int) -> str:
    found = inputs.text_or_none(told, field=field, limit=limit) or otherwise
    if found is None:
        raise WarrantyIncomplete(field=field)
    return found


def _gives(stated: Stated, template: Offered | None) -> Gives:
    found = stated.gives or (template.gives if template else None)
    if found is None:
        raise WarrantyIncomplete(field="gives")
    return found


_DAYS = {"enrolment_days": "enrolmentDays", "return_days": "returnDays", "claim_days": "claimDays"}


def _days(name: str, told: int | None, template: Offered | None) -> int | None:
    if told is not None:
        return inputs.number(told, field=_DAYS[name], least=0, most=MAX_DAYS)
    found: int | None = getattr(template, name, None)
    return found


def _evidence(told: tuple[str, ...] | None, template: Offered | None) -> list[str]:
    if told is None:
        return list(template.evidence_needed) if template else []
    inputs.number(len(told), field="evidenceNeeded", least=0, most=MAX_EVIDENCE)
    return list(dict.fromkeys(inputs.text(one, field="evidenceNeeded", limit=200) for one in told))

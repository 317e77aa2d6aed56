"""Attaching insurance to a treatment, and recording that it was cancelled (R-130)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.coverage.content import Content
from suivi.core.coverage.models import Payer
from suivi.core.coverage.reading import content_from
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.devices.actions import require_on_file
from suivi.core.devices.withdrawing import require_attached
from suivi.core.devices.worded import require_no_promise
from suivi.core.events.log import append
from suivi.core.insurances.models import Insurance
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect

MAX_INSURANCES = 20


class InsuranceEnded(Refusal):
    """That this insurance was cancelled is on record already."""

    code = "INSURANCE_ENDED"
    remedy = "Attach the new policy instead, where there is one."


class PayerElsewhere(Refusal):
    """A policy cannot say that {payer} pays: it binds its insurer alone."""

    code = "PAYER_NOT_OF_INSURANCE"
    remedy = (
        "Say INSURER, PATIENT, SHARED, CASE_BY_CASE or NOT_STATED. What the clinic or a manufacturer pays stands in "
        "its own terms or warranty."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An insurance as the sender tells it. `content` has the attributes of `CoverContentInput`."""

    insurer: str
    policy: str
    language: str
    valid_from: date
    valid_until: date | None
    """The last day covered."""
    claim_route: str
    required_by: str | None = None
    """Country whose law asks for it."""
    content: Any = field(default=None, repr=False)
    document_id: UUID | None = None
    wording_reason: str | None = None
    """Why words that promise a result stay."""


@action(Insurance)
async def attach_insurance(by: Acting, treatment_id: UUID, policy: Policy) -> Insurance:
    """Beside the clinic's terms and the manufacturer's warranty. It changes neither."""
    treatment = await locked(Treatment, by.viewer, treatment_id, on=by.on, verb="attach_insurance")
    attached = await Insurance.filter(treatment_id=treatment.id, withdrawn_at__isnull=True).count()
    inputs.number(attached + 1, field="treatmentId", least=1, most=MAX_INSURANCES)
    inputs.in_order(policy.valid_from, policy.valid_until, field="validUntil")
    document = policy.document_id
    pinned = await by.house.rules.ready([treatment])
    words = Vocabulary(specialty=pinned.specialty_of(treatment), procedure=pinned.procedure_of(treatment))
    language = inputs.language(policy.language, field="language")
    content = content_from(policy.content, words)
    _require_its_own(content)
    own: dict[str, str | None] = {"claimRoute": policy.claim_route}
    kept = await require_no_promise(by, own, content, policy.wording_reason, words=words, language=language)
    insurance = Insurance(
        treatment_id=treatment.id,
        insurer=inputs.text(policy.insurer, field="insurer", limit=200),
        policy=inputs.text(policy.policy, field="policy", limit=100),
        language=language,
        required_by=None if policy.required_by is None else inputs.country(policy.required_by, field="requiredBy"),
        valid_from=policy.valid_from,
        valid_until=policy.valid_until,
        claim_route=inputs.text(policy.claim_route, field="claimRoute", limit=2000),
        content=content.plain(),
        document_id=document and await require_on_file(by, document, treatment, field="documentId"),
        wording_findings=kept.findings,
        wording_reason=kept.reason,
        recorder_role=by.viewer.role.value,
        attached_at=by.at,
        version=1,
    )
    told: dict[str, Any] = {"insurance": str(insurance.id), "version": 1}
    told |= {"promises": kept.findings} if kept.findings else {}
    await append(by, treatment, "insurance_attached", told, new=[insurance])
    return insurance


def _require_its_own(content: Content) -> None:
    """Raises PayerElsewhere."""
    for number, line in enumerate(content.fees):
        if line.payer in (Payer.CLINIC, Payer.MANUFACTURER):
            raise PayerElsewhere(field=f"content.fees[{number}].payer", payer=line.payer.name)


@action(Insurance)
async def end_insurance(by: Acting, insurance_id: UUID, *, expected_version: int, last_day: date | None) -> Insurance:
    """Cancelled. `last_day` is the last one covered where the policy ran shorter than was agreed; never longer."""
    insurance = await locked(Insurance, by.viewer, insurance_id, on=by.on, verb="end")
    await expect(insurance, expected_version, told_of=insurance.treatment_id)
    require_attached(insurance)
    if insurance.ended_at is not None:
        raise InsuranceEnded()
    inputs.in_order(insurance.valid_from, last_day, field="lastDay")
    inputs.in_order(last_day, insurance.valid_until, field="lastDay")
    insurance.valid_until = last_day or insurance.valid_until
    insurance.ended_at = by.at
    insurance.version += 1
    await update(insurance)
    treatment = await Treatment.get(id=insurance.treatment_id)
    told = {"insurance": str(insurance.id), "version": insurance.version}
    await append(by, treatment, "insurance_ended", told, wrote=[insurance])
    return insurance

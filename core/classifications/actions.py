"""Classifying: a practitioner's act, and nobody else's (R-010, R-011)."""

from uuid import UUID

from suivi.core import inputs
from suivi.core.acting import Acting, action
from suivi.core.cases.actions import locked_case, treatment_in
from suivi.core.classifications.models import CaseClass, Classification
from suivi.core.classifications.rules import Gap, require_gap, require_treated
from suivi.core.clinics.models import Member, MemberKind
from suivi.core.events.log import append


@action(Classification)
async def classify(
    by: Acting,
    case_id: UUID,
    *,
    treatment_id: UUID,
    site: str | None,
    value: CaseClass,
    reason: str,
    gap: Gap | None,
) -> Classification:
    """Appends to what was classified before; the latest one for a treatment and site is in force."""
    case = await locked_case(by, case_id, "classify")
    treatment = await treatment_in(case, treatment_id)
    require_treated(site, treatment.sites)
    require_gap(value, gap)
    practitioner = (
        await Member.filter(clinic_id=case.clinic_id, subject=by.viewer.subject, kind=MemberKind.PRACTITIONER)
        .order_by("-id")
        .first()
    )
    assert practitioner is not None, "the access table lets only the clinic's practitioners in"  # noqa: S101
    classification = await Classification.create(
        case_id=case.id,
        treatment_id=treatment.id,
        site=site,
        value=value,
        reason=inputs.text(reason, field="reason", limit=10_000),
        gap_reference=gap and inputs.text(gap.reference, field="gap.reference", limit=10_000),
        gap_observed=gap and inputs.text(gap.observed, field="gap.observed", limit=10_000),
        gap_method=gap and inputs.text(gap.method, field="gap.method", limit=10_000),
        practitioner_id=practitioner.id,
        decided_at=by.at,
    )
    told = {"classification": str(classification.id), "treatment": str(treatment.id)}
    await append(by, case, "case_classified", told, wrote=[classification])
    return classification

"""Classifying: a practitioner's act, and nobody else's (R-010, R-011)."""

from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.acting import Acting, action
from suivi.core.cases.actions import locked_case, treatment_in
from suivi.core.classifications.models import CaseClass, Classification
from suivi.core.classifications.rules import Gap, require_gap, require_treated
from suivi.core.clinics.staff import member_acting
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
    practitioner = await member_acting(by, case.clinic_id)
    assert practitioner is not None, "the access table lets only the clinic's practitioners in"  # noqa: S101
    classification = Classification(
        case_id=case.id,
        treatment_id=treatment.id,
        site=site,
        value=value,
        reason=inputs.text(reason, field="reason", limit=10_000),
        **_stated(gap),
        practitioner_id=practitioner.id,
        decided_at=by.at,
    )
    told = {"classification": str(classification.id), "treatment": str(treatment.id)}
    await append(by, case, "case_classified", told, new=[classification])
    return classification


def _stated(gap: Gap | None) -> dict[str, Any]:
    parts = {} if gap is None else {"reference": gap.reference, "observed": gap.observed, "method": gap.method}
    return {f"gap_{name}": inputs.text(part, field=f"gap.{name}", limit=10_000) for name, part in parts.items()}

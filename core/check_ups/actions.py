"""Recording that a check-up was held: by whoever was there, with a document where there is one."""

from uuid import UUID

from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.check_ups.models import CheckUpHeld
from suivi.core.check_ups.rules import Asked, checked_check_up
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import day_at, zone
from suivi.core.events.log import append
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.treatments.models import Treatment


@action(Treatment)
async def record_check_up(
    by: Acting, treatment_id: UUID, asked: Asked, *, evidence_id: UUID | None = None
) -> Treatment:
    """`evidence_id` is its report, among the evidence of the treatment's cases."""
    treatment = await fetch(Treatment, by.viewer, treatment_id, on=by.on, verb="record_check_up")
    clinic = await Clinic.get(id=treatment.clinic_id)
    today = day_at(zone(clinic.time_zone), by.at)
    pinned = await by.house.rules.ready([treatment])
    checked = checked_check_up(asked, pinned.procedure_of(treatment), sites=treatment.sites, on=today)
    kept = Evidence.filter(id=evidence_id, case__covered__treatment_id=treatment.id, state=EvidenceState.KEPT)
    if evidence_id is not None and not await kept.exists():
        raise NotFound(noun="evidence", field="evidenceId")
    row = CheckUpHeld(
        treatment_id=treatment.id,
        site=checked.site,
        due_day=checked.due_day,
        anchor=checked.anchor,
        held_on=str(checked.held_on),
        where=asked.where.value,
        evidence_id=evidence_id,
        recorder_role=by.viewer.role.value,
        recorder=by.viewer.subject,
        recorded_at=by.at,
    )
    await append(by, treatment, "check_up_recorded", {"check_up": str(row.id)}, new=[row])
    return treatment

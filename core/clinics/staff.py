"""Who, among a clinic's staff, is acting."""

from uuid import UUID

from suivi.core.access.parties import STAFF
from suivi.core.acting import Acting
from suivi.core.clinics.models import Member, MemberKind


async def member_acting(by: Acting, clinic_id: UUID) -> Member | None:
    """The viewer's membership of the clinic, the latest where there were several; None for whoever is not staff."""
    viewer = by.viewer
    if viewer.role not in STAFF:
        return None
    kind = MemberKind(viewer.role.value)
    held = Member.filter(clinic_id=clinic_id, subject=viewer.subject, kind=kind, since__lte=by.on)
    return await held.order_by("-since", "-id").first()

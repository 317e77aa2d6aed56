"""Who, among a clinic's staff, is acting."""

from uuid import UUID

from suivi.core.access.parties import STAFF
from suivi.core.acting import Acting
from suivi.core.clinics.models import Member, MemberKind
from suivi.core.sql import first

_HELD = 'WHERE "clinic_id"=? AND "subject"=? AND "kind"=? AND "since"<=? ORDER BY "since" DESC, "id" DESC'


async def member_acting(by: Acting, clinic_id: UUID) -> Member | None:
    """The viewer's membership of the clinic, the latest where there were several; None for whoever is not staff."""
    viewer = by.viewer
    if viewer.role not in STAFF:
        return None
    kind = MemberKind(viewer.role.value)
    return await first(Member, _HELD, str(clinic_id), viewer.subject, kind.value, by.on)

"""Registering partners."""

from suivi.core import inputs
from suivi.core.access.narrowing import require
from suivi.core.acting import Acting, action
from suivi.core.events.log import append
from suivi.core.partners.models import Partner


@action(Partner)
async def register_partner(by: Acting, *, name: str) -> Partner:
    require(by.viewer, "system", "register_partner")
    partner = Partner(name=inputs.text(name, field="name", limit=200), registered_at=by.at)
    await append(by, partner, "partner_registered", new=[partner])
    return partner

"""What anybody who holds a confirmation may ask: whether it is ours, and whether there is a newer one."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from suivi.core.confirmations.models import Confirmation, ConfirmationItem, ConfirmationRequest
from suivi.core.confirmations.rules import what_is_asked
from suivi.core.evidence.actions import HashUnreadable

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Nothing here is about the patient."""

    number: str
    clinic_id: UUID
    signed_at: datetime
    newer: bool
    """A later confirmation answers at least one of the same items for the same person and treatment."""


async def issued(digest: str) -> Issued | None:
    """By the SHA-256 that a confirmation carries, which only a holder of it knows. Raises HashUnreadable."""
    wanted = digest.strip().lower()
    if not _SHA256.fullmatch(wanted):
        raise HashUnreadable(field="digest")
    found = await Confirmation.get_or_none(digest=wanted)
    if found is None:
        return None
    return Issued(
        number=found.number, clinic_id=found.clinic_id, signed_at=found.signed_at, newer=await _has_newer(found)
    )


async def _has_newer(confirmation: Confirmation) -> bool:
    request = await ConfirmationRequest.get(id=confirmation.request_id)
    asked = await ConfirmationItem.filter(answers__confirmation_id=confirmation.id)
    since = await ConfirmationItem.filter(
        request__patient_id=request.patient_id,
        request__clinic_id=request.clinic_id,
        request__treatment_id=request.treatment_id,
        request__procedure=request.procedure,
        request__variant=request.variant,
        request__material=request.material,
        answers__confirmation_id__gt=confirmation.id,
    )
    return not {what_is_asked(item) for item in asked}.isdisjoint(what_is_asked(item) for item in since)

"""Taking back a manufacturer's warranty or an insurance that was attached by mistake. It stays on record (R-213)."""

from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.access.table import PATIENT_SIDE
from suivi.core.acting import Acting, action
from suivi.core.devices.deadlines import drop_reminders
from suivi.core.devices.models import DeviceWarranty
from suivi.core.events.log import append
from suivi.core.insurances.models import Insurance
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect


class AttachmentWithdrawn(Refusal):
    """This was withdrawn: it had been attached by mistake."""

    code = "ATTACHMENT_WITHDRAWN"
    remedy = "Attach what is right instead."


class AttachedByOtherSide(Refusal):
    """The other side attached this, and only they can withdraw it."""

    code = "ATTACHED_BY_OTHER_SIDE"
    remedy = "Tell them in a message what is wrong with it, or attach what is right beside it."


@action(DeviceWarranty)
async def withdraw_device_warranty(by: Acting, warranty_id: UUID, *, expected_version: int) -> DeviceWarranty:
    """It covers nothing from now on, on whatever day one looks, and nobody is reminded of it."""
    warranty = await locked(DeviceWarranty, by.viewer, warranty_id, on=by.on, verb="withdraw")
    await _withdraw(by, warranty, expected_version, "device_warranty_withdrawn", "warranty")
    await drop_reminders(by, warranty)
    return warranty


@action(Insurance)
async def withdraw_insurance(by: Acting, insurance_id: UUID, *, expected_version: int) -> Insurance:
    """It covers nothing from now on, on whatever day one looks. A policy that was cancelled is ended instead."""
    insurance = await locked(Insurance, by.viewer, insurance_id, on=by.on, verb="withdraw")
    await _withdraw(by, insurance, expected_version, "insurance_withdrawn", "insurance")
    return insurance


async def _withdraw(
    by: Acting, attached: DeviceWarranty | Insurance, expected_version: int, kind: str, noun: str
) -> None:
    await expect(attached, expected_version, told_of=attached.treatment_id)
    require_attached(attached)
    if (attached.recorder_role in PATIENT_SIDE) is not (by.viewer.role in PATIENT_SIDE):
        raise AttachedByOtherSide()
    attached.withdrawn_at = by.at
    attached.version += 1
    await update(attached)
    treatment = await Treatment.get(id=attached.treatment_id)
    await append(by, treatment, kind, {noun: str(attached.id), "version": attached.version}, wrote=[attached])


def require_attached(attached: DeviceWarranty | Insurance) -> None:
    """Raises AttachmentWithdrawn."""
    if attached.withdrawn_at is not None:
        raise AttachmentWithdrawn()

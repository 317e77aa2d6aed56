"""Keeping reminders in step with the deadlines of a device's warranty (R-138)."""

from collections.abc import Mapping

from suivi.core.devices import rules
from suivi.core.devices.models import Device, DeviceWarranty
from suivi.core.devices.rules import Step
from suivi.core.events.log import Writing
from suivi.core.reminders.actions import drop, met, remind
from suivi.core.reminders.models import ReminderKind
from suivi.core.treatments.models import Treatment

KINDS: Mapping[Step, ReminderKind] = {
    Step.ENROLMENT: ReminderKind.ENROLMENT,
    Step.DEVICE_RETURN: ReminderKind.DEVICE_RETURN,
    Step.CLAIM: ReminderKind.WARRANTY_CLAIM,
}


async def keep_reminders(by: Writing, treatment: Treatment, device: Device, warranty: DeviceWarranty) -> None:
    """After anything that deadlines count from has changed, or a step was taken. The rows are written already."""
    for step, kind in KINDS.items():
        deadline = rules.deadline_of(step, warranty, device)
        if deadline is None:
            await drop(by, kind=kind, about=warranty.id)
        else:
            await remind(
                by,
                kind=kind,
                about=warranty.id,
                patient_id=treatment.patient_id,
                clinic_id=treatment.clinic_id,
                treatment_id=treatment.id,
                deadline=deadline.earliest,
                latest=deadline.latest,
            )
        if getattr(warranty, rules.done_column(step)) is not None:
            await met(by, kind=kind, about=warranty.id)


async def drop_reminders(by: Writing, warranty: DeviceWarranty) -> None:
    """Nothing has to be done under it any more."""
    for kind in KINDS.values():
        await drop(by, kind=kind, about=warranty.id)

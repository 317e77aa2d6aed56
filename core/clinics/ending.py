"""A clinic that leaves the platform, merges or closes: what it owes stays owed, and stays readable (R-128)."""

from datetime import date
from typing import Any
from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Ceased, Clinic
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.versions import expect


class ClinicEnded(Refusal):
    """This clinic takes nothing new since {ceased_on}. Its obligations were taken over by: {successor}."""

    code = "CLINIC_ENDED"
    remedy = "Choose another clinic. Cases, messages and complications of earlier treatments are taken as before."


class EndOnRecord(Refusal):
    """That this clinic has ended is on record already."""

    code = "CLINIC_END_ON_RECORD"
    remedy = "Look at `ceased`, `ceasedOn` and `successor` of the clinic."


class SuccessorIsItself(Refusal):
    """A clinic does not succeed itself."""

    code = "SUCCESSOR_IS_ITSELF"
    remedy = "Name the clinic that takes over, or leave the successor out where nobody does."


class SuccessorEnded(Refusal):
    """The clinic named as successor has ended itself."""

    code = "SUCCESSOR_ENDED"
    remedy = "Name the clinic that took over from it in its turn, or none."


class SuccessorMissing(Refusal):
    """A clinic that merges goes on in another one."""

    code = "SUCCESSOR_MISSING"
    remedy = "Name the clinic it has merged into, or record that it closed."


@action(Clinic)
async def record_clinic_end(
    by: Acting, clinic_id: UUID, *, expected_version: int, ceased: Ceased, on: date, successor_id: UUID | None
) -> Clinic:
    """From `on`, which may still be ahead, it takes no new treatments and publishes no terms. All else goes on."""
    await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="record_end")
    successor = await _successor(clinic_id, ceased, successor_id)
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="record_end")
    await expect(clinic, expected_version)
    if clinic.ceased is not None:
        raise EndOnRecord()
    clinic.ceased, clinic.ceased_on, clinic.successor_id = ceased, on, successor and successor.id
    clinic.version += 1
    await update(clinic)
    told = {"version": clinic.version, "ceased": ceased.value, "on": on, "successor": clinic.successor_id}
    await append(by, clinic, "clinic_ended", told, wrote=[clinic])
    return clinic


async def _successor(clinic_id: UUID, ceased: Ceased, successor_id: UUID | None) -> Clinic | None:
    """One that is there. As an ended clinic succeeds nobody, no two can succeed each other.

    Both are locked, and in one order whoever ends which, so that two who name each other do not wait in a circle.
    """
    if successor_id is None:
        if ceased is Ceased.MERGED:
            raise SuccessorMissing(field="successorId")
        return None
    if successor_id == clinic_id:
        raise SuccessorIsItself(field="successorId")
    both = await Clinic.filter(id__in=[clinic_id, successor_id]).order_by("id").select_for_update()
    successor = next((clinic for clinic in both if clinic.id == successor_id), None)
    if successor is None:
        raise NotFound(noun="clinic", field="successorId")
    if successor.ceased is not None:
        raise SuccessorEnded(field="successorId")
    return successor


def has_ended(clinic: Any, *, on: date) -> bool:
    """On a day at the clinic: the day of its end is the first without it."""
    return clinic.ceased_on is not None and on >= clinic.ceased_on


async def require_there(clinic: Any, *, on: date, field: str | None = None) -> None:
    """For what an ended clinic no longer takes. Raises ClinicEnded, which names the successor."""
    if not has_ended(clinic, on=on):
        return
    successor = await Clinic.get_or_none(id=clinic.successor_id) if clinic.successor_id else None
    name = successor.name if successor else "none"
    raise ClinicEnded(field=field, ceased_on=clinic.ceased_on, successor=name)

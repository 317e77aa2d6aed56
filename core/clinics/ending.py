"""A clinic that leaves the platform, merges or closes: what it owes stays owed, and stays readable (R-128)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.access.viewer import Role
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Ceased, Clinic
from suivi.core.clinics.succession import SuccessionState, SuccessorEnded, locked_both, state_of, tell_successor
from suivi.core.clocks.zones import day_at, zone
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect

BACK = timedelta(days=30)
"""How late a clinic itself may say that it has ended."""
AHEAD = timedelta(days=5 * 365)


class ClinicEnded(Refusal):
    """Since {ceased_on} this clinic takes no new treatments and publishes no terms. Successor: {successor}."""

    code = "CLINIC_ENDED"
    remedy = (
        "New treatments and terms are those of a successor or another clinic; earlier treatments go on here as before. "
        "Where the end is wrong, a coordinator withdraws it with `withdrawClinicEnd`."
    )


class EndOnRecord(Refusal):
    """That this clinic has ended is on record already."""

    code = "CLINIC_END_ON_RECORD"
    remedy = "Look at `ceased`, `ceasedOn` and `successor` of the clinic; where they are wrong, withdraw the end first."


class NoEndOnRecord(Refusal):
    """That this clinic has ended is not on record."""

    code = "NO_CLINIC_END_ON_RECORD"
    remedy = "Nothing needs doing: the clinic is there."


class SuccessorIsItself(Refusal):
    """A clinic does not succeed itself."""

    code = "SUCCESSOR_IS_ITSELF"
    remedy = "Name the clinic that takes over, or leave the successor out where nobody does."


class SuccessorMissing(Refusal):
    """A clinic that merges goes on in another one."""

    code = "SUCCESSOR_MISSING"
    remedy = "Name the clinic it has merged into, or record that it closed."


class ClinicEndOutOfRange(Refusal):
    """The first day without this clinic cannot lie before {earliest} or after {latest}."""

    code = "CLINIC_END_OUT_OF_RANGE"
    remedy = (
        "Give a day within. A clinic ends neither before it was registered nor before the last day on which a "
        "treatment was agreed there. What ended longer ago than 30 days is recorded by an operator."
    )


@action(Clinic)
async def record_clinic_end(
    by: Acting, clinic_id: UUID, *, expected_version: int, ceased: Ceased, on: date, successor_id: UUID | None
) -> Clinic:
    """From `on`, which may still be ahead, it takes no new treatments and publishes no terms. All else goes on.

    A successor is only named by this; it is told, and takes over nothing unless it accepts.
    """
    await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="record_end")
    successor = await _successor(clinic_id, ceased, successor_id)
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="record_end")
    await expect(clinic, expected_version)
    if clinic.ceased is not None:
        raise EndOnRecord()
    _require_within(on, await _range(by, clinic))
    clinic.ceased, clinic.ceased_on, clinic.successor_id = ceased, on, successor and successor.id
    clinic.version += 1
    await update(clinic)
    told = {"version": clinic.version, "ceased": ceased.value, "on": on, "successor": clinic.successor_id}
    await append(by, clinic, "clinic_ended", told, wrote=[clinic])
    if successor is not None:
        await tell_successor(by, clinic, successor.id, "succession_asked")
    return clinic


@action(Clinic)
async def withdraw_clinic_end(by: Acting, clinic_id: UUID, *, expected_version: int) -> Clinic:
    """It was recorded by mistake, or wrongly. That it was stays in the clinic's history; a successor is told."""
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="record_end")
    await expect(clinic, expected_version)
    if clinic.ceased is None:
        raise NoEndOnRecord()
    successor_id = clinic.successor_id
    nothing = dict.fromkeys(("ceased", "ceased_on", "successor_id", "succession_accepted_at"))
    clinic.update_from_dict({**nothing, "version": clinic.version + 1})
    await update(clinic)
    await append(by, clinic, "clinic_end_withdrawn", {"version": clinic.version}, wrote=[clinic])
    if successor_id is not None:
        await tell_successor(by, clinic, successor_id, "succession_withdrawn")
    return clinic


async def _successor(clinic_id: UUID, ceased: Ceased, successor_id: UUID | None) -> Clinic | None:
    """One that is there. As an ended clinic succeeds nobody, no two can succeed each other. Both are locked."""
    if successor_id is None:
        if ceased is Ceased.MERGED:
            raise SuccessorMissing(field="successorId")
        return None
    if successor_id == clinic_id:
        raise SuccessorIsItself(field="successorId")
    successor = (await locked_both(clinic_id, successor_id)).get(successor_id)
    if successor is None:
        raise NotFound(noun="clinic", field="successorId")
    if successor.ceased is not None:
        raise SuccessorEnded(field="successorId")
    return successor


async def _range(by: Acting, clinic: Clinic) -> tuple[date, date]:
    """Days at the clinic on which it can end, the first and the last one."""
    place = zone(clinic.time_zone)
    today = day_at(place, by.at)
    agreed = await Treatment.filter(clinic_id=clinic.id).order_by("-agreed_on").first().values_list("agreed_on")
    bounds = [day_at(place, clinic.registered_at), *(agreed or ())]
    if by.viewer.role is not Role.OPERATOR:
        bounds.append(today - BACK)
    return max(bounds), today + AHEAD


def _require_within(on: date, days: tuple[date, date]) -> None:
    earliest, latest = days
    if not earliest <= on <= latest:
        raise ClinicEndOutOfRange(field="on", earliest=earliest, latest=latest)


def has_ended(clinic: Any, *, on: date) -> bool:
    """On a day at the clinic: the day of its end is the first without it."""
    return clinic.ceased_on is not None and on >= clinic.ceased_on


async def require_there(clinic: Any, *, on: date, field: str | None = None) -> None:
    """For what an ended clinic no longer takes. Raises ClinicEnded, which names the successor that has accepted."""
    if not has_ended(clinic, on=on):
        return
    accepted = state_of(clinic) is SuccessionState.ACCEPTED
    successor = await Clinic.get_or_none(id=clinic.successor_id) if accepted else None
    name = successor.name if successor else "none"
    raise ClinicEnded(field=field, ceased_on=clinic.ceased_on, successor=name)

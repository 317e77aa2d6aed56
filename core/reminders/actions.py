"""Setting, meeting and dropping reminders, and the worker's turn at those that are due.

A reminder changes only while its chain is locked: that of the treatment, or of the request for confirmation. So an
action that meets a deadline and a worker that reminds of it take turns, and never wait for each other in a circle.
"""

import logging
from datetime import UTC, date, datetime
from uuid import UUID

from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import day_at, zone
from suivi.core.confirmations.models import ConfirmationRequest
from suivi.core.database import transaction
from suivi.core.deliveries.actions import enqueue_to
from suivi.core.events.log import SystemWriting, Writing, append
from suivi.core.events.models import Event
from suivi.core.records import Record
from suivi.core.reminders import rules
from suivi.core.reminders.models import Reminder, ReminderKind
from suivi.core.sql import Sql, ask, update
from suivi.core.treatments.models import Treatment

log = logging.getLogger(__name__)

BATCH = 100
"""Reminders looked at in one turn; the rest waits for the next one."""

_LOCK = 'SELECT "noun_id" FROM "chain" WHERE "noun_id" = ?'


async def remind(
    by: Writing,
    *,
    kind: ReminderKind,
    about: UUID,
    patient_id: UUID,
    clinic_id: UUID,
    treatment_id: UUID | None,
    deadline: date,
    latest: date | None = None,
) -> Reminder:
    """From now on somebody is reminded of this deadline; one that was set before for the same thing moves to it.
    What is met stays met.

    `about` is the device warranty or the request for confirmation, whose row and chain are written already. A deadline
    that has passed is on record as missed at once, and nobody is written to.
    """
    clinic = await Clinic.get(id=clinic_id)
    await _locked_chain(chain_of(kind, about, treatment_id))
    reminder = await Reminder.get_or_none(kind=kind, about=about)
    first = reminder is None
    if reminder is not None and _stands(reminder, deadline, latest or deadline):
        return reminder
    reminder = reminder or Reminder(kind=kind, about=about, told=0, created_at=by.at.astimezone(UTC))
    reminder.patient_id, reminder.clinic_id, reminder.treatment_id = patient_id, clinic_id, treatment_id
    reminder.deadline, reminder.latest_deadline = deadline, latest or deadline
    if reminder.met_at is None:
        _look_ahead(reminder, clinic, by.at)
    told = {"reminder": str(reminder.id), "kind": kind.value, "deadline": str(deadline)}
    await _kept(by, reminder, "reminder_set", told, new=first)
    if reminder.missed_at is not None:
        await _kept(by, reminder, "deadline_missed", told)
    return reminder


async def met(by: Writing, *, kind: ReminderKind, about: UUID) -> Reminder | None:
    """What was due is done, late or in time: nobody is reminded of it again. None where nobody would have been."""
    reminder = await _found(kind, about)
    if reminder is None or reminder.met_at is not None:
        return reminder
    reminder.met_at, reminder.next_at = by.at.astimezone(UTC), None
    await _kept(by, reminder, "deadline_met", {"reminder": str(reminder.id), "kind": kind.value})
    return reminder


async def drop(by: Writing, *, kind: ReminderKind, about: UUID) -> Reminder | None:
    """There is nothing left to meet, such as a request that was withdrawn."""
    reminder = await _found(kind, about)
    if reminder is None or reminder.next_at is None:
        return reminder
    reminder.next_at = None
    await _kept(by, reminder, "reminder_dropped", {"reminder": str(reminder.id), "kind": kind.value})
    return reminder


async def remind_due(*, at: datetime, audit_key: bytes) -> list[Event]:
    """Remind of what is due at this moment; the events are to be announced. Any number of workers may do it at once.

    Of those that a worker at the same moment has in hand, none waits for it: they are no longer due afterwards.
    """
    at = at.astimezone(UTC)
    due = await Reminder.filter(next_at__lte=at).order_by("next_at", "id").limit(BATCH)
    events: list[Event] = []
    for reminder in due:
        by = SystemWriting(at=at, audit_key=audit_key)
        try:
            async with transaction():
                await _remind_of(by, reminder)
        except Exception as error:
            # The others are due as well. This one is looked at again with the next turn.
            log.error("reminder %s: %s", reminder.id, type(error).__name__)
        else:
            events += by.appended
    return events


async def _remind_of(by: SystemWriting, seen: Reminder) -> None:
    if not await _locked_chain(chain_of(seen.kind, seen.about, seen.treatment_id), skip=True):
        return
    # Read again under lock: it may be met by now, or somebody else has just reminded of it.
    reminder = await Reminder.get(id=seen.id)
    if reminder.next_at is None or reminder.next_at > by.at:
        return
    clinic = await Clinic.get(id=reminder.clinic_id)
    _look_ahead(reminder, clinic, by.at)
    missed = reminder.missed_at is not None
    reminder.told += not missed
    told = {"reminder": str(reminder.id), "kind": reminder.kind.value, "deadline": str(reminder.deadline)}
    event = await _kept(by, reminder, "deadline_missed" if missed else "reminder_due", told)
    await enqueue_to(by, event, clinic.id, urgent=False)


def chain_of(kind: ReminderKind, about: UUID, treatment_id: UUID | None) -> Record:
    """The row in whose history a reminder is spoken of; not read from the database."""
    return ConfirmationRequest(id=about) if kind is ReminderKind.CONFIRMATION else Treatment(id=treatment_id)


def _stands(reminder: Reminder, deadline: date, latest: date) -> bool:
    """Whether it is for these days already, and was not dropped."""
    dropped = reminder.next_at is None and reminder.met_at is None and reminder.missed_at is None
    return not dropped and (reminder.deadline, reminder.latest_deadline) == (deadline, latest)


def _look_ahead(reminder: Reminder, clinic: Clinic, at: datetime) -> None:
    place = zone(clinic.time_zone)
    begun = day_at(place, reminder.created_at)
    look = rules.look(begun, reminder.deadline, reminder.latest_deadline, at=at, place=place)
    reminder.next_at = look.next_at
    reminder.missed_at = at.astimezone(UTC) if look.missed else None


async def _found(kind: ReminderKind, about: UUID) -> Reminder | None:
    reminder = await Reminder.get_or_none(kind=kind, about=about)
    if reminder is None:
        return None
    await _locked_chain(chain_of(kind, about, reminder.treatment_id))
    return await Reminder.get(id=reminder.id)


async def _kept(by: Writing, reminder: Reminder, kind: str, told: dict[str, str], *, new: bool = False) -> Event:
    chain = chain_of(reminder.kind, reminder.about, reminder.treatment_id)
    if new:
        return await append(by, chain, kind, told, new=[reminder])
    await update(reminder)
    return await append(by, chain, kind, told, wrote=[reminder])


async def _locked_chain(chain: Record, *, skip: bool = False) -> bool:
    """Whether it is ours until the transaction ends. `skip`: rather not at all than wait for it."""
    locking = " FOR UPDATE SKIP LOCKED" if skip else " FOR UPDATE"
    return bool(await ask(Sql(_LOCK, [str(chain.pk)], locking=locking)))

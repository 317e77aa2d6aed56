"""The worker's turn at reminders: each once, in time, however many workers there are (R-135, R-138)."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from suivi.core.clinics.models import Clinic
from suivi.core.database import transaction
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.events.log import SystemWriting, append
from suivi.core.events.models import Event
from suivi.core.events.verification import verify
from suivi.core.reminders.actions import drop, met, remind, remind_due
from suivi.core.reminders.models import Reminder, ReminderKind
from suivi.core.treatments.models import Treatment
from tests.core.deliveries.outbox import AUDIT_KEY, Channel, Clock, a_case, a_clinic, a_deliverer

pytestmark = pytest.mark.usefixtures("database")

IMPLANTED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
DEADLINE = date(2026, 6, 1)
"""90 days later."""
ENROLMENT = ReminderKind.ENROLMENT


async def a_treatment(**clinic: Any) -> Treatment:
    case = await a_case(await a_clinic(**clinic))
    treatment = Treatment(
        patient_id=case.patient_id,
        clinic_id=case.clinic_id,
        specialty="surgery",
        procedure="breast_augmentation",
        sites=["left"],
        agreed_on=date(2026, 2, 1),
        rules_plugin="surgery",
        rules_version="1",
        registered_at=IMPLANTED,
        version=1,
    )
    async with transaction():
        await append(by(IMPLANTED), treatment, "treatment_registered", new=[treatment])
    return treatment


def by(at: datetime) -> SystemWriting:
    return SystemWriting(at=at, audit_key=AUDIT_KEY)


async def reminded(treatment: Treatment, about: UUID, *, at: datetime = IMPLANTED, **changed: Any) -> Reminder:
    asked = {"deadline": DEADLINE, "patient_id": treatment.patient_id, "clinic_id": treatment.clinic_id}
    async with transaction():
        return await remind(by(at), kind=ENROLMENT, about=about, treatment_id=treatment.id, **{**asked, **changed})


async def look(at: datetime) -> list[str]:
    return [event.kind for event in await remind_due(at=at, audit_key=AUDIT_KEY)]


async def history(treatment: Treatment) -> list[str]:
    kinds = await Event.filter(noun_id=treatment.id).order_by("seq").values_list("kind", flat=True)
    return [str(kind) for kind in kinds][1:]


def on(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


async def test_a_clinic_is_reminded_three_times_then_told_once_that_it_is_too_late() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7())

    told = {}
    for after in range(120):
        at = IMPLANTED + timedelta(days=after)
        if kinds := await look(at):
            told[after] = kinds

    assert told == {45: ["reminder_due"], 83: ["reminder_due"], 90: ["reminder_due"], 91: ["deadline_missed"]}
    assert await Delivery.filter(clinic_id=treatment.clinic_id, case_id=None).count() == 4
    [kept] = await Reminder.all()
    assert (kept.told, kept.next_at, bool(kept.missed_at)) == (3, None, True)


async def test_after_a_long_stop_there_is_one_reminder_and_not_all_that_were_passed_over() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7())

    late = await look(on(DEADLINE - timedelta(days=2)))
    again = await look(on(DEADLINE - timedelta(days=2), hour=13))

    assert (late, again) == (["reminder_due"], [])


async def test_after_too_long_a_stop_it_says_only_that_the_deadline_is_missed() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7())

    assert await look(on(DEADLINE + timedelta(days=400))) == ["deadline_missed"]
    assert await history(treatment) == ["reminder_set", "deadline_missed"]


async def test_nobody_is_reminded_of_what_is_done() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)
    async with transaction():
        await met(by(IMPLANTED), kind=ENROLMENT, about=about)
        await met(by(IMPLANTED), kind=ENROLMENT, about=about)

    assert await look(on(DEADLINE + timedelta(days=9))) == []
    assert await history(treatment) == ["reminder_set", "deadline_met"]


async def test_nobody_is_reminded_of_what_there_is_nothing_to_do_about_any_more() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)
    async with transaction():
        await drop(by(IMPLANTED), kind=ENROLMENT, about=about)

    assert await look(on(DEADLINE)) == []


async def test_what_was_missed_and_done_afterwards_stays_on_record_as_missed() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)
    await look(on(DEADLINE + timedelta(days=1)))
    async with transaction():
        await met(by(on(DEADLINE + timedelta(days=5))), kind=ENROLMENT, about=about)

    [kept] = await Reminder.all()
    assert kept.missed_at is not None
    assert kept.met_at is not None


async def test_a_deadline_that_has_passed_already_is_on_record_and_nobody_is_written_to() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7(), at=on(date(2034, 5, 1)))

    assert await look(on(date(2034, 5, 2))) == []
    assert await history(treatment) == ["reminder_set", "deadline_missed"]
    assert await Delivery.all().count() == 0


async def test_a_corrected_date_moves_its_deadline_and_the_same_one_changes_nothing() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)
    await reminded(treatment, about)
    moved = await reminded(treatment, about, deadline=date(2026, 7, 1))

    assert await look(on(date(2026, 6, 2))) == ["reminder_due"]
    assert await history(treatment) == ["reminder_set", "reminder_set", "reminder_due"]
    assert [row.id for row in await Reminder.all()] == [moved.id]


async def test_a_deadline_in_doubt_is_missed_only_when_its_last_possible_day_is_over() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7(), latest=DEADLINE + timedelta(days=27))
    await look(on(DEADLINE))

    assert await look(on(DEADLINE + timedelta(days=27))) == []
    assert await look(on(DEADLINE + timedelta(days=28))) == ["deadline_missed"]


async def test_workers_that_look_at_the_same_moment_remind_once() -> None:
    treatments = [await a_treatment() for _ in range(6)]
    for treatment in treatments:
        await reminded(treatment, uuid7())

    told = await asyncio.gather(*(look(on(DEADLINE)) for _ in range(4)))

    assert [kind for kinds in told for kind in kinds] == ["reminder_due"] * 6
    assert await Delivery.all().count() == 6


async def test_doing_it_and_being_reminded_of_it_at_the_same_moment_end_well() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)

    async def do() -> None:
        async with transaction():
            await append(by(on(DEADLINE)), treatment, "warranty_step_recorded")
            await met(by(on(DEADLINE)), kind=ENROLMENT, about=about)

    await asyncio.gather(do(), look(on(DEADLINE)), look(on(DEADLINE)))

    told = await history(treatment)
    assert told.count("deadline_met") == 1
    assert "reminder_due" not in told[told.index("deadline_met") :]
    assert await look(on(DEADLINE + timedelta(days=30))) == []


async def test_the_log_vouches_for_every_reminder() -> None:
    treatment, about = await a_treatment(), uuid7()
    await reminded(treatment, about)
    await look(on(DEADLINE))
    await look(on(DEADLINE + timedelta(days=1)))

    assert [found for found in await verify(AUDIT_KEY) if found.table in ("reminder", "treatment", "event")] == []
    await Reminder.all().update(missed_at=None)
    assert [found.table for found in await verify(AUDIT_KEY) if found.table == "reminder"] == ["reminder"]


async def test_the_notice_says_that_there_is_a_deadline_and_its_delivery_is_told_in_the_treatments_history() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7())
    mail = Channel()

    await a_deliverer(mail, clock=Clock(on(DEADLINE))).deliver_due()

    [received] = mail.received
    [delivery] = await Delivery.all()
    assert (received.kind, received.to, received.urgent) == ("reminder_due", "aftercare@duna.example", False)
    assert (delivery.state, delivery.case_id) == (DeliveryState.DELIVERED, None)
    assert "never to a result" in received.means
    assert await history(treatment) == ["reminder_set", "reminder_due", "notice_delivered"]


async def test_a_clinic_that_cannot_be_reached_is_no_reason_to_remind_it_twice() -> None:
    treatment = await a_treatment()
    await reminded(treatment, uuid7())
    mail, clock = Channel(), Clock(on(DEADLINE))
    mail.refuse("SMTP_REFUSED", permanent=True)
    deliverer = a_deliverer(mail, clock=clock)

    await deliverer.deliver_due()
    await deliverer.deliver_due()

    assert await history(treatment) == ["reminder_set", "reminder_due", "notice_parked"]


async def test_a_reminder_that_cannot_be_dealt_with_holds_up_no_other() -> None:
    lost, treatment = await a_treatment(), await a_treatment()
    await reminded(lost, uuid7())
    await Clinic.filter(id=lost.clinic_id).update(time_zone="Europe/Nowhere")
    await reminded(treatment, uuid7())

    assert await look(on(DEADLINE)) == ["reminder_due"]
    assert await history(treatment) == ["reminder_set", "reminder_due"]

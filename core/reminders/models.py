"""Deadlines that somebody is reminded of in time, and that stay on record when they are missed (R-135, R-138)."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class ReminderKind(StrEnum):
    ENROLMENT = "enrolment"
    DEVICE_RETURN = "device_return"
    WARRANTY_CLAIM = "warranty_claim"
    CONFIRMATION = "confirmation"


class Reminder(Record):
    """One deadline. `deadline` is the last day in time, in the clinic's zone.

    Counted from a date known in part it may be any day up to `latest_deadline`, and is kept to the earliest to be safe.
    """

    kind = fields.CharEnumField(ReminderKind, max_length=20)
    about: UUID = fields.UUIDField(description="of the device warranty or confirmation request")
    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="reminders", on_delete=fields.RESTRICT)
    patient_id: UUID
    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="reminders", on_delete=fields.RESTRICT)
    clinic_id: UUID
    treatment: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment", related_name="reminders", on_delete=fields.RESTRICT, null=True
    )
    treatment_id: UUID | None
    deadline = fields.DateField()
    latest_deadline = fields.DateField(description="the deadline itself, unless it counts from a date known in part")
    next_at = fields.DatetimeField(null=True, description="when the worker looks again, null: nothing is left to do")
    told = fields.IntField(description="reminders sent so far")
    met_at = fields.DatetimeField(null=True)
    missed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "reminder"
        unique_together = (("kind", "about"),)
        indexes = (
            Index(fields=("next_at",), name="reminder_next"),
            Index(fields=("patient_id",), name="reminder_patient"),
            Index(fields=("clinic_id",), name="reminder_clinic"),
            Index(fields=("treatment_id",), name="reminder_treatment"),
        )

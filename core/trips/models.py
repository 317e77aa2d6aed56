"""Trips: one journey for treatment, which may hold several treatments at several clinics (R-021)."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class Trip(Record):
    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="trips", on_delete=fields.RESTRICT)
    patient_id: UUID
    country = fields.CharField(max_length=2)
    arrives_on = fields.DateField(null=True)
    leaves_on = fields.DateField(null=True)
    planned_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "trip"
        indexes = (Index(fields=("patient_id",), name="trip_patient"),)

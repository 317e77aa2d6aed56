"""What a clinic publishes about who covers what, in versions that never change."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class Payer(StrEnum):
    CLINIC = "clinic"
    PATIENT = "patient"
    MANUFACTURER = "manufacturer"
    INSURER = "insurer"
    SHARED = "shared"
    CASE_BY_CASE = "case_by_case"
    NOT_STATED = "not_stated"


class Terms(Record):
    """One published version for a clinic and procedure."""

    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="terms", on_delete=fields.RESTRICT)
    clinic_id: UUID
    procedure = fields.CharField(max_length=60)
    number = fields.IntField(description="1, 2, 3 ... for this clinic and procedure")
    language = fields.CharField(max_length=35)
    text = fields.TextField(description="the clinic's own words")
    period = fields.CharField(max_length=20, description="how long the cover lasts, ISO 8601")
    starts = fields.CharField(max_length=60, description="anchor the cover starts at")
    covers = fields.JSONField[list[str]](description="what is covered, coded")
    fees = fields.JSONField[dict[str, str]](description="fee kind to payer, a missing kind is not stated")
    exclusions = fields.JSONField[list[str]](description="coded")
    reference_period = fields.CharField(max_length=20, null=True, description="ISO 8601, null: not stated")
    response_days = fields.IntField(null=True)
    effective_from = fields.DateField()
    published_at = fields.DatetimeField()
    publisher: Ref = fields.ForeignKeyField("suivi.Member", related_name="published", on_delete=fields.RESTRICT)
    publisher_id: UUID

    class Meta(Model.Meta):
        table = "terms"
        unique_together = (("clinic_id", "procedure", "number"),)
        indexes = (Index(fields=("clinic_id", "procedure", "effective_from"), name="terms_in_force"),)

"""Measurements: what was measured, where on the body, when, by whom it was sent. Checked, never judged, here."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Purpose(StrEnum):
    BASELINE = "baseline"
    """Before the treatment."""
    TARGET = "target"
    """The figure in the patient's own written plan."""
    FOLLOW_UP = "follow_up"


class Measurement(Record):
    """Appended, never changed: of two for the same key, site, purpose and day, the later recorded one counts."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="measurements", on_delete=fields.RESTRICT)
    treatment_id: UUID
    key = fields.CharField(max_length=60, description="id of the specialty's measurement")
    site = fields.CharField(max_length=60, null=True, description="one of the treatment's sites, null: of the patient")
    purpose = fields.CharEnumField(Purpose, max_length=10)
    # Inside {"value": ...}: a bare word is no JSON to the ORM.
    value = fields.JSONField[dict[str, Any]](description="number, word or truth value, in the unit of the measurement")
    unit = fields.CharField(max_length=40, null=True, description="UCUM, as the specialty had it when recorded")
    measured_on = fields.CharField(max_length=10, description="partial date")
    evidence: OptionalRef = fields.ForeignKeyField(
        "suivi.Evidence", related_name="measurements", on_delete=fields.RESTRICT, null=True
    )
    evidence_id: UUID | None
    recorder_role = fields.CharField(max_length=20)
    recorder = fields.CharField(max_length=255)
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "measurement"
        indexes = (Index(fields=("treatment_id", "id"), name="measurement_treatment"),)

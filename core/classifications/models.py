"""Classifications: the practitioner's own, one of four classes. A plugin's hint is never stored here (R-083)."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class CaseClass(StrEnum):
    NORMAL_EVOLUTION = "normal_evolution"
    MEDICAL_COMPLICATION = "medical_complication"
    OBJECTIVE_INSUFFICIENCY = "objective_insufficiency"
    SUBJECTIVE_DISSATISFACTION = "subjective_dissatisfaction"


class Classification(Record):
    """Appended, never changed: the latest for a treatment and site is the one in force (R-084)."""

    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="classifications", on_delete=fields.RESTRICT)
    case_id: UUID
    treatment: Ref = fields.ForeignKeyField(
        "suivi.Treatment", related_name="classifications", on_delete=fields.RESTRICT
    )
    treatment_id: UUID
    site = fields.CharField(max_length=60, null=True, description="one of the treatment's sites, null: all of them")
    value = fields.CharEnumField(CaseClass, max_length=40)
    reason = fields.TextField()
    gap_reference = fields.TextField(null=True, description="the reasonably expected objective (R-081)")
    gap_observed = fields.TextField(null=True)
    gap_method = fields.TextField(null=True)
    practitioner: Ref = fields.ForeignKeyField(
        "suivi.Member", related_name="classifications", on_delete=fields.RESTRICT
    )
    practitioner_id: UUID
    decided_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "classification"
        indexes = (Index(fields=("case_id", "id"), name="classification_case"),)

"""Complication reports: accepted at any time, from anyone on the patient's side or the clinic's (R-070)."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class ComplicationReport(Record):
    """There is no field for fault, and none will come (R-075)."""

    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="complications", on_delete=fields.RESTRICT)
    case_id: UUID
    treatment: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment", related_name="complications", on_delete=fields.RESTRICT, null=True
    )
    treatment_id: UUID | None
    noticed_on = fields.CharField(max_length=10, description="partial date")
    signs = fields.JSONField[list[str]](description="ids of the procedure's red flags and normal signs")
    words = fields.TextField(description="what the reporter wrote, verbatim")
    language = fields.CharField(max_length=35)
    urgency = fields.CharField(max_length=20, null=True, description="of the most urgent red flag matched, null: none")
    red_flags = fields.JSONField[list[str]](description="ids of the red flags matched, most urgent first")
    rules_version = fields.CharField(max_length=100, description="plugin@version that matched them")
    reporter_role = fields.CharField(max_length=20)
    reporter = fields.CharField(max_length=255)
    reported_at = fields.DatetimeField()
    seen_at = fields.DatetimeField(null=True, description="when somebody at the clinic said they had read it")
    seen_by: OptionalRef = fields.ForeignKeyField(
        "suivi.Member", related_name="seen", on_delete=fields.RESTRICT, null=True
    )
    seen_by_id: UUID | None

    class Meta(Model.Meta):
        table = "complication_report"
        indexes = (Index(fields=("case_id", "id"), name="complication_case"),)

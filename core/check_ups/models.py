"""Check-ups that were held: which planned one, when, where, with what on file."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class CheckUpHeld(Record):
    """`due_day` and `anchor` name the planned check-up, a control outside the plan has neither."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="check_ups", on_delete=fields.RESTRICT)
    treatment_id: UUID
    site = fields.CharField(max_length=60, null=True, description="one of the treatment's sites, null: all of them")
    due_day = fields.IntField(null=True)
    anchor = fields.CharField(max_length=60, null=True)
    held_on = fields.CharField(max_length=10, description="partial date")
    where = fields.CharField(max_length=20, source_field="held_where", description="a place a specialty can plan")
    evidence: OptionalRef = fields.ForeignKeyField(
        "suivi.Evidence", related_name="check_ups", on_delete=fields.RESTRICT, null=True
    )
    evidence_id: UUID | None
    recorder_role = fields.CharField(max_length=20)
    recorder = fields.CharField(max_length=255)
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "check_up_held"
        indexes = (Index(fields=("treatment_id", "id"), name="check_up_held_treatment"),)

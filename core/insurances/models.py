"""Insurance that stands beside a clinic's terms and a manufacturer's warranty (R-130)."""

from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Insurance(Record):
    """One policy that covers a treatment, such as the complication insurance some countries ask for."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="insurances", on_delete=fields.RESTRICT)
    treatment_id: UUID
    insurer = fields.CharField(max_length=200)
    policy = fields.CharField(max_length=100, description="number of the policy")
    language = fields.CharField(max_length=35)
    required_by = fields.CharField(
        max_length=2, null=True, description="ISO 3166-1 alpha-2 of the country whose law asks for it"
    )
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True, description="last day covered")
    claim_route = fields.TextField(description="how and where to claim, in words")
    content = fields.JSONField[dict[str, Any]](description="as terms: components, fees, clauses")
    document: OptionalRef = fields.ForeignKeyField(
        "suivi.Evidence", related_name="insurances", on_delete=fields.RESTRICT, null=True
    )
    document_id: UUID | None
    wording_findings = fields.IntField(null=True, description="promises of an outcome in it, null: nobody looked")
    wording_reason = fields.TextField(null=True, description="why they stay all the same")
    recorder_role = fields.CharField(max_length=20)
    attached_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True, description="when it was recorded that it was cancelled")
    withdrawn_at = fields.DatetimeField(null=True, description="when it was recorded as attached by mistake")
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "insurance"
        indexes = (Index(fields=("treatment_id",), name="insurance_treatment"),)

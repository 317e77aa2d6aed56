"""Pinned rules: what a specialty said when a treatment was registered, kept word for word (R-224)."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class RulesVersion(Record):
    """A whole specialty as it was. Never changed: its digest is its name, and what a treatment pins."""

    specialty = fields.CharField(max_length=60)
    version = fields.CharField(max_length=40)
    digest = fields.CharField(max_length=64, unique=True, description="SHA-256 of the canonical body, hex")
    body = fields.TextField(description="the specialty as JSON, in its own order of keys")
    kept_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "rules_version"


class Repin(Record):
    """A treatment moved, on somebody's word, from one version of its rules to another, both are kept."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="repins", on_delete=fields.RESTRICT)
    treatment_id: UUID
    from_version = fields.CharField(max_length=40)
    from_digest = fields.CharField(max_length=64, null=True)
    to_version = fields.CharField(max_length=40)
    to_digest = fields.CharField(max_length=64)
    reason = fields.TextField()
    repinned_by_role = fields.CharField(max_length=20)
    repinned_by = fields.CharField(max_length=255)
    repinned_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "repin"
        indexes = (Index(fields=("treatment_id",), name="repin_treatment"),)

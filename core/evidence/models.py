"""Evidence: a photo or document in object storage. The row is here, the bytes never are."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class EvidenceKind(StrEnum):
    PHOTO_BEFORE = "photo_before"
    PHOTO_AFTER = "photo_after"
    DOCUMENT = "document"


class EvidenceState(StrEnum):
    AWAITING = "awaiting"
    """An upload form was given out; nothing has been checked yet."""
    KEPT = "kept"
    """Size, type and hash were checked; the object is sealed."""


class Evidence(Record):
    """Three times are kept apart: claimed by the sender, embedded in the file, received by us (R-032)."""

    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="evidence", on_delete=fields.RESTRICT)
    case_id: UUID
    treatment: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment", related_name="evidence", on_delete=fields.RESTRICT, null=True
    )
    treatment_id: UUID | None
    kind = fields.CharEnumField(EvidenceKind, max_length=20)
    view = fields.CharField(max_length=60, null=True, description="which view of the photo set it shows")
    state = fields.CharEnumField(EvidenceState, max_length=10)
    content_type = fields.CharField(max_length=60)
    size = fields.BigIntField(null=True, description="bytes, as found in the object")
    sha256 = fields.CharField(max_length=64, description="hex, declared by the sender, then found to be so")
    claimed_at = fields.CharField(max_length=32, null=True, description="when the sender says it was taken")
    embedded_at = fields.CharField(max_length=32, null=True, description="when the file says it was taken")
    begun_at = fields.DatetimeField()
    form_expires_at = fields.DatetimeField()
    received_at = fields.DatetimeField(null=True)
    sender_role = fields.CharField(max_length=20)
    sender = fields.CharField(max_length=255)

    class Meta(Model.Meta):
        table = "evidence"
        indexes = (Index(fields=("case_id", "id"), name="evidence_case"),)

    @property
    def incoming_key(self) -> str:
        return f"incoming/{self.case_id}/{self.id}"

    @property
    def sealed_key(self) -> str:
        return f"evidence/{self.case_id}/{self.id}"

"""Messages of a case's thread. Immutable: a correction is a new message."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Message(Record):
    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="messages", on_delete=fields.RESTRICT)
    case_id: UUID
    author_role = fields.CharField(max_length=20)
    author = fields.CharField(max_length=255, description="the token's subject")
    author_name = fields.CharField(
        max_length=200, null=True, description="of staff and assigned people, as it was then"
    )
    body = fields.TextField()
    language = fields.CharField(max_length=35, description="BCP 47 tag of the original text")
    corrects: OptionalRef = fields.ForeignKeyField(
        "suivi.Message", related_name="corrections", on_delete=fields.RESTRICT, null=True
    )
    corrects_id: UUID | None
    sent_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "message"
        indexes = (Index(fields=("case_id", "id"), name="message_case"),)


class Attachment(Record):
    """Evidence that a message refers to (R-171)."""

    message: Ref = fields.ForeignKeyField("suivi.Message", related_name="attachments", on_delete=fields.RESTRICT)
    message_id: UUID
    evidence: Ref = fields.ForeignKeyField("suivi.Evidence", related_name="attachments", on_delete=fields.RESTRICT)
    evidence_id: UUID

    class Meta(Model.Meta):
        table = "attachment"
        unique_together = (("message_id", "evidence_id"),)

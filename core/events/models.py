"""The append-only log: history, audit, outbox and live feed in one."""

from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record


class Event(Record):
    """One thing that happened, chained to the one before it in the same stream."""

    stream = fields.CharField(max_length=60, description="`case:<id>`, `treatment:<id>`, `clinic:<id>`, ...")
    seq = fields.IntField(description="1, 2, 3 ... within the stream")
    kind = fields.CharField(max_length=60)
    at = fields.DatetimeField()
    actor_role = fields.CharField(max_length=20)
    actor = fields.CharField(max_length=255)
    frontend = fields.CharField(max_length=255, null=True, description="the partner frontend that acted for the actor")
    payload = fields.JSONField[dict[str, Any]](description="codes and ids only, never anybody's words")
    records = fields.JSONField[dict[str, str]](description="`table:id` of every row written, and its digest")
    previous = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)

    class Meta(Model.Meta):
        table = "event"
        unique_together = (("stream", "seq"),)
        indexes = (Index(fields=("stream", "id"), name="event_stream"),)


class Chain(Model):
    """How long a stream is and the hash it ends with: what makes a cut-off tail visible. Its row is the stream's lock."""

    stream = fields.CharField(max_length=60, primary_key=True)
    length = fields.IntField()
    head = fields.CharField(max_length=64)

    class Meta(Model.Meta):
        table = "chain"


class KeptResult(Record):
    """What an idempotency key led to, so that the same request again gives the same answer (R-213)."""

    holder = fields.CharField(max_length=600, description="role, subject and frontend that the key belongs to")
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64, description="of the mutation and its arguments")
    result_id: UUID | None = fields.UUIDField(null=True)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "kept_result"
        unique_together = (("holder", "key"),)
        indexes = (Index(fields=("at",), name="kept_result_at"),)

"""The append-only log: history, audit, outbox and live feed in one."""

from typing import Any
from uuid import UUID

from tortoise import Model, fields

from suivi.core.records import Record


class Event(Record):
    """One thing that happened to one noun, chained to what happened to it before."""

    noun = fields.CharField(max_length=20, description="`case`, `treatment`, `clinic`, ...: whose chain this is in")
    noun_id: UUID = fields.UUIDField()
    seq = fields.IntField(description="1, 2, 3 ... within the chain")
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
        unique_together = (("noun_id", "seq"),)


class Chain(Model):
    """How long a chain is and the hash it ends with, so that a cut-off tail shows. Its row is the chain's lock."""

    noun_id: UUID = fields.UUIDField(primary_key=True)
    noun = fields.CharField(max_length=20)
    length = fields.IntField()
    head = fields.CharField(max_length=64)

    class Meta(Model.Meta):
        table = "chain"


class KeptResult(Record):
    """What an idempotency key led to, so that the same request again gives the same answer (R-213)."""

    holder = fields.CharField(max_length=64, description="hash of the role, subject and frontend the key belongs to")
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64, description="of the action and its arguments")
    result_id: UUID = fields.UUIDField()
    at = fields.DatetimeField(db_index=True)

    class Meta(Model.Meta):
        table = "kept_result"
        unique_together = (("holder", "key"),)

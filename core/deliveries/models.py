"""The outbox: what has to reach a clinic, and how far it has got."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """Not delivered yet; it is tried when due."""
    DELIVERED = "delivered"
    PARKED = "parked"
    """Given up after the last attempt or refused for good; an operator can retry it."""


class Delivery(Record):
    """One event to one clinic over one adapter. Written in the event's transaction, sent afterwards."""

    event: Ref = fields.ForeignKeyField("suivi.Event", related_name="deliveries", on_delete=fields.RESTRICT)
    event_id: UUID
    case: OptionalRef = fields.ForeignKeyField(
        "suivi.Case",
        related_name="deliveries",
        on_delete=fields.RESTRICT,
        null=True,
        description="null: the notice is about no case, such as a confirmation asked before treatment",
    )
    case_id: UUID | None
    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="deliveries", on_delete=fields.RESTRICT)
    clinic_id: UUID
    kind = fields.CharField(max_length=60, description="of the event")
    urgent = fields.BooleanField()
    state = fields.CharEnumField(DeliveryState, max_length=10)
    adapter = fields.CharField(max_length=60, null=True, description="the adapter tried last, or that delivered it")
    attempts = fields.IntField()
    due_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True, description="while a worker has it in hand")
    reason = fields.CharField(max_length=60, null=True, description="code of the last failure")
    created_at = fields.DatetimeField()
    delivered_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "delivery"
        unique_together = (("event_id", "clinic_id"),)
        indexes = (
            Index(fields=("state", "due_at"), name="delivery_due"),
            Index(fields=("case_id",), name="delivery_case"),
            Index(fields=("clinic_id",), name="delivery_clinic"),
        )

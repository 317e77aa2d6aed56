"""Clinics and the people who work there."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Ceased(StrEnum):
    """Why a clinic takes no new treatments. Its terms stay readable, and owed (R-128)."""

    LEFT_PLATFORM = "left_platform"
    MERGED = "merged"
    CLOSED = "closed"


class Clinic(Record):
    name = fields.CharField(max_length=200)
    country = fields.CharField(max_length=2, description="ISO 3166-1 alpha-2")
    city = fields.CharField(max_length=120)
    time_zone = fields.CharField(max_length=64, description="IANA name")
    languages = fields.JSONField[list[str]](description="BCP 47 tags, the first is the one notices are written in")
    notice_address = fields.CharField(max_length=254, null=True, description="mailbox that notices go to")
    adapters = fields.JSONField[list[str]](description="adapter ids, in the order they are tried")
    response_days = fields.IntField(description="days within which the clinic says it answers")
    registered_at = fields.DatetimeField()
    version = fields.IntField()
    ceased = fields.CharEnumField(Ceased, max_length=20, null=True, description="null: it is there")
    ceased_on = fields.DateField(null=True)
    successor: OptionalRef = fields.ForeignKeyField(
        "suivi.Clinic",
        related_name="predecessors",
        on_delete=fields.RESTRICT,
        null=True,
        description="the clinic that it says takes over its obligations",
    )
    successor_id: UUID | None
    succession_accepted_at = fields.DatetimeField(
        null=True, description="when the successor said that it does, null: it has not"
    )

    class Meta(Model.Meta):
        table = "clinic"
        indexes = (Index(fields=("successor_id",), name="clinic_successor"),)


class MemberKind(StrEnum):
    PRACTITIONER = "practitioner"
    COORDINATOR = "coordinator"


class Member(Record):
    """A person at a clinic. The row stays when they leave, so that what they wrote keeps its author (R-016)."""

    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="members", on_delete=fields.RESTRICT)
    clinic_id: UUID
    kind = fields.CharEnumField(MemberKind, max_length=20)
    subject = fields.CharField(max_length=255, description="the identity provider's name for this person")
    name = fields.CharField(max_length=200)
    languages = fields.JSONField[list[str]]()
    since = fields.DateField(description="first day of access")
    until = fields.DateField(null=True, description="last day of access")
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "member"
        indexes = (
            Index(fields=("subject",), name="member_subject"),
            Index(fields=("clinic_id",), name="member_clinic"),
        )

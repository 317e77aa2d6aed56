"""Patients, pseudonymous, and those who may act for them."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class Patient(Record):
    """No name and no address: the partner knows who this is, Suivi needs only languages and a time zone."""

    partner: Ref = fields.ForeignKeyField("suivi.Partner", related_name="patients", on_delete=fields.RESTRICT)
    partner_id: UUID
    reference = fields.CharField(max_length=100, description="the partner's own pseudonym for this person")
    subject = fields.CharField(max_length=255, description="the identity provider's name for this person")
    languages = fields.JSONField[list[str]]()
    time_zone = fields.CharField(max_length=64)
    registered_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "patient"
        unique_together = (("partner_id", "reference"), ("partner_id", "subject"))
        indexes = (Index(fields=("subject",), name="patient_subject"),)


class MandateKind(StrEnum):
    GUARDIAN = "guardian"
    POWER_OF_ATTORNEY = "power_of_attorney"
    HEIR = "heir"


class MandateScope(StrEnum):
    READ = "read"
    """See what the patient sees."""
    ACT = "act"
    """Also do what the patient may do."""


class Mandate(Record):
    """The right of a representative to act for a patient: dated, scoped, evidenced (R-013)."""

    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="mandates", on_delete=fields.RESTRICT)
    patient_id: UUID
    subject = fields.CharField(max_length=255)
    kind = fields.CharEnumField(MandateKind, max_length=20)
    scope = fields.CharEnumField(MandateScope, max_length=10)
    evidence = fields.CharField(max_length=500, description="where the document that proves it is kept")
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True, description="last day it is valid")
    granted_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "mandate"
        indexes = (
            Index(fields=("subject",), name="mandate_subject"),
            Index(fields=("patient_id",), name="mandate_patient"),
        )

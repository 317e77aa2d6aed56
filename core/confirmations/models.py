"""Written confirmations: asked item by item, answered by a named signatory, frozen (R-132 to R-135)."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class ConfirmationRequest(Record):
    """What a patient asks a clinic to confirm in writing, before choosing it or at any later time."""

    patient: Ref = fields.ForeignKeyField(
        "suivi.Patient", related_name="confirmation_requests", on_delete=fields.RESTRICT
    )
    patient_id: UUID
    clinic: Ref = fields.ForeignKeyField(
        "suivi.Clinic", related_name="confirmation_requests", on_delete=fields.RESTRICT
    )
    clinic_id: UUID
    treatment: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment",
        related_name="confirmation_requests",
        on_delete=fields.RESTRICT,
        null=True,
        description="null: asked before there is one",
    )
    treatment_id: UUID | None
    specialty = fields.CharField(max_length=60)
    procedure = fields.CharField(max_length=60)
    variant = fields.CharField(max_length=60, null=True)
    material = fields.CharField(max_length=60, null=True)
    terms: OptionalRef = fields.ForeignKeyField(
        "suivi.Terms",
        related_name="confirmation_requests",
        on_delete=fields.RESTRICT,
        null=True,
        description="the version asked about, null: none was published",
    )
    terms_id: UUID | None
    language = fields.CharField(max_length=35, description="the patient reads the confirmation in it")
    asker_role = fields.CharField(max_length=20)
    asked_at = fields.DatetimeField()
    asked_on = fields.DateField(description="the day it was then at the clinic")
    due_on = fields.DateField(description="last day of the clinic's response time, at the clinic")
    answered_on = fields.DateField(
        null=True, description="day at the clinic when its last item was answered, null: some are not"
    )
    withdrawn_at = fields.DatetimeField(null=True)
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "confirmation_request"
        indexes = (
            Index(fields=("patient_id",), name="confirmation_request_patient"),
            Index(fields=("clinic_id",), name="confirmation_request_clinic"),
            Index(fields=("treatment_id",), name="confirmation_request_treatment"),
        )


class ItemKind(StrEnum):
    TERMS_AND_DEADLINES = "terms_and_deadlines"
    FEES_ON_RE_INTERVENTION = "fees_on_re_intervention"
    CLINIC_WARRANTY = "clinic_warranty"
    MANUFACTURER_WARRANTY = "manufacturer_warranty"
    OTHER = "other"


class ConfirmationItem(Record):
    """One question of a request. `subject` names a component or kind of fee of the terms, where it is about one."""

    request: Ref = fields.ForeignKeyField("suivi.ConfirmationRequest", related_name="items", on_delete=fields.RESTRICT)
    request_id: UUID
    number = fields.IntField(description="1, 2, 3 ... within the request")
    kind = fields.CharEnumField(ItemKind, max_length=40)
    subject = fields.CharField(max_length=60, null=True)
    question = fields.TextField(null=True, description="in the asker's words, needed where the kind is other")

    class Meta(Model.Meta):
        table = "confirmation_item"
        unique_together = (("request_id", "number"),)


class Confirmation(Record):
    """The clinic's signed answer to some or all items of a request. Frozen: `document` is what the hash is of."""

    request: Ref = fields.ForeignKeyField(
        "suivi.ConfirmationRequest", related_name="confirmations", on_delete=fields.RESTRICT
    )
    request_id: UUID
    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="confirmations", on_delete=fields.RESTRICT)
    patient_id: UUID
    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="confirmations", on_delete=fields.RESTRICT)
    clinic_id: UUID
    treatment: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment", related_name="confirmations", on_delete=fields.RESTRICT, null=True
    )
    treatment_id: UUID | None
    number = fields.CharField(max_length=40, unique=True, description="printed on it")
    signatory: Ref = fields.ForeignKeyField("suivi.Member", related_name="signed", on_delete=fields.RESTRICT)
    signatory_id: UUID
    signed_at = fields.DatetimeField()
    languages = fields.JSONField[list[str]](description="the patient's first")
    document = fields.TextField(description="canonical JSON, RFC 8785")
    digest = fields.CharField(max_length=64, unique=True, description="SHA-256 of the document, hex")
    notice_version = fields.CharField(max_length=200)
    wording_findings = fields.IntField(null=True, description="promises of an outcome it was signed with")
    wording_reason = fields.TextField(null=True, description="why it was signed all the same")

    class Meta(Model.Meta):
        table = "confirmation"
        indexes = (
            Index(fields=("request_id",), name="confirmation_request_id"),
            Index(fields=("patient_id",), name="confirmation_patient"),
            Index(fields=("clinic_id",), name="confirmation_clinic"),
            Index(fields=("treatment_id",), name="confirmation_treatment"),
        )


class AnswerKind(StrEnum):
    CONFIRMED = "confirmed"
    CONFIRMED_WITH_CHANGES = "confirmed_with_changes"
    NOT_CONFIRMED = "not_confirmed"


class ConfirmationAnswer(Record):
    """What a confirmation says of one item, in lines that count (`content`) and in words."""

    confirmation: Ref = fields.ForeignKeyField("suivi.Confirmation", related_name="answers", on_delete=fields.RESTRICT)
    confirmation_id: UUID
    item: Ref = fields.ForeignKeyField(
        "suivi.ConfirmationItem", related_name="answers", on_delete=fields.RESTRICT, unique=True
    )
    item_id: UUID
    answer = fields.CharEnumField(AnswerKind, max_length=30)
    reason = fields.CharField(max_length=60, null=True, description="code, for what is not confirmed")
    text = fields.TextField(null=True, description="the clinic's words")
    language = fields.CharField(max_length=35)
    content = fields.JSONField[dict[str, Any] | None](
        null=True, description="what is confirmed, as terms: the terms' own lines, or the changed ones"
    )
    reference_period = fields.CharField(max_length=20, null=True, description="ISO 8601, null: not stated")

    class Meta(Model.Meta):
        table = "confirmation_answer"
        indexes = (Index(fields=("confirmation_id",), name="confirmation_answer_of"),)

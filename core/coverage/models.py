"""What a clinic publishes about who covers what, in versions that never change, and the drafts and offers of it."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Payer(StrEnum):
    CLINIC = "clinic"
    PATIENT = "patient"
    MANUFACTURER = "manufacturer"
    INSURER = "insurer"
    SHARED = "shared"
    CASE_BY_CASE = "case_by_case"
    NOT_STATED = "not_stated"


class Terms(Record):
    """One published version for a clinic and procedure, or for a narrower or wider scope.

    `content` says everything. The columns from `period` to `exclusions` sum it up, and are all there is to versions
    published before terms had components (`suivi.core.coverage.content.content_of` reads both). `period` and `starts`
    are those of the first component, empty where they are not counted by the calendar or not stated. An empty
    `procedure` means every procedure of the specialty.
    """

    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="terms", on_delete=fields.RESTRICT)
    clinic_id: UUID
    procedure = fields.CharField(max_length=60)
    number = fields.IntField(description="1, 2, 3 ... for this clinic and procedure")
    language = fields.CharField(max_length=35)
    text = fields.TextField(description="the clinic's own words")
    period = fields.CharField(max_length=20, description="how long the cover lasts, ISO 8601")
    starts = fields.CharField(max_length=60, description="anchor the cover starts at")
    covers = fields.JSONField[list[str]](description="what is covered, coded")
    fees = fields.JSONField[dict[str, str]](description="fee kind to payer, a missing kind is not stated")
    exclusions = fields.JSONField[list[str]](description="coded")
    reference_period = fields.CharField(max_length=20, null=True, description="ISO 8601, null: not stated")
    response_days = fields.IntField(null=True)
    effective_from = fields.DateField()
    published_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True, description="when it was taken back, before it took effect")
    publisher: Ref = fields.ForeignKeyField("suivi.Member", related_name="published", on_delete=fields.RESTRICT)
    publisher_id: UUID
    specialty = fields.CharField(max_length=60, null=True)
    variant = fields.CharField(max_length=60, null=True, description="of the procedure, null: every variant")
    material = fields.CharField(max_length=60, null=True, description="null: every material")
    content = fields.JSONField[dict[str, Any] | None](null=True)
    template = fields.JSONField[dict[str, Any] | None](
        null=True, description="the template it started from: specialty, version, key, and where it departs"
    )
    wording_findings = fields.IntField(null=True, description="promises of an outcome it was published with")
    wording_reason = fields.TextField(null=True, description="why it was published all the same")
    notice_version = fields.CharField(max_length=200, null=True, description="of the notice it was published under")

    class Meta(Model.Meta):
        table = "terms"
        unique_together = (("clinic_id", "procedure", "number"),)
        indexes = (
            Index(fields=("clinic_id", "id"), name="terms_clinic"),
            Index(fields=("clinic_id", "procedure", "effective_from"), name="terms_in_force"),
            Index(
                fields=("clinic_id", "procedure", "variant", "material", "effective_from", "number"), name="terms_scope"
            ),
        )


class TermsDraft(Record):
    """Terms that a clinic's coordinators work on. Nobody else sees them, and they bind nobody."""

    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="terms_drafts", on_delete=fields.RESTRICT)
    clinic_id: UUID
    author: Ref = fields.ForeignKeyField("suivi.Member", related_name="terms_drafts", on_delete=fields.RESTRICT)
    author_id: UUID
    specialty = fields.CharField(max_length=60)
    procedure = fields.CharField(max_length=60, description="empty: every procedure of the specialty")
    variant = fields.CharField(max_length=60, null=True)
    material = fields.CharField(max_length=60, null=True)
    language = fields.CharField(max_length=35)
    text = fields.TextField(description="the clinic's own words, may still be empty")
    content = fields.JSONField[dict[str, Any]]()
    reference_period = fields.CharField(max_length=20, null=True)
    response_days = fields.IntField(null=True)
    template = fields.JSONField[dict[str, Any] | None](
        null=True, description="the template it started from: specialty, version, key, and its content then"
    )
    started_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    published: OptionalRef = fields.ForeignKeyField(
        "suivi.Terms", related_name="drafts", on_delete=fields.RESTRICT, null=True
    )
    published_id: UUID | None
    discarded_at = fields.DatetimeField(null=True)
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "terms_draft"
        indexes = (Index(fields=("clinic_id",), name="terms_draft_clinic"),)


class OfferAnswer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By the clinic."""


class TermsOffer(Record):
    """Another version of the clinic's terms, offered for a treatment that pinned an earlier one (R-126).

    Accepting it is the re-pin; what was pinned before is `replaces`.
    """

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="terms_offers", on_delete=fields.RESTRICT)
    treatment_id: UUID
    terms: Ref = fields.ForeignKeyField("suivi.Terms", related_name="offers", on_delete=fields.RESTRICT)
    terms_id: UUID
    replaces: OptionalRef = fields.ForeignKeyField(
        "suivi.Terms", related_name="replaced_by_offers", on_delete=fields.RESTRICT, null=True
    )
    replaces_id: UUID | None
    offerer: Ref = fields.ForeignKeyField("suivi.Member", related_name="terms_offers", on_delete=fields.RESTRICT)
    offerer_id: UUID
    offered_at = fields.DatetimeField()
    answer = fields.CharEnumField(OfferAnswer, max_length=10, null=True)
    answered_at = fields.DatetimeField(null=True)
    answerer_role = fields.CharField(max_length=20, null=True)
    acknowledged = fields.JSONField[list[str] | None](
        null=True, description="lines that are worse than before, which the patient accepted by name"
    )
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "terms_offer"
        indexes = (Index(fields=("treatment_id",), name="terms_offer_treatment"),)

"""Treatments: one procedure at one clinic, with sites, named dated anchors and frozen objectives."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Treatment(Record):
    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="treatments", on_delete=fields.RESTRICT)
    patient_id: UUID
    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="treatments", on_delete=fields.RESTRICT)
    clinic_id: UUID
    trip: OptionalRef = fields.ForeignKeyField(
        "suivi.Trip", related_name="treatments", on_delete=fields.RESTRICT, null=True
    )
    trip_id: UUID | None
    practitioner: OptionalRef = fields.ForeignKeyField(
        "suivi.Member", related_name="treatments", on_delete=fields.RESTRICT, null=True
    )
    practitioner_id: UUID | None
    specialty = fields.CharField(max_length=60)
    procedure = fields.CharField(max_length=60)
    description = fields.CharField(
        max_length=200, null=True, description="what was done, when the procedure is `other`"
    )
    sites = fields.JSONField[list[str]](description="in the procedure's scheme: FDI teeth, sides, arches")
    agreed_on = fields.DateField(description="the day whose published terms are pinned")
    terms: OptionalRef = fields.ForeignKeyField(
        "suivi.Terms", related_name="treatments", on_delete=fields.RESTRICT, null=True
    )
    terms_id: UUID | None
    rules_plugin = fields.CharField(max_length=60, description="specialty plugin the rules came from, or `core`")
    rules_version = fields.CharField(max_length=40)
    patient_objectives = fields.TextField(null=True)
    practitioner_objectives = fields.TextField(null=True)
    registered_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "treatment"
        indexes = (
            Index(fields=("patient_id",), name="treatment_patient"),
            Index(fields=("clinic_id",), name="treatment_clinic"),
        )


class Anchor(Record):
    """A named date that clocks start from. `on` may be partial: `2026-03-03`, `2026-03`, `2026` or `unknown`."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="anchors", on_delete=fields.RESTRICT)
    treatment_id: UUID
    name = fields.CharField(max_length=60)
    on = fields.CharField(max_length=10, source_field="on_date")
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "anchor"
        unique_together = (("treatment_id", "name"),)


class Addendum(Record):
    """What is added to the objectives once they are frozen, which themselves never change (R-024)."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="addenda", on_delete=fields.RESTRICT)
    treatment_id: UUID
    author_role = fields.CharField(max_length=20)
    text = fields.TextField()
    added_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "addendum"
        indexes = (Index(fields=("treatment_id",), name="addendum_treatment"),)


class Consent(Record):
    """The informed consent that was signed: which version, in which language, when (R-025)."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="consents", on_delete=fields.RESTRICT)
    treatment_id: UUID
    document_version = fields.CharField(max_length=60)
    language = fields.CharField(max_length=35)
    signed_on = fields.DateField()
    evidence: OptionalRef = fields.ForeignKeyField(
        "suivi.Evidence", related_name="consents", on_delete=fields.RESTRICT, null=True
    )
    evidence_id: UUID | None
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "consent"
        indexes = (Index(fields=("treatment_id",), name="consent_treatment"),)

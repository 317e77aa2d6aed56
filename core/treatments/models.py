"""Treatments: one procedure at one clinic, with sites, named dated anchors and frozen objectives."""

from enum import StrEnum
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
    variant = fields.CharField(max_length=60, null=True, description="one of the procedure's variants")
    continues: OptionalRef = fields.ForeignKeyField(
        "suivi.Treatment",
        related_name="continued_by",
        on_delete=fields.RESTRICT,
        null=True,
        description="the treatment whose series this one goes on with",
    )
    continues_id: UUID | None
    sites = fields.JSONField[list[str]](description="in the procedure's scheme: FDI teeth, sides, arches")
    agreed_on = fields.DateField(description="the day whose published terms are pinned")
    terms: OptionalRef = fields.ForeignKeyField(
        "suivi.Terms", related_name="treatments", on_delete=fields.RESTRICT, null=True
    )
    terms_id: UUID | None
    rules_plugin = fields.CharField(max_length=60, description="specialty plugin the rules came from, or `core`")
    rules_version = fields.CharField(max_length=40)
    rules_digest = fields.CharField(max_length=64, null=True, description="of the rules kept in rules_version, hex")
    patient_objectives = fields.TextField(null=True)
    practitioner_objectives = fields.TextField(null=True)
    registered_at = fields.DatetimeField()
    version = fields.IntField()
    material = fields.CharField(max_length=60, null=True, description="such as zirconia, terms may depend on it")

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


class LocalAnchor(Record):
    """An anchor at one site or in one cycle, where its date goes before that of the whole treatment (R-022, R-066)."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="local_anchors", on_delete=fields.RESTRICT)
    treatment_id: UUID
    name = fields.CharField(max_length=60)
    site = fields.CharField(max_length=60, default="", description="one of the treatment's sites, empty: every site")
    cycle = fields.IntField(default=0, description="number of the cycle, 0: every cycle")
    on = fields.CharField(max_length=10, source_field="on_date", description="partial date")
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "local_anchor"
        unique_together = (("treatment_id", "name", "site", "cycle"),)


class Cycle(Record):
    """One stimulation and every transfer of its embryos, or one session or use of another series (R-066)."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="cycles", on_delete=fields.RESTRICT)
    treatment_id: UUID
    number = fields.IntField(description="from 1, across the whole series")
    cancelled_on = fields.CharField(max_length=10, null=True, description="partial date")
    closed_on = fields.CharField(max_length=10, null=True, description="partial date of its last possible transfer")
    embryos_left = fields.IntField(null=True, description="that may still be transferred")
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "cycle"
        unique_together = (("treatment_id", "number"),)


class IndividualDate(Record):
    """The practitioner's own date from which this patient's result may be judged. The latest counts (R-043)."""

    treatment: Ref = fields.ForeignKeyField(
        "suivi.Treatment", related_name="individual_dates", on_delete=fields.RESTRICT
    )
    treatment_id: UUID
    site = fields.CharField(max_length=60, null=True, description="one of the treatment's sites, null: all of them")
    judged_from = fields.DateField()
    reason = fields.TextField()
    practitioner: Ref = fields.ForeignKeyField(
        "suivi.Member", related_name="individual_dates", on_delete=fields.RESTRICT
    )
    practitioner_id: UUID
    decided_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "individual_date"
        indexes = (Index(fields=("treatment_id",), name="individual_date_treatment"),)


class DepartureDecision(StrEnum):
    AS_PLANNED = "as_planned"
    CLINIC_ADVISED = "clinic_advised"
    PATIENT_DECIDED = "patient_decided"
    OTHER = "other"


class Departure(Record):
    """When the patient really travelled home, and who decided it when that was early (R-028)."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="departures", on_delete=fields.RESTRICT)
    treatment_id: UUID
    left_on = fields.CharField(max_length=10, description="partial date")
    decision = fields.CharEnumField(DepartureDecision, max_length=20)
    recorder_role = fields.CharField(max_length=20)
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "departure"
        indexes = (Index(fields=("treatment_id",), name="departure_treatment"),)


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

"""Cases: one situation to follow, between one patient and one clinic, over one or more treatments."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import Record, Ref


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Case(Record):
    partner: Ref = fields.ForeignKeyField("suivi.Partner", related_name="cases", on_delete=fields.RESTRICT)
    partner_id: UUID
    patient: Ref = fields.ForeignKeyField("suivi.Patient", related_name="cases", on_delete=fields.RESTRICT)
    patient_id: UUID
    clinic: Ref = fields.ForeignKeyField("suivi.Clinic", related_name="cases", on_delete=fields.RESTRICT)
    clinic_id: UUID
    state = fields.CharEnumField(CaseState, max_length=10)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "case"
        indexes = (
            Index(fields=("patient_id", "id"), name="case_patient"),
            Index(fields=("clinic_id", "id"), name="case_clinic"),
            Index(fields=("partner_id", "id"), name="case_partner"),
        )


class CaseTreatment(Record):
    """A treatment that a case is about."""

    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="covered", on_delete=fields.RESTRICT)
    case_id: UUID
    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="covering", on_delete=fields.RESTRICT)
    treatment_id: UUID

    class Meta(Model.Meta):
        table = "case_treatment"
        unique_together = (("case_id", "treatment_id"),)
        indexes = (Index(fields=("treatment_id",), name="case_treatment_treatment"),)


class AssignedRole(StrEnum):
    MEDIATOR = "mediator"
    EXPERT = "expert"
    INTERPRETER = "interpreter"


class Assignment(Record):
    """A mediator, expert or interpreter invited to one case, for a time (R-011, R-151, R-172)."""

    case: Ref = fields.ForeignKeyField("suivi.Case", related_name="assignments", on_delete=fields.RESTRICT)
    case_id: UUID
    role = fields.CharEnumField(AssignedRole, max_length=20)
    subject = fields.CharField(max_length=255)
    name = fields.CharField(max_length=200)
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)
    assigned_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "assignment"
        indexes = (
            Index(fields=("case_id",), name="assignment_case"),
            Index(fields=("subject",), name="assignment_subject"),
        )

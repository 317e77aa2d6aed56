"""Partners: a frontend's organisation. Patients and cases belong to exactly one."""

from tortoise import Model, fields

from suivi.core.records import Record


class Partner(Record):
    name = fields.CharField(max_length=200)
    registered_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "partner"

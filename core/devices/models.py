"""Devices put into or onto a patient, and what their manufacturers warrant, which outlives the clinic (R-139)."""

from typing import Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from suivi.core.records import OptionalRef, Record, Ref


class Device(Record):
    """An implant, a lens, a crown: what it is, where it is, since when."""

    treatment: Ref = fields.ForeignKeyField("suivi.Treatment", related_name="devices", on_delete=fields.RESTRICT)
    treatment_id: UUID
    object = fields.CharField(max_length=60, description="coded as in warranty templates, such as breast_implant")
    manufacturer = fields.CharField(max_length=200)
    model = fields.CharField(max_length=200, null=True)
    lot = fields.CharField(max_length=60, null=True)
    serial = fields.CharField(max_length=60, null=True)
    udi = fields.CharField(max_length=255, null=True, description="as it was read off the label")
    udi_di = fields.CharField(max_length=60, null=True, description="device identifier out of the UDI")
    udi_agency = fields.CharField(max_length=20, null=True, description="gs1, hibcc or iccbba")
    made_on = fields.DateField(null=True)
    expires_on = fields.DateField(null=True, description="last day it may be implanted")
    site = fields.CharField(max_length=60, null=True, description="one of the treatment's sites")
    implanted_on = fields.CharField(max_length=10, description="partial date")
    explanted_on = fields.CharField(max_length=10, null=True, description="partial date")
    explant_reason = fields.CharField(max_length=60, null=True, description="coded event, such as rupture")
    noticed_on = fields.CharField(max_length=10, null=True, description="partial date on which the event was noticed")
    noticed_event = fields.CharField(max_length=60, null=True, description="coded event, such as rupture")
    card: OptionalRef = fields.ForeignKeyField(
        "suivi.Evidence", related_name="devices", on_delete=fields.RESTRICT, null=True
    )
    card_id: UUID | None
    recorder_role = fields.CharField(max_length=20)
    registered_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "device"
        indexes = (Index(fields=("treatment_id",), name="device_treatment"),)


class DeviceWarranty(Record):
    """A manufacturer's warranty of one device, as its text stood when it was attached (R-137)."""

    device: Ref = fields.ForeignKeyField("suivi.Device", related_name="warranties", on_delete=fields.RESTRICT)
    device_id: UUID
    treatment: Ref = fields.ForeignKeyField(
        "suivi.Treatment", related_name="device_warranties", on_delete=fields.RESTRICT
    )
    treatment_id: UUID
    name = fields.CharField(max_length=200, description="of the programme, in the manufacturer's words")
    language = fields.CharField(max_length=35)
    template = fields.CharField(max_length=60, null=True, description="key of the specialty's template")
    source = fields.CharField(max_length=500, null=True, description="address or title of the manufacturer's text")
    as_of = fields.DateField(description="day the manufacturer's text is of")
    content = fields.JSONField[dict[str, Any]](description="as terms: components, fees, clauses")
    beneficiary = fields.CharField(max_length=20, description="patient, clinic or practitioner")
    claimant = fields.CharField(max_length=20, description="who may claim: patient, clinic or practitioner")
    gives = fields.CharField(max_length=20, description="product, money, both or not_stated")
    enrolment_days = fields.IntField(null=True, description="from implantation, null: no enrolment needed")
    return_days = fields.IntField(null=True, description="from explantation, for returning the device")
    claim_days = fields.IntField(null=True, description="from explantation or from noticing the event, for claiming")
    claim_from = fields.CharField(max_length=20, null=True, description="noticing, null: explantation")
    evidence_needed = fields.JSONField[list[str]](description="coded or in words: what a claim has to show")
    wording_findings = fields.IntField(null=True, description="promises of an outcome in it, null: nobody looked")
    wording_reason = fields.TextField(null=True, description="why they stay all the same")
    recorder_role = fields.CharField(max_length=20)
    attached_at = fields.DatetimeField()
    enrolled_on = fields.DateField(null=True)
    returned_on = fields.DateField(null=True)
    claimed_on = fields.DateField(null=True)
    withdrawn_at = fields.DatetimeField(null=True, description="when it was recorded as attached by mistake")
    version = fields.IntField()

    class Meta(Model.Meta):
        table = "device_warranty"
        indexes = (
            Index(fields=("device_id",), name="device_warranty_device"),
            Index(fields=("treatment_id",), name="device_warranty_treatment"),
        )

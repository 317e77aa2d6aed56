from tortoise.migrations import operations as ops
from suivi.core.migrating import OneLook
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from orjson import loads
from suivi.core.clinics.models import Ceased
from suivi.core.confirmations.models import AnswerKind, ItemKind
from suivi.core.coverage.models import OfferAnswer
from suivi.core.records import new_id
from suivi.core.reminders.models import ReminderKind
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

_DELIVERY_OF_NO_CASE = """
CREATE TABLE "new__delivery" (
    "id" CHAR(36) NOT NULL PRIMARY KEY,
    "kind" VARCHAR(60) NOT NULL,
    "urgent" INT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "adapter" VARCHAR(60),
    "attempts" INT NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "claimed_until" TIMESTAMP,
    "reason" VARCHAR(60),
    "created_at" TIMESTAMP NOT NULL,
    "delivered_at" TIMESTAMP,
    "case_id" CHAR(36) REFERENCES "case" ("id") ON DELETE RESTRICT,
    "clinic_id" CHAR(36) NOT NULL REFERENCES "clinic" ("id") ON DELETE RESTRICT,
    "event_id" CHAR(36) NOT NULL REFERENCES "event" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_delivery_event_i_9b5a75" UNIQUE ("event_id", "clinic_id")
);
INSERT INTO "new__delivery" ("id", "kind", "urgent", "state", "adapter", "attempts", "due_at", "claimed_until", "reason",
    "created_at", "delivered_at", "case_id", "clinic_id", "event_id")
SELECT "id", "kind", "urgent", "state", "adapter", "attempts", "due_at", "claimed_until", "reason",
    "created_at", "delivered_at", "case_id", "clinic_id", "event_id" FROM "delivery";
DROP TABLE "delivery";
ALTER TABLE "new__delivery" RENAME TO "delivery";
CREATE INDEX "delivery_due" ON "delivery" ("state", "due_at");
CREATE INDEX "delivery_case" ON "delivery" ("case_id");
CREATE INDEX "delivery_clinic" ON "delivery" ("clinic_id");
"""


class AlterDeliveryCase(ops.AlterField):
    """By hand on SQLite, where the table is made anew: Tortoise's own way loses its indexes. Nothing refers to it."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None or state_editor.DIALECT != "sqlite":
            await super().database_forward(app_label, old_state, new_state, state_editor)
            return
        for statement in _DELIVERY_OF_NO_CASE.strip().split(";\n"):
            await state_editor._run_sql(statement)


class Migration(OneLook):
    dependencies = [("suivi", "0002_specialties")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ConfirmationRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmation_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmation_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        null=True,
                        description="null: asked before there is one",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmation_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("specialty", fields.CharField(max_length=60)),
                ("procedure", fields.CharField(max_length=60)),
                ("variant", fields.CharField(null=True, max_length=60)),
                ("material", fields.CharField(null=True, max_length=60)),
                (
                    "terms",
                    fields.ForeignKeyField(
                        "suivi.Terms",
                        source_field="terms_id",
                        null=True,
                        description="the version asked about, null: none was published",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmation_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("language", fields.CharField(description="the patient reads the confirmation in it", max_length=35)),
                ("asker_role", fields.CharField(max_length=20)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("asked_on", fields.DateField(description="the day it was then at the clinic")),
                ("due_on", fields.DateField(description="last day of the clinic's response time, at the clinic")),
                (
                    "answered_on",
                    fields.DateField(
                        null=True, description="day at the clinic when its last item was answered, null: some are not"
                    ),
                ),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "confirmation_request",
                "app": "suivi",
                "indexes": [
                    Index(fields=["patient_id"], name="confirmation_request_patient"),
                    Index(fields=["clinic_id"], name="confirmation_request_clinic"),
                    Index(fields=["treatment_id"], name="confirmation_request_treatment"),
                ],
                "pk_attr": "id",
                "table_description": "What a patient asks a clinic to confirm in writing, before choosing it or at any later time.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Confirmation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "suivi.ConfirmationRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.CharField(unique=True, description="printed on it", max_length=40)),
                (
                    "signatory",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="signatory_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="signed",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("signed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("languages", fields.JSONField(description="the patient's first", encoder=JSON_DUMPS, decoder=loads)),
                ("document", fields.TextField(description="canonical JSON, RFC 8785", unique=False)),
                ("digest", fields.CharField(unique=True, description="SHA-256 of the document, hex", max_length=64)),
                ("notice_version", fields.CharField(max_length=200)),
                (
                    "wording_findings",
                    fields.IntField(null=True, description="promises of an outcome it was signed with"),
                ),
                (
                    "wording_reason",
                    fields.TextField(null=True, description="why it was signed all the same", unique=False),
                ),
            ],
            options={
                "table": "confirmation",
                "app": "suivi",
                "indexes": [
                    Index(fields=["request_id"], name="confirmation_request_id"),
                    Index(fields=["patient_id"], name="confirmation_patient"),
                    Index(fields=["clinic_id"], name="confirmation_clinic"),
                    Index(fields=["treatment_id"], name="confirmation_treatment"),
                ],
                "pk_attr": "id",
                "table_description": "The clinic's signed answer to some or all items of a request. Frozen: `document` is what the hash is of.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="ConfirmationItem",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "suivi.ConfirmationRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField(description="1, 2, 3 ... within the request")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="TERMS_AND_DEADLINES: terms_and_deadlines\nFEES_ON_RE_INTERVENTION: fees_on_re_intervention\nCLINIC_WARRANTY: clinic_warranty\nMANUFACTURER_WARRANTY: manufacturer_warranty\nOTHER: other",
                        enum_type=ItemKind,
                        max_length=40,
                    ),
                ),
                ("subject", fields.CharField(null=True, max_length=60)),
                (
                    "question",
                    fields.TextField(
                        null=True, description="in the asker's words, needed where the kind is other", unique=False
                    ),
                ),
            ],
            options={
                "table": "confirmation_item",
                "app": "suivi",
                "unique_together": (("request_id", "number"),),
                "pk_attr": "id",
                "table_description": "One question of a request. `subject` names a component or kind of fee of the terms, where it is about one.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="ConfirmationAnswer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "confirmation",
                    fields.ForeignKeyField(
                        "suivi.Confirmation",
                        source_field="confirmation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "item",
                    fields.ForeignKeyField(
                        "suivi.ConfirmationItem",
                        source_field="item_id",
                        unique=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answer",
                    fields.CharEnumField(
                        description="CONFIRMED: confirmed\nCONFIRMED_WITH_CHANGES: confirmed_with_changes\nNOT_CONFIRMED: not_confirmed",
                        enum_type=AnswerKind,
                        max_length=30,
                    ),
                ),
                ("reason", fields.CharField(null=True, description="code, for what is not confirmed", max_length=60)),
                ("text", fields.TextField(null=True, description="the clinic's words", unique=False)),
                ("language", fields.CharField(max_length=35)),
                (
                    "content",
                    fields.JSONField(
                        null=True,
                        description="what is confirmed, as terms: the terms' own lines, or the changed ones",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "reference_period",
                    fields.CharField(null=True, description="ISO 8601, null: not stated", max_length=20),
                ),
            ],
            options={
                "table": "confirmation_answer",
                "app": "suivi",
                "indexes": [Index(fields=["confirmation_id"], name="confirmation_answer_of")],
                "pk_attr": "id",
                "table_description": "What a confirmation says of one item, in lines that count (`content`) and in words.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Device",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="devices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "object",
                    fields.CharField(
                        description="coded as in warranty templates, such as breast_implant", max_length=60
                    ),
                ),
                ("manufacturer", fields.CharField(max_length=200)),
                ("model", fields.CharField(null=True, max_length=200)),
                ("lot", fields.CharField(null=True, max_length=60)),
                ("serial", fields.CharField(null=True, max_length=60)),
                ("udi", fields.CharField(null=True, description="as it was read off the label", max_length=255)),
                ("udi_di", fields.CharField(null=True, description="device identifier out of the UDI", max_length=60)),
                ("udi_agency", fields.CharField(null=True, description="gs1, hibcc or iccbba", max_length=20)),
                ("made_on", fields.DateField(null=True)),
                ("expires_on", fields.DateField(null=True, description="last day it may be implanted")),
                ("site", fields.CharField(null=True, description="one of the treatment's sites", max_length=60)),
                ("implanted_on", fields.CharField(description="partial date", max_length=10)),
                ("explanted_on", fields.CharField(null=True, description="partial date", max_length=10)),
                (
                    "explant_reason",
                    fields.CharField(null=True, description="coded event, such as rupture", max_length=60),
                ),
                (
                    "noticed_on",
                    fields.CharField(
                        null=True, description="partial date on which the event was noticed", max_length=10
                    ),
                ),
                (
                    "noticed_event",
                    fields.CharField(null=True, description="coded event, such as rupture", max_length=60),
                ),
                (
                    "card",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="card_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="devices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorder_role", fields.CharField(max_length=20)),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "device",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="device_treatment")],
                "pk_attr": "id",
                "table_description": "An implant, a lens, a crown: what it is, where it is, since when.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="DeviceWarranty",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "device",
                    fields.ForeignKeyField(
                        "suivi.Device",
                        source_field="device_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="warranties",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="device_warranties",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(description="of the programme, in the manufacturer's words", max_length=200)),
                ("language", fields.CharField(max_length=35)),
                ("template", fields.CharField(null=True, description="key of the specialty's template", max_length=60)),
                (
                    "source",
                    fields.CharField(
                        null=True, description="address or title of the manufacturer's text", max_length=500
                    ),
                ),
                ("as_of", fields.DateField(description="day the manufacturer's text is of")),
                (
                    "content",
                    fields.JSONField(
                        description="as terms: components, fees, clauses", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("beneficiary", fields.CharField(description="patient, clinic or practitioner", max_length=20)),
                (
                    "claimant",
                    fields.CharField(description="who may claim: patient, clinic or practitioner", max_length=20),
                ),
                ("gives", fields.CharField(description="product, money, both or not_stated", max_length=20)),
                (
                    "enrolment_days",
                    fields.IntField(null=True, description="from implantation, null: no enrolment needed"),
                ),
                ("return_days", fields.IntField(null=True, description="from explantation, for returning the device")),
                (
                    "claim_days",
                    fields.IntField(
                        null=True, description="from explantation or from noticing the event, for claiming"
                    ),
                ),
                (
                    "claim_from",
                    fields.CharField(null=True, description="noticing, null: explantation", max_length=20),
                ),
                (
                    "evidence_needed",
                    fields.JSONField(
                        description="coded or in words: what a claim has to show", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "wording_findings",
                    fields.IntField(null=True, description="promises of an outcome in it, null: nobody looked"),
                ),
                ("wording_reason", fields.TextField(null=True, description="why they stay all the same", unique=False)),
                ("recorder_role", fields.CharField(max_length=20)),
                ("attached_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("enrolled_on", fields.DateField(null=True)),
                ("returned_on", fields.DateField(null=True)),
                ("claimed_on", fields.DateField(null=True)),
                (
                    "withdrawn_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was recorded as attached by mistake",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField()),
            ],
            options={
                "table": "device_warranty",
                "app": "suivi",
                "indexes": [
                    Index(fields=["device_id"], name="device_warranty_device"),
                    Index(fields=["treatment_id"], name="device_warranty_treatment"),
                ],
                "pk_attr": "id",
                "table_description": "A manufacturer's warranty of one device, as its text stood when it was attached (R-137).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Insurance",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="insurances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("insurer", fields.CharField(max_length=200)),
                ("policy", fields.CharField(description="number of the policy", max_length=100)),
                ("language", fields.CharField(max_length=35)),
                (
                    "required_by",
                    fields.CharField(
                        null=True, description="ISO 3166-1 alpha-2 of the country whose law asks for it", max_length=2
                    ),
                ),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField(null=True, description="last day covered")),
                ("claim_route", fields.TextField(description="how and where to claim, in words", unique=False)),
                (
                    "content",
                    fields.JSONField(
                        description="as terms: components, fees, clauses", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "document",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="document_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="insurances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "wording_findings",
                    fields.IntField(null=True, description="promises of an outcome in it, null: nobody looked"),
                ),
                ("wording_reason", fields.TextField(null=True, description="why they stay all the same", unique=False)),
                ("recorder_role", fields.CharField(max_length=20)),
                ("attached_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was recorded that it was cancelled",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "withdrawn_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was recorded as attached by mistake",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("version", fields.IntField()),
            ],
            options={
                "table": "insurance",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="insurance_treatment")],
                "pk_attr": "id",
                "table_description": "One policy that covers a treatment, such as the complication insurance some countries ask for.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Reminder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ENROLMENT: enrolment\nDEVICE_RETURN: device_return\nWARRANTY_CLAIM: warranty_claim\nCONFIRMATION: confirmation",
                        enum_type=ReminderKind,
                        max_length=20,
                    ),
                ),
                ("about", fields.UUIDField(description="of the device warranty or confirmation request")),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("deadline", fields.DateField()),
                (
                    "latest_deadline",
                    fields.DateField(description="the deadline itself, unless it counts from a date known in part"),
                ),
                (
                    "next_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the worker looks again, null: nothing is left to do",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("told", fields.IntField(description="reminders sent so far")),
                ("met_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("missed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder",
                "app": "suivi",
                "unique_together": (("kind", "about"),),
                "indexes": [
                    Index(fields=["next_at"], name="reminder_next"),
                    Index(fields=["patient_id"], name="reminder_patient"),
                    Index(fields=["clinic_id"], name="reminder_clinic"),
                    Index(fields=["treatment_id"], name="reminder_treatment"),
                ],
                "pk_attr": "id",
                "table_description": "One deadline. `deadline` is the last day in time, in the clinic's zone.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="TermsDraft",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms_drafts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms_drafts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("specialty", fields.CharField(max_length=60)),
                ("procedure", fields.CharField(description="empty: every procedure of the specialty", max_length=60)),
                ("variant", fields.CharField(null=True, max_length=60)),
                ("material", fields.CharField(null=True, max_length=60)),
                ("language", fields.CharField(max_length=35)),
                ("text", fields.TextField(description="the clinic's own words, may still be empty", unique=False)),
                ("content", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("reference_period", fields.CharField(null=True, max_length=20)),
                ("response_days", fields.IntField(null=True)),
                (
                    "template",
                    fields.JSONField(
                        null=True,
                        description="the template it started from: specialty, version, key, and its content then",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "published",
                    fields.ForeignKeyField(
                        "suivi.Terms",
                        source_field="published_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="drafts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("discarded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "terms_draft",
                "app": "suivi",
                "indexes": [Index(fields=["clinic_id"], name="terms_draft_clinic")],
                "pk_attr": "id",
                "table_description": "Terms that a clinic's coordinators work on. Nobody else sees them, and they bind nobody.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="TermsOffer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms_offers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "terms",
                    fields.ForeignKeyField(
                        "suivi.Terms",
                        source_field="terms_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="offers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "replaces",
                    fields.ForeignKeyField(
                        "suivi.Terms",
                        source_field="replaces_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="replaced_by_offers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "offerer",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="offerer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms_offers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("offered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "answer",
                    fields.CharEnumField(
                        null=True,
                        description="ACCEPTED: accepted\nDECLINED: declined\nWITHDRAWN: withdrawn",
                        enum_type=OfferAnswer,
                        max_length=10,
                    ),
                ),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answerer_role", fields.CharField(null=True, max_length=20)),
                (
                    "acknowledged",
                    fields.JSONField(
                        null=True,
                        description="lines that are worse than before, which the patient accepted by name",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("version", fields.IntField()),
            ],
            options={
                "table": "terms_offer",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="terms_offer_treatment")],
                "pk_attr": "id",
                "table_description": "Another version of the clinic's terms, offered for a treatment that pinned an earlier one (R-126).",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Clinic",
            name="ceased",
            field=fields.CharEnumField(null=True, description="null: it is there", enum_type=Ceased, max_length=20),
        ),
        ops.AddField(
            model_name="Clinic",
            name="ceased_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Clinic",
            name="successor",
            field=fields.ForeignKeyField(
                "suivi.Clinic",
                source_field="successor_id",
                null=True,
                description="the clinic that it says takes over its obligations",
                db_constraint=True,
                to_field="id",
                related_name="predecessors",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Clinic",
            name="succession_accepted_at",
            field=fields.DatetimeField(
                null=True,
                description="when the successor said that it does, null: it has not",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(model_name="Clinic", index=Index(fields=["successor_id"], name="clinic_successor")),
        AlterDeliveryCase(
            model_name="Delivery",
            name="case",
            field=fields.ForeignKeyField(
                "suivi.Case",
                source_field="case_id",
                null=True,
                description="null: the notice is about no case, such as a confirmation asked before treatment",
                db_constraint=True,
                to_field="id",
                related_name="deliveries",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AlterModelOptions(
            name="Terms",
            options={
                "table": "terms",
                "app": "suivi",
                "unique_together": (("clinic_id", "procedure", "number"),),
                "indexes": [Index(fields=["clinic_id", "procedure", "effective_from"], name="terms_in_force")],
                "pk_attr": "id",
                "table_description": "One published version for a clinic and procedure, or for a narrower or wider scope.",
            },
        ),
        ops.AddField(
            model_name="Terms",
            name="content",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Terms",
            name="material",
            field=fields.CharField(null=True, description="null: every material", max_length=60),
        ),
        ops.AddField(
            model_name="Terms",
            name="notice_version",
            field=fields.CharField(null=True, description="of the notice it was published under", max_length=200),
        ),
        ops.AddField(
            model_name="Terms",
            name="specialty",
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name="Terms",
            name="template",
            field=fields.JSONField(
                null=True,
                description="the template it started from: specialty, version, key, and where it departs",
                encoder=JSON_DUMPS,
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Terms",
            name="variant",
            field=fields.CharField(null=True, description="of the procedure, null: every variant", max_length=60),
        ),
        ops.AddIndex(model_name="Terms", index=Index(fields=["clinic_id", "id"], name="terms_clinic")),
        ops.AddIndex(
            model_name="Terms",
            index=Index(
                fields=["clinic_id", "procedure", "variant", "material", "effective_from", "number"], name="terms_scope"
            ),
        ),
        ops.AddField(
            model_name="Terms",
            name="withdrawn_at",
            field=fields.DatetimeField(
                null=True,
                description="when it was taken back, before it took effect",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Terms",
            name="wording_findings",
            field=fields.IntField(null=True, description="promises of an outcome it was published with"),
        ),
        ops.AddField(
            model_name="Terms",
            name="wording_reason",
            field=fields.TextField(null=True, description="why it was published all the same", unique=False),
        ),
        ops.AddField(
            model_name="Treatment",
            name="material",
            field=fields.CharField(null=True, description="such as zirconia, terms may depend on it", max_length=60),
        ),
    ]

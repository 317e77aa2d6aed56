from tortoise.migrations import operations as ops
from suivi.core.migrating import OneLook
from orjson import loads
from suivi.core.cases.models import AssignedRole, CaseState
from suivi.core.classifications.models import CaseClass
from suivi.core.clinics.models import MemberKind
from suivi.core.deliveries.models import DeliveryState
from suivi.core.evidence.models import EvidenceKind, EvidenceState
from suivi.core.patients.models import MandateKind, MandateScope
from suivi.core.records import new_id
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(OneLook):
    initial = True

    operations = [
        ops.CreateModel(
            name="Chain",
            fields=[
                ("noun_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("noun", fields.CharField(max_length=20)),
                ("length", fields.IntField()),
                ("head", fields.CharField(max_length=64)),
            ],
            options={
                "table": "chain",
                "app": "suivi",
                "pk_attr": "noun_id",
                "table_description": "How long a chain is and the hash it ends with, so that a cut-off tail shows. Its row is the chain's lock.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Clinic",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("country", fields.CharField(description="ISO 3166-1 alpha-2", max_length=2)),
                ("city", fields.CharField(max_length=120)),
                ("time_zone", fields.CharField(description="IANA name", max_length=64)),
                (
                    "languages",
                    fields.JSONField(
                        description="BCP 47 tags, the first is the one notices are written in",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "notice_address",
                    fields.CharField(null=True, description="mailbox that notices go to", max_length=254),
                ),
                (
                    "adapters",
                    fields.JSONField(
                        description="adapter ids, in the order they are tried", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("response_days", fields.IntField(description="days within which the clinic says it answers")),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={"table": "clinic", "app": "suivi", "pk_attr": "id"},
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "noun",
                    fields.CharField(
                        description="`case`, `treatment`, `clinic`, ...: whose chain this is in", max_length=20
                    ),
                ),
                ("noun_id", fields.UUIDField()),
                ("seq", fields.IntField(description="1, 2, 3 ... within the chain")),
                ("kind", fields.CharField(max_length=60)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor_role", fields.CharField(max_length=20)),
                ("actor", fields.CharField(max_length=255)),
                (
                    "frontend",
                    fields.CharField(
                        null=True, description="the partner frontend that acted for the actor", max_length=255
                    ),
                ),
                (
                    "payload",
                    fields.JSONField(
                        description="codes and ids only, never anybody's words", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "records",
                    fields.JSONField(
                        description="`table:id` of every row written, and its digest", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("previous", fields.CharField(max_length=64)),
                ("hash", fields.CharField(max_length=64)),
            ],
            options={
                "table": "event",
                "app": "suivi",
                "unique_together": (("noun_id", "seq"),),
                "pk_attr": "id",
                "table_description": "One thing that happened to one noun, chained to what happened to it before.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="KeptResult",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "holder",
                    fields.CharField(
                        description="hash of the role, subject and frontend the key belongs to", max_length=64
                    ),
                ),
                ("key", fields.CharField(max_length=255)),
                ("fingerprint", fields.CharField(description="of the action and its arguments", max_length=64)),
                ("result_id", fields.UUIDField()),
                ("at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "kept_result",
                "app": "suivi",
                "unique_together": (("holder", "key"),),
                "pk_attr": "id",
                "table_description": "What an idempotency key led to, so that the same request again gives the same answer (R-213).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PRACTITIONER: practitioner\nCOORDINATOR: coordinator",
                        enum_type=MemberKind,
                        max_length=20,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(description="the identity provider's name for this person", max_length=255),
                ),
                ("name", fields.CharField(max_length=200)),
                ("languages", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("since", fields.DateField(description="first day of access")),
                ("until", fields.DateField(null=True, description="last day of access")),
                ("version", fields.IntField()),
            ],
            options={
                "table": "member",
                "app": "suivi",
                "indexes": [
                    Index(fields=["subject"], name="member_subject"),
                    Index(fields=["clinic_id"], name="member_clinic"),
                ],
                "pk_attr": "id",
                "table_description": "A person at a clinic. The row stays when they leave, so that what they wrote keeps its author (R-016).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Partner",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "partner", "app": "suivi", "pk_attr": "id"},
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Patient",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "suivi.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="patients",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reference",
                    fields.CharField(description="the partner's own pseudonym for this person", max_length=100),
                ),
                (
                    "subject",
                    fields.CharField(description="the identity provider's name for this person", max_length=255),
                ),
                ("languages", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("time_zone", fields.CharField(max_length=64)),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "patient",
                "app": "suivi",
                "unique_together": (("partner_id", "reference"), ("partner_id", "subject")),
                "indexes": [Index(fields=["subject"], name="patient_subject")],
                "pk_attr": "id",
                "table_description": "No name and no address: the partner knows who this is, Suivi needs only languages and a time zone.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Case",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "suivi.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
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
                        related_name="cases",
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
                        related_name="cases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(description="OPEN: open\nCLOSED: closed", enum_type=CaseState, max_length=10),
                ),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "case",
                "app": "suivi",
                "indexes": [
                    Index(fields=["patient_id", "id"], name="case_patient"),
                    Index(fields=["clinic_id", "id"], name="case_clinic"),
                    Index(fields=["partner_id", "id"], name="case_partner"),
                ],
                "pk_attr": "id",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Assignment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assignments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="MEDIATOR: mediator\nEXPERT: expert\nINTERPRETER: interpreter",
                        enum_type=AssignedRole,
                        max_length=20,
                    ),
                ),
                ("subject", fields.CharField(max_length=255)),
                ("name", fields.CharField(max_length=200)),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField(null=True)),
                ("assigned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "assignment",
                "app": "suivi",
                "indexes": [
                    Index(fields=["case_id"], name="assignment_case"),
                    Index(fields=["subject"], name="assignment_subject"),
                ],
                "pk_attr": "id",
                "table_description": "A mediator, expert or interpreter invited to one case, for a time (R-011, R-151, R-172).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "suivi.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
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
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(description="of the event", max_length=60)),
                ("urgent", fields.BooleanField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: waiting\nDELIVERED: delivered\nPARKED: parked",
                        enum_type=DeliveryState,
                        max_length=10,
                    ),
                ),
                (
                    "adapter",
                    fields.CharField(
                        null=True, description="the adapter tried last, or that delivered it", max_length=60
                    ),
                ),
                ("attempts", fields.IntField()),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "claimed_until",
                    fields.DatetimeField(
                        null=True, description="while a worker has it in hand", auto_now=False, auto_now_add=False
                    ),
                ),
                ("reason", fields.CharField(null=True, description="code of the last failure", max_length=60)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery",
                "app": "suivi",
                "unique_together": (("event_id", "clinic_id"),),
                "indexes": [
                    Index(fields=["state", "due_at"], name="delivery_due"),
                    Index(fields=["case_id"], name="delivery_case"),
                    Index(fields=["clinic_id"], name="delivery_clinic"),
                ],
                "pk_attr": "id",
                "table_description": "One event to one clinic over one adapter. Written in the event's transaction, sent afterwards.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Mandate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="mandates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("subject", fields.CharField(max_length=255)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="GUARDIAN: guardian\nPOWER_OF_ATTORNEY: power_of_attorney\nHEIR: heir",
                        enum_type=MandateKind,
                        max_length=20,
                    ),
                ),
                (
                    "scope",
                    fields.CharEnumField(description="READ: read\nACT: act", enum_type=MandateScope, max_length=10),
                ),
                ("evidence", fields.CharField(description="where the document that proves it is kept", max_length=500)),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField(null=True, description="last day it is valid")),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "mandate",
                "app": "suivi",
                "indexes": [
                    Index(fields=["subject"], name="mandate_subject"),
                    Index(fields=["patient_id"], name="mandate_patient"),
                ],
                "pk_attr": "id",
                "table_description": "The right of a representative to act for a patient: dated, scoped, evidenced (R-013).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("author_role", fields.CharField(max_length=20)),
                ("author", fields.CharField(description="the token's subject", max_length=255)),
                (
                    "author_name",
                    fields.CharField(
                        null=True, description="of staff and assigned people, as it was then", max_length=200
                    ),
                ),
                ("body", fields.TextField(unique=False)),
                ("language", fields.CharField(description="BCP 47 tag of the original text", max_length=35)),
                (
                    "corrects",
                    fields.ForeignKeyField(
                        "suivi.Message",
                        source_field="corrects_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="corrections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "message",
                "app": "suivi",
                "indexes": [Index(fields=["case_id", "id"], name="message_case")],
                "pk_attr": "id",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Terms",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "clinic",
                    fields.ForeignKeyField(
                        "suivi.Clinic",
                        source_field="clinic_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="terms",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("procedure", fields.CharField(max_length=60)),
                ("number", fields.IntField(description="1, 2, 3 ... for this clinic and procedure")),
                ("language", fields.CharField(max_length=35)),
                ("text", fields.TextField(description="the clinic's own words", unique=False)),
                ("period", fields.CharField(description="how long the cover lasts, ISO 8601", max_length=20)),
                ("starts", fields.CharField(description="anchor the cover starts at", max_length=60)),
                ("covers", fields.JSONField(description="what is covered, coded", encoder=JSON_DUMPS, decoder=loads)),
                (
                    "fees",
                    fields.JSONField(
                        description="fee kind to payer, a missing kind is not stated", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("exclusions", fields.JSONField(description="coded", encoder=JSON_DUMPS, decoder=loads)),
                (
                    "reference_period",
                    fields.CharField(null=True, description="ISO 8601, null: not stated", max_length=20),
                ),
                ("response_days", fields.IntField(null=True)),
                ("effective_from", fields.DateField()),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "publisher",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="publisher_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="published",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "terms",
                "app": "suivi",
                "unique_together": (("clinic_id", "procedure", "number"),),
                "indexes": [Index(fields=["clinic_id", "procedure", "effective_from"], name="terms_in_force")],
                "pk_attr": "id",
                "table_description": "One published version for a clinic and procedure.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Trip",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trips",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("country", fields.CharField(max_length=2)),
                ("arrives_on", fields.DateField(null=True)),
                ("leaves_on", fields.DateField(null=True)),
                ("planned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trip",
                "app": "suivi",
                "indexes": [Index(fields=["patient_id"], name="trip_patient")],
                "pk_attr": "id",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Treatment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "patient",
                    fields.ForeignKeyField(
                        "suivi.Patient",
                        source_field="patient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="treatments",
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
                        related_name="treatments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "trip",
                    fields.ForeignKeyField(
                        "suivi.Trip",
                        source_field="trip_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="treatments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "practitioner",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="practitioner_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="treatments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("specialty", fields.CharField(max_length=60)),
                ("procedure", fields.CharField(max_length=60)),
                (
                    "description",
                    fields.CharField(
                        null=True, description="what was done, when the procedure is `other`", max_length=200
                    ),
                ),
                (
                    "sites",
                    fields.JSONField(
                        description="in the procedure's scheme: FDI teeth, sides, arches",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("agreed_on", fields.DateField(description="the day whose published terms are pinned")),
                (
                    "terms",
                    fields.ForeignKeyField(
                        "suivi.Terms",
                        source_field="terms_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="treatments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "rules_plugin",
                    fields.CharField(description="specialty plugin the rules came from, or `core`", max_length=60),
                ),
                ("rules_version", fields.CharField(max_length=40)),
                ("patient_objectives", fields.TextField(null=True, unique=False)),
                ("practitioner_objectives", fields.TextField(null=True, unique=False)),
                ("registered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "treatment",
                "app": "suivi",
                "indexes": [
                    Index(fields=["patient_id"], name="treatment_patient"),
                    Index(fields=["clinic_id"], name="treatment_clinic"),
                ],
                "pk_attr": "id",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Addendum",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="addenda",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("author_role", fields.CharField(max_length=20)),
                ("text", fields.TextField(unique=False)),
                ("added_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "addendum",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="addendum_treatment")],
                "pk_attr": "id",
                "table_description": "What is added to the objectives once they are frozen, which themselves never change (R-024).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Anchor",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="anchors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=60)),
                ("on", fields.CharField(source_field="on_date", max_length=10)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "anchor",
                "app": "suivi",
                "unique_together": (("treatment_id", "name"),),
                "pk_attr": "id",
                "table_description": "A named date that clocks start from. `on` may be partial: `2026-03-03`, `2026-03`, `2026` or `unknown`.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="CaseTreatment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="covered",
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
                        related_name="covering",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "case_treatment",
                "app": "suivi",
                "unique_together": (("case_id", "treatment_id"),),
                "indexes": [Index(fields=["treatment_id"], name="case_treatment_treatment")],
                "pk_attr": "id",
                "table_description": "A treatment that a case is about.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Classification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="classifications",
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
                        related_name="classifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "site",
                    fields.CharField(
                        null=True, description="one of the treatment's sites, null: all of them", max_length=60
                    ),
                ),
                (
                    "value",
                    fields.CharEnumField(
                        description="NORMAL_EVOLUTION: normal_evolution\nMEDICAL_COMPLICATION: medical_complication\nOBJECTIVE_INSUFFICIENCY: objective_insufficiency\nSUBJECTIVE_DISSATISFACTION: subjective_dissatisfaction",
                        enum_type=CaseClass,
                        max_length=40,
                    ),
                ),
                ("reason", fields.TextField(unique=False)),
                (
                    "gap_reference",
                    fields.TextField(null=True, description="the reasonably expected objective (R-081)", unique=False),
                ),
                ("gap_observed", fields.TextField(null=True, unique=False)),
                ("gap_method", fields.TextField(null=True, unique=False)),
                (
                    "practitioner",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="practitioner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="classifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "classification",
                "app": "suivi",
                "indexes": [Index(fields=["case_id", "id"], name="classification_case")],
                "pk_attr": "id",
                "table_description": "Appended, never changed: the latest for a treatment and site is the one in force (R-084).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="ComplicationReport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="complications",
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
                        related_name="complications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("noticed_on", fields.CharField(description="partial date", max_length=10)),
                (
                    "signs",
                    fields.JSONField(
                        description="ids of the procedure's red flags and normal signs",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("words", fields.TextField(description="what the reporter wrote, verbatim", unique=False)),
                ("language", fields.CharField(max_length=35)),
                (
                    "urgency",
                    fields.CharField(
                        null=True, description="of the most urgent red flag matched, null: none", max_length=20
                    ),
                ),
                (
                    "red_flags",
                    fields.JSONField(
                        description="ids of the red flags matched, most urgent first", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("rules_version", fields.CharField(description="plugin@version that matched them", max_length=100)),
                ("reporter_role", fields.CharField(max_length=20)),
                ("reporter", fields.CharField(max_length=255)),
                ("reported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "seen_at",
                    fields.DatetimeField(
                        null=True,
                        description="when somebody at the clinic said they had read it",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "seen_by",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="seen_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="seen",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "complication_report",
                "app": "suivi",
                "indexes": [Index(fields=["case_id", "id"], name="complication_case")],
                "pk_attr": "id",
                "table_description": "There is no field for fault, and none will come (R-075).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Evidence",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "suivi.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="evidence",
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
                        related_name="evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PHOTO_BEFORE: photo_before\nPHOTO_AFTER: photo_after\nDOCUMENT: document",
                        enum_type=EvidenceKind,
                        max_length=20,
                    ),
                ),
                (
                    "view",
                    fields.CharField(null=True, description="which view of the photo set it shows", max_length=60),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="AWAITING: awaiting\nKEPT: kept", enum_type=EvidenceState, max_length=10
                    ),
                ),
                ("content_type", fields.CharField(max_length=60)),
                ("size", fields.BigIntField(null=True, description="bytes, as found in the object")),
                (
                    "sha256",
                    fields.CharField(description="hex, declared by the sender, then found to be so", max_length=64),
                ),
                (
                    "claimed_at",
                    fields.CharField(null=True, description="when the sender says it was taken", max_length=32),
                ),
                (
                    "embedded_at",
                    fields.CharField(null=True, description="when the file says it was taken", max_length=32),
                ),
                ("begun_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("form_expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sender_role", fields.CharField(max_length=20)),
                ("sender", fields.CharField(max_length=255)),
            ],
            options={
                "table": "evidence",
                "app": "suivi",
                "indexes": [Index(fields=["case_id", "id"], name="evidence_case")],
                "pk_attr": "id",
                "table_description": "Three times are kept apart: claimed by the sender, embedded in the file, received by us (R-032).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Attachment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "suivi.Message",
                        source_field="message_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "evidence",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="evidence_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "attachment",
                "app": "suivi",
                "unique_together": (("message_id", "evidence_id"),),
                "pk_attr": "id",
                "table_description": "Evidence that a message refers to (R-171).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("document_version", fields.CharField(max_length=60)),
                ("language", fields.CharField(max_length=35)),
                ("signed_on", fields.DateField()),
                (
                    "evidence",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="evidence_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consent",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="consent_treatment")],
                "pk_attr": "id",
                "table_description": "The informed consent that was signed: which version, in which language, when (R-025).",
            },
            bases=["Record"],
        ),
    ]

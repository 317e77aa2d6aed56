from tortoise.migrations import operations as ops
from suivi.core.migrating import OneLook
from orjson import loads
from suivi.core.measurements.models import Purpose
from suivi.core.records import new_id
from suivi.core.treatments.models import DepartureDecision
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(OneLook):
    dependencies = [("suivi", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CheckUpHeld",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="check_ups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "site",
                    fields.CharField(
                        null=True, description="one of the treatment's sites, null: all of them", max_length=60
                    ),
                ),
                ("due_day", fields.IntField(null=True)),
                ("anchor", fields.CharField(null=True, max_length=60)),
                ("held_on", fields.CharField(description="partial date", max_length=10)),
                (
                    "where",
                    fields.CharField(
                        source_field="held_where", description="a place a specialty can plan", max_length=20
                    ),
                ),
                (
                    "evidence",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="evidence_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="check_ups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorder_role", fields.CharField(max_length=20)),
                ("recorder", fields.CharField(max_length=255)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "check_up_held",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id", "id"], name="check_up_held_treatment")],
                "pk_attr": "id",
                "table_description": "`due_day` and `anchor` name the planned check-up, a control outside the plan has neither.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Cycle",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="cycles",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField(description="from 1, across the whole series")),
                ("cancelled_on", fields.CharField(null=True, description="partial date", max_length=10)),
                (
                    "closed_on",
                    fields.CharField(
                        null=True, description="partial date of its last possible transfer", max_length=10
                    ),
                ),
                ("embryos_left", fields.IntField(null=True, description="that may still be transferred")),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "cycle",
                "app": "suivi",
                "unique_together": (("treatment_id", "number"),),
                "pk_attr": "id",
                "table_description": "One stimulation and every transfer of its embryos, or one session or use of another series (R-066).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Departure",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="departures",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("left_on", fields.CharField(description="partial date", max_length=10)),
                (
                    "decision",
                    fields.CharEnumField(
                        description="AS_PLANNED: as_planned\nCLINIC_ADVISED: clinic_advised\nPATIENT_DECIDED: patient_decided\nOTHER: other",
                        enum_type=DepartureDecision,
                        max_length=20,
                    ),
                ),
                ("recorder_role", fields.CharField(max_length=20)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "departure",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="departure_treatment")],
                "pk_attr": "id",
                "table_description": "When the patient really travelled home, and who decided it when that was early (R-028).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="IndividualDate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="individual_dates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "site",
                    fields.CharField(
                        null=True, description="one of the treatment's sites, null: all of them", max_length=60
                    ),
                ),
                ("judged_from", fields.DateField()),
                ("reason", fields.TextField(unique=False)),
                (
                    "practitioner",
                    fields.ForeignKeyField(
                        "suivi.Member",
                        source_field="practitioner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="individual_dates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "individual_date",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="individual_date_treatment")],
                "pk_attr": "id",
                "table_description": "The practitioner's own date from which this patient's result may be judged. The latest counts (R-043).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="LocalAnchor",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="local_anchors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=60)),
                (
                    "site",
                    fields.CharField(
                        default="", description="one of the treatment's sites, empty: every site", max_length=60
                    ),
                ),
                ("cycle", fields.IntField(default=0, description="number of the cycle, 0: every cycle")),
                ("on", fields.CharField(source_field="on_date", description="partial date", max_length=10)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "local_anchor",
                "app": "suivi",
                "unique_together": (("treatment_id", "name", "site", "cycle"),),
                "pk_attr": "id",
                "table_description": "An anchor at one site or in one cycle, where its date goes before that of the whole treatment (R-022, R-066).",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Measurement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="measurements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("key", fields.CharField(description="id of the specialty's measurement", max_length=60)),
                (
                    "site",
                    fields.CharField(
                        null=True, description="one of the treatment's sites, null: of the patient", max_length=60
                    ),
                ),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="BASELINE: baseline\nTARGET: target\nFOLLOW_UP: follow_up",
                        enum_type=Purpose,
                        max_length=10,
                    ),
                ),
                (
                    "value",
                    fields.JSONField(
                        description="number, word or truth value, in the unit of the measurement",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "unit",
                    fields.CharField(
                        null=True, description="UCUM, as the specialty had it when recorded", max_length=40
                    ),
                ),
                ("measured_on", fields.CharField(description="partial date", max_length=10)),
                (
                    "evidence",
                    fields.ForeignKeyField(
                        "suivi.Evidence",
                        source_field="evidence_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="measurements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorder_role", fields.CharField(max_length=20)),
                ("recorder", fields.CharField(max_length=255)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "measurement",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id", "id"], name="measurement_treatment")],
                "pk_attr": "id",
                "table_description": "Appended, never changed: of two for the same key, site, purpose and day, the later recorded one counts.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Repin",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "treatment",
                    fields.ForeignKeyField(
                        "suivi.Treatment",
                        source_field="treatment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="repins",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("from_version", fields.CharField(max_length=40)),
                ("from_digest", fields.CharField(null=True, max_length=64)),
                ("to_version", fields.CharField(max_length=40)),
                ("to_digest", fields.CharField(max_length=64)),
                ("reason", fields.TextField(unique=False)),
                ("repinned_by_role", fields.CharField(max_length=20)),
                ("repinned_by", fields.CharField(max_length=255)),
                ("repinned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "repin",
                "app": "suivi",
                "indexes": [Index(fields=["treatment_id"], name="repin_treatment")],
                "pk_attr": "id",
                "table_description": "A treatment moved, on somebody's word, from one version of its rules to another, both are kept.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="RulesVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("specialty", fields.CharField(max_length=60)),
                ("version", fields.CharField(max_length=40)),
                (
                    "digest",
                    fields.CharField(unique=True, description="SHA-256 of the canonical body, hex", max_length=64),
                ),
                (
                    "body",
                    fields.TextField(
                        description="the specialty as JSON, in its own order of keys",
                        unique=False,
                    ),
                ),
                ("kept_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rules_version",
                "app": "suivi",
                "pk_attr": "id",
                "table_description": "A whole specialty as it was. Never changed: its digest is its name, and what a treatment pins.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Treatment",
            name="continues",
            field=fields.ForeignKeyField(
                "suivi.Treatment",
                source_field="continues_id",
                null=True,
                description="the treatment whose series this one goes on with",
                db_constraint=True,
                to_field="id",
                related_name="continued_by",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Treatment",
            name="rules_digest",
            field=fields.CharField(null=True, description="of the rules kept in rules_version, hex", max_length=64),
        ),
        ops.AddField(
            model_name="Treatment",
            name="variant",
            field=fields.CharField(null=True, description="one of the procedure's variants", max_length=60),
        ),
    ]

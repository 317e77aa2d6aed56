"""Migrations: they say what the models say, run once however many start them, and lose nothing."""

import ast
import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tortoise import Model, Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from suivi.core import migrations
from suivi.core.database import config, connect, disconnect
from tests.core.events.world import all_models, audited, make_world, model_of, parents, table
from tests.core.schema import schema_of
from tests.services.databases import MIGRATE, Databases

FOLDER = Path(migrations.__path__[0])
RECORDED = "tortoise_migrations"

FOLLOW_UP = """
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("suivi", "LATEST")]

    operations = [
        ops.AddField("Clinic", "nickname", fields.CharField(max_length=60, null=True)),
        ops.AddField("Case", "nickname", fields.TextField(null=True)),
        ops.AddField("KeptResult", "times", fields.IntField(db_default=1)),
        ops.AddField("Event", "nickname", fields.JSONField(null=True)),
        ops.AddIndex("Clinic", Index(fields=("nickname",), name="clinic_nickname")),
        ops.CreateModel(
            name="Nickname",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("clinic", fields.ForeignKeyField("suivi.Clinic", source_field="clinic_id", related_name="nicknames")),
            ],
            options={"table": "nickname", "app": "suivi", "pk_attr": "id"},
        ),
    ]
"""
MIGRATE_FURTHER = """
import asyncio, sys
from tortoise import Model, Tortoise
from tortoise.migrations.api import migrate
from suivi.core.database import config

async def main():
    chosen = config(sys.argv[1])
    chosen["apps"]["suivi"]["migrations"] = "further"
    await migrate(config=chosen)
    await Tortoise.close_connections()

asyncio.run(main())
"""
MIGRATE_SIX_TIMES = """
import asyncio, os, sys
from suivi.core.database import migrate

replicas = []
while len(replicas) < 6:
    if replica := os.fork():
        replicas.append(replica)
    else:
        asyncio.run(migrate(sys.argv[1]))
        break
else:
    sys.exit(any([os.waitpid(replica, 0)[1] for replica in replicas]))
"""


async def _run(program: str, url: str, *, path: Path | None = None) -> None:
    """In a process of its own, as a replica that starts."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        url,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()


@pytest.fixture
def empty_url(databases: Databases) -> str:
    return databases.new(migrated=False)


@pytest.fixture
async def filled_url(databases: Databases) -> str:
    """Every table has rows, parents and their children."""
    url = databases.new()
    await connect(url)
    world = await make_world()
    world.rows["event"] = list(await model_of("event").all().limit(2))
    for name in ("delivery", "kept_result"):
        await world.row(model_of(name), 0).save(force_create=True)
    await disconnect()
    return url


async def test_models_and_migrations_agree(database_url: str) -> None:
    await connect(database_url)

    changes = await MigrationAutodetector(Tortoise.apps, config(database_url)["apps"]).changes()

    await disconnect()
    assert [operation.describe() for writer in changes for operation in writer.operations] == []


async def test_migrating_an_empty_database_makes_every_table(database_url: str) -> None:
    made = await schema_of(database_url)

    assert made.rows.keys() >= {table(model) for model in all_models()}


async def test_every_index_that_a_model_declares_is_there(database_url: str) -> None:
    found = await schema_of(database_url)

    declared = {
        index.name: [_column(model, name) for name in index.fields]
        for model in all_models()
        for index in model._meta.indexes
        if not isinstance(index, tuple)
    }
    assert len(declared) > 20
    assert {name: found.indexes.get(name or "") for name in declared} == declared


async def test_every_pair_that_a_model_declares_unique_is_there(database_url: str) -> None:
    found = await schema_of(database_url)

    declared = [
        [_column(model, name) for name in together]
        for model in all_models()
        for together in model._meta.unique_together
    ]
    assert [columns for columns in declared if columns not in found.indexes.values()] == []


async def test_migrating_again_changes_nothing(filled_url: str) -> None:
    before = await schema_of(filled_url)

    await _run(MIGRATE, filled_url)

    assert await schema_of(filled_url) == before


async def test_six_replicas_that_start_together_all_come_up(empty_url: str) -> None:
    await _run(MIGRATE_SIX_TIMES, empty_url)

    made = await schema_of(empty_url)
    assert made.rows[RECORDED] == len(_files())


async def test_a_migration_that_only_adds_keeps_every_row_and_every_index(filled_url: str, tmp_path: Path) -> None:
    before = await schema_of(filled_url)
    _write_further(tmp_path)

    await _run(MIGRATE_FURTHER, filled_url, path=tmp_path)

    after = await schema_of(filled_url)
    assert 0 not in before.rows.values()
    assert after.rows == before.rows | {RECORDED: before.rows[RECORDED] + 1, "nickname": 0}
    assert after.indexes.items() >= before.indexes.items()
    assert after.indexes["clinic_nickname"] == ["nickname"]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("[0-9]*.py")), ids=lambda file: file.stem)
def test_no_migration_rebuilds_a_parent_table_on_sqlite(file: Path) -> None:
    assert list(refused(file.read_text())) == []


@pytest.mark.parametrize("operation", ["AlterField", "RemoveField", "RenameField"])
def test_a_migration_that_would_rebuild_a_parent_table_is_refused(operation: str) -> None:
    found = list(refused(f'operations = [ops.{operation}("Clinic", "name"), ops.{operation}(model_name="Case")]'))

    assert [sentence.split(":")[0] for sentence in found] == [f"{operation} of Clinic", f"{operation} of Case"]
    assert all("docs/decisions/0003" in sentence for sentence in found)


def test_a_new_column_of_an_audited_table_must_be_nullable() -> None:
    found = list(refused('operations = [ops.AddField("Message", "mood", fields.TextField(db_default="good"))]'))

    assert [sentence.split(":")[0] for sentence in found] == ["AddField to Message"]
    assert "docs/decisions/0002" in found[0]


def test_what_only_adds_is_accepted() -> None:
    assert list(refused(FOLLOW_UP)) == []


def refused(migration: str) -> Iterator[str]:
    """Why a migration, as it is written, may not be run."""
    fragile = {name for model in all_models() for name in parents(model)}
    chained = {model.__name__ for model in audited()} | {"Event", "Chain"}
    for call in ast.walk(ast.parse(migration)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and (model := _model_in(call)):
            operation = call.func.attr
            if operation in {"AlterField", "RemoveField", "RenameField"} and model in fragile:
                yield (
                    f"{operation} of {model}: SQLite rebuilds the table, which other tables refer to, and loses rows or"
                    " indexes. Only add, or write the SQL by hand: docs/decisions/0003-additive-migrations-on-sqlite.md"
                )
            if operation == "AddField" and model in chained and not _is_nullable(call):
                yield (
                    f"AddField to {model}: every row it is filled in for no longer has the digest that was recorded."
                    " Add a nullable column without a default: docs/decisions/0002-keyed-hash-chain.md"
                )


def _model_in(call: ast.Call) -> str | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "model_name"]
    for value in [*named, *call.args[:1]]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _is_nullable(call: ast.Call) -> bool:
    given = {
        keyword.arg: keyword.value
        for inner in ast.walk(call)
        if isinstance(inner, ast.Call)
        for keyword in inner.keywords
    }
    null = given.get("null")
    return isinstance(null, ast.Constant) and null.value is True and not {"default", "db_default"} & given.keys()


def _write_further(folder: Path) -> None:
    """All migrations there are and one more, as a package of its own."""
    package = folder / "further"
    package.mkdir()
    (package / "__init__.py").touch()
    for file in _files():
        (package / file.name).write_text(file.read_text())
    (package / "9999_follow_up.py").write_text(FOLLOW_UP.replace("LATEST", _files()[-1].stem))


def _files() -> list[Path]:
    return sorted(FOLDER.glob("[0-9]*.py"))


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.fields_db_projection.get(name, name))

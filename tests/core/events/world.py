"""A small world: two rows in every audited table, each as some event recorded it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from inspect import isclass
from typing import Any

from tortoise import Model, fields
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.fields.relational import ForeignKeyFieldInstance

from suivi.core.database import MODELS, transaction
from suivi.core.events.log import SystemWriting, append
from suivi.core.events.models import Chain, Event, KeptResult
from suivi.core.records import Record

KEY = b"the key of these tests, 32 bytes"
AT = datetime(2026, 3, 3, 9, 30, 0, 120_000, tzinfo=UTC)
CHAINED = ("partner", "clinic", "patient", "treatment", "case")


def all_models() -> list[type[Model]]:
    """Every table, parents before their children."""
    found = [
        member
        for module in MODELS
        for member in vars(import_module(module)).values()
        if isclass(member) and issubclass(member, Model) and member.__module__ == module
    ]
    return _parents_first(found)


def audited() -> list[type[Record]]:
    left_out = {Event, Chain, KeptResult}
    return [
        model
        for model in all_models()
        if issubclass(model, Record) and model not in left_out and table(model) != "delivery"
    ]


def table(model: type[Model]) -> str:
    return model._meta.db_table


def model_of(name: str) -> type[Model]:
    [model] = (model for model in all_models() if table(model) == name)
    return model


def _parents_first(models: list[type[Model]]) -> list[type[Model]]:
    done: list[type[Model]] = []
    while left := [model for model in models if model not in done]:
        done += [model for model in left if parents(model) <= {each.__name__ for each in done} | {model.__name__}]
    return done


def parents(model: type[Model]) -> set[str]:
    relations = (model._meta.fields_map[name] for name in model._meta.fk_fields)
    return {_target(relation) for relation in relations if isinstance(relation, ForeignKeyFieldInstance)}


def _target(relation: ForeignKeyFieldInstance[Any]) -> str:
    model = relation.model_name
    return model.rpartition(".")[2] if isinstance(model, str) else model.__name__


@dataclass
class World:
    """`rows[table]` holds a row with every column filled, then one with every column empty that may be."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    by: SystemWriting = field(default_factory=lambda: SystemWriting(at=AT, audit_key=KEY))

    def add(self, model: type[Model]) -> None:
        rows = self.rows.setdefault(table(model), [])
        rows += [self.row(model, 0)]
        rows += [self.row(model, 1)]

    def row(self, model: type[Model], number: int) -> Any:
        """Unsaved; 0 is full, 1 is sparse, 2 is full and has parents that no other row has together."""
        given: dict[str, Any] = {}
        turn = number
        for name, column in model._meta.fields_map.items():
            if isinstance(column, ForeignKeyFieldInstance):
                given[f"{name}_id"] = self._parent(model, column, number, turn % 2)
                turn += number // 2
            elif name in model._meta.fields_db_projection and column.reference is None and name != "id":
                given[name] = None if number == 1 and column.null else _value(model, name, column, number)
        return model(**given)

    def _parent(self, model: type[Model], column: ForeignKeyFieldInstance[Any], number: int, which: int) -> Any:
        if _target(column) == model.__name__:
            return None if number == 0 else self.rows[table(model)][0].pk
        if number == 1 and column.null:
            return None
        [parent] = (each for each in all_models() if each.__name__ == _target(column))
        return self.rows[table(parent)][which].pk


def _value(model: type[Model], name: str, column: fields.Field[Any], number: int) -> Any:
    match column:
        case CharEnumFieldInstance():
            return next(iter(column.enum_type))
        case fields.CharField():
            return f"{name} {number}"[-column.max_length :]
        case fields.TextField():
            return f"Bonjour, voici {table(model)} {name}, prüfen, 확인 {number}"
        case fields.BooleanField():
            return True
        case fields.IntField():
            return 10 + number
        case fields.DatetimeField():
            return AT + timedelta(minutes=number)
        case fields.DateField():
            return date(2026, 3, 3) + timedelta(days=number)
        case fields.JSONField():
            return (
                {"a code": f"{name} {number}", "another": "b"} if name in {"fees", "payload", "records"} else ["a", "b"]
            )
        case fields.UUIDField():
            return KeptResult().id
    raise NotImplementedError(f"a value for {type(column).__name__}")


async def make_world() -> World:
    """Needs a database that is connected and empty."""
    world = World()
    async with transaction():
        for model in audited():
            world.add(model)
            for row in world.rows[table(model)]:
                await row.save(force_create=True)
        await _record(world)
    return world


async def _record(world: World) -> None:
    for name in CHAINED:
        for row in world.rows[name]:
            await append(world.by, row, f"{name}.registered", {"at": AT}, wrote=[row])
    case = world.rows["case"][0]
    for name, rows in world.rows.items():
        if name not in CHAINED:
            await append(world.by, case, f"{name}.made", {"id": rows[0].pk, "number": 2}, wrote=rows)
    for row in _changed(world.rows["case"]):
        await row.save()
        await append(world.by, row, "case.changed", wrote=[row])


def _changed(rows: Iterable[Any]) -> Iterable[Any]:
    for row in rows:
        row.version += 1
        yield row

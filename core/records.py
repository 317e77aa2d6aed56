"""What every table has in common."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from tortoise import Model, fields
from uuid_utils.compat import uuid7

Ref = fields.ForeignKeyRelation[Any]
OptionalRef = fields.ForeignKeyNullableRelation[Any]


def new_id() -> UUID:
    """Time-ordered (UUID version 7), so that rows sort by id in the order they were made."""
    return uuid7()


class _NoTable(Model.Meta):
    abstract = True


class Record(Model):
    """A row with a time-ordered id."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    Meta: type[Model.Meta] = _NoTable


R = TypeVar("R", bound=Model)


def fresh(model: type[R], **columns: Any) -> R:
    """A new row of which every column is told, as it will be read back: nothing is converted, checked or filled in."""
    return _made(model, columns, saved=False)


def loaded(model: type[R], columns: Mapping[str, Any]) -> R:
    """A row as it was read."""
    return _made(model, columns, saved=True)


def _made(model: type[R], columns: Mapping[str, Any], *, saved: bool) -> R:
    row = model.__new__(model)
    # What Tortoise keeps beside the columns, and sets one by one with a look at each.
    vars(row).update(_partial=False, _saved_in_db=saved, _custom_generated_pk=False, _await_when_save={}, **columns)
    return row

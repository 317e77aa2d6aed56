"""What every table has in common."""

from typing import Any
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

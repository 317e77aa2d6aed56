"""Light rows, read by set: a handful of statements however many there are."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from suivi.core.records import Record

AS_THEY_ARE = (
    fields.UUIDField,
    fields.DatetimeField,
    fields.DateField,
    fields.TextField,
    fields.IntField,
    fields.BigIntField,
    fields.BooleanField,
)
"""What PostgreSQL's driver gives as it should be read: ids, moments with their zone, days, texts, numbers."""


class Row:
    """One row's columns as attributes. Not a model: nothing can be saved or lazily loaded through it."""

    id: UUID

    def __init__(self, **columns: Any) -> None:
        self.__dict__ = columns

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this row has no column {name}")

    def __repr__(self) -> str:
        # Rows hold what nobody may read in a log.
        return f"<row {self.__dict__.get('id')}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


async def rows(found: QuerySet[Any]) -> list[Row]:
    return [Row(**values) for values in await found.values()]


async def by_id(found: QuerySet[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row.id: row for row in await rows(found.filter(id__in=list(ids)))}


async def page(found: QuerySet[Any], *, first: int, after: UUID | None) -> tuple[list[Row], bool]:
    """Newest first: at most `first` rows older than `after`, and whether there are more."""
    older = found.filter(id__lt=after) if after else found
    read = await rows(older.order_by("-id").limit(first + 1))
    return read[:first], len(read) > first


async def children(model: type[Record], parent: str, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Rows that belong to parents already narrowed, oldest first."""
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in await rows(model.filter(**{f"{parent}__in": list(ids)}).order_by("id")):
        grouped[getattr(row, parent)].append(row)
    return grouped


def rows_of(model: type[Record], raw: Sequence[Any], dialect: str) -> list[Row]:
    """From the driver's own rows, whose columns are those of the model or numbers computed beside them."""
    if not raw:
        return []
    names = tuple(raw[0].keys())
    converted = [(name, convert) for name, convert in _conversions(model, dialect) if name in names]
    read: list[Row] = []
    for values in raw:
        columns = dict(zip(names, values, strict=True))
        for name, convert in converted:
            columns[name] = convert(columns[name])
        row = Row.__new__(Row)
        row.__dict__ = columns
        read.append(row)
    return read


@cache
def _conversions(model: type[Record], dialect: str) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple(
        (name, _conversion(field))
        for name, field in model._meta.fields_map.items()
        if name in model._meta.db_fields and not _as_it_is(field, dialect)
    )


def _conversion(field: Any) -> Callable[[Any], Any]:
    """As Tortoise does; codes are looked up, because there are many of them and few kinds."""
    if (codes := getattr(field, "enum_type", None)) is not None:
        return {None: None, **{code.value: code for code in codes}}.__getitem__
    return cast("Callable[[Any], Any]", field.to_python_value)


def _as_it_is(field: Any, dialect: str) -> bool:
    if dialect == "postgres":
        return type(field) in AS_THEY_ARE or type(field) is fields.CharField
    return type(field) in (fields.TextField, fields.IntField, fields.BigIntField, fields.CharField)

"""Reading by set: light rows, a handful of statements however many there are."""

from collections import defaultdict
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from suivi.core.records import Record


class Row(SimpleNamespace):
    """One row's columns as attributes. Not a model: nothing can be saved or lazily loaded through it."""

    id: UUID

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this row has no column {name}")


async def rows(found: QuerySet[Any]) -> list[Row]:
    return [Row(**values) for values in await found.values()]


async def by_id(found: QuerySet[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row.id: row for row in await rows(found.filter(id__in=list(ids)))}


async def page(found: QuerySet[Any], *, first: int, after: UUID | None) -> tuple[list[Row], bool]:
    """Newest first: at most `first` rows older than `after`, and whether there are more."""
    older = found.filter(id__lt=after) if after else found
    read = await rows(older.order_by("-id").limit(first + 1))
    return read[:first], len(read) > first


async def newest_of_each(
    found: QuerySet[Any], parent: str, ids: Sequence[UUID], *, last: int, before: UUID | None
) -> dict[UUID, list[Row]]:
    """For each parent its newest `last` + 1 rows, newest first, in one statement whatever the number of parents."""
    wanted = found.filter(**{f"{parent}__in": list(ids)})
    wanted = wanted.filter(id__lt=before) if before else wanted
    query = wanted.values()
    query._choose_db_if_not_chosen()
    query._make_query()
    inner, values = query.query.get_parameterized_sql()
    numbered = (
        f'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY "{parent}" ORDER BY "id" DESC) AS "position" '  # noqa: S608
        f'FROM ({inner}) AS "wanted") AS "numbered" WHERE "position" <= {last + 1:d} ORDER BY "id" DESC'
    )
    return _grouped(found, parent, await query._db.execute_query_dict(numbered, values))


def _grouped(found: QuerySet[Any], parent: str, raw: Sequence[dict[str, Any]]) -> dict[UUID, list[Row]]:
    fields = found.model._meta.fields_map
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for values in raw:
        row = Row(**{name: fields[name].to_python_value(value) for name, value in values.items() if name != "position"})
        grouped[getattr(row, parent)].append(row)
    return grouped


async def counts(found: QuerySet[Any], parent: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many rows each parent has, in one statement."""
    counted = found.filter(**{f"{parent}__in": list(ids)}).annotate(number=Count("id")).group_by(parent)
    return {values[parent]: values["number"] for values in await counted.values(parent, "number")}


async def children(model: type[Record], parent: str, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Rows that belong to parents already narrowed, oldest first."""
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in await rows(model.filter(**{f"{parent}__in": list(ids)}).order_by("id")):
        grouped[getattr(row, parent)].append(row)
    return grouped

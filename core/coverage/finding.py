"""The terms in force, found by the index however many versions there are, for all clinics of a page at once."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from suivi.core.coverage.models import Terms
from suivi.core.coverage.scopes import Scope
from suivi.core.reading import Row, rows_of
from suivi.core.sql import Sql, ask


async def terms_in_force(clinics: Sequence[UUID], about: Scope, *, on: date) -> dict[UUID, Row]:
    """By clinic, the version in force for such a treatment: the same as `suivi.core.coverage.scopes.in_force` finds.

    Terms are public: nobody's access is looked at.
    """
    if not clinics:
        return {}
    scopes = list(about.nearest_first())
    text = _statement(tuple(_shape(scope) for scope in scopes), len(clinics))
    values = [value for scope in scopes for value in (*_told(scope), on)]
    found = await ask(Sql(text, [*values, *map(str, clinics)]))
    dialect = get_connection("default").capabilities.dialect
    return {row.clinic_id: row for row in rows_of(Terms, found, dialect)}


_Shape = tuple[bool, bool, bool]
"""Whether a procedure, a variant and a material are told."""


def _shape(scope: Scope) -> _Shape:
    return bool(scope.procedure), scope.variant is not None, scope.material is not None


def _told(scope: Scope) -> list[str]:
    specialty = [] if scope.procedure else [scope.specialty or ""]
    return [scope.procedure, *specialty, *(part for part in (scope.variant, scope.material) if part is not None)]


@lru_cache(maxsize=200)
def _statement(shapes: tuple[_Shape, ...], clinics: int) -> str:
    """The database stops at the first scope of a clinic that has a version in force."""
    probes = ", ".join(f"({_probe(shape)})" for shape in shapes)
    # With one argument alone, SQLite has no COALESCE.
    nearest = f"COALESCE({probes}, NULL)"
    places = ", ".join("?" * clinics)
    columns = ", ".join(f'"t"."{column}"' for column in Terms._meta.fields_db_projection.values())
    return (
        f'SELECT {columns} FROM "terms" "t" JOIN (SELECT {nearest} AS "found" FROM "clinic" "c" '  # noqa: S608
        f'WHERE "c"."id" IN ({places})) "f" ON "f"."found" = "t"."id"'
    )


def _probe(shape: _Shape) -> str:
    procedure, variant, material = shape
    conditions = [
        '"p"."clinic_id" = "c"."id"',
        '"p"."procedure" = ?' if procedure else '"p"."procedure" = ? AND "p"."specialty" = ?',
        '"p"."variant" = ?' if variant else '"p"."variant" IS NULL',
        '"p"."material" = ?' if material else '"p"."material" IS NULL',
        '"p"."effective_from" <= ?',
    ]
    newest = 'ORDER BY "p"."effective_from" DESC, "p"."number" DESC LIMIT 1'
    return f'SELECT "p"."id" FROM "terms" "p" WHERE {" AND ".join(conditions)} {newest}'  # noqa: S608


async def version_before(terms: Any) -> Terms | None:
    """The one of the same scope that was published before it."""
    of_scope: dict[str, Any] = {"clinic_id": terms.clinic_id, **only_scope(Scope.of(terms))}
    return await Terms.filter(**of_scope, number__lt=terms.number).order_by("-number").first()


def only_scope(scope: Scope) -> dict[str, Any]:
    """As conditions on rows of terms."""
    conditions: dict[str, Any] = {"procedure": scope.procedure}
    for column, value in (("variant", scope.variant), ("material", scope.material)):
        conditions |= {f"{column}__isnull": True} if value is None else {column: value}
    return conditions if scope.procedure else conditions | {"specialty": scope.specialty}

"""The terms in force, found by the index however many versions there are, for all clinics of a page at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from tortoise.connection import get_connection

from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import start_of_day, zone
from suivi.core.coverage.models import Terms
from suivi.core.coverage.scopes import Scope
from suivi.core.reading import Row, rows_of
from suivi.core.sql import Sql, ask


async def terms_in_force(clinics: Sequence[UUID], about: Scope, *, on: date) -> dict[UUID, Row]:
    """By clinic, the version in force for such a treatment: the same as `suivi.core.coverage.scopes.in_force` finds.

    Terms are public: nobody's access is looked at.
    """
    return await _found(_nearest, clinics, about, on) if clinics else {}


async def terms_agreed(clinics: Sequence[UUID], about: Scope, *, on: date) -> dict[UUID, Row]:
    """By clinic, the version of a treatment agreed on that day, as `suivi.core.coverage.scopes.agreed` finds it.

    One statement; two or three more where some may have been published on that very day.
    """
    found = await terms_in_force(clinics, about, on=on)
    # No day begins anywhere more than fourteen hours before it does in UTC.
    begins, early = datetime.combine(on, time(), UTC), timedelta(hours=14)
    of_that_day = [key for key, row in found.items() if row.effective_from == on and row.published_at + early >= begins]
    return found | await _as_the_day_began(of_that_day, about, on) if of_that_day else found


async def _as_the_day_began(clinics: Sequence[UUID], about: Scope, on: date) -> dict[UUID, Row]:
    """What was in force before anything was published on that day; where nothing was, what was published first."""
    places: dict[datetime, list[UUID]] = defaultdict(list)
    for key, place in await Clinic.filter(id__in=list(clinics)).values_list("id", "time_zone"):
        places[start_of_day(on, zone(str(place)))].append(UUID(str(key)))
    found: dict[UUID, Row] = {}
    for start, there in places.items():
        began = await _found(_nearest_before, there, about, on, start)
        new = [key for key in there if key not in began]
        found |= began | (await _found(_earliest, new, about, on) if new else {})
    return found


_Shape: TypeAlias = tuple[bool, bool, bool]
"""Whether a procedure, a variant and a material are told."""


async def _found(
    finding: Callable[[Sequence[_Shape]], str], clinics: Sequence[UUID], about: Scope, on: date, *more: datetime
) -> dict[UUID, Row]:
    scopes = list(about.nearest_first())
    text = _statement(finding, tuple(_shape(scope) for scope in scopes), len(clinics))
    values = [value for scope in scopes for value in (*_told(scope), on, *more)]
    found = await ask(Sql(text, [*values, *map(str, clinics)]))
    dialect = get_connection("default").capabilities.dialect
    return {row.clinic_id: row for row in rows_of(Terms, found, dialect)}


def _shape(scope: Scope) -> _Shape:
    return bool(scope.procedure), scope.variant is not None, scope.material is not None


def _told(scope: Scope) -> list[str]:
    specialty = [] if scope.procedure else [scope.specialty or ""]
    return [scope.procedure, *specialty, *(part for part in (scope.variant, scope.material) if part is not None)]


@lru_cache(maxsize=200)
def _statement(finding: Callable[[Sequence[_Shape]], str], shapes: tuple[_Shape, ...], clinics: int) -> str:
    places = ", ".join("?" * clinics)
    columns = ", ".join(f'"t"."{column}"' for column in Terms._meta.fields_db_projection.values())
    return (
        f'SELECT {columns} FROM "terms" "t" JOIN (SELECT {finding(shapes)} AS "found" FROM "clinic" "c" '  # noqa: S608
        f'WHERE "c"."id" IN ({places})) "f" ON "f"."found" = "t"."id"'
    )


def _nearest(shapes: Sequence[_Shape]) -> str:
    """The database stops at the first scope of a clinic that has a version in force."""
    probes = ", ".join(f"({_newest(_conditions(shape))})" for shape in shapes)
    # With one argument alone, SQLite has no COALESCE.
    return f"COALESCE({probes}, NULL)"


def _nearest_before(shapes: Sequence[_Shape]) -> str:
    """The same of what was published before a moment."""
    probes = ", ".join(f"({_newest([*_conditions(shape), _PUBLISHED_BEFORE])})" for shape in shapes)
    return f"COALESCE({probes}, NULL)"


def _earliest(shapes: Sequence[_Shape]) -> str:
    """Of a clinic that published nothing before; whichever of its scopes it is of."""
    about = " OR ".join(f"({' AND '.join(_conditions(shape))})" for shape in shapes)
    first = 'ORDER BY "p"."published_at", "p"."procedure" DESC, "p"."number" LIMIT 1'
    return f'(SELECT "p"."id" FROM "terms" "p" WHERE {about} {first})'  # noqa: S608


_PUBLISHED_BEFORE = '"p"."published_at" < ?'


def _conditions(shape: _Shape) -> list[str]:
    procedure, variant, material = shape
    return [
        '"p"."clinic_id" = "c"."id"',
        '"p"."withdrawn_at" IS NULL',
        '"p"."procedure" = ?' if procedure else '"p"."procedure" = ? AND "p"."specialty" = ?',
        '"p"."variant" = ?' if variant else '"p"."variant" IS NULL',
        '"p"."material" = ?' if material else '"p"."material" IS NULL',
        '"p"."effective_from" <= ?',
    ]


def _newest(conditions: Sequence[str]) -> str:
    # PostgreSQL reads `terms_scope` in its order only when told all of it: that a column is null is no constant to it.
    order = ", ".join(f'"p"."{column}" DESC' for column in ("variant", "material", "effective_from", "number"))
    return f'SELECT "p"."id" FROM "terms" "p" WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT 1'  # noqa: S608


async def version_before(terms: Any) -> Terms | None:
    """The one of the same scope that was published before it, and not withdrawn since."""
    of_scope: dict[str, Any] = {"clinic_id": terms.clinic_id, **only_scope(Scope.of(terms))}
    earlier = Terms.filter(**of_scope, number__lt=terms.number, withdrawn_at__isnull=True)
    return await earlier.order_by("-number").first()


def only_scope(scope: Scope) -> dict[str, Any]:
    """As conditions on rows of terms."""
    conditions: dict[str, Any] = {"procedure": scope.procedure}
    for column, value in (("variant", scope.variant), ("material", scope.material)):
        conditions |= {f"{column}__isnull": True} if value is None else {column: value}
    return conditions if scope.procedure else conditions | {"specialty": scope.specialty}

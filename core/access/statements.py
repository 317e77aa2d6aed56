"""What a viewer may see, as SQL written once: the text depends on role, noun and shape, and only the values differ.

The conditions stay those of `narrow`, which is asked with stand-ins in place of the values; wherever a stand-in comes
out of the query, a value goes in. So there is one place that says who may see what, and it is not asked twice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from suivi.core.access.narrowing import narrow
from suivi.core.access.viewer import Role, Viewer
from suivi.core.records import Record

ON = date(1, 2, 3)
SUBJECT, FRONTEND, SCOPE = "\x00subject", "\x00frontend", "\x00scope"
PARTNER, IDS, PARENTS, KEYS, BEFORE, EACH = (UUID(int=number) for number in range(1, 7))
SIZE = 2_147_000_001
EXPIRY = datetime(1, 2, 3, tzinfo=UTC)

LISTS = ("ids", "parents", "keys")
STAND_INS: Mapping[Any, str] = {
    ON: "on",
    SUBJECT: "subject",
    PARTNER: "partner_id",
    IDS: "ids",
    PARENTS: "parents",
    KEYS: "keys",
    BEFORE: "before",
    SIZE: "size",
}
PLACEHOLDERS = {"postgres": re.compile(r"\$\d+"), "sqlite": re.compile(r"\?")}
KEPT = 2_000


class Untemplated(Exception):  # noqa: N818 - a fault of ours, found the first time a statement is made
    """A value that is the viewer's or the caller's got into the text of a statement."""


@dataclass(frozen=True, slots=True)
class Given:
    """A condition on one column: a value of the caller's, or one of a few that the text is made for."""

    column: str
    fixed: Any = None
    """Values of enumerations, and tuples of them."""
    kind: type | None = None
    """Of a value that is told with each request."""

    @classmethod
    def of(cls, column: str, value: Any) -> "Given":
        if isinstance(value, Enum | tuple | bool):
            return cls(column, fixed=value)
        return cls(column, kind=type(value) if type(value) in (str, int, date) else UUID)

    def stand_in(self, number: int) -> Any:
        if self.kind is None:
            return self.fixed
        stand_ins = {
            # No longer than a country, because filters look at lengths.
            str: f"\x00{number}",
            int: SIZE + 1 + number,
            date: date(1, 3, 1 + number),
            UUID: UUID(int=100 + number),
        }
        return stand_ins[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Everything that the text of a statement depends on."""

    model: type[Record]
    noun: str
    verb: str
    role: Role
    partnered: bool
    dialect: str
    task: str
    parent: str = ""
    before: bool = False
    narrowed_by: str = ""
    """`ids` or `parents`, where the caller says which rows or parents it will ask for."""
    given: tuple[Given, ...] = ()
    columns: tuple[str, ...] = ()
    """All there are, where none are named."""
    alone: bool = False
    """Whether one row or parent is asked for. For lists of any length PostgreSQL may make its plan anew each time."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and where each of its values comes from: a name among those given, or the value itself."""

    text: str
    sources: tuple[tuple[str | None, Any], ...]

    def values(self, told: Mapping[str, Any]) -> list[Any]:
        return [fixed if name is None else told[name] for name, fixed in self.sources]


def viewer_of(role: Role, *, partnered: bool) -> Viewer:
    """Nobody: every fact about them is a stand-in."""
    return Viewer(
        role=role,
        subject=SUBJECT,
        partner_id=PARTNER if partnered else None,
        frontend=FRONTEND,
        scopes=frozenset({SCOPE}),
        expires_at=EXPIRY,
    )


@lru_cache(maxsize=KEPT)
def statement(shape: Shape) -> Statement:
    return TASKS[shape.task](shape)


def _seen(shape: Shape) -> QuerySet[Any]:
    found = narrow(
        shape.model,
        viewer_of(shape.role, partnered=shape.partnered),
        on=ON,
        verb=shape.verb,
        noun=shape.noun,
        ids=[IDS] if shape.narrowed_by == "ids" else (),
        parents=[PARENTS] if shape.narrowed_by == "parents" else (),
    )
    asked = {given.column: given.stand_in(number) for number, given in enumerate(shape.given)}
    found = found.filter(**asked) if asked else found
    return found.filter(id__lt=BEFORE) if shape.before else found


def _by_id(shape: Shape) -> Statement:
    return _statement(sql(_seen(shape).filter(id__in=[KEYS]), *shape.columns), shape)


def _locked(shape: Shape) -> Statement:
    found = _by_id(shape)
    # SQLite has no such words: whoever writes has the whole file.
    return replace(found, text=f"{found.text} FOR UPDATE") if shape.dialect == "postgres" else found


def _at_end(shape: Shape) -> Statement:
    """A row with the end of its chain: the length, and the hash of the last event."""
    found = _by_id(shape)
    text = (
        'SELECT "found".*, "chain"."length" AS "chain_length", "event"."hash" AS "chain_hash" '  # noqa: S608
        f'FROM ({found.text}) AS "found" LEFT JOIN "chain" ON "chain"."noun_id" = "found"."id" '
        'LEFT JOIN "event" ON "event"."noun_id" = "chain"."noun_id" AND "event"."seq" = "chain"."length"'
    )
    return replace(found, text=text)


def _ids(shape: Shape) -> Statement:
    return _statement(sql(_seen(shape).filter(id__in=[KEYS]), "id"), shape)


def _page(shape: Shape) -> Statement:
    return _statement(sql(_seen(shape).order_by("-id").limit(SIZE)), shape)


def _count(shape: Shape) -> Statement:
    text, values = sql(_seen(shape), "id")
    return _statement((f'SELECT COUNT(*) AS "number" FROM ({text}) AS "seen"', values), shape)  # noqa: S608


def _counts(shape: Shape) -> Statement:
    text, values = sql(_seen(shape).filter(**{f"{shape.parent}__in": [KEYS]}), shape.parent)
    grouped = f'SELECT "{shape.parent}", COUNT(*) AS "number" FROM ({text}) AS "seen" GROUP BY "{shape.parent}"'  # noqa: S608
    return _statement((grouped, values), shape)


def _newest(shape: Shape) -> Statement:
    """For each parent its newest rows: no more of them are read than are wanted."""
    if shape.dialect == "sqlite":
        return _newest_on_sqlite(shape)
    # The row's own parent is all there is to look for, where that is what access depends on.
    shape = replace(shape, narrowed_by="") if shape.parent == "case_id" else shape
    text, values = sql(_of_each(shape), *shape.columns)
    lateral = (
        'SELECT "newest".* FROM unnest($0::uuid[]) AS "each" ("key") '  # noqa: S608
        f'CROSS JOIN LATERAL ({text}) AS "newest" ORDER BY "newest"."id" DESC'
    )
    return _statement((lateral, [KEYS, *values]), shape)


def _newest_on_sqlite(shape: Shape) -> Statement:
    """Without a lateral join. A cross join is read from left to right, so that each parent's ids are looked up."""
    rows, _ = sql(shape.model.all(), *shape.columns)
    ids, values = sql(_of_each(shape), "id")
    text = (
        'SELECT "newest".* FROM (SELECT value AS "key" FROM json_each(?)) AS "each" '  # noqa: S608
        f'CROSS JOIN ({rows}) AS "newest" WHERE "newest"."id" IN ({ids}) ORDER BY "newest"."id" DESC'
    )
    return _statement((text, [KEYS, *values]), shape)


def _of_each(shape: Shape) -> QuerySet[Any]:
    return _seen(shape).filter(**{shape.parent: EACH}).order_by("-id").limit(SIZE)


TASKS = {
    "by_id": _by_id,
    "locked": _locked,
    "at_end": _at_end,
    "ids": _ids,
    "page": _page,
    "count": _count,
    "counts": _counts,
    "newest": _newest,
}


def sql(found: QuerySet[Any], *columns: str) -> tuple[str, list[Any]]:
    query = found.values(*columns)
    query._choose_db_if_not_chosen()
    query._make_query()
    return query.query.get_parameterized_sql()


@lru_cache(maxsize=KEPT)
def parts_statement(model: type[Record], parent: str, dialect: str) -> Statement:
    """For what is seen by whoever sees the parent."""
    return _placed_in(sql(model.filter(**{f"{parent}__in": [KEYS]}).order_by("id")), dialect)


def _statement(written: tuple[str, Sequence[Any]], shape: Shape) -> Statement:
    return _placed_in(written, shape.dialect, shape.given, alone=shape.alone)


def _placed_in(
    written: tuple[str, Sequence[Any]], dialect: str, given: Sequence[Given] = (), *, alone: bool = False
) -> Statement:
    """With a placeholder a value; lists of one stand-in become lists of any length, or of one."""
    text, values = written
    stand_ins = {**STAND_INS, **{told.stand_in(n): f"given{n}" for n, told in enumerate(given) if told.kind}}
    names = [stand_ins.get(plain(value)) for value in values]
    texts = PLACEHOLDERS[dialect].split(text)
    if len(texts) != len(values) + 1:
        raise Untemplated("the statement has another number of places than values")
    parts, sources = [texts[0]], []
    for name, value, after in zip(names, values, texts[1:], strict=True):
        if name is None and plain(value) == EACH:
            parts += ['"each"."key"', after]
            continue
        before = parts.pop()
        name = "one" if alone and _is_list(name, before) else name
        sources.append((name, None if name else _fixed(value)))
        parts += _placed(before, name, after, number=len(sources), dialect=dialect)
    return Statement("".join(parts), tuple(sources))


def _placed(before: str, name: str | None, after: str, *, number: int, dialect: str) -> list[str]:
    place = f"${number}" if dialect == "postgres" else "?"
    if not _is_list(name, before):
        return [before, place, after]
    if dialect == "postgres":
        return [f"{before.removesuffix('IN (')}= ANY(", place, after]
    return [before, f"SELECT value FROM json_each({place})", after]  # noqa: S608


def _is_list(name: str | None, before: str) -> bool:
    return name in LISTS and before.endswith("IN (")


def plain(value: Any) -> Any:
    """As the stand-ins are: SQLite is given ids, days and moments as texts."""
    if isinstance(value, str):
        for read in (UUID, date.fromisoformat, datetime.fromisoformat):
            try:
                return read(value)
            except ValueError:
                continue
    return value


def _fixed(value: Any) -> Any:
    # Codes and numbers are the same for everybody; days, moments and ids never are, nor what is made of a stand-in.
    if isinstance(plain(value), date | UUID) or (isinstance(value, str) and "\x00" in value):
        raise Untemplated("a fact about the viewer that statements do not take")
    return value

"""What a viewer may see, as part of a larger statement of PostgreSQL's that answers a whole query.

The conditions are those of `narrow`, as in `statements`. Values that are told with each request have a place in the
text under a name; whoever puts a statement together numbers the places.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from tortoise.expressions import Subquery

from suivi.core.access.narrowing import narrow
from suivi.core.access.statements import (
    BEFORE,
    EACH,
    IDS,
    KEPT,
    ON,
    PARENTS,
    PARTNER,
    PLACEHOLDERS,
    SUBJECT,
    Given,
    Untemplated,
    plain,
    sql,
    viewer_of,
)
from suivi.core.access.viewer import Role
from suivi.core.records import Record

MARK = "\x01"
"""Around the name of a place; in no text of ours or the ORM's."""
PLACE = re.compile(f"{MARK}([^{MARK}]+){MARK}")
KEY = f"{MARK}key{MARK}"
SHORT = re.compile(r"IN \((SELECT (?:(?!SELECT)[^()]|\((?:(?!SELECT)[^()])*\))*)\)")
"""A list out of one table, such as the clinics somebody works at."""
OWN = re.compile(r'("\w+") = ANY\(ARRAY\(SELECT ((?:[^()]|\([^()]*\))*)\)\)(| AND .*)')
CODE = re.compile(r"[\w .:/-]*")


def place(name: str) -> str:
    return f"{MARK}{name}{MARK}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a model that somebody of a role may read."""

    model: type[Record]
    noun: str
    role: Role
    partnered: bool
    given: tuple[Given, ...] = ()
    before: bool = False
    by: str = ""
    """A column that is looked for with the key; empty for all rows there are."""
    implied: bool = False
    """Whoever sees what the key is of sees these."""


def selected(rows: Rows, columns: Sequence[str], *, key: str, name: str, limit: str = "") -> str:
    """The newest first where there is a limit. `key` is an SQL expression, `name` begins those of the rows' places."""
    head, condition = _parts(rows, tuple(columns))
    if limit:
        text = _newest_of_own(head, condition, limit) or _where(head, condition) + _newest(limit)
    else:
        text = _where(head, condition)
    own = {name_: place(f"{name}.{name_}") for name_ in ("before", *(f"given{n}" for n in range(len(rows.given))))}
    return PLACE.sub(lambda found: {"key": key, **own}.get(found[1], found[0]), text)


@lru_cache(maxsize=KEPT)
def is_implied(model: type[Record], by: str, parent: type[Record], *, role: Role, partnered: bool) -> bool:
    """Whether all that is asked of a row is that the viewer sees the parent it names."""
    viewer = viewer_of(role, partnered=partnered)
    seen_parents = narrow(parent, viewer, on=ON).values("id")
    through = model.filter(**{f"{by}__in": Subquery(seen_parents)})
    # Nothing is concluded about access here: it is, word for word, the same condition or it is not.
    return sql(narrow(model, viewer, on=ON), "id") == sql(through, "id")


@lru_cache(maxsize=KEPT)
def _parts(rows: Rows, columns: tuple[str, ...]) -> tuple[str, str]:
    """What is selected from where, and the condition, with places."""
    found = rows.model.all() if rows.implied else _narrowed(rows)
    told: dict[str, Any] = {given.column: given.stand_in(number) for number, given in enumerate(rows.given)}
    if rows.by:
        told[rows.by] = EACH
    if rows.before:
        told["id__lt"] = BEFORE
    text, values = sql(found.filter(**told) if told else found, *columns)
    head, _, condition = _with_places(text, values, rows.given).partition(" WHERE ")
    return head, SHORT.sub(_listed_once, condition)


def _narrowed(rows: Rows) -> Any:
    viewer = viewer_of(rows.role, partnered=rows.partnered)
    ids = [IDS] if rows.by == "id" else ()
    parents = [PARENTS] if rows.by in ("case_id", "noun_id") else ()
    return narrow(rows.model, viewer, on=ON, noun=rows.noun, ids=ids, parents=parents)


def _with_places(text: str, values: Sequence[Any], given: Sequence[Given]) -> str:
    names = {
        ON: "on",
        SUBJECT: "subject",
        PARTNER: "partner_id",
        BEFORE: "before",
        **dict.fromkeys((EACH, IDS, PARENTS), "key"),
        **{one.stand_in(n): f"given{n}" for n, one in enumerate(given) if one.kind},
    }
    texts = PLACEHOLDERS["postgres"].split(text)
    if len(texts) != len(values) + 1:
        raise Untemplated("the statement has another number of places than values")
    places = [place(names[plain(value)]) if plain(value) in names else literal(value) for value in values]
    return texts[0] + "".join(here + after for here, after in zip(places, texts[1:], strict=True))


def literal(value: Any) -> str:
    """A code or number that is the same for everybody."""
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, bool | int):
        return str(value).upper()
    if isinstance(value, str) and CODE.fullmatch(value) and plain(value) is value:
        return f"'{value}'"
    raise Untemplated("a fact about the viewer that statements do not take")


def _listed_once(found: re.Match[str]) -> str:
    """What is the viewer's own is a short list, which PostgreSQL need not look for again with every row."""
    if place("subject") not in found[1] or KEY in found[1]:
        return found[0]
    return f"= ANY(ARRAY({found[1]}))"


def _newest_of_own(head: str, condition: str, limit: str) -> str | None:
    """Otherwise PostgreSQL may look through the newest rows of everybody, until it has found enough of the viewer's."""
    own = OWN.fullmatch(condition)
    if own is None or not _is_conjunction(own[3]):
        return None
    column, keys, rest = own.groups()
    of_each = f'{head} WHERE {column} = "own"."key"{rest}{_newest(limit)}'
    return (
        f'SELECT "newest".* FROM (SELECT DISTINCT {keys}) AS "own" ("key") '  # noqa: S608
        f'CROSS JOIN LATERAL ({of_each}) AS "newest"{_newest(limit)}'
    )


def _is_conjunction(rest: str) -> bool:
    """Whether what follows narrows further, whatever is in its brackets."""
    while (inner := re.sub(r"\([^()]*\)", "", rest)) != rest:
        rest = inner
    return " OR " not in rest


def _where(head: str, condition: str) -> str:
    return f"{head} WHERE {condition}" if condition else head


def _newest(limit: str) -> str:
    return f' ORDER BY "id" DESC LIMIT {limit}'

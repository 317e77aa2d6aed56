"""What a resolver would read, found out by asking it without reading anything.

The resolver is called as always, only with a context that loads nothing: what it asks for is written down. Whatever
asks for more than rows, such as the language, the clock or the viewer, is not described, and runs as it always did.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from suivi.core.access.statements import Given
from suivi.core.records import Record
from suivi.graphql.nodes import Found, Listed, Paged, Stored


class NotSaid(Exception):  # noqa: N818 - no fault of anybody: the ordinary plan runs
    """SQL does not say this."""


Form = Literal["node", "list", "page", "number"]
"""How what is read is shown."""


class Links(NamedTuple):
    """Rows of a parent, each of which names another row in its column `link`."""

    model: type[Record]
    parent: str
    link: str


class Reading(NamedTuple):
    """Rows that somebody may see: one by its id, the newest of a parent or of all, or their number.

    Two readings are equal when they are the same but for values that are told with each request.
    """

    model: type[Record]
    noun: str
    by: str = ""
    """The column that equals the key; none where all rows are meant."""
    given: tuple[Given, ...] = ()
    before: bool = False
    form: Form | None = None
    kind: Any = None
    """The type of the nodes."""
    required: bool = False
    """Whether none is an error, which the ordinary plan tells."""
    through: Links | None = None
    """Rows that are found by their ids are those that these links name."""


class Described:
    """Stands for a `Level` or a `Load`.

    `told` are `key`, `size` (rows read at most), `shown` (of them), `before`, and the values of `given` by number.
    """

    __slots__ = ("reading", "told")

    def __init__(self, reading: Reading, told: Mapping[str, Any]) -> None:
        self.reading = reading
        self.told = told

    def of(self, key: Any) -> "Described":
        return Described(self.reading, {**self.told, "key": key})

    def then(self, make: Callable[..., Any]) -> "Described":
        reading, first = _made(self.reading, make)
        told = self.told
        if (size := told.get("size")) is not None:
            told = {**told, "shown": size if first is None else min(first, size)}
        return Described(reading, told)


@lru_cache(maxsize=1000)
def _made(reading: Reading, make: Any) -> tuple[Reading, int | None]:
    """What is read once something is made of it, and how much of it is shown at most. Raises NotSaid."""
    if isinstance(make, Found) and reading.form == "node":
        return reading._replace(required=True), None
    shown = _maybe(make) if reading.by == "id" and reading.through is None else _many(make)
    if reading.form is not None or shown is None:
        raise NotSaid
    form, kind, first = shown
    return reading._replace(form=form, kind=kind), first


def _maybe(make: Any) -> tuple[Form, Any, int | None] | None:
    """`Type.maybe` of a stored type."""
    kind, function = getattr(make, "__self__", None), getattr(make, "__func__", None)
    is_stored = isinstance(kind, type) and issubclass(kind, Stored)
    return ("node", kind, None) if is_stored and function is _MAYBE else None


_MAYBE: Any = Stored.maybe.__func__  # type: ignore[attr-defined]


def _many(make: Any) -> tuple[Form, Any, int | None] | None:
    if not isinstance(make, Listed | Paged) or not (isinstance(make.kind, type) and issubclass(make.kind, Stored)):
        return None
    return "list" if isinstance(make, Listed) else "page", make.kind, make.first


class Describing:
    """Stands for the context of a request, of which it has nothing but ways of reading rows."""

    def ones(self, model: type[Record], *, noun: str | None = None) -> Described:
        return _described(model, "id", {}, noun=noun)

    def one(self, model: type[Record], identity: UUID | None, *, noun: str | None = None) -> Described:
        return self.ones(model, noun=noun).of(identity)

    def newest_of_each(
        self,
        model: type[Record],
        parent: str,
        *,
        last: int,
        before: UUID | None = None,
        only: Any = None,
        **where: Any,
    ) -> Described:
        return _described(model, parent, where, before=before, size=last + 1)

    def newest(self, model: type[Record], parent: str, identity: UUID, **told: Any) -> Described:
        return self.newest_of_each(model, parent, **told).of(identity)

    def newest_of_all(self, model: type[Record], *, last: int, before: UUID | None, **where: Any) -> Described:
        return _described(model, "", where, before=before, size=last + 1)

    def linked(self, model: type[Record], *, by: type[Record], parent: str, link: str) -> Described:
        found = _described(model, "id", {})
        return Described(found.reading._replace(through=Links(by, parent, link)), found.told)

    def counts(self, model: type[Record], parent: str, **where: Any) -> Described:
        return _described(model, parent, where, form="number")

    def total(self, model: type[Record], **where: Any) -> Described:
        return _described(model, "", where, form="number")


def _described(
    model: type[Record],
    by: str,
    where: Mapping[str, Any],
    *,
    noun: str | None = None,
    before: UUID | None = None,
    size: int | None = None,
    form: Form | None = None,
) -> Described:
    told = {f"given{number}": value for number, value in enumerate(where.values())}
    told |= {name: value for name, value in (("before", before), ("size", size)) if value is not None}
    given = tuple(Given.of(column, value) for column, value in where.items())
    return Described(Reading(model, noun or model._meta.db_table, by, given, before is not None, form), told)


@dataclass(frozen=True, slots=True)
class DescribingInfo:
    """What Strawberry's info is made of: a field has no look ahead here, and nothing of the request."""

    context: Describing = field(default_factory=Describing)

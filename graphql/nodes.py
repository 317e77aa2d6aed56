"""Relay: ids that hold for good, and connections read page by page."""

from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, cast
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64

from suivi.core.access.narrowing import NotFound
from suivi.core.reading import Row
from suivi.core.refusals import Refusal

MAX_PAGE = 100

T = TypeVar("T")
S = TypeVar("S", bound="Stored")


class InvalidId(Refusal):
    """This is not an id of the kind asked for ({noun})."""

    code = "INVALID_ID"
    remedy = "Send an id exactly as the API gave it; ids are not made by hand."


class InvalidPage(Refusal):
    """A page holds 1 to {limit} items and continues after a cursor the API gave."""

    code = "INVALID_PAGE"
    remedy = (
        "Ask for 1 to 100 items, and send `pageInfo.endCursor` of the page before, unchanged, as the cursor; where a "
        "list has none, the `id` of its last item."
    )


@strawberry.interface(description="Anything with an id that `node` can find again.")
class Node:
    id: strawberry.ID


class _GlobalId:
    """The `id` of a stored node, made when it is asked for."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __get__(self, node: Any, owner: type) -> Any:
        return self if node is None else global_id(self._kind, node.__dict__["id"])

    def __set__(self, node: Any, value: Any) -> None:
        raise AttributeError("a stored node has the id of its row")


class Stored:
    """A node that is a row: its plain fields are columns of the same name, and nothing is copied.

    Comes before `Node` among the bases.
    """

    def __init_subclass__(cls) -> None:
        cls.id = _GlobalId(cls.__name__)  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: Any) -> Self:
        """From a light row, or from a model that an action gave back."""
        node = cls.__new__(cls)
        node.__dict__ = row.__dict__
        return node

    @classmethod
    def maybe(cls, row: Any) -> Self | None:
        return None if row is None else cls.of(row)

    @property
    def key(self) -> UUID:
        """The row's own id."""
        return cast("UUID", self.__dict__["id"])

    @property
    def row(self) -> Any:
        """All columns, those that are no fields as well."""
        row = Row.__new__(Row)
        row.__dict__ = self.__dict__
        return row


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    rows: strawberry.Private[list[Any]]
    found: strawberry.Private[list[Any]]
    more: strawberry.Private[bool]

    @strawberry.field
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=cursor_of(row), node=node) for row, node in zip(self.rows, self.found, strict=True)]

    @strawberry.field
    def nodes(self) -> list[T]:
        return self.found

    @strawberry.field
    def page_info(self) -> PageInfo:
        # Relay asks for all four; pages are read forwards alone, and nobody looks whether one came before.
        return PageInfo(
            has_next_page=self.more,
            has_previous_page=False,
            start_cursor=cursor_of(self.rows[0]) if self.rows else None,
            end_cursor=cursor_of(self.rows[-1]) if self.rows else None,
        )


def global_id(kind: str, identity: UUID) -> strawberry.ID:
    return strawberry.ID(b2a_base64(f"{kind}:{identity}".encode("ascii"), newline=False).decode("ascii"))


def read_id(kind: str, text: str, *, field: str = "id") -> UUID:
    """The id inside a Relay id of this type. Raises InvalidId."""
    try:
        found, identity = from_base64(text)
        if found == kind:
            return UUID(identity)
    except ValueError:
        pass
    raise InvalidId(field=field, noun=kind)


def read_id_or_none(kind: str, text: str | None, *, field: str) -> UUID | None:
    return None if text is None else read_id(kind, text, field=field)


def read_ids(kind: str, texts: list[strawberry.ID], *, field: str) -> list[UUID]:
    return [read_id(kind, text, field=field) for text in texts]


def read_page(size: int, cursor: str | None) -> UUID | None:
    """The cursor's row id. Raises InvalidPage."""
    if not 1 <= size <= MAX_PAGE:
        raise InvalidPage(field="first", limit=MAX_PAGE)
    try:
        return None if cursor is None else UUID(from_base64(cursor)[1])
    except ValueError as error:
        raise InvalidPage(field="after", limit=MAX_PAGE) from error


def cursor_of(row: Any) -> str:
    return b2a_base64(f"cursor:{row.id}".encode("ascii"), newline=False).decode("ascii")


def connection(nodes: list[T], rows: list[Any], *, more: bool) -> Connection[T]:
    return Connection(found=nodes, rows=rows, more=more)


@dataclass(frozen=True, slots=True)
class Listed:
    """Makes nodes of rows; not of the row that was read to see whether there are more."""

    kind: Any
    first: int | None = None

    def __call__(self, rows: list[Any]) -> list[Any]:
        kind = self.kind
        return [kind.of(row) for row in rows[: self.first]]


@dataclass(frozen=True, slots=True)
class Paged:
    """Makes a connection of as many rows as were asked for, or one more where the list goes on."""

    kind: Any
    first: int

    def __call__(self, rows: list[Any]) -> Connection[Any]:
        kind, shown = self.kind, rows[: self.first]
        return Connection(found=[kind.of(row) for row in shown], rows=shown, more=len(rows) > self.first)


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for by its id. Raises NotFound where there is none."""

    noun: str

    def __call__(self, node: T | None) -> T:
        if node is None:
            raise NotFound(noun=self.noun, field="id")
        return node


def listed(kind: Any, first: int | None = None) -> Callable[[list[Any]], list[Any]]:
    return Listed(kind, first)


def connection_of(kind: type[S], *, first: int) -> Callable[[list[Any]], Connection[S]]:
    """Of stored nodes."""
    return Paged(kind, first)


def found(noun: str) -> Callable[[S | None], S]:
    return Found(noun)

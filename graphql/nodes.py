"""Relay: ids that hold for good, and connections read page by page."""

from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64, to_base64

from suivi.core.refusals import Refusal

MAX_PAGE = 100

T = TypeVar("T")


class InvalidId(Refusal):
    """This is not an id of the kind asked for ({noun})."""

    code = "INVALID_ID"
    remedy = "Send an id exactly as the API gave it; ids are not made by hand."


class InvalidPage(Refusal):
    """A page holds 1 to {limit} items and continues after a cursor the API gave."""

    code = "INVALID_PAGE"
    remedy = "Ask for 1 to 100 items, and send `pageInfo.endCursor` of the page before, unchanged, as the cursor."


@strawberry.interface(description="Anything with an id that `node` can find again.")
class Node:
    id: strawberry.ID


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo


def global_id(kind: str, identity: UUID) -> strawberry.ID:
    return strawberry.ID(to_base64(kind, identity))


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
    return to_base64("cursor", row.id)


def connection(nodes: list[T], rows: list[Any], *, more: bool) -> Connection[T]:
    edges = [Edge(cursor=cursor_of(row), node=node) for row, node in zip(rows, nodes, strict=True)]
    end = edges[-1].cursor if edges else None
    return Connection(edges=edges, nodes=nodes, page_info=PageInfo(has_next_page=more, end_cursor=end))

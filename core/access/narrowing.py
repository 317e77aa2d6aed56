"""The one function that every read, count, filter, edge, subscription and file link goes through (R-012)."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from tortoise.queryset import QuerySet

from suivi.core.access.parties import NOTHING, PARTIES, Asking
from suivi.core.access.table import READ, SEEING, TABLE, Reach, reach
from suivi.core.access.viewer import Viewer
from suivi.core.records import Record
from suivi.core.refusals import Refusal

R = TypeVar("R", bound=Record)


class NotFound(Refusal):
    """There is no such {noun}, or you may not see it."""

    code = "NOT_FOUND"
    remedy = "Check the id, and that the token is for the right role and partner."


class NotAllowed(Refusal):
    """You may not do this here as {role}. These may, where it concerns them: {allowed}."""

    code = "NOT_ALLOWED"
    remedy = (
        "Ask somebody with such a role at this very clinic or in this very case; `availableActions` of a case lists "
        "what you may do."
    )


def narrow(
    model: type[R],
    viewer: Viewer,
    *,
    on: date,
    verb: str = READ,
    noun: str | None = None,
    ids: Sequence[UUID] = (),
    parents: Sequence[UUID] = (),
) -> QuerySet[R]:
    """The rows of `model` that `viewer` may `verb` on this day: an ordinary query set to filter, count or page.

    `ids` and `parents` only say which rows or which cases and treatments the caller will ask for, so that the
    conditions need not run over all there are. They widen nothing, and the caller still filters by them.
    """
    noun = noun or model._meta.db_table
    extent = reach(viewer.role, noun, verb)
    if extent is None:
        return model.filter(NOTHING)
    if extent is Reach.ALL:
        return model.all()
    asking = Asking(viewer, on, acting=verb not in SEEING, ids=tuple(ids), parents=tuple(parents))
    return model.filter(PARTIES[noun](asking))


async def fetch(model: type[R], viewer: Viewer, identity: UUID, *, on: date, verb: str = READ) -> R:
    """One row the viewer may `verb`. Raises NotFound when it may not even be seen, NotAllowed when only seen."""
    row = await narrow(model, viewer, on=on, verb=verb, ids=[identity]).get_or_none(id=identity)
    if row is not None:
        return row
    noun = model._meta.db_table
    if verb != READ and await narrow(model, viewer, on=on, ids=[identity]).filter(id=identity).exists():
        raise not_allowed(viewer, noun, verb)
    raise NotFound(noun=noun.replace("_", " "))


def not_allowed(viewer: Viewer, noun: str, verb: str) -> NotAllowed:
    return NotAllowed(role=viewer.role.value, allowed=", ".join(role.value for role in TABLE[noun][verb]))


def require(viewer: Viewer, noun: str, verb: str) -> None:
    """For what has no row yet to be narrowed by: raises NotAllowed unless the role has the verb."""
    if reach(viewer.role, noun, verb) is None:
        raise not_allowed(viewer, noun, verb)

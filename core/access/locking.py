"""A row that is about to be changed, found and locked in one statement."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from suivi.core.access.narrowing import fetch
from suivi.core.access.viewer import Viewer
from suivi.core.access.visible import Visible
from suivi.core.at_once import AtOnce, End, NotAtOnce, current
from suivi.core.records import Record, loaded

R = TypeVar("R", bound=Record)


async def locked(model: type[R], viewer: Viewer, identity: UUID, *, on: date, verb: str) -> R:
    """One row the viewer may `verb`, nobody else's to change until the transaction ends. Raises as `fetch` does.

    Of an action that is done at once, what it writes is kept only if nobody has changed the row.
    """
    visible = Visible(model=model, viewer=viewer, on=on, verb=verb)
    if (at_once := current()) is not None:
        return await _read(visible, model, identity, at_once)
    row = await visible.locked(identity)
    if row is not None:
        return loaded(model, vars(row))
    await fetch(model, viewer, identity, on=on, verb=verb)
    return await model.select_for_update().get(id=identity)


async def _read(visible: Visible, model: type[R], identity: UUID, at_once: AtOnce) -> R:
    row = await visible.at_end(identity)
    if row is None:
        raise NotAtOnce
    columns = dict(vars(row))
    length, last = columns.pop("chain_length"), columns.pop("chain_hash")
    if last is not None:
        at_once.ends[identity] = End(length, last)
    return loaded(model, columns)

"""A row that is about to be changed, found and locked in one statement."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from suivi.core.access.narrowing import fetch
from suivi.core.access.viewer import Viewer
from suivi.core.access.visible import Visible
from suivi.core.records import Record

R = TypeVar("R", bound=Record)


async def locked(model: type[R], viewer: Viewer, identity: UUID, *, on: date, verb: str) -> R:
    """One row the viewer may `verb`, nobody else's to change until the transaction ends. Raises as `fetch` does."""
    row = await Visible(model=model, viewer=viewer, on=on, verb=verb).locked(identity)
    if row is not None:
        return model.construct(_saved_in_db=True, **vars(row))
    await fetch(model, viewer, identity, on=on, verb=verb)
    return await model.select_for_update().get(id=identity)

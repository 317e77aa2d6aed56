"""What each of many viewers may see of a row, asked in one statement for all of a role. Nothing of it is kept."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from tortoise.connection import get_connection

from suivi.core.access.statements import KEPT, Shape, Statement, statement
from suivi.core.access.table import READ, Reach, reach
from suivi.core.access.viewer import Role, Viewer
from suivi.core.access.visible import Visible, parts_of
from suivi.core.reading import Row
from suivi.core.records import Record

Ref: TypeAlias = tuple[type[Record], UUID]
"""One row."""
OF_EACH = {"subject": '"viewer"."subject"', "partner_id": '"viewer"."partner_id"'}
"""What is told of each viewer; the rest is the same for all of them."""
PLACE = re.compile(r"\$(\d+)")


class SeenByMany:
    """What these viewers may see at one moment. Each row is asked about once."""

    def __init__(self, viewers: Sequence[Viewer], on: date) -> None:
        self._viewers = viewers
        self._on = on
        self._seeing: dict[Ref, set[int]] = {}
        self._rows: dict[Ref, Row | None] = {}

    async def seeing(self, ref: Ref) -> set[int]:
        """The places among the viewers of those who may see it."""
        if ref not in self._seeing:
            self._seeing[ref] = await who_sees(*ref, self._viewers, on=self._on)
        return self._seeing[ref]

    async def row(self, ref: Ref) -> Row | None:
        """As whoever may see it reads it; none where nobody may."""
        if ref not in self._rows:
            model, identity = ref
            found = await parts_of(model, "id", [identity]) if await self.seeing(ref) else {}
            self._rows[ref] = next(iter(found.get(identity, [])), None)
        return self._rows[ref]


async def who_sees(model: type[Record], identity: UUID, viewers: Sequence[Viewer], *, on: date) -> set[int]:
    """The places in `viewers` of those who may read the row, as `narrow` has it for each of them."""
    kinds: dict[tuple[Role, bool], dict[int, Viewer]] = defaultdict(dict)
    for number, viewer in enumerate(viewers):
        kinds[viewer.role, viewer.partner_id is not None][number] = viewer
    seeing: set[int] = set()
    for (role, partnered), alike in kinds.items():
        if reach(role, model._meta.db_table, READ) is not None:
            seeing |= await _of_kind(model, identity, alike, role, partnered=partnered, on=on)
    return seeing


async def _of_kind(
    model: type[Record], identity: UUID, viewers: Mapping[int, Viewer], role: Role, *, partnered: bool, on: date
) -> set[int]:
    connection: Any = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        # A file has no round trips to spare.
        seen = {number: Visible(model=model, viewer=viewer, on=on) for number, viewer in viewers.items()}
        return {number for number, visible in seen.items() if await visible.ids([identity])}
    ready = _for_each(model, role, partnered=partnered)
    told = {
        "numbers": list(viewers),
        "subjects": [viewer.subject for viewer in viewers.values()],
        "partners": [viewer.partner_id for viewer in viewers.values()],
        "on": on,
        "one": identity,
    }
    async with connection.acquire_connection() as raw:
        [(numbers,)] = await raw.fetch(ready.text, *ready.values(told))
    return set(numbers or ())


@lru_cache(maxsize=KEPT)
def _for_each(model: type[Record], role: Role, *, partnered: bool) -> Statement:
    """The statement of access for one viewer, asked about each of a list of them."""
    one = statement(_shape(model, role, partnered=partnered))
    sources: list[tuple[str | None, Any]] = [("numbers", None), ("subjects", None), ("partners", None)]

    def placed(place: re.Match[str]) -> str:
        name, fixed = one.sources[int(place[1]) - 1]
        if name in OF_EACH:
            return OF_EACH[name]
        sources.append((name, fixed))
        return f"${len(sources)}"

    text = (
        'SELECT array_agg("viewer"."number") FROM unnest($1::int[], $2::text[], $3::uuid[]) '  # noqa: S608
        f'AS "viewer" ("number", "subject", "partner_id") WHERE EXISTS ({PLACE.sub(placed, one.text)})'
    )
    return Statement(text, tuple(sources))


def _shape(model: type[Record], role: Role, *, partnered: bool) -> Shape:
    return Shape(
        model=model,
        noun=model._meta.db_table,
        verb=READ,
        role=role,
        partnered=partnered,
        dialect="postgres",
        task="ids",
        alone=True,
        narrowed_by="ids" if reach(role, model._meta.db_table, READ) is Reach.PARTY else "",
    )

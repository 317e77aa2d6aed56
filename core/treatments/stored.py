"""What is stored of a treatment and of the series it belongs to, for the actions that change it."""

from typing import Any

from suivi.core.acting import Acting
from suivi.core.events.models import Event
from suivi.core.treatments.models import Anchor, Cycle, LocalAnchor, Treatment
from suivi.core.treatments.rules import AnchorChecked
from suivi.core.treatments.series import Course, Part, course


async def course_of(by: Acting, treatment: Treatment) -> Course | None:
    """The whole series, seen by the viewer or not: numbers run through all of it."""
    rows = await series_of(treatment)
    ready = await by.house.rules.ready(rows)
    return course(
        [
            Part(
                treatment=row,
                procedure=ready.procedure_of(row),
                anchors=await Anchor.filter(treatment_id=row.id).order_by("id"),
                local_anchors=await LocalAnchor.filter(treatment_id=row.id).order_by("id"),
                cycles=await Cycle.filter(treatment_id=row.id).order_by("id"),
            )
            for row in rows
        ]
    )


async def series_of(treatment: Treatment) -> list[Treatment]:
    """The one that began it first, then those that go on with it in the order they were registered."""
    first = treatment
    while first.continues_id is not None:
        first = await Treatment.get(id=first.continues_id)
    found, newest = [first], [first]
    while newest:
        newest = await Treatment.filter(continues_id__in=[row.id for row in newest])
        found += newest
    return [first, *sorted(found[1:], key=lambda row: row.id)]


async def agreed_as_told(treatment: Treatment) -> bool:
    """Whether somebody said on which day it was agreed. Otherwise it is the earliest day that was known of then."""
    registered = await Event.get_or_none(noun_id=treatment.id, kind="treatment_registered")
    return registered is not None and registered.payload.get("agreedOn") is not None


async def kept_anchor(
    by: Acting, treatment: Treatment, anchor: AnchorChecked
) -> tuple[Anchor | LocalAnchor, str | None]:
    """The row of the treatment, or of one site or cycle, with its date, and the date it had before."""
    where: dict[str, Any] = {"treatment_id": treatment.id, "name": anchor.name}
    row: Anchor | LocalAnchor | None
    if anchor.local:
        where |= {"site": anchor.site or "", "cycle": anchor.cycle or 0}
        row = await LocalAnchor.get_or_none(**where)
        row, before = (row or LocalAnchor(**where)), (row.on if row else None)
    else:
        row = await Anchor.get_or_none(**where)
        row, before = (row or Anchor(**where)), (row.on if row else None)
    row.on, row.recorded_at = str(anchor.on), by.at
    await row.save()
    return row, before

"""The open cases whose treatments are pinned to other rules than the loaded ones, read a batch at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from suivi.core import reading
from suivi.core.cases.models import CaseState, CaseTreatment
from suivi.core.clocks.zones import day_at, zone
from suivi.core.pins.changes import RulesChange, changes_by_moving
from suivi.core.pins.facts import facts_of
from suivi.core.pins.library import RulesLibrary
from suivi.core.registry import Registry
from suivi.core.specialties.common import OTHER
from suivi.core.treatments.models import Treatment

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A treatment that may be moved to the loaded rules, and what that would change."""

    treatment: Any
    case_ids: tuple[UUID, ...]
    """Open cases that are about it."""
    to_version: str
    changes: tuple[RulesChange, ...]


def movable(
    found: QuerySet[Treatment], registry: Registry, library: RulesLibrary, *, specialty: str | None = None
) -> QuerySet[Treatment]:
    """Those in an open case that are pinned to other rules than the ones their specialty has now."""
    in_open_cases = CaseTreatment.filter(case__state=CaseState.OPEN).values("treatment_id")
    pinned = ~Q(rules_digest__in=list(library.loaded)) & Q(rules_digest__isnull=False)
    of = {} if specialty is None else {"rules_plugin": specialty}
    return found.filter(pinned, _in_force(registry), id__in=Subquery(in_open_cases), **of)


def _in_force(registry: Registry) -> Q:
    """Where the specialty that a treatment is pinned to still has the treatment's procedure."""
    claimed: dict[str, list[str]] = {OTHER: [OTHER]}
    for name, procedure in registry.procedures().items():
        claimed.setdefault(procedure.specialty, []).append(name)
    return Q(*(Q(rules_plugin=name, procedure__in=names) for name, names in claimed.items()), join_type=Q.OR)


async def each_move(found: QuerySet[Treatment], library: RulesLibrary, *, at: datetime) -> AsyncIterator[list[Move]]:
    """Of treatments that are `movable`, in batches of at most 500, in the order they were registered."""
    after = None
    while True:
        later = found.filter(id__gt=after) if after else found
        treatments = await reading.rows(later.order_by("id").limit(BATCH))
        if treatments:
            yield await moves(treatments, library, seen=Treatment.all(), at=at)
        if len(treatments) < BATCH:
            return
        after = treatments[-1].id


async def moves(
    treatments: Sequence[Any],
    library: RulesLibrary,
    *,
    seen: QuerySet[Treatment],
    at: datetime,
    on: date | None = None,
) -> list[Move]:
    """One for each treatment whose specialty is loaded; `on` instead of today at its clinic."""
    rules, facts = await facts_of(treatments, library, seen=seen)
    cases = await _open_cases(treatments)
    found = []
    for treatment in treatments:
        there = rules.in_force_for(treatment)
        if there is not None:
            known = facts[treatment.id]
            day = on or day_at(zone(known.clinic_zone), at)
            changes = changes_by_moving(rules, known, on=day)
            case_ids = tuple(cases.get(treatment.id, ()))
            found.append(Move(treatment=treatment, case_ids=case_ids, to_version=there.version, changes=changes))
    return found


async def open_cases_by_rules(specialty: str | None = None) -> list[tuple[str, str, str | None, int]]:
    """Specialty, version and digest that treatments are pinned to, with the number of open cases of each."""
    found = CaseTreatment.filter(case__state=CaseState.OPEN)
    if specialty is not None:
        found = found.filter(treatment__rules_plugin=specialty)
    named = ("treatment__rules_plugin", "treatment__rules_version", "treatment__rules_digest")
    counted = found.annotate(number=Count("case_id", distinct=True)).group_by(*named).order_by(*named)
    return [
        (plugin, version, digest, number)
        for plugin, version, digest, number in await counted.values_list(*named, "number")
    ]


async def _open_cases(treatments: Sequence[Any]) -> dict[UUID, list[UUID]]:
    covering = CaseTreatment.filter(
        treatment_id__in=[treatment.id for treatment in treatments], case__state=CaseState.OPEN
    )
    cases: dict[UUID, list[UUID]] = {}
    for treatment_id, case_id in await covering.order_by("case_id").values_list("treatment_id", "case_id"):
        cases.setdefault(treatment_id, []).append(case_id)
    return cases

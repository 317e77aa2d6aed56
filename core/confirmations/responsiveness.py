"""How clinics keep to their own time in answering requests for confirmation: plain counts (R-135, R-190)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import F
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from suivi.core.confirmations.models import ConfirmationRequest

SMALLEST = 5
"""Fewer requests than this say more about those who asked than about the clinic (R-190)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsiveness:
    """Of the requests that were not withdrawn: `asked` is the sum of the other four."""

    answered_in_time: int
    answered_late: int
    awaited: int
    overdue: int

    @property
    def asked(self) -> int:
        return self.answered_in_time + self.answered_late + self.awaited + self.overdue


async def responsiveness(ids: Sequence[UUID], *, today: date) -> dict[UUID, Responsiveness | None]:
    """Of clinics where it is this day. None where there are too few. Four statements."""
    asked = ConfirmationRequest.filter(clinic_id__in=list(ids), withdrawn_at__isnull=True)
    answered, left = asked.filter(answered_on__isnull=False), asked.filter(answered_on__isnull=True)
    in_time = await _by_clinic(answered.filter(answered_on__lte=F("due_on")))
    late = await _by_clinic(answered.filter(answered_on__gt=F("due_on")))
    awaited = await _by_clinic(left.filter(due_on__gte=today))
    overdue = await _by_clinic(left.filter(due_on__lt=today))
    found = {
        identity: Responsiveness(
            answered_in_time=in_time[identity],
            answered_late=late[identity],
            awaited=awaited[identity],
            overdue=overdue[identity],
        )
        for identity in ids
    }
    return {identity: one if one.asked >= SMALLEST else None for identity, one in found.items()}


async def _by_clinic(requests: QuerySet[Any]) -> Mapping[UUID, int]:
    counted: Sequence[tuple[UUID, int]]
    counted = await requests.annotate(number=Count("id")).group_by("clinic_id").values_list("clinic_id", "number")
    return defaultdict(int, counted)

"""What signed confirmations say of treatments, loaded for all those of a level together."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from suivi.core.confirmations import held
from suivi.core.confirmations import responsiveness as counting
from suivi.core.confirmations.periods import ConfirmedPeriod
from suivi.graphql.context import Info
from suivi.graphql.loading import Load


def confirmed_periods(info: Info, treatment_id: UUID) -> Load[list[ConfirmedPeriod]]:
    """In the order they were signed, whoever may see the confirmations."""

    async def load(ids: list[UUID]) -> list[Any]:
        found = await held.confirmed_periods(ids)
        return [found[identity] for identity in ids]

    return info.context.load("confirmed periods", load, treatment_id)


def held_ids(info: Info, treatment_id: UUID) -> Load[list[UUID]]:
    """Of the confirmations that count for it, whoever may see them, the earliest signed first."""

    async def load(ids: list[UUID]) -> list[Any]:
        found = await held.held_ids(ids)
        return [found[identity] for identity in ids]

    return info.context.load("confirmations held", load, treatment_id)


@strawberry.type(
    description="Requests for confirmation in numbers, without those withdrawn. `asked` is the sum of the rest."
)
class ConfirmationResponsiveness:
    asked: int
    answered_in_time: int
    answered_late: int
    awaited: int = strawberry.field(description="Not answered in full yet, and still in time.")
    overdue: int

    @classmethod
    def maybe(cls, found: counting.Responsiveness | None) -> "ConfirmationResponsiveness | None":
        if found is None:
            return None
        return cls(
            asked=found.asked,
            answered_in_time=found.answered_in_time,
            answered_late=found.answered_late,
            awaited=found.awaited,
            overdue=found.overdue,
        )


def responsiveness(info: Info, clinic_id: UUID, today: date) -> Load[ConfirmationResponsiveness | None]:
    """`today` is the day at the clinic."""

    async def load(ids: list[UUID]) -> list[Any]:
        found = await counting.responsiveness(ids, today=today)
        return [found[identity] for identity in ids]

    # Of clinics where it is the same day, all together.
    loading = info.context.load(f"confirmation responsiveness {today}", load, clinic_id)
    return loading.then(ConfirmationResponsiveness.maybe)

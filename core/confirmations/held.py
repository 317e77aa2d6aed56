"""Which signed confirmations count for a treatment: those asked about it, and those asked before it was agreed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from suivi.core.clocks.periods import Period
from suivi.core.confirmations.models import Confirmation, ConfirmationAnswer, ConfirmationItem
from suivi.core.confirmations.periods import ConfirmedPeriod
from suivi.core.sql import Sql, ask

# What a clinic confirms to somebody who has not chosen yet is what they choose it for.
_COUNTING = """
FROM "treatment" "t" JOIN "confirmation_request" "r" ON "r"."patient_id" = "t"."patient_id" AND (
    "r"."treatment_id" = "t"."id" OR (
        "r"."treatment_id" IS NULL AND "r"."clinic_id" = "t"."clinic_id" AND "r"."procedure" = "t"."procedure"
        AND ("r"."variant" IS NULL OR "r"."variant" = "t"."variant")
        AND ("r"."material" IS NULL OR "r"."material" = "t"."material")
        AND "r"."asked_on" <= "t"."agreed_on"
    )
) JOIN "confirmation" "c" ON "c"."request_id" = "r"."id" """


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A confirmation that a patient holds, with what was asked and answered."""

    confirmation: Confirmation
    answers: tuple[tuple[ConfirmationItem, ConfirmationAnswer], ...]


async def held_ids(treatments: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """By treatment, the ids of the confirmations that count for it, in the order they were signed."""
    found = await ask(
        Sql(
            f'SELECT "t"."id" AS "treatment", "c"."id" AS "found" {_COUNTING} '
            f'WHERE "t"."id" IN ({_places(treatments)}) ORDER BY "c"."signed_at", "c"."id"',
            [str(identity) for identity in treatments],
        )
    )
    held: dict[UUID, list[UUID]] = {identity: [] for identity in treatments}
    for row in found:
        held[UUID(str(row["treatment"]))].append(UUID(str(row["found"])))
    return held


async def held_for(treatments: Sequence[Any]) -> dict[UUID, list[Held]]:
    """By id of the treatment, in the order they were signed: three statements however many there are."""
    ids = await held_ids([treatment.id for treatment in treatments])
    wanted = list({identity for found in ids.values() for identity in found})
    rows = await Confirmation.filter(id__in=wanted) if wanted else []
    answers = await _answers(wanted)
    held = {one.id: Held(confirmation=one, answers=tuple(answers[one.id])) for one in rows}
    return {treatment: [held[identity] for identity in found] for treatment, found in ids.items()}


async def _answers(ids: Sequence[UUID]) -> Mapping[UUID, list[tuple[ConfirmationItem, ConfirmationAnswer]]]:
    answered: dict[UUID, list[tuple[ConfirmationItem, ConfirmationAnswer]]] = defaultdict(list)
    if ids:
        rows = ConfirmationAnswer.filter(confirmation_id__in=list(ids)).select_related("item")
        for answer in await rows.order_by("confirmation_id", "item__number"):
            answered[answer.confirmation_id].append((answer.item, answer))
    return answered


async def confirmed_periods(treatments: Sequence[UUID]) -> dict[UUID, list[ConfirmedPeriod]]:
    """By treatment, the reference periods that were confirmed for it, in the order they were signed."""
    found = await ask(
        Sql(
            f'SELECT "t"."id" AS "treatment", "c"."number", "c"."signed_at", "a"."reference_period" {_COUNTING} '
            'JOIN "confirmation_answer" "a" ON "a"."confirmation_id" = "c"."id" AND "a"."reference_period" IS NOT NULL '
            f'WHERE "t"."id" IN ({_places(treatments)}) ORDER BY "c"."signed_at", "c"."id", "a"."id"',
            [str(identity) for identity in treatments],
        )
    )
    stated: dict[UUID, list[ConfirmedPeriod]] = {identity: [] for identity in treatments}
    for row in found:
        signed_at = Confirmation._meta.fields_map["signed_at"].to_python_value(row["signed_at"])
        period = ConfirmedPeriod(
            number=row["number"], period=Period.parse(row["reference_period"]), signed_at=signed_at
        )
        stated[UUID(str(row["treatment"]))].append(period)
    return stated


def _places(ids: Sequence[UUID]) -> str:
    # Of none, nothing: PostgreSQL reads no empty list.
    return ", ".join("?" * len(ids)) or "NULL"

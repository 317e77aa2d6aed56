"""How clinics keep to their own time in answering requests for confirmation: plain counts (R-135, R-190)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from suivi.core.sql import Sql, ask

SMALLEST = 5
"""Of fewer people than this, counts say more about those who asked than about the clinic (R-190)."""

# Whoever asks the same clinic about the same thing over and over moves one count by one.
_COUNTED = """
SELECT "clinic_id", COUNT(DISTINCT "patient_id") AS "people",
    COUNT(CASE WHEN "state" = 0 THEN 1 END) AS "answered_in_time",
    COUNT(CASE WHEN "state" = 1 THEN 1 END) AS "awaited",
    COUNT(CASE WHEN "state" = 2 THEN 1 END) AS "answered_late",
    COUNT(CASE WHEN "state" = 3 THEN 1 END) AS "overdue"
FROM (
    SELECT "clinic_id", "patient_id", MAX(
        CASE WHEN "answered_on" <= "due_on" THEN 0 WHEN "answered_on" > "due_on" THEN 2
        WHEN "due_on" >= ? THEN 1 ELSE 3 END
    ) AS "state"
    FROM "confirmation_request" WHERE "withdrawn_at" IS NULL AND "clinic_id" IN ({clinics})
    GROUP BY "clinic_id", "patient_id", "treatment_id", CASE WHEN "treatment_id" IS NULL THEN "procedure" END
) AS "matter" GROUP BY "clinic_id"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsiveness:
    """Of the matters that people asked about, without requests withdrawn: `asked` is the sum of the other four.

    A matter is one person's treatment, or a procedure before there is one. Of several requests about it the one that
    fared worst counts.
    """

    answered_in_time: int
    answered_late: int
    awaited: int
    overdue: int

    @property
    def asked(self) -> int:
        return self.answered_in_time + self.answered_late + self.awaited + self.overdue


async def responsiveness(ids: Sequence[UUID], *, today: date) -> dict[UUID, Responsiveness | None]:
    """Of clinics where it is this day. None where too few people have asked. One statement."""
    text = _COUNTED.format(clinics=", ".join("?" * len(ids)) or "NULL")
    found: dict[UUID, Responsiveness | None] = {}
    for row in await ask(Sql(text, [today, *map(str, ids)])):
        counts = dict(row)
        people, clinic_id = counts.pop("people"), UUID(str(counts.pop("clinic_id")))
        found[clinic_id] = Responsiveness(**counts) if people >= SMALLEST else None
    return {identity: found.get(identity) for identity in ids}

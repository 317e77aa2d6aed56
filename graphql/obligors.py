"""Who owes what a clinic's terms say, also once the clinic is gone (R-128)."""

from datetime import date
from typing import Any

import strawberry

from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.graphql.clinics import CeasedEnum, Clinic, load_clinic
from suivi.graphql.context import Info
from suivi.graphql.loading import Level, Load
from suivi.graphql.successions import Succession


@strawberry.type(description="Who owes what terms say. They stay readable whatever became of the clinic.")
class Obligor:
    clinic: Clinic
    ceased: CeasedEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Null: the clinic is there."
    )
    ceased_on: date | None
    row: strawberry.Private[Any]

    @strawberry.field(description="The clinic that has taken over its obligations: it has said so itself.")
    def successor(self, info: Info) -> Load[Clinic | None]:
        return load_clinic(info, self.clinic.accepted_successor_id)

    @strawberry.field(description="Null: it names none. Being named binds nobody.")
    def succession(self) -> Succession | None:
        return Succession.maybe(self.row)

    @classmethod
    def maybe(cls, row: Any) -> "Obligor | None":
        if row is None:
            return None
        return cls(clinic=Clinic.of(row), ceased=row.ceased, ceased_on=row.ceased_on, row=row)


def obligors(info: Info) -> Level[Obligor | None]:
    return info.context.ones(ClinicRow).then(Obligor.maybe)

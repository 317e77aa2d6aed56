"""Deadlines that somebody is reminded of, and what there is to do about them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.reminders import rules
from suivi.core.reminders.models import Reminder as ReminderRow
from suivi.core.reminders.models import ReminderKind
from suivi.core.reminders.rules import ReminderState
from suivi.core.reminders.words import what_to_do
from suivi.graphql.clinics import Clinic, clinics
from suivi.graphql.context import Info
from suivi.graphql.courses import today_at_clinic
from suivi.graphql.devices import DeviceWarranty, load_device_warranty
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Connection, Node, Stored, connection_of, listed, read_page
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized

if TYPE_CHECKING:
    from suivi.graphql.confirmations import ConfirmationRequest
    from suivi.graphql.treatments import Treatment

LazyRequest = Annotated["ConfirmationRequest", strawberry.lazy("suivi.graphql.confirmations")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]

ReminderKindEnum = strawberry.enum(ReminderKind, name="ReminderKind")
ReminderStateEnum = strawberry.enum(ReminderState, name="ReminderState")


@strawberry.type(description="One deadline. It stays on record when it is missed.")
class Reminder(Stored, Node):
    kind: ReminderKindEnum  # type: ignore[valid-type]
    deadline: date = strawberry.field(description="The last day in time, at the clinic; the earliest it may be.")
    latest_deadline: date = strawberry.field(
        description="Later than `deadline` where that counts from a date known only in part."
    )
    told: int = strawberry.field(description="Times the clinic has been reminded.")
    met_at: datetime | None = strawberry.field(description="When it was put on record as done.")
    missed_at: datetime | None = strawberry.field(
        description="When it was put on record as missed, also where it was met afterwards."
    )
    created_at: datetime

    @strawberry.field(description="On a day; today at the clinic when left out.")
    async def state(self, info: Info, as_of: date | None = None) -> ReminderStateEnum:  # type: ignore[valid-type]
        return rules.state_on(self.row, as_of or await today_at_clinic(info, self.row))

    @strawberry.field(description="What there is to do now.")
    async def what_to_do(self, info: Info, locale: str | None = None) -> LocalizedText:
        state = rules.state_on(self.row, await today_at_clinic(info, self.row))
        return localized(what_to_do(ReminderKind(self.row.kind), state), info, locale)

    @edge(by="clinic_id")
    @staticmethod
    def clinic(info: Info) -> Level[Clinic | None]:
        return clinics(info)

    @edge(by="treatment_id", description="Null: asked of a clinic before there was a treatment.")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)

    @strawberry.field(description="Null where it is about something else.")
    def device_warranty(self, info: Info) -> Load[DeviceWarranty | None]:
        about = None if self.row.kind == ReminderKind.CONFIRMATION else self.row.about
        return load_device_warranty(info, about)

    @strawberry.field(description="Null where it is about something else.")
    def confirmation_request(self, info: Info) -> Load[LazyRequest | None]:
        from suivi.graphql.confirmations import load_confirmation_request

        about = self.row.about if self.row.kind == ReminderKind.CONFIRMATION else None
        return load_confirmation_request(info, about)


def load_reminder(info: Info, identity: UUID | None) -> Load[Reminder | None]:
    return info.context.one(ReminderRow, identity).then(Reminder.maybe)


def load_reminders(info: Info, treatment_id: UUID) -> Load[list[Reminder]]:
    """Of a treatment, the latest set first."""
    return info.context.newest(ReminderRow, "treatment_id", treatment_id, last=100).then(listed(Reminder))


@strawberry.type
class ReminderQueries:
    @strawberry.field(description="Everything there is a deadline for, the latest set first; met and missed ones too.")
    def reminders(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        kind: ReminderKindEnum | None = None,  # type: ignore[valid-type]
    ) -> Load[Connection[Reminder]]:
        where: dict[str, Any] = {} if kind is None else {"kind": kind}
        found = info.context.newest_of_all(ReminderRow, last=first, before=read_page(first, after), **where)
        return found.then(connection_of(Reminder, first=first))

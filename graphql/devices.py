"""Devices put into a patient, what their labels say, and their manufacturers' warranties."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.access.narrowing import NotFound
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.coverage.content import Content
from suivi.core.devices import rules, udi
from suivi.core.devices.identifiers import Agency
from suivi.core.devices.identifiers import Udi as ReadUdi
from suivi.core.devices.models import Device as DeviceRow
from suivi.core.devices.models import DeviceWarranty as DeviceWarrantyRow
from suivi.core.devices.rules import ClaimStart, Gives, Holder, Standing, Step, StepState
from suivi.core.devices.words import DeviceVocabulary, what_to_do, who_must_claim
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.context import Info
from suivi.graphql.courses import today_at_clinic
from suivi.graphql.cover_content import CoverContent, labels
from suivi.graphql.edges import edge
from suivi.graphql.figures import Label
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, listed
from suivi.graphql.noticed import Noticed
from suivi.graphql.recovery import label_of
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import DateSpan, PartialDateValue, localized

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence
    from suivi.graphql.treatments import Treatment

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]

UdiAgencyEnum = strawberry.enum(Agency, name="UdiAgency", description="Who issues the identifiers on labels.")
HolderEnum = strawberry.enum(Holder, name="WarrantyHolder")
GivesEnum = strawberry.enum(Gives, name="WarrantyGives", description="Whether the product is replaced, or money paid.")
ClaimStartEnum = strawberry.enum(
    ClaimStart, name="WarrantyClaimStart", description="What the days for claiming count from."
)
StepEnum = strawberry.enum(
    Step, name="WarrantyStep", description="What somebody has to do in time, or loses the manufacturer's cover."
)
StepStateEnum = strawberry.enum(StepState, name="WarrantyStepState")


@strawberry.type(description="What the unique device identifier on a label says.")
class Udi:
    agency: UdiAgencyEnum  # type: ignore[valid-type]
    device_identifier: str = strawberry.field(description="What device it is, whichever of them.")
    lot: str | None
    serial: str | None
    made_on: date | None
    expires_on: date | None = strawberry.field(description="The last day it may be used.")
    donation: str | None = strawberry.field(
        description="Of a product of human origin: its donation identification number."
    )

    @classmethod
    def of(cls, read: ReadUdi) -> "Udi":
        return cls(
            agency=read.agency,
            device_identifier=read.device_identifier,
            lot=read.lot,
            serial=read.serial,
            made_on=read.made_on,
            expires_on=read.expires_on,
            donation=read.donation,
        )


@strawberry.type(description="Where one step of a manufacturer's warranty stands. Days are those at the clinic.")
class WarrantyStepStanding:
    step: StepEnum  # type: ignore[valid-type]
    state: StepStateEnum  # type: ignore[valid-type]
    days: int | None = strawberry.field(description="After what it counts from, which is day 0.")
    deadline: DateSpan | None = strawberry.field(
        description="The last day in time; a span where the date it counts from is known only in part."
    )
    met_on: date | None
    late: bool | None = strawberry.field(
        description="Null: nothing is done yet, or whether it was in time is in doubt."
    )

    @strawberry.field
    def what_to_do(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(what_to_do(Step(self.step)), info, locale)

    @classmethod
    def of(cls, found: Standing) -> "WarrantyStepStanding":
        return cls(
            step=found.step,
            state=found.state,
            days=found.days,
            deadline=DateSpan.of(found.deadline),
            met_on=found.met_on,
            late=found.late,
        )


async def _treatment(info: Info, treatment_id: UUID) -> Any:
    """Raises NotFound for whoever has lost sight of it meanwhile."""
    treatment = await info.context.one(TreatmentRow, treatment_id)
    if treatment is None:
        raise NotFound(noun="treatment")
    return treatment


async def words_of(info: Info, treatment_id: UUID) -> DeviceVocabulary:
    """By the rules that the treatment is pinned to."""
    treatment = await _treatment(info, treatment_id)
    pinned = await info.context.rules(treatment)
    return DeviceVocabulary(specialty=pinned.specialty_of(treatment), procedure=pinned.procedure_of(treatment))


@strawberry.type(description="A manufacturer's warranty of one device, as its text stood when it was attached.")
class DeviceWarranty(Stored, Noticed, Node):
    name: str
    language: str
    template: str | None = strawberry.field(description="Key of the specialty's template it was taken from.")
    source: str | None = strawberry.field(description="Address or title of the manufacturer's text.")
    as_of: date = strawberry.field(description="The day that text is of.")
    beneficiary: HolderEnum = strawberry.field(description="Whom it is given to.")  # type: ignore[valid-type]
    claimant: HolderEnum = strawberry.field(description="Who may claim under it.")  # type: ignore[valid-type]
    gives: GivesEnum  # type: ignore[valid-type]
    enrolment_days: int | None = strawberry.field(
        description="After implantation. Null: no enrolment is needed. What depends on it is what the clause "
        "`registered_device` is about."
    )
    return_days: int | None = strawberry.field(description="After explantation, for returning the device.")
    claim_days: int | None = strawberry.field(description="For claiming, after what `claimFrom` says.")
    wording_findings: int | None = strawberry.field(
        description="Promises of an outcome in what the clinic wrote of it. Null: nobody looked."
    )
    wording_reason: str | None = strawberry.field(description="Why they stay all the same.")
    recorder_role: str
    attached_at: datetime
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was recorded that it had been attached by mistake; it covers nothing, and never did."
    )
    version: int

    @strawberry.field(description="Null: there is no deadline for claiming.")
    def claim_from(self) -> ClaimStartEnum | None:  # type: ignore[valid-type]
        return None if self.row.claim_days is None else ClaimStart(self.row.claim_from or ClaimStart.EXPLANTATION)

    @strawberry.field(description="What it covers, who pays what, exclusions and obligations.")
    async def cover(self, info: Info) -> CoverContent:
        words = await words_of(info, self.row.treatment_id)
        return CoverContent.of(Content.model_validate(self.row.content), words)

    @strawberry.field(description="What a claim has to show.")
    async def evidence_needed(self, info: Info) -> list[Label]:
        words = await words_of(info, self.row.treatment_id)
        return labels(self.row.evidence_needed, words.evidence)

    @strawberry.field(description="Whom to turn to: where the patient may not claim, it says who must.")
    def who_must_claim(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(who_must_claim(self.row.claimant), info, locale)

    @strawberry.field(description="Every step it asks for, on a day; today at the clinic when left out.")
    async def steps(self, info: Info, as_of: date | None = None) -> list[WarrantyStepStanding]:
        on = as_of or await today_at_clinic(info, await _treatment(info, self.row.treatment_id))
        device = await info.context.one(DeviceRow, self.row.device_id)
        return [WarrantyStepStanding.of(found) for found in rules.standings(self.row, device, on)]

    @edge(by="device_id")
    @staticmethod
    def device(info: Info) -> "Level[Device | None]":
        return devices(info)


@strawberry.type(description="An implant, a lens, a crown: what it is, where it is, since when.")
class Device(Stored, Node):
    manufacturer: str
    model: str | None
    lot: str | None
    serial: str | None
    udi: str | None = strawberry.field(description="As it was read off the label.")
    udi_agency: UdiAgencyEnum | None  # type: ignore[valid-type]
    made_on: date | None
    expires_on: date | None = strawberry.field(description="The last day it might be implanted.")
    recorder_role: str
    registered_at: datetime
    version: int

    @strawberry.field
    async def object(self, info: Info) -> Label:
        words = await words_of(info, self.row.treatment_id)
        return labels([self.row.object], words.object)[0]

    @strawberry.field(description="Out of the UDI: what device it is, whichever of them.")
    def device_identifier(self) -> str | None:
        found: str | None = self.row.udi_di
        return found

    @strawberry.field(description="One of the treatment's sites.")
    async def site(self, info: Info) -> Label | None:
        if self.row.site is None:
            return None
        words = await words_of(info, self.row.treatment_id)
        return label_of(words.specialty.labels.sites if words.specialty else {}, self.row.site)

    @strawberry.field
    def implanted_on(self) -> PartialDateValue:
        return PartialDateValue.of(PartialDate.parse(self.row.implanted_on))

    @strawberry.field(description="Null: it is still there, as far as is known.")
    def explanted_on(self) -> PartialDateValue | None:
        told = self.row.explanted_on
        return None if told is None else PartialDateValue.of(PartialDate.parse(told))

    @strawberry.field
    async def explant_reason(self, info: Info) -> Label | None:
        if self.row.explant_reason is None:
            return None
        return labels([self.row.explant_reason], (await words_of(info, self.row.treatment_id)).event)[0]

    @strawberry.field(description="When `event` was noticed; null: nothing is on record.")
    def noticed_on(self) -> PartialDateValue | None:
        told = self.row.noticed_on
        return None if told is None else PartialDateValue.of(PartialDate.parse(told))

    @strawberry.field(description="What was noticed of it, such as a rupture.")
    async def event(self, info: Info) -> Label | None:
        if self.row.noticed_event is None:
            return None
        return labels([self.row.noticed_event], (await words_of(info, self.row.treatment_id)).event)[0]

    @strawberry.field(description="Whether it was implanted after its last day. Null: not known.")
    def expired_when_implanted(self) -> bool | None:
        return rules.expired_when_implanted(self.row)

    @strawberry.field(description="The implant card; null when none is attached or you may not see evidence.")
    async def card(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.card_id)

    @edge(
        description="The manufacturers' own. They outlast the clinic's terms, and the clinic. Newest first, with those "
        "that were attached by mistake."
    )
    @staticmethod
    def warranties(info: Info) -> Level[list[DeviceWarranty]]:
        return info.context.newest_of_each(DeviceWarrantyRow, "device_id", last=50).then(listed(DeviceWarranty))

    @edge(by="treatment_id")
    @staticmethod
    def treatment(info: Info) -> Level[LazyTreatment | None]:
        from suivi.graphql.treatments import treatments

        return treatments(info)


def devices(info: Info) -> Level[Device | None]:
    return info.context.ones(DeviceRow).then(Device.maybe)


def load_device(info: Info, identity: UUID | None) -> Load[Device | None]:
    return devices(info).of(identity)


def load_devices(info: Info, treatment_id: UUID) -> Load[list[Device]]:
    """Of a treatment, the latest registered first."""
    return info.context.newest(DeviceRow, "treatment_id", treatment_id, last=100).then(listed(Device))


def load_device_warranty(info: Info, identity: UUID | None) -> Load[DeviceWarranty | None]:
    return info.context.one(DeviceWarrantyRow, identity).then(DeviceWarranty.maybe)


@strawberry.type
class DeviceQueries:
    @strawberry.field(description="What a device identifier says, for filling in a form. Nothing is kept of it.")
    def read_udi(self, info: Info, udi: str) -> Udi:
        return Udi.of(read_label(info, udi))


def read_label(info: Info, text: str) -> ReadUdi:
    return udi.read_udi(text, on=info.context.on, field="udi")

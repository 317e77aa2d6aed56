"""Recording devices, their explantation, their manufacturers' warranties, and the steps taken under them."""

from datetime import date
from typing import Annotated, Any

import strawberry

from suivi.core.acting import Acting
from suivi.core.devices import actions, warranties, withdrawing
from suivi.core.devices.models import Device as DeviceRow
from suivi.core.devices.models import DeviceWarranty as DeviceWarrantyRow
from suivi.graphql.context import Info
from suivi.graphql.cover_content import CoverContentInput
from suivi.graphql.devices import ClaimStartEnum, Device, DeviceWarranty, GivesEnum, HolderEnum, StepEnum
from suivi.graphql.nodes import read_id, read_id_or_none
from suivi.graphql.results import Refusal, attempt


@strawberry.input
class RegisterDeviceInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    object: str = strawberry.field(description="A code of the specialty, such as breast_implant, or `other`.")
    manufacturer: str
    implanted_on: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`.")
    model: str | None = None
    lot: str | None = strawberry.field(default=None, description="Left out, it is read from the UDI.")
    serial: str | None = strawberry.field(default=None, description="Left out, it is read from the UDI.")
    udi: str | None = strawberry.field(default=None, description="As printed or scanned: GS1, HIBCC or ICCBBA.")
    site: str | None = strawberry.field(
        default=None, description="One of the treatment's sites; may be left out where there is only one."
    )
    card_id: strawberry.ID | None = strawberry.field(
        default=None, description="Evidence of a case of the treatment: a photo of the implant card."
    )

    def told(self) -> actions.Told:
        return actions.Told(
            object=self.object,
            manufacturer=self.manufacturer,
            implanted_on=self.implanted_on,
            model=self.model,
            lot=self.lot,
            serial=self.serial,
            udi=self.udi,
            site=self.site,
            card_id=read_id_or_none("Evidence", self.card_id, field="cardId"),
        )


@strawberry.input(description="Only what is given changes. A null takes away what may be missing.")
class CorrectDeviceInput:
    idempotency_key: str
    device_id: strawberry.ID
    expected_version: int
    manufacturer: str | None = strawberry.UNSET
    implanted_on: str | None = strawberry.UNSET
    model: str | None = strawberry.UNSET
    lot: str | None = strawberry.UNSET
    serial: str | None = strawberry.UNSET
    udi: str | None = strawberry.UNSET
    site: str | None = strawberry.UNSET
    card_id: strawberry.ID | None = strawberry.UNSET

    def changes(self) -> dict[str, Any]:
        names = ("manufacturer", "implanted_on", "model", "lot", "serial", "udi", "site", "card_id")
        given = {name: getattr(self, name) for name in names}
        kept = ("manufacturer", "implanted_on")
        changes = {
            name: value
            for name, value in given.items()
            if value is not strawberry.UNSET and (value is not None or name not in kept)
        }
        if (card := changes.get("card_id")) is not None:
            changes["card_id"] = read_id("Evidence", card, field="cardId")
        return changes


@strawberry.input
class RecordExplantationInput:
    idempotency_key: str
    device_id: strawberry.ID
    expected_version: int
    on: str = strawberry.field(description="Partial date; never in the future.")
    reason: str | None = strawberry.field(default=None, description="A covered event of the specialty, or `other`.")


@strawberry.input
class RecordDeviceEventInput:
    idempotency_key: str
    device_id: strawberry.ID
    expected_version: int
    noticed_on: str = strawberry.field(description="Partial date; never in the future.")
    event: str = strawberry.field(description="A covered event of the specialty, or `other`.")


@strawberry.input(description="From a template of the specialty, in which case all that is left out is taken from it.")
class AttachDeviceWarrantyInput:
    idempotency_key: str
    device_id: strawberry.ID
    as_of: date = strawberry.field(description="The day the manufacturer's text is of.")
    language: str
    template: str | None = strawberry.field(default=None, description="Key of a manufacturer's template.")
    name: str | None = None
    source: str | None = strawberry.field(default=None, description="Address or title of the manufacturer's text.")
    content: CoverContentInput | None = strawberry.field(
        default=None, description="Limits may start with `implantation` and `explantation` too: dates of this device."
    )
    beneficiary: HolderEnum | None = None  # type: ignore[valid-type]
    claimant: HolderEnum | None = strawberry.field(  # type: ignore[valid-type]
        default=None, description="The beneficiary when left out."
    )
    gives: GivesEnum | None = None  # type: ignore[valid-type]
    enrolment_days: int | None = None
    return_days: int | None = None
    claim_days: int | None = None
    claim_from: ClaimStartEnum | None = strawberry.field(  # type: ignore[valid-type]
        default=None, description="What the days for claiming count from; explantation when left out."
    )
    evidence_needed: list[str] | None = strawberry.field(default=None, description="Coded, or in words.")
    wording_reason: str | None = strawberry.field(
        default=None, description="Needed where a clinic's words promise a result: why they stay. It is kept."
    )

    def stated(self) -> warranties.Stated:
        return warranties.Stated(
            as_of=self.as_of,
            language=self.language,
            template=self.template,
            name=self.name,
            source=self.source,
            content=self.content,
            beneficiary=self.beneficiary,
            claimant=self.claimant,
            gives=self.gives,
            enrolment_days=self.enrolment_days,
            return_days=self.return_days,
            claim_days=self.claim_days,
            claim_from=self.claim_from,
            evidence_needed=None if self.evidence_needed is None else tuple(self.evidence_needed),
            wording_reason=self.wording_reason,
        )


@strawberry.input
class WithdrawDeviceWarrantyInput:
    idempotency_key: str
    warranty_id: strawberry.ID
    expected_version: int


@strawberry.input
class RecordWarrantyStepInput:
    idempotency_key: str
    warranty_id: strawberry.ID
    expected_version: int
    step: StepEnum  # type: ignore[valid-type]
    on: date = strawberry.field(description="The day it was done, also where that was late.")


RegisterDeviceResult = Annotated[Device | Refusal, strawberry.union("RegisterDeviceResult")]
CorrectDeviceResult = Annotated[Device | Refusal, strawberry.union("CorrectDeviceResult")]
RecordExplantationResult = Annotated[Device | Refusal, strawberry.union("RecordExplantationResult")]
RecordDeviceEventResult = Annotated[Device | Refusal, strawberry.union("RecordDeviceEventResult")]
AttachDeviceWarrantyResult = Annotated[DeviceWarranty | Refusal, strawberry.union("AttachDeviceWarrantyResult")]
RecordWarrantyStepResult = Annotated[DeviceWarranty | Refusal, strawberry.union("RecordWarrantyStepResult")]
WithdrawDeviceWarrantyResult = Annotated[DeviceWarranty | Refusal, strawberry.union("WithdrawDeviceWarrantyResult")]


@strawberry.type
class DeviceMutations:
    @strawberry.mutation(description="By either side. Without a UDI, what stands on the label is entered by hand.")
    async def register_device(self, info: Info, input: RegisterDeviceInput) -> RegisterDeviceResult:
        async def act(by: Acting) -> DeviceRow:
            treatment_id = read_id("Treatment", input.treatment_id, field="treatmentId")
            return await actions.register_device(by, treatment_id, input.told())

        return await attempt(info, input.idempotency_key, act, Device.of)

    @strawberry.mutation(description="Corrects what is on record; deadlines move with the date of implantation.")
    async def correct_device(self, info: Info, input: CorrectDeviceInput) -> CorrectDeviceResult:
        async def act(by: Acting) -> DeviceRow:
            device_id = read_id("Device", input.device_id, field="deviceId")
            changes = input.changes()
            return await actions.correct_device(by, device_id, expected_version=input.expected_version, changes=changes)

        return await attempt(info, input.idempotency_key, act, Device.of)

    @strawberry.mutation(description="When the device was taken out; sent again, the date is corrected.")
    async def record_explantation(self, info: Info, input: RecordExplantationInput) -> RecordExplantationResult:
        async def act(by: Acting) -> DeviceRow:
            device_id = read_id("Device", input.device_id, field="deviceId")
            return await actions.record_explantation(
                by, device_id, expected_version=input.expected_version, on=input.on, reason=input.reason
            )

        return await attempt(info, input.idempotency_key, act, Device.of)

    @strawberry.mutation(description="What was noticed of the device and when; sent again, it is corrected.")
    async def record_device_event(self, info: Info, input: RecordDeviceEventInput) -> RecordDeviceEventResult:
        async def act(by: Acting) -> DeviceRow:
            device_id = read_id("Device", input.device_id, field="deviceId")
            return await actions.record_device_event(
                by,
                device_id,
                expected_version=input.expected_version,
                noticed_on=input.noticed_on,
                event=input.event,
            )

        return await attempt(info, input.idempotency_key, act, Device.of)

    @strawberry.mutation(description="As its text stands on a day. It never changes afterwards; another may be added.")
    async def attach_device_warranty(self, info: Info, input: AttachDeviceWarrantyInput) -> AttachDeviceWarrantyResult:
        async def act(by: Acting) -> DeviceWarrantyRow:
            device_id = read_id("Device", input.device_id, field="deviceId")
            return await warranties.attach_device_warranty(by, device_id, input.stated())

        return await attempt(info, input.idempotency_key, act, DeviceWarranty.of)

    @strawberry.mutation(description="Enrolled, returned or claimed, on a day. What was late is on record as late.")
    async def record_warranty_step(self, info: Info, input: RecordWarrantyStepInput) -> RecordWarrantyStepResult:
        async def act(by: Acting) -> DeviceWarrantyRow:
            warranty_id = read_id("DeviceWarranty", input.warranty_id, field="warrantyId")
            return await warranties.record_warranty_step(
                by, warranty_id, expected_version=input.expected_version, step=input.step, on=input.on
            )

        return await attempt(info, input.idempotency_key, act, DeviceWarranty.of)

    @strawberry.mutation(description="It was attached by mistake. By the side that attached it; it stays on record.")
    async def withdraw_device_warranty(
        self, info: Info, input: WithdrawDeviceWarrantyInput
    ) -> WithdrawDeviceWarrantyResult:
        async def act(by: Acting) -> DeviceWarrantyRow:
            warranty_id = read_id("DeviceWarranty", input.warranty_id, field="warrantyId")
            return await withdrawing.withdraw_device_warranty(by, warranty_id, expected_version=input.expected_version)

        return await attempt(info, input.idempotency_key, act, DeviceWarranty.of)

"""Registering devices, correcting what is on record of them, and their explantation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, narrow
from suivi.core.acting import Acting, action
from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.checks import UnknownEvent, UnknownObject
from suivi.core.devices import rules
from suivi.core.devices.deadlines import keep_reminders
from suivi.core.devices.identifiers import UdiContradicts
from suivi.core.devices.makers import require_own
from suivi.core.devices.models import Device, DeviceWarranty
from suivi.core.devices.udi import MAX_LENGTH, as_written, read_udi
from suivi.core.devices.words import DeviceVocabulary
from suivi.core.events.log import append
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.treatments.rules import NotYetHappened
from suivi.core.versions import expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A device as the sender tells it."""

    object: str
    manufacturer: str
    implanted_on: str
    model: str | None = None
    lot: str | None = None
    serial: str | None = None
    udi: str | None = None
    site: str | None = None
    card_id: UUID | None = None


@action(Device)
async def register_device(by: Acting, treatment_id: UUID, told: Told) -> Device:
    """With a UDI, lot, serial number and dates are read from it; without one they are what was typed."""
    treatment = await locked(Treatment, by.viewer, treatment_id, on=by.on, verb="register_device")
    checking = await _Checking.of(by, treatment)
    words = await vocabulary_of(by, treatment)
    if words.object(told.object) is None:
        raise UnknownObject(field="object", known=", ".join(words.objects()))
    given = {name: getattr(told, name) for name in _CHECKS}
    given["site"] = told.site or (treatment.sites[0] if len(treatment.sites) == 1 else None)
    device = Device(
        treatment_id=treatment.id,
        object=told.object,
        recorder_role=by.viewer.role.value,
        registered_at=by.at,
        version=1,
        **await checking.checked(given),
    )
    await _require_new(device)
    await append(by, treatment, "device_registered", {"device": str(device.id), "version": 1}, new=[device])
    return device


@action(Device)
async def correct_device(by: Acting, device_id: UUID, *, expected_version: int, changes: Mapping[str, Any]) -> Device:
    """`changes` holds only what is to change, by the names of `Told`. Deadlines move with the date of implantation."""
    device = await locked(Device, by.viewer, device_id, on=by.on, verb="correct")
    await expect(device, expected_version, told_of=device.treatment_id)
    treatment = await Treatment.get(id=device.treatment_id)
    # What is told of the numbers is held against the UDI that is on record.
    against = {"udi": device.udi} if device.udi and not changes.keys().isdisjoint({"lot", "serial"}) else {}
    checked = await (await _Checking.of(by, treatment)).checked({**against, **changes})
    device.update_from_dict({**checked, "version": device.version + 1})
    rules.require_in_order(device, field="implantedOn")
    if "manufacturer" in changes:
        await _require_own_warranties(by, treatment, device)
    await update(device)
    payload = {"device": str(device.id), "version": device.version, "fields": sorted(changes)}
    await append(by, treatment, "device_corrected", payload, wrote=[device])
    if "implanted_on" in changes:
        await _move_deadlines(by, treatment, device)
    return device


@action(Device)
async def record_explantation(
    by: Acting, device_id: UUID, *, expected_version: int, on: str, reason: str | None
) -> Device:
    """Records when the device was taken out, or corrects it. Deadlines to return it and most to claim run from here."""
    told = _Dated(on=on, field="on", event=reason, event_field="reason", columns=("explanted_on", "explant_reason"))
    return await _record(by, device_id, expected_version, told, verb="record_explantation", kind="device_explanted")


@action(Device)
async def record_device_event(
    by: Acting, device_id: UUID, *, expected_version: int, noticed_on: str, event: str
) -> Device:
    """Records what was noticed of a device and when, or corrects it. Some deadlines to claim run from here."""
    columns = ("noticed_on", "noticed_event")
    told = _Dated(on=noticed_on, field="noticedOn", event=event, event_field="event", columns=columns)
    return await _record(by, device_id, expected_version, told, verb="record_event", kind="device_event_noticed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    """Something that became of a device on a day: a partial date and a coded event, and the columns they go to."""

    on: str
    field: str
    event: str | None
    event_field: str
    columns: tuple[str, str]


async def _record(by: Acting, device_id: UUID, expected_version: int, told: _Dated, *, verb: str, kind: str) -> Device:
    device = await locked(Device, by.viewer, device_id, on=by.on, verb=verb)
    await expect(device, expected_version, told_of=device.treatment_id)
    treatment = await Treatment.get(id=device.treatment_id)
    day = str((await _Checking.of(by, treatment)).past(told.on, field=told.field))
    words = await vocabulary_of(by, treatment)
    if told.event is not None and words.event(told.event) is None:
        raise UnknownEvent(field=told.event_field, known=", ".join(words.events()))
    date_column, event_column = told.columns
    before = getattr(device, date_column)
    device.update_from_dict({date_column: day, event_column: told.event, "version": device.version + 1})
    rules.require_in_order(device, field=told.field)
    await update(device)
    # When, and not what: the log is read by more people than the device is.
    payload = {"device": str(device.id), "version": device.version, "on": day, "before": before}
    await append(by, treatment, kind, payload, wrote=[device])
    await _move_deadlines(by, treatment, device)
    return device


async def _require_own_warranties(by: Acting, treatment: Treatment, device: Device) -> None:
    attached = DeviceWarranty.filter(device_id=device.id, withdrawn_at__isnull=True, template__isnull=False)
    keys: list[Any] = list(await attached.values_list("template", flat=True))
    if keys:
        pinned = await by.house.rules.ready([treatment])
        require_own(pinned.specialty_of(treatment).warranty_templates, keys, device.manufacturer)


async def _require_new(device: Device) -> None:
    """The treatment is locked, so both sides may register at once and one of them is told. Raises DeviceOnRecord."""
    if device.serial is None:
        return
    same = Device.filter(treatment_id=device.treatment_id, serial=device.serial, udi_di=device.udi_di)
    if await (same if device.udi_di else same.filter(manufacturer=device.manufacturer)).exists():
        raise rules.DeviceOnRecord(field="serial")


async def vocabulary_of(by: Acting, treatment: Treatment) -> DeviceVocabulary:
    """What may be said of a treatment's devices, by the rules that it is pinned to."""
    pinned = await by.house.rules.ready([treatment])
    return DeviceVocabulary(specialty=pinned.specialty_of(treatment), procedure=pinned.procedure_of(treatment))


async def require_on_file(by: Acting, evidence_id: UUID, treatment: Treatment, *, field: str) -> UUID:
    """Kept evidence of a case about the treatment that the viewer may see. Raises NotFound."""
    seen = narrow(Evidence, by.viewer, on=by.on, ids=[evidence_id])
    kept = seen.filter(id=evidence_id, state=EvidenceState.KEPT, case__covered__treatment_id=treatment.id)
    if not await kept.exists():
        raise NotFound(noun="evidence", field=field)
    return evidence_id


async def today_at_clinic(treatment: Treatment, by: Acting) -> date:
    clinic = await Clinic.get(id=treatment.clinic_id)
    return day_at(zone(clinic.time_zone), by.at)


async def _move_deadlines(by: Acting, treatment: Treatment, device: Device) -> None:
    for warranty in await DeviceWarranty.filter(device_id=device.id, withdrawn_at__isnull=True).order_by("id"):
        await keep_reminders(by, treatment, device, warranty)


_CHECKS: Mapping[str, tuple[str, int]] = {
    "manufacturer": ("manufacturer", 200),
    "model": ("model", 200),
    "lot": ("lot", 60),
    "serial": ("serial", 60),
    "udi": ("udi", MAX_LENGTH),
    "site": ("site", 60),
    "implanted_on": ("implantedOn", 10),
    "card_id": ("cardId", 0),
}
"""By column, the field it is sent in and the most characters it has."""


@dataclass(frozen=True, slots=True)
class _Checking:
    """Checks what is told of a device of one treatment."""

    by: Acting
    treatment: Treatment
    today: date

    @classmethod
    async def of(cls, by: Acting, treatment: Treatment) -> "_Checking":
        return cls(by, treatment, await today_at_clinic(treatment, by))

    async def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Columns, with what a UDI says. Raises UdiContradicts where lot or serial number were told otherwise."""
        columns = {name: await self._column(name, value) for name, value in given.items()}
        return columns | self._read(columns) if "udi" in columns else columns

    async def _column(self, name: str, value: Any) -> Any:
        field, limit = _CHECKS[name]
        if value is None:
            return None
        if name == "card_id":
            return await require_on_file(self.by, value, self.treatment, field=field)
        if name == "implanted_on":
            return str(self.past(value, field=field))
        if name == "site" and value not in self.treatment.sites:
            raise SiteNotTreated(field=field)
        return as_written(value) if name == "udi" else inputs.text(value, field=field, limit=limit)

    def past(self, text: str, *, field: str) -> PartialDate:
        """A partial date that is not certain to be still ahead. Raises UnreadableDate, NotYetHappened."""
        read = PartialDate.parse(text, field=field)
        if read.is_after(self.today):
            raise NotYetHappened(field=field)
        return read

    def _read(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        if columns["udi"] is None:
            return dict.fromkeys(("udi_di", "udi_agency", "made_on", "expires_on"))
        udi = read_udi(columns["udi"], on=self.today, field="udi")
        read = {
            "udi_di": udi.device_identifier,
            "udi_agency": udi.agency.value,
            "made_on": udi.made_on,
            "expires_on": udi.expires_on,
        }
        for name, says in (("lot", udi.lot), ("serial", udi.serial)):
            typed = columns.get(name)
            if typed and says and typed.casefold() != says.casefold():
                raise UdiContradicts(field=name)
            if says:
                read[name] = says
        return read

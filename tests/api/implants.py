"""Implants, what their makers warrant, and a Suivi with the specialty they belong to."""

from datetime import UTC, datetime
from typing import Any

from suivi.core.registry import Registry
from suivi.plugins import complaint_bodies
from suivi.plugins.email import EmailPlugin
from tests.services.smtp import SmtpServer
from tests.services.world import World

EXPLANTED = datetime(2034, 5, 3, 9, 0, tzinfo=UTC)
DEVICE = "... on Device { id version lot serial explantedOn { text } }"
WARRANTY = "... on DeviceWarranty { id version }"
COVERED = """query($id: ID!, $on: Date) { treatment(id: $id) { coverMap(asOf: $on) { layers { kind segments {
  component { key } state reason { sentence } starts { latest } ends { latest } } } } } }"""


def plugins(*, email: EmailPlugin | None) -> Registry:
    return Registry.load(only=["dental", "surgery"], extra=[*([email] if email else []), complaint_bodies])


def mail(smtp: SmtpServer) -> EmailPlugin:
    return EmailPlugin(smtp.url, "notices@suivi.example")


async def augmented(world: World) -> str:
    """A treatment with an implant on each side."""
    treatment = await world.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="breast_augmentation",
        sites=["left", "right"],
        agreedOn="2026-02-20",
        anchors=[{"name": "surgery", "on": "2026-03-03"}],
    )
    treatment_id: str = treatment["id"]
    return treatment_id


def implant(treatment_id: str, **changed: Any) -> dict[str, Any]:
    told = {
        "treatmentId": treatment_id,
        "object": "breast_implant",
        "manufacturer": "Motiva",
        "site": "left",
        "implantedOn": "2026-03-03",
    }
    return told | changed


async def registered(world: World, treatment_id: str, **changed: Any) -> dict[str, Any]:
    return await world.practitioner.do("registerDevice", DEVICE, **implant(treatment_id, **changed))


async def warranted(world: World, device_id: str, **changed: Any) -> dict[str, Any]:
    asked = {"deviceId": device_id, "asOf": "2026-03-03", "language": "en", "template": "motiva"}
    return await world.practitioner.do("attachDeviceWarranty", WARRANTY, **(asked | changed))


def by_hand(device_id: str, **limit: Any) -> dict[str, Any]:
    """A warranty without a template, of one component with this limit, or with none."""
    component = {"key": "shell", "object": "breast_implant", **({"limit": limit} if limit else {})}
    return {
        "deviceId": device_id,
        "asOf": "2026-03-03",
        "language": "en",
        "name": "Own programme",
        "beneficiary": "PATIENT",
        "gives": "PRODUCT",
        "content": {"components": [component]},
    }


async def steps(world: World, treatment_id: str, as_of: str) -> dict[str, dict[str, Any]]:
    answer = await world.patient.ask(
        """query($id: ID!, $on: Date) { treatment(id: $id) { devices { warranties { steps(asOf: $on) {
          step state late metOn deadline { earliest latest } } } } } }""",
        id=treatment_id,
        on=as_of,
    )
    [device] = answer["treatment"]["devices"]
    return {step["step"]: step for step in device["warranties"][0]["steps"]}


async def covered(world: World, treatment_id: str, on: str) -> dict[str, dict[str, Any]]:
    """What the manufacturer covers, by component."""
    answer = await world.patient.ask(COVERED, id=treatment_id, on=on)
    makers = [one for one in answer["treatment"]["coverMap"]["layers"] if one["kind"] == "MANUFACTURER"]
    return {segment.pop("component")["key"]: segment for one in makers for segment in one["segments"]}

"""Devices: what they are, where and since when, and a rupture years after the clinic has closed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.events.models import Event
from suivi.core.events.verification import verify
from suivi.core.reminders.actions import remind_due
from tests.api.implants import (
    DEVICE,
    EXPLANTED,
    WARRANTY,
    augmented,
    covered,
    implant,
    mail,
    plugins,
    registered,
    steps,
    warranted,
)
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.smtp import SmtpServer
from tests.services.suivi import Statements, suivi
from tests.services.world import CEMENTED, World, build_world, row_id, upload_photo

UDI = "(01)51022222233336(11)251231(17)280707(10)A213B1(21)1234"


@pytest.fixture
def started_with(smtp: SmtpServer) -> dict[str, Any]:
    return {"registry": plugins(email=mail(smtp))}


async def test_what_cannot_be_registered_as_a_device(world: World, subtests: pytest.Subtests) -> None:
    """R-136."""
    treatment_id = await augmented(world)
    wrong = Trying(who=world.practitioner, mutation="registerDevice", good=implant(treatment_id))
    elsewhere = await upload_photo(world, world.patient)

    await each_is_refused(
        [
            wrong("of a kind nobody knows", "UNKNOWN_OBJECT", "object", object="gold_tooth"),
            wrong("by nobody", "TEXT_EMPTY", "manufacturer", manufacturer=" "),
            wrong("at a site that was not treated", "SITE_NOT_TREATED", "site", site="OD"),
            wrong("tomorrow", "NOT_YET_HAPPENED", "implantedOn", implantedOn="2026-03-04"),
            wrong("at some time", "UNREADABLE_DATE", "implantedOn", implantedOn="spring"),
            wrong("with a model for a UDI", "UDI_UNREADABLE", "udi", udi="MemoryGel 350"),
            wrong("with a UDI of no such day", "UDI_PART_UNREADABLE", "udi", udi=UDI.replace("280707", "280732")),
            wrong("with half of a UDI", "UDI_WITHOUT_DEVICE", "udi", udi=UDI[18:]),
            wrong("with a misread UDI", "UDI_MISREAD", "udi", udi=UDI.replace("5102", "5103")),
            wrong("with another lot than its UDI", "UDI_CONTRADICTS", "lot", udi=UDI, lot="A213B2"),
            wrong("with another serial number than its UDI", "UDI_CONTRADICTS", "serial", udi=UDI, serial="12345"),
            wrong("with half a character", "TEXT_UNUSABLE", "model", model="\ud800"),
            wrong("with a card of another treatment", "NOT_FOUND", "cardId", cardId=elsewhere),
            Trying(who=world.operator, mutation="registerDevice", good=wrong.good)("by an operator", "NOT_FOUND"),
        ],
        subtests,
    )
    assert await error_code(world.patient, '{ readUdi(udi: "+A123") { lot } }') == "UDI_MISREAD"


async def test_a_label_fills_in_what_was_not_typed(world: World) -> None:
    """R-136: and a device without one is entered by hand."""
    treatment_id = await augmented(world)
    told = await world.patient.ask(
        "query($udi: String!) { readUdi(udi: $udi) { agency deviceIdentifier lot serial madeOn expiresOn } }", udi=UDI
    )
    await registered(world, treatment_id, udi=UDI, lot="a213b1")
    await registered(world, treatment_id, site="right", lot="B7", implantedOn="2026-03")

    answer = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { devices { object { key text { text } } site { text { text } } lot
          serial deviceIdentifier udi udiAgency madeOn expiresOn expiredWhenImplanted recorderRole
          implantedOn { text exact } } } }""",
        id=treatment_id,
    )
    by_hand, by_label = answer["treatment"]["devices"]
    again = Trying(who=world.patient, mutation="registerDevice", good=implant(treatment_id, udi=UDI))
    await refusal(again("by the other side as well", "DEVICE_ON_RECORD", "serial"))

    read = told["readUdi"]
    assert read == {
        "agency": "GS1",
        "deviceIdentifier": "51022222233336",
        "lot": "A213B1",
        "serial": "1234",
        "madeOn": "2025-12-31",
        "expiresOn": "2028-07-07",
    }
    assert by_label == {
        "object": {"key": "breast_implant", "text": {"text": "breast implant"}},
        "site": {"text": {"text": "left side"}},
        **{name: read[name] for name in ("deviceIdentifier", "lot", "serial", "madeOn", "expiresOn")},
        "udi": UDI,
        "udiAgency": "GS1",
        "expiredWhenImplanted": False,
        "implantedOn": {"text": "2026-03-03", "exact": True},
        "recorderRole": "practitioner",
    }
    assert (by_hand["lot"], by_hand["udiAgency"], by_hand["expiredWhenImplanted"]) == ("B7", None, None)


async def test_a_crown_needs_no_implant_card_and_may_have_one(world: World) -> None:
    """R-136: the only site need not be named, and the card is evidence of a case of the treatment."""
    card = await upload_photo(world, world.patient)
    crown = implant(world.treatment_id, object="crown", manufacturer="Duna Lab", site=None, cardId=card)

    await world.patient.do("registerDevice", DEVICE, **crown)
    ask = "query($id: ID!) { treatment(id: $id) { devices { site { key } card { id } } } }"
    answer = await world.coordinator.ask(ask, id=world.treatment_id)

    assert answer["treatment"]["devices"] == [{"site": {"key": "14"}, "card": {"id": card}}]


async def test_corrections_of_a_device_and_those_that_are_refused(world: World, subtests: pytest.Subtests) -> None:
    """R-136, R-213."""
    device = await registered(world, await augmented(world), udi=UDI)
    good: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1}
    wrong = Trying(who=world.practitioner, mutation="correctDevice", good=good)
    explanting = Trying(who=world.practitioner, mutation="recordExplantation", good=good | {"on": "2026-03-03"})
    rupture = {"noticedOn": "2026-03-03", "event": "rupture"}
    noticing = Trying(who=world.patient, mutation="recordDeviceEvent", good=good | rupture)

    await each_is_refused(
        [
            wrong("against the label on record", "UDI_CONTRADICTS", "serial", serial="77"),
            wrong("to the future", "NOT_YET_HAPPENED", "implantedOn", implantedOn="2027"),
            wrong("unread", "STALE_VERSION", "expectedVersion", expectedVersion=7, model="M"),
            explanting("before it was put in", "EXPLANTED_BEFORE_IMPLANTED", "on", on="2026-02"),
            explanting("for no known reason", "UNKNOWN_EVENT", "reason", reason="boredom"),
            explanting("tomorrow", "NOT_YET_HAPPENED", "on", on="2026-03-04"),
            noticing("before it was put in", "NOTICED_BEFORE_IMPLANTED", "noticedOn", noticedOn="2026-02"),
            noticing("of no known kind", "UNKNOWN_EVENT", "event", event="boredom"),
            noticing("tomorrow", "NOT_YET_HAPPENED", "noticedOn", noticedOn="2026-03-04"),
            noticing("unread", "STALE_VERSION", "expectedVersion", expectedVersion=7),
            Trying(who=world.operator, mutation="correctDevice", good=good)("by an operator", "NOT_FOUND"),
        ],
        subtests,
    )
    corrected = await world.patient.do("correctDevice", DEVICE, **good, model="Ergonomix", udi=None, lot="B2")
    explanted = await world.practitioner.do(
        "recordExplantation", DEVICE, **{**good, "expectedVersion": 2}, on="2026-03", reason="rupture"
    )
    again = Trying(who=world.patient, mutation="correctDevice", good=good | {"expectedVersion": 3})
    earlier = EXPLANTED.replace(year=2026)
    await refusal(
        Trying(who=world.patient.at(earlier), mutation="correctDevice", good=again.good)(
            "put in after it was taken out", "EXPLANTED_BEFORE_IMPLANTED", "implantedOn", implantedOn="2026-04-01"
        )
    )

    assert (corrected["version"], corrected["lot"], corrected["serial"]) == (2, "B2", "1234")
    assert explanted["explantedOn"] == {"text": "2026-03"}


async def test_many_devices_take_no_more_statements_than_one(world: World) -> None:
    treatment_id = await augmented(world)
    ask = """query($id: ID!) { treatment(id: $id) { reminders { state whatToDo { text } } devices { object { key }
      warranties { steps { state } cover { components { key } } device { id } } } } }"""
    counted = []
    for site in ("left", "right"):
        device = await registered(world, treatment_id, site=site)
        await warranted(world, device["id"])
        with Statements() as statements:
            await world.patient.ask(ask, id=treatment_id)
        counted.append(len(statements))

    assert counted[0] == counted[1] <= 10


async def test_the_history_of_a_device_names_what_happened_and_nothing_about_health(world: World) -> None:
    """R-138: and every row is vouched for."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"])
    on: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "on": "2026-03-03", "reason": "rupture"}
    await world.practitioner.do("recordExplantation", DEVICE, **on)

    events = await Event.filter(noun_id=row_id(treatment_id)).order_by("seq")
    found = await verify(world.suivi.running.house.audit_key)

    assert [event.kind for event in events][1:] == [
        "device_registered",
        "device_warranty_attached",
        "reminder_set",
        "device_explanted",
        "reminder_set",
    ]
    assert not any("rupture" in str(event.payload) for event in events)
    assert found == []


async def test_a_rupture_in_year_eight_is_dealt_with_though_the_clinic_has_closed(
    tmp_path: Path, database_url: str, smtp: SmtpServer
) -> None:
    """R-128, R-139: the adapter it was reached by is gone as well."""
    async with suivi(data_dir=tmp_path, database_url=database_url, registry=plugins(email=mail(smtp))) as first:
        world = await build_world(first)
        treatment_id = await augmented(world)
        device = await registered(world, treatment_id)
        warranty = await warranted(world, device["id"])
        enrol = {"warrantyId": warranty["id"], "expectedVersion": 1, "step": "ENROLMENT", "on": "2026-03-03"}
        await world.practitioner.do("recordWarrantyStep", WARRANTY, **enrol)
        ended: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 1, "ceased": "CLOSED"}
        await world.operator.at(CEMENTED).do("recordClinicEnd", "... on Clinic { ceased }", **ended, on="2026-03-03")

    async with suivi(data_dir=tmp_path, database_url=database_url, registry=plugins(email=None)) as later:
        world.patient = later.as_(Role.PATIENT, "patient-one", partner=row_id(world.partner_id)).at(EXPLANTED)
        on: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "on": "2034-05-01", "reason": "rupture"}
        explanted = await world.patient.do("recordExplantation", DEVICE, **on)
        returning = (await steps(world, treatment_id, "2034-05-03"))["DEVICE_RETURN"]
        await remind_due(at=EXPLANTED + timedelta(days=2), audit_key=later.running.house.audit_key)
        back = enrol | {"expectedVersion": 2, "step": "DEVICE_RETURN", "on": "2034-05-05"}
        await world.patient.at(EXPLANTED + timedelta(days=2)).do("recordWarrantyStep", WARRANTY, **back)
        await remind_due(at=EXPLANTED + timedelta(days=10), audit_key=later.running.house.audit_key)
        answer = await world.patient.ask(
            """query($id: ID!, $crown: ID!) { reminders { nodes { kind state told missedAt } }
              crown: treatment(id: $crown) { terms { text obligor { ceased } } }
              treatment(id: $id) { clinic { ceased ceasedOn } coverMap(asOf: "2034-04-30") { layers {
                kind holder segments { component { key } state ends { latest } } } } devices { warranties {
              cover { components { key limit { unit } } } } } } }""",
            id=treatment_id,
            crown=world.treatment_id,
        )

    assert explanted["explantedOn"] == {"text": "2034-05-01"}
    assert (returning["state"], returning["deadline"]["latest"]) == ("OPEN", "2034-05-11")
    assert answer["reminders"]["nodes"] == [
        {"kind": "DEVICE_RETURN", "state": "MET", "told": 1, "missedAt": None},
        {"kind": "ENROLMENT", "state": "MET", "told": 0, "missedAt": None},
    ]
    [warranty] = answer["treatment"]["devices"][0]["warranties"]
    assert {"key": "product_rupture", "limit": {"unit": "LIFETIME"}} in warranty["cover"]["components"]
    [maker] = [one for one in answer["treatment"]["coverMap"]["layers"] if one["kind"] == "MANUFACTURER"]
    covered = {
        one["component"]["key"]: (one["state"], one["ends"] and one["ends"]["latest"]) for one in maker["segments"]
    }
    assert covered["contracture"] == ("RUNNING", "2036-03-03")
    assert covered["extended_with_qid"] == ("ENDED", "2031-03-03")
    assert answer["treatment"]["clinic"] == {"ceased": "CLOSED", "ceasedOn": "2026-03-03"}
    assert answer["crown"]["terms"] == {
        "text": "We repair or remake a crown that fails for three years.",
        "obligor": {"ceased": "CLOSED"},
    }


async def test_what_a_maker_owes_survives_a_merger_and_a_change_of_clinic(world: World) -> None:
    """R-128, R-139: neither takes anything from it nor adds anything, and its deadlines go on."""
    other = await build_world(world.suivi, name="two")
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"], enrolmentDays=None)
    before = await covered(world, treatment_id, "2034-04-30")
    merged: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 1, "ceased": "MERGED"}
    merged |= {"on": "2026-03-03", "successorId": other.clinic_id}
    await world.coordinator.do("recordClinicEnd", "... on Clinic { version }", **merged)
    named: dict[str, Any] = {"clinicId": other.clinic_id, "predecessorId": world.clinic_id, "expectedVersion": 2}
    await other.coordinator.do("answerSuccession", "... on Clinic { version }", **named, accept=True)
    crown: dict[str, Any] = {
        "patientId": world.patient_id,
        "clinicId": other.clinic_id,
        "procedure": "crown",
        "sites": ["15"],
    }
    elsewhere = await world.patient.do("registerTreatment", "... on Treatment { clinic { name } }", **crown)

    after = await covered(world, treatment_id, "2034-04-30")
    out: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "on": "2034-05-01", "reason": "rupture"}
    await world.patient.at(EXPLANTED).do("recordExplantation", DEVICE, **out)
    returning = (await steps(world, treatment_id, "2034-05-03"))["DEVICE_RETURN"]
    [shown] = (
        await world.patient.ask(
            """query($id: ID!) { treatment(id: $id) { devices { warranties { name }
              treatment { clinic { ceased succession { state clinic { name } } } } } } }""",
            id=treatment_id,
        )
    )["treatment"]["devices"]

    assert before == after
    assert before["product_rupture"]["state"] == "RUNNING"
    assert elsewhere["clinic"] == {"name": "Duna Dental two"}
    assert (returning["state"], returning["deadline"]["latest"]) == ("OPEN", "2034-05-11")
    succession = {"state": "ACCEPTED", "clinic": {"name": "Duna Dental two"}}
    assert shown["treatment"]["clinic"] == {"ceased": "MERGED", "succession": succession}
    assert shown["warranties"] == [{"name": "Motiva (Establishment Labs)"}]

"""Devices, what their makers warrant, and the deadlines that come with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.events.models import Event
from suivi.core.events.verification import verify
from suivi.core.registry import Registry
from suivi.core.reminders.actions import remind_due
from suivi.plugins import complaint_bodies
from suivi.plugins.email import EmailPlugin
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.smtp import SmtpServer
from tests.services.suivi import Statements, Suivi, suivi
from tests.services.world import CEMENTED, World, build_world, row_id, upload_photo

UDI = "(01)51022222233336(11)251231(17)280707(10)A213B1(21)1234"
EXPLANTED = datetime(2034, 5, 3, 9, 0, tzinfo=UTC)
DEVICE = "... on Device { id version lot serial explantedOn { text } }"
WARRANTY = "... on DeviceWarranty { id version }"


def plugins(*, email: EmailPlugin | None) -> Registry:
    return Registry.load(only=["dental", "surgery"], extra=[*([email] if email else []), complaint_bodies])


@pytest.fixture
async def running(
    tmp_path: Path, database_url: str, storage_url: str | None, feed_url: str | None, smtp: SmtpServer
) -> AsyncIterator[Suivi]:
    async with suivi(
        data_dir=tmp_path,
        database_url=database_url,
        storage_url=storage_url,
        feed_url=feed_url,
        registry=plugins(email=EmailPlugin(smtp.url, "notices@suivi.example")),
    ) as started:
        yield started


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


async def steps(world: World, treatment_id: str, as_of: str) -> dict[str, dict[str, Any]]:
    answer = await world.patient.ask(
        """query($id: ID!, $on: Date) { treatment(id: $id) { devices { warranties { steps(asOf: $on) {
          step state late metOn deadline { earliest latest } } } } } }""",
        id=treatment_id,
        on=as_of,
    )
    [device] = answer["treatment"]["devices"]
    return {step["step"]: step for step in device["warranties"][0]["steps"]}


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

    await each_is_refused(
        [
            wrong("against the label on record", "UDI_CONTRADICTS", "serial", serial="77"),
            wrong("to the future", "NOT_YET_HAPPENED", "implantedOn", implantedOn="2027"),
            wrong("unread", "STALE_VERSION", "expectedVersion", expectedVersion=7, model="M"),
            explanting("before it was put in", "EXPLANTED_BEFORE_IMPLANTED", "on", on="2026-02"),
            explanting("for no known reason", "UNKNOWN_EVENT", "reason", reason="boredom"),
            explanting("tomorrow", "NOT_YET_HAPPENED", "on", on="2026-03-04"),
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


async def test_what_cannot_be_attached_as_a_makers_warranty(world: World, subtests: pytest.Subtests) -> None:
    """R-137."""
    device = await registered(world, await augmented(world))
    by_hand: dict[str, Any] = {
        "deviceId": device["id"],
        "asOf": "2026-03-03",
        "language": "en",
        "name": "Own programme",
        "beneficiary": "PATIENT",
        "gives": "PRODUCT",
        "content": {"components": [{"key": "shell", "object": "breast_implant"}]},
    }
    wrong = Trying(who=world.practitioner, mutation="attachDeviceWarranty", good=by_hand)
    limit = {"unit": "YEAR", "count": 10, "starts": "first_smile"}

    await each_is_refused(
        [
            wrong("of another device", "UNKNOWN_WARRANTY_TEMPLATE", "template", template="manufacturer_implant"),
            wrong("of the clinic", "UNKNOWN_WARRANTY_TEMPLATE", "template", template="clinic_revision"),
            wrong("as it will stand tomorrow", "NOT_YET_HAPPENED", "asOf", asOf="2026-03-04"),
            wrong("without a name", "WARRANTY_INCOMPLETE", "name", name=None),
            wrong("without a word", "WARRANTY_INCOMPLETE", "content", content=None),
            wrong("for nobody", "WARRANTY_INCOMPLETE", "beneficiary", beneficiary=None),
            wrong("of nothing", "WARRANTY_INCOMPLETE", "gives", gives=None),
            wrong("to enrol in some day", "OUT_OF_RANGE", "enrolmentDays", enrolmentDays=-1),
            wrong(
                "from a day nobody knows",
                "UNKNOWN_ANCHOR",
                "content.components[0].limit.starts",
                content={"components": [{"key": "shell", "object": "breast_implant", "limit": limit}]},
            ),
        ],
        subtests,
    )
    own = limit | {"starts": "implantation"}
    content = {"components": [{"key": "shell", "object": "breast_implant", "limit": own}]}
    attached = await world.patient.do("attachDeviceWarranty", WARRANTY, **{**by_hand, "content": content})
    assert attached["__typename"] == "DeviceWarranty"


async def test_a_template_says_whom_to_turn_to_and_what_may_be_had(world: World) -> None:
    """R-137: the patient is not the beneficiary of every warranty."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"], template="mentor", claimant="PRACTITIONER")

    answer = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { devices { warranties { name source asOf template beneficiary claimant
          gives enrolmentDays returnDays whoMustClaim { text } evidenceNeeded { key } notice
          cover { components { key limit { unit count lifetimeOf starts { key text { text } } } } clauses { key }
                  fees(component: "financial_assistance") { kind payer cap { amount currency } } } } } } }""",
        id=treatment_id,
    )
    [warranty] = answer["treatment"]["devices"][0]["warranties"]
    limits = {one["key"]: one["limit"] for one in warranty["cover"]["components"]}
    fees = {line["kind"]: (line["payer"], line["cap"]) for line in warranty["cover"]["fees"]}

    assert (warranty["beneficiary"], warranty["claimant"], warranty["gives"]) == ("PATIENT", "PRACTITIONER", "BOTH")
    assert warranty["whoMustClaim"]["text"].startswith("Only the practitioner may claim")
    assert (warranty["enrolmentDays"], warranty["returnDays"]) == (45, None)
    assert {one["key"] for one in warranty["evidenceNeeded"]} == {"return_explant", "patient_release"}
    starts = {"key": "implantation", "text": {"text": "the day this device was implanted"}}
    assert limits["product_rupture"] == {"unit": "LIFETIME", "count": None, "lifetimeOf": "DEVICE", "starts": starts}
    assert limits["financial_assistance"] == {"unit": "YEAR", "count": 10, "lifetimeOf": None, "starts": starts}
    assert fees["surgeon_fee"] == ("SHARED", {"amount": "3500", "currency": "USD"})
    assert fees["travel"] == ("NOT_STATED", None)
    assert warranty["notice"]


async def test_deadlines_run_from_the_right_day_and_lateness_is_not_hidden(world: World) -> None:
    """R-137, R-138: 90 days to register from implantation, 10 to return from explantation."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    warranty = await warranted(world, device["id"])
    on_time = await steps(world, treatment_id, "2026-06-01")
    too_late = await steps(world, treatment_id, "2026-06-02")
    late = world.practitioner.at(CEMENTED + timedelta(days=100))
    step = {"warrantyId": warranty["id"], "expectedVersion": 1, "step": "ENROLMENT", "on": "2026-06-10"}
    wrong = Trying(who=late, mutation="recordWarrantyStep", good=step)
    await refusal(wrong("returned while it is in", "NOT_EXPLANTED", "on", step="DEVICE_RETURN"))
    await refusal(wrong("done tomorrow", "NOT_YET_HAPPENED", "on", on="2026-06-12"))
    await refusal(wrong("unread", "STALE_VERSION", "expectedVersion", expectedVersion=2))

    await late.do("recordWarrantyStep", WARRANTY, **step)
    enrolled = await steps(world, treatment_id, "2026-06-12")
    moved = world.practitioner.at(EXPLANTED)
    await moved.do("recordExplantation", DEVICE, deviceId=device["id"], expectedVersion=1, on="2034-05-01")
    returning = (await steps(world, treatment_id, "2034-05-11"))["DEVICE_RETURN"]

    assert (on_time["ENROLMENT"]["state"], too_late["ENROLMENT"]["state"]) == ("OPEN", "MISSED")
    assert on_time["DEVICE_RETURN"]["state"] == "NOT_DUE"
    assert (enrolled["ENROLMENT"]["state"], enrolled["ENROLMENT"]["late"]) == ("MET", True)
    assert (returning["state"], returning["deadline"]["latest"]) == ("OPEN", "2034-05-11")


async def test_what_is_due_is_shown_with_what_to_do_and_until_when(world: World) -> None:
    """R-138: to the patient, in their language; the same list is at the treatment."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id, implantedOn="2026-02")
    warranty = await warranted(world, device["id"])
    ask = """{ reminders { nodes { kind deadline latestDeadline told state may: state(asOf: "2026-05-02")
      june: state(asOf: "2026-06-01") whatToDo(locale: "fr") { text locale } deviceWarranty { id } treatment { id }
      clinic { id } } } }"""

    before = (await world.patient.ask(ask))["reminders"]["nodes"]
    listed = await world.coordinator.ask(
        "query($id: ID!) { treatment(id: $id) { reminders { kind } } }", id=treatment_id
    )
    enrol = {"warrantyId": warranty["id"], "expectedVersion": 1, "step": "ENROLMENT", "on": "2026-03-03"}
    await world.patient.do("recordWarrantyStep", WARRANTY, **enrol)
    [after] = (await world.patient.ask("{ reminders { nodes { state metAt missedAt } } }"))["reminders"]["nodes"]
    others = await world.suivi.as_(Role.PATIENT, "somebody").ask("{ reminders { nodes { kind } } }")

    assert before == [
        {
            "kind": "ENROLMENT",
            "deadline": "2026-05-02",
            "latestDeadline": "2026-05-29",
            "told": 0,
            "state": "OPEN",
            "may": "OPEN",
            "june": "MISSED",
            "whatToDo": {
                "text": "Enregistrer le dispositif auprès du fabricant avant la fin de ce jour et garder la preuve",
                "locale": "fr",
            },
            "deviceWarranty": {"id": warranty["id"]},
            "treatment": {"id": treatment_id},
            "clinic": {"id": world.clinic_id},
        }
    ]
    assert listed["treatment"]["reminders"] == [{"kind": "ENROLMENT"}]
    assert (after["state"], bool(after["metAt"]), after["missedAt"]) == ("MET", True, None)
    assert others["reminders"]["nodes"] == []


async def test_a_missed_deadline_is_recorded_and_not_hidden(world: World) -> None:
    """R-138: by the worker, in the history that the patient reads."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"])
    for day in (EXPLANTED.replace(year=2026), EXPLANTED.replace(year=2026, month=6)):
        await remind_due(at=day, audit_key=world.suivi.running.house.audit_key)

    answer = await world.patient.at(EXPLANTED).ask(
        """query($id: ID!) { treatment(id: $id) { history { nodes { kind } }
          reminders { state told missedAt whatToDo { text } } } }""",
        id=treatment_id,
    )
    [reminder] = answer["treatment"]["reminders"]
    kinds = [node["kind"] for node in answer["treatment"]["history"]["nodes"] if "notice" not in node["kind"]]

    assert kinds[:3] == ["deadline_missed", "reminder_due", "reminder_set"]
    assert (reminder["state"], reminder["told"], bool(reminder["missedAt"])) == ("MISSED", 1, True)
    assert reminder["whatToDo"]["text"].startswith("The deadline has passed and no registration is on record")


async def test_a_corrected_implantation_moves_the_deadline(world: World) -> None:
    """R-138."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"])

    correction: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "implantedOn": "2026-02-01"}
    await world.practitioner.do("correctDevice", DEVICE, **correction)
    [moved] = (await world.patient.ask("{ reminders { nodes { deadline } } }"))["reminders"]["nodes"]
    correction = {"deviceId": device["id"], "expectedVersion": 2, "implantedOn": "unknown"}
    await world.practitioner.do("correctDevice", DEVICE, **correction)
    [dropped] = (await world.patient.ask("{ reminders { nodes { state } } }"))["reminders"]["nodes"]

    assert moved["deadline"] == "2026-05-02"
    assert dropped["state"] == "DROPPED"
    assert (await steps(world, treatment_id, "2026-03-03"))["ENROLMENT"]["state"] == "NEEDS_REVIEW"


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
    email = EmailPlugin(smtp.url, "notices@suivi.example")
    async with suivi(data_dir=tmp_path, database_url=database_url, registry=plugins(email=email)) as first:
        world = await build_world(first)
        treatment_id = await augmented(world)
        device = await registered(world, treatment_id)
        await warranted(world, device["id"])
        ended: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 1, "ceased": "CLOSED"}
        await world.operator.at(CEMENTED).do("recordClinicEnd", "... on Clinic { ceased }", **ended, on="2026-03-03")

    async with suivi(data_dir=tmp_path, database_url=database_url, registry=plugins(email=None)) as later:
        world.patient = later.as_(Role.PATIENT, "patient-one", partner=row_id(world.partner_id)).at(EXPLANTED)
        on: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "on": "2034-05-01", "reason": "rupture"}
        explanted = await world.patient.do("recordExplantation", DEVICE, **on)
        returning = (await steps(world, treatment_id, "2034-05-03"))["DEVICE_RETURN"]
        answer = await world.patient.ask(
            """query($id: ID!, $crown: ID!) { crown: treatment(id: $crown) { terms { text obligor { ceased } } }
              treatment(id: $id) { clinic { ceased ceasedOn } coverMap(asOf: "2034-04-30") { layers {
                kind holder segments { component { key } state ends { latest } } } } devices { warranties {
              cover { components { key limit { unit } } } } } } }""",
            id=treatment_id,
            crown=world.treatment_id,
        )

    assert explanted["explantedOn"] == {"text": "2034-05-01"}
    assert (returning["state"], returning["deadline"]["latest"]) == ("OPEN", "2034-05-11")
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

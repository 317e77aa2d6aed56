"""What makers of devices warrant, to whom, and the deadlines that come with it."""

from datetime import timedelta
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.events.verification import verify
from suivi.core.reminders.actions import remind_due
from tests.api.implants import (
    DEVICE,
    EXPLANTED,
    WARRANTY,
    augmented,
    by_hand,
    covered,
    mail,
    plugins,
    registered,
    steps,
    warranted,
)
from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.smtp import SmtpServer
from tests.services.world import CEMENTED, World


@pytest.fixture
def started_with(smtp: SmtpServer) -> dict[str, Any]:
    return {"registry": plugins(email=mail(smtp))}


async def test_what_cannot_be_attached_as_a_makers_warranty(world: World, subtests: pytest.Subtests) -> None:
    """R-137."""
    device = await registered(world, await augmented(world))
    wrong = Trying(who=world.practitioner, mutation="attachDeviceWarranty", good=by_hand(device["id"]))
    limit = {"unit": "YEAR", "count": 10, "starts": "first_smile"}

    await each_is_refused(
        [
            wrong("of another device", "UNKNOWN_WARRANTY_TEMPLATE", "template", template="manufacturer_implant"),
            wrong("of the clinic", "UNKNOWN_WARRANTY_TEMPLATE", "template", template="clinic_revision"),
            wrong("of another maker", "WARRANTY_OF_ANOTHER_MANUFACTURER", "template", template="mentor"),
            wrong("as it will stand tomorrow", "NOT_YET_HAPPENED", "asOf", asOf="2026-03-04"),
            wrong("without a name", "WARRANTY_INCOMPLETE", "name", name=None),
            wrong("without a word", "WARRANTY_INCOMPLETE", "content", content=None),
            wrong("of nothing at all", "WARRANTY_INCOMPLETE", "content", content={}),
            wrong("with a promise", "OUTCOME_PROMISED", "wordingReason", name="Lifetime guarantee of a perfect result"),
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
    limited: dict[str, Any] = by_hand(device["id"]) | {"content": content}
    attached = await world.patient.do("attachDeviceWarranty", WARRANTY, **limited)
    assert attached["__typename"] == "DeviceWarranty"


async def test_one_makers_warranty_is_never_shown_on_another_makers_device(world: World) -> None:
    """R-137: neither when it is attached nor when the device is corrected, and companies are known by several names."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id, manufacturer="establishment labs s.a.")
    warranty = await warranted(world, device["id"])
    other: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "manufacturer": "Nagor"}
    wrong = Trying(who=world.practitioner, mutation="correctDevice", good=other)

    refused = await refusal(wrong("of another maker", "WARRANTY_OF_ANOTHER_MANUFACTURER", "manufacturer"))
    same = await world.practitioner.do("correctDevice", DEVICE, **other | {"manufacturer": "Motiva®"})
    withdrawn: dict[str, Any] = {"warrantyId": warranty["id"], "expectedVersion": 1}
    await world.practitioner.do("withdrawDeviceWarranty", WARRANTY, **withdrawn)
    other["expectedVersion"] = 2
    corrected = await world.practitioner.do("correctDevice", DEVICE, **other)

    assert "Motiva (Establishment Labs)" in refused["message"]
    assert (warranty["version"], same["version"], corrected["version"]) == (1, 2, 3)


async def test_a_french_patient_reads_a_makers_programme_in_french(world: World) -> None:
    """R-137: its parts, and what it asks for in plain words, though it was attached in English."""
    about = {"treatmentId": world.treatment_id, "site": None, "object": "implant", "manufacturer": "Straumann"}
    device = await world.practitioner.do("registerDevice", DEVICE, **about, implantedOn="2026-03-03")
    await warranted(world, device["id"], template="manufacturer_implant")

    ask = """query($id: ID!) { treatment(id: $id) { coverMap { layers { kind segments { name(locale: "fr") } }
      duties { sentence(locale: "fr") } } } }"""
    found = (await world.patient.ask(ask, id=world.treatment_id))["treatment"]["coverMap"]
    [maker] = [one for one in found["layers"] if one["kind"] == "MANUFACTURER"]

    assert "implant: pilier métallique" in [one["name"].replace("\u00a0:", ":") for one in maker["segments"]]
    assert "composants d’origine utilisés ensemble." in [one["sentence"].lower() for one in found["duties"]]


async def test_a_promise_that_a_clinic_writes_on_a_warranty_stays_only_with_its_reason(world: World) -> None:
    """R-004: the clinic's words; what a patient writes of their own warranty promises nobody anything."""
    device = await registered(world, await augmented(world))
    named = {"name": "Lifetime guarantee of a perfect result"}
    fields = "... on DeviceWarranty { wordingFindings wordingReason noticeVersion }"
    given: dict[str, Any] = {"deviceId": device["id"], "asOf": "2026-03-03", "language": "en", "template": "motiva"}

    kept, theirs, plain = [
        await who.do("attachDeviceWarranty", fields, **given, **told)
        for who, told in (
            (world.coordinator, named | {"wordingReason": "The maker's own title."}),
            (world.patient, named),
            (world.coordinator, {}),
        )
    ]

    assert (kept["wordingFindings"], kept["wordingReason"]) == (1, "The maker's own title.")
    assert (theirs["wordingFindings"], theirs["wordingReason"]) == (None, None)
    assert (plain["wordingFindings"], plain["wordingReason"]) == (0, None)
    assert plain["noticeVersion"]


async def test_a_template_says_whom_to_turn_to_and_what_may_be_had(world: World) -> None:
    """R-137: the patient is not the beneficiary of every warranty."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id, manufacturer="MENTOR Worldwide LLC")
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


async def test_what_depended_on_an_enrolment_that_was_missed_is_not_held(world: World) -> None:
    """R-137, R-138: of Motiva the first year and the extended programmes; what it gives to everybody stays."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    warranty = await warranted(world, device["id"])
    in_time, missed = [await covered(world, treatment_id, day) for day in ("2026-06-01", "2026-06-02")]
    enrol = {"warrantyId": warranty["id"], "expectedVersion": 1, "step": "ENROLMENT"}
    late = world.practitioner.at(CEMENTED + timedelta(days=200))
    await late.do("recordWarrantyStep", WARRANTY, **enrol, on="2026-06-02")
    asked = await covered(world, treatment_id, "2026-06-02")
    await late.do("recordWarrantyStep", WARRANTY, **{**enrol, "expectedVersion": 2}, on="2026-06-01")
    held = await covered(world, treatment_id, "2026-06-02")

    depending = {"first_year_free", "extended_no_qid", "extended_with_qid"}
    states = [{key: one["state"] for key, one in found.items()} for found in (in_time, missed, asked, held)]
    assert {key for key in missed if states[1][key] == "NOT_HELD"} == depending
    assert {key for key in missed if states[2][key] == "NEEDS_REVIEW"} == depending
    assert {states[0][key] for key in depending} == {states[3][key] for key in depending} == {"RUNNING"}
    assert {found[key] for found in states for key in ("product_rupture", "contracture")} == {"RUNNING"}
    assert missed["first_year_free"] == {
        "state": "NOT_HELD",
        "reason": {
            "sentence": "Not held: it depended on registering the device with the manufacturer by June 1, 2026, and no "
            "registration is on record."
        },
        "starts": None,
        "ends": None,
    }


async def test_where_nobody_says_what_an_enrolment_is_for_a_person_has_to_look(world: World) -> None:
    """R-138: silence does not read as covered, and does not take away either."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    limited = by_hand(device["id"], unit="YEAR", count=10, starts="implantation")
    own: dict[str, Any] = limited | {"enrolmentDays": 30}
    await world.patient.do("attachDeviceWarranty", WARRANTY, **own)

    states = {day: (await covered(world, treatment_id, day))["shell"]["state"] for day in ("2026-04-02", "2026-04-03")}

    assert states == {"2026-04-02": "RUNNING", "2026-04-03": "NEEDS_REVIEW"}


async def test_days_to_claim_run_from_when_the_rupture_was_noticed_where_the_warranty_says_so(world: World) -> None:
    """R-137, R-138: with a reminder from that day on, which moves when the date is corrected."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    await warranted(world, device["id"], claimDays=30, claimFrom="NOTICING", enrolmentDays=None)
    before = (await steps(world, treatment_id, "2034-05-03"))["CLAIM"]
    later = world.patient.at(EXPLANTED)
    noticed: dict[str, Any] = {"deviceId": device["id"], "event": "rupture"}
    await later.do("recordDeviceEvent", DEVICE, **noticed, expectedVersion=1, noticedOn="2034-04-20")
    await later.do("recordDeviceEvent", DEVICE, **noticed, expectedVersion=2, noticedOn="2034-04-10")

    claim = (await steps(world, treatment_id, "2034-05-03"))["CLAIM"]
    answer = await later.ask(
        """query($id: ID!) { treatment(id: $id) { reminders { kind deadline } devices { noticedOn { text }
          event { key text { text } } warranties { claimDays claimFrom } } } }""",
        id=treatment_id,
    )

    [found] = answer["treatment"]["devices"]
    assert before["state"] == "NOT_DUE"
    assert (claim["state"], claim["deadline"]["latest"]) == ("OPEN", "2034-05-10")
    assert {"kind": "WARRANTY_CLAIM", "deadline": "2034-05-10"} in answer["treatment"]["reminders"]
    assert found == {
        "noticedOn": {"text": "2034-04-10"},
        "event": {"key": "rupture", "text": {"text": "rupture of the implant"}},
        "warranties": [{"claimDays": 30, "claimFrom": "NOTICING"}],
    }


async def test_a_warranty_attached_by_mistake_is_withdrawn_and_stays_on_record(world: World) -> None:
    """R-137, R-213: by the side that attached it; it covers nothing on any day, and nobody is reminded of it."""
    treatment_id = await augmented(world)
    device = await registered(world, treatment_id)
    warranty = await warranted(world, device["id"])
    good = {"warrantyId": warranty["id"], "expectedVersion": 1}
    theirs = Trying(who=world.patient, mutation="withdrawDeviceWarranty", good=good)
    ours = Trying(who=world.coordinator, mutation="withdrawDeviceWarranty", good=good)
    await refusal(theirs("by the other side", "ATTACHED_BY_OTHER_SIDE"))
    await refusal(ours("unread", "STALE_VERSION", "expectedVersion", expectedVersion=2))
    before = await covered(world, treatment_id, "2026-03-03")

    withdrawn = await world.coordinator.do("withdrawDeviceWarranty", "... on DeviceWarranty { version }", **good)
    again = ours("again", "ATTACHMENT_WITHDRAWN", expectedVersion=2)
    await refusal(again)
    enrol = good | {"expectedVersion": 2, "step": "ENROLMENT", "on": "2026-03-03"}
    await refusal(
        Trying(who=world.coordinator, mutation="recordWarrantyStep", good=enrol)("to it", "ATTACHMENT_WITHDRAWN")
    )
    moved: dict[str, Any] = {"deviceId": device["id"], "expectedVersion": 1, "implantedOn": "2026-02-01"}
    await world.practitioner.do("correctDevice", DEVICE, **moved)
    kept = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { reminders { state } devices { warranties { name withdrawnAt
          steps { step } } } history { nodes { kind } } coverMap { gaps { kind } } } }""",
        id=treatment_id,
    )

    treatment = kept["treatment"]
    assert before
    assert withdrawn["version"] == 2
    assert await covered(world, treatment_id, "2026-03-03") == {}
    assert "DEVICE_WITHOUT_WARRANTY" in {gap["kind"] for gap in treatment["coverMap"]["gaps"]}
    assert treatment["reminders"] == [{"state": "DROPPED"}]
    [shown] = treatment["devices"][0]["warranties"]
    assert (shown["name"], bool(shown["withdrawnAt"]), shown["steps"]) == ("Motiva (Establishment Labs)", True, [])
    assert "device_warranty_withdrawn" in {node["kind"] for node in treatment["history"]["nodes"]}
    assert await verify(world.suivi.running.house.audit_key) == []


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

"""A treatment keeps the rules it was registered under, and is moved to others only on its clinic's word (R-224)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.events.verification import verify
from suivi.core.pins.models import Repin, RulesVersion
from suivi.core.registry import Registry
from suivi.core.treatments.models import Treatment
from suivi.plugins.email import EmailPlugin
from tests.api.wrongs import Trying, Wrong, each_is_refused
from tests.core.pins.versions import installed, other_version, plugin, small
from tests.services.suivi import Client, Statements, Suivi, suivi
from tests.services.world import CEMENTED, World, build_world, crown, row_id

pytestmark = pytest.mark.once

ANSWERS = """query($id: ID!, $on: Date!) { treatment(id: $id) {
  procedure { key name { text } anchors signs { key text { text } } }
  recovery(asOf: $on) {
    rules phases { key text { text } reason { sentence sources } }
    stabilisation { state tooEarly earliest { earliest latest } typical { earliest } latest { earliest } reasons { rule
      sentence sources } }
    normalSigns { key text { text } note { text } } noLongerNormal { key } redFlags { key urgency whatToDo { text } }
    nextCheckUps { day window { earliest latest } checks } onSite { stayUntil { latest } } missingAnchors { anchor }
  }
  referenceWindow(asOf: $on) { state lastDayLatest won { source period version } reasons { sentence } }
  objectives { frozen }
  rules { specialty version digest sources { key title url } }
} }"""
PINNED = """query($id: ID!) { treatment(id: $id) { version rulesPlugin rulesVersion
  rules { version digest origin loadedVersion repins { fromVersion toVersion reason repinnedByRole } }
  recovery { rules } history { nodes { kind details } } } }"""
CHANGES = """query($specialty: String, $first: Int! = 20, $after: String, $asOf: Date) {
  rulesChanges(specialty: $specialty, first: $first, after: $after, asOf: $asOf) {
    nodes { fromVersion toVersion treatment { id } cases { id state } changes { field before after } }
    pageInfo { hasNextPage endCursor }
  } }"""
ON_TREATMENT = "... on Treatment { version rules { version origin } }"

DENTAL = installed("dental")
LATER = {"unit": "day", "min": 21, "typical": 30, "max": 90, "src": ["gk"], "conf": "medium"}
NEWER = other_version(DENTAL, "9.0.0", "crown", stabilisation=LATER, phases=[])
SAME = other_version(DENTAL, "1.99.0", "crown")


def registry(*plugins: object) -> Registry:
    return Registry.load(only=[], extra=[EmailPlugin(None, "notices@suivi.example"), *plugins])


def install(world: World, *specialties: Any) -> None:
    """As after a restart with these plugins: nothing is remembered of the ones before."""
    running = world.suivi.running
    running.house = replace(running.house, registry=registry(*(plugin(specialty) for specialty in specialties)))


async def pinned(world: World, client: Client | None = None) -> dict[str, Any]:
    answer = await (client or world.patient).ask(PINNED, id=world.treatment_id)
    found: dict[str, Any] = answer["treatment"]
    return found


async def moved(world: World, **given: Any) -> dict[str, Any]:
    version = (await Treatment.get(id=row_id(world.treatment_id))).version
    told: dict[str, Any] = {
        "treatmentId": world.treatment_id,
        "expectedVersion": version,
        "reason": "New study, as agreed by phone.",
    }
    return await world.practitioner.do("repinRules", ON_TREATMENT, **(told | given))


async def answers(client: Client, treatment_id: str) -> list[str]:
    """On days before, within and after everything the rules speak of, in French, byte for byte."""
    client = replace(client, locale="fr")
    days = [CEMENTED.date() + timedelta(days=number) for number in (-20, 0, 10, 21, 90, 200, 400, 2000)]
    return [json.dumps(await client.ask(ANSWERS, id=treatment_id, on=str(day))) for day in days]


async def test_registering_a_treatment_pins_the_specialty_that_is_loaded(world: World) -> None:
    """R-224: the whole of it, kept once for all treatments."""
    await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")

    found, [kept] = await pinned(world), await RulesVersion.all()

    assert found["rules"]["origin"] == "LOADED"
    assert found["rules"]["digest"] == kept.digest
    assert found["rules"]["version"] == found["rulesVersion"] == found["rules"]["loadedVersion"] == kept.version
    assert json.loads(kept.body)["procedures"]["crown"]["stabilisation"]["min"] == 14
    assert await verify(world.suivi.running.house.audit_key) == []


async def test_after_an_upgrade_every_answer_is_what_it_was_to_the_last_byte(world: World) -> None:
    """R-224."""
    before = await answers(world.patient, world.treatment_id)

    install(world, NEWER)
    after = await answers(world.patient, world.treatment_id)

    assert after == before
    rules = (await pinned(world))["rules"]
    assert (rules["origin"], rules["loadedVersion"], rules["repins"]) == ("KEPT", "9.0.0", [])


async def test_what_is_registered_after_an_upgrade_has_the_new_rules(world: World) -> None:
    """R-224: beside the old ones, in one page of one patient."""
    install(world, NEWER)
    newer = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth="15")

    answer = await world.patient.ask(
        "query($id: ID!) { patient(id: $id) { treatments { id recovery { rules stabilisation { earliest { latest } } "
        "} } } }",
        id=world.patient_id,
    )

    recoveries = {treatment["id"]: treatment["recovery"] for treatment in answer["patient"]["treatments"]}
    assert recoveries[newer]["rules"] == "dental@9.0.0"
    assert recoveries[newer]["stabilisation"]["earliest"]["latest"] == "2026-03-24"
    assert recoveries[world.treatment_id]["stabilisation"]["earliest"]["latest"] == "2026-03-17"


@asynccontextmanager
async def started(data_dir: Path, database_url: str, plugins: Registry) -> AsyncIterator[Suivi]:
    async with suivi(data_dir=data_dir, database_url=database_url, registry=plugins) as running:
        yield running


async def test_with_its_plugin_uninstalled_a_case_is_read_and_computed_as_before(
    tmp_path: Path, database_url: str
) -> None:
    """R-224: the server is stopped, the plugin removed, the server started again."""
    async with started(tmp_path, database_url, registry(plugin(NEWER))) as running:
        world = await build_world(running)
        before = await answers(world.patient, world.treatment_id)

    async with started(tmp_path, database_url, registry()) as running:
        patient = replace(world.patient, http=running.http)
        after = await answers(patient, world.treatment_id)
        found = (await patient.ask(PINNED, id=world.treatment_id))["treatment"]
        anchor: dict[str, Any] = {"name": "tooth_preparation", "on": "2026-03-01", "expectedVersion": 1}
        recorded = await patient.do(
            "recordAnchor", "... on Treatment { version }", treatmentId=world.treatment_id, **anchor
        )
        told: dict[str, Any] = {"caseId": world.case_id, "signs": ["loose_crown"], "language": "fr"}
        report = await patient.do("reportComplication", "... on ComplicationReport { redFlags rulesVersion }", **told)
        findings = await verify(running.running.house.audit_key)

    assert after == before
    assert (found["rules"]["origin"], found["rules"]["loadedVersion"]) == ("KEPT", None)
    assert recorded["version"] == 2
    assert (report["redFlags"], report["rulesVersion"]) == (["loose_crown"], "dental@9.0.0")
    assert findings == []


async def test_a_treatment_that_no_specialty_knows_keeps_cores_own_rules(world: World) -> None:
    registered = await world.patient.do(
        "registerTreatment",
        "... on Treatment { rulesVersion rules { specialty origin version digest } }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        procedure="other",
        description="Something new",
    )

    assert registered["rules"]["origin"] == "LOADED"
    assert registered["rules"]["specialty"] == "other"
    assert await RulesVersion.exists(digest=registered["rules"]["digest"])


async def test_a_treatment_from_before_rules_were_kept_follows_what_is_loaded_and_says_so(world: World) -> None:
    await Treatment.filter(id=row_id(world.treatment_id)).update(rules_digest=None)
    install(world, NEWER)

    found = await pinned(world)

    assert found["rules"]["origin"] == "UNPINNED"
    assert found["recovery"]["rules"] == "dental@9.0.0"
    assert (await moved(world))["rules"] == {"version": "9.0.0", "origin": "LOADED"}


async def test_rules_that_were_lost_are_found_by_the_audit_and_the_answer_says_so(world: World) -> None:
    """R-207, R-224."""
    [kept] = await RulesVersion.all()
    await RulesVersion.all().delete()
    install(world, NEWER)

    found, [finding] = await pinned(world), await verify(world.suivi.running.house.audit_key)

    assert found["rules"]["origin"] == "LOST"
    assert found["recovery"]["rules"] == "dental@9.0.0"
    assert (finding.table, finding.row_id) == ("rules_version", str(kept.id))


async def test_the_clinic_sees_which_open_cases_a_new_version_would_change_and_how(world: World) -> None:
    """R-224: as a coordinator sees it on the day of the treatment."""
    install(world, NEWER)

    [move] = (await world.coordinator.ask(CHANGES))["rulesChanges"]["nodes"]

    assert (move["fromVersion"], move["toVersion"]) == (DENTAL.version, "9.0.0")
    assert move["treatment"] == {"id": world.treatment_id}
    assert move["cases"] == [{"id": world.case_id, "state": "OPEN"}]
    changes = {change["field"]: (change["before"], change["after"]) for change in move["changes"]}
    assert changes["stabilisation.may_be_judged_from"] == ("2026-03-17", "2026-03-24")
    assert changes["phase.settling"] == ("0/14 now", None)
    assert {field.split(".")[0] for field in changes} == {"stabilisation", "phase"}


async def test_on_a_later_day_only_what_still_matters_then_is_told(world: World) -> None:
    install(world, NEWER)

    [move] = (await world.coordinator.ask(CHANGES, asOf="2027-03-03"))["rulesChanges"]["nodes"]

    told = {change["field"]: change["before"] for change in move["changes"]}
    assert told["phase.settling"] == "over"
    assert "phase.settling.text.en" not in told


async def test_a_version_that_says_the_same_is_offered_and_would_change_nothing(world: World) -> None:
    install(world, SAME)

    [move] = (await world.coordinator.ask(CHANGES))["rulesChanges"]["nodes"]

    assert (move["toVersion"], move["changes"]) == ("1.99.0", [])


@pytest.mark.parametrize("plugins", [[], [DENTAL]], ids=["its plugin is gone", "nothing is newer"])
async def test_nothing_is_offered_where_there_is_nothing_to_move_to(world: World, plugins: list[Any]) -> None:
    install(world, *plugins)

    assert (await world.coordinator.ask(CHANGES))["rulesChanges"]["nodes"] == []


async def test_a_closed_case_is_not_offered(world: World) -> None:
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)
    install(world, NEWER)

    assert (await world.coordinator.ask(CHANGES))["rulesChanges"]["nodes"] == []


async def test_only_the_treatments_own_clinic_is_told(world: World) -> None:
    """R-011, R-012: not another clinic, not the patient, and the operator no more than anybody else."""
    other = await build_world(world.suivi, name="two")
    install(world, NEWER)

    seen = {
        name: [node["treatment"]["id"] for node in (await client.ask(CHANGES))["rulesChanges"]["nodes"]]
        for name, client in {
            "practitioner": world.practitioner,
            "other clinic": other.practitioner,
            "patient": world.patient,
            "operator": world.operator,
            "mediator": world.suivi.as_(Role.MEDIATOR, "mediator").at(CEMENTED),
        }.items()
    }

    assert seen == {
        "practitioner": [world.treatment_id],
        "other clinic": [other.treatment_id],
        "patient": [],
        "operator": [],
        "mediator": [],
    }


async def test_the_treatments_of_a_series_are_compared_together(world: World) -> None:
    """R-066: the second goes on counting where the first one ended, and each has its own rules."""
    in_cycles: dict[str, Any] = {
        "series": {"unit": "cycle"},
        "stabilisation": {"unit": "cycle", "min": 1, "typical": 2},
    }
    install(world, small("1.0.0", **in_cycles))
    first = await a_nail(world, "2026-02-25")
    second = await a_nail(world, "2026-03-01", continuesId=first)
    longer: dict[str, Any] = in_cycles | {"stabilisation": {"unit": "cycle", "min": 3, "typical": 3}}
    install(world, small("2.0.0", **longer))

    moves = (await world.coordinator.ask(CHANGES, specialty="nails"))["rulesChanges"]["nodes"]

    assert [move["treatment"]["id"] for move in moves] == [second, first]
    told = [{change["field"]: (change["before"], change["after"]) for change in move["changes"]} for move in moves]
    assert told[0]["stabilisation.state"] == ("MAY_BE_JUDGED", "TOO_EARLY")
    assert told[0]["stabilisation.min"] == ("cycle 1 of fixing", "cycle 3 of fixing")


async def a_nail(world: World, on: str, **given: Any) -> str:
    """In an open case of its own."""
    what = {"procedure": "nail", "anchors": [{"name": "fixing", "on": on}]}
    at = {"patientId": world.patient_id, "clinicId": world.clinic_id}
    treatment = await world.patient.do("registerTreatment", "... on Treatment { id }", **(at | what | given))
    await world.patient.do("openCase", treatmentIds=[treatment["id"]])
    identity: str = treatment["id"]
    return identity


async def test_changes_are_read_page_by_page_and_by_specialty(world: World) -> None:
    for tooth in ("15", "16"):
        treatment = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=tooth)
        await world.patient.do("openCase", treatmentIds=[treatment])
    install(world, NEWER)

    first = (await world.coordinator.ask(CHANGES, first=2, specialty="dental"))["rulesChanges"]
    rest = (await world.coordinator.ask(CHANGES, first=2, after=first["pageInfo"]["endCursor"]))["rulesChanges"]
    of_others = (await world.coordinator.ask(CHANGES, specialty="ivf"))["rulesChanges"]

    assert first["pageInfo"]["hasNextPage"]
    assert not rest["pageInfo"]["hasNextPage"]
    assert len({node["treatment"]["id"] for node in (*first["nodes"], *rest["nodes"])}) == 3
    assert of_others["nodes"] == []


async def test_the_clinic_moves_a_treatment_and_both_versions_stay(world: World) -> None:
    """R-224: the patient sees who moved it, from what to what, and why."""
    await world.patient.ask(PINNED, id=world.treatment_id)
    install(world, NEWER)

    result = await moved(world)

    assert result == {
        "__typename": "Treatment",
        "version": 2,
        "rules": {"version": "9.0.0", "origin": "LOADED"},
    }
    found = await pinned(world)
    assert found["recovery"]["rules"] == "dental@9.0.0"
    assert (found["rulesPlugin"], found["rulesVersion"]) == ("dental", "9.0.0")
    [repin] = found["rules"]["repins"]
    assert repin == {
        "fromVersion": DENTAL.version,
        "toVersion": "9.0.0",
        "reason": "New study, as agreed by phone.",
        "repinnedByRole": "practitioner",
    }
    event = found["history"]["nodes"][0]
    assert event["kind"] == "rules_repinned"
    assert (event["details"]["from"], event["details"]["to"]) == (DENTAL.version, "9.0.0")
    assert "New study" not in json.dumps(event)
    assert await RulesVersion.all().count() == 2
    assert await verify(world.suivi.running.house.audit_key) == []


async def test_a_treatment_can_be_moved_back(world: World) -> None:
    before = await answers(world.patient, world.treatment_id)
    install(world, NEWER)
    await moved(world)
    install(world, DENTAL)

    await moved(world, reason="It was a mistake.")

    assert await answers(world.patient, world.treatment_id) == before
    assert [repin["toVersion"] for repin in (await pinned(world))["rules"]["repins"]] == ["9.0.0", DENTAL.version]


async def test_what_was_reported_under_the_old_rules_keeps_naming_them(world: World) -> None:
    told: dict[str, Any] = {"caseId": world.case_id, "signs": ["loose_crown"], "language": "fr"}
    fields = "... on ComplicationReport { rulesVersion }"
    first = await world.patient.do("reportComplication", fields, **told)
    install(world, NEWER)
    await moved(world)

    second = await world.patient.do("reportComplication", fields, **told)
    answer = await world.patient.ask(
        "query($id: ID!) { case(id: $id) { complicationReports { rulesVersion } } }", id=world.case_id
    )

    versions = [report["rulesVersion"] for report in answer["case"]["complicationReports"]]
    assert sorted(versions) == [first["rulesVersion"], second["rulesVersion"]]
    assert (first["rulesVersion"], second["rulesVersion"]) == (f"dental@{DENTAL.version}", "dental@9.0.0")


async def test_moving_twice_with_one_key_moves_once(world: World) -> None:
    install(world, NEWER)

    first = await moved(world, key="once", expectedVersion=1)
    again = await moved(world, key="once", expectedVersion=1)

    assert first == again
    assert await Repin.all().count() == 1


async def test_moving_is_refused_with_what_to_do(world: World, subtests: pytest.Subtests) -> None:
    """R-010, R-011: the patient's side and the platform move nothing; neither does a clinic blindly."""
    other = await build_world(world.suivi, name="two")
    trying = Trying(
        who=world.practitioner,
        mutation="repinRules",
        good={"treatmentId": world.treatment_id, "expectedVersion": 1, "reason": "New study."},
    )
    await each_is_refused([trying("already there", "RULES_ALREADY_PINNED", "treatmentId")], subtests)
    install(world)
    await each_is_refused([trying("the plugin is gone", "RULES_NOT_LOADED", "treatmentId")], subtests)
    install(world, NEWER)
    wrongs: list[Wrong] = [
        trying("no reason", "TEXT_EMPTY", "reason", reason="  "),
        trying("an old version", "STALE_VERSION", "expectedVersion", expectedVersion=7),
        trying("no treatment", "INVALID_ID", "treatmentId", treatmentId="%"),
        replace(trying("the patient", "NOT_ALLOWED"), who=world.patient),
        replace(trying("the operator", "NOT_FOUND"), who=world.operator),
        replace(trying("another clinic", "NOT_FOUND"), who=other.practitioner),
    ]
    await each_is_refused(wrongs, subtests)


async def test_fifty_treatments_under_two_versions_cost_as_many_statements_as_five(world: World) -> None:
    """R-218: whatever is computed, and whether or not a version was read before."""
    await many_crowns(world, 25)
    install(world, SAME)
    await many_crowns(world, 25)
    query = """query($first: Int!) { cases(first: $first) { nodes { treatments { procedure { key } rules { origin }
      recovery { phases { key } } referenceWindow { state } objectives { frozen } } } } }"""

    counted = {}
    for first in (5, 50):
        install(world, NEWER)
        for when in ("cold", "warm"):
            with Statements() as statements:
                await world.patient.ask(query, first=first)
            counted[first, when] = len(statements)

    assert counted[5, "warm"] == counted[50, "warm"] == counted[5, "cold"] - 1 == counted[50, "cold"] - 1


async def test_fifty_changes_cost_as_many_statements_as_five(world: World) -> None:
    """R-218."""
    await many_crowns(world, 49)
    install(world, NEWER)
    await world.coordinator.ask(CHANGES)

    counted = []
    for first in (5, 50):
        with Statements() as statements:
            page = await world.coordinator.ask(CHANGES, first=first)
        assert len(page["rulesChanges"]["nodes"]) == first
        counted.append(len(statements))

    assert counted[0] == counted[1]


async def many_crowns(world: World, number: int) -> None:
    """Each in a case of its own."""
    for count in range(number):
        tooth = f"{1 + count % 4}{1 + count % 8}"
        treatment = await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=tooth)
        await world.patient.do("openCase", treatmentIds=[treatment])


async def test_played_in_the_past_the_changes_are_those_of_that_day(world: World) -> None:
    """R-068."""
    install(world, NEWER)
    later = world.coordinator.at(datetime(2026, 3, 25, 9, 0, tzinfo=UTC))

    [now] = (await later.ask(CHANGES))["rulesChanges"]["nodes"]
    [then] = (await later.ask(CHANGES, asOf="2026-03-03"))["rulesChanges"]["nodes"]

    assert ("phase.settling", "over") in [(change["field"], change["before"]) for change in now["changes"]]
    assert ("phase.settling", "0/14 now") in [(change["field"], change["before"]) for change in then["changes"]]

"""Everything there can be, twice: two partners, two clinics, their patients, and somebody in every position.

Texts carry marks such as `said_body_own`, so that a test can tell whose words reached whom.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tortoise import Tortoise, connections

from suivi.core.access.viewer import Role
from tests.access import cover
from tests.access.oracle import Row, Who
from tests.services.databases import Databases
from tests.services.suivi import FORM, Client, Suivi, jpeg, sha256, suivi
from tests.services.world import World, build_world, row_id, upload_photo

LEFT = date(2026, 3, 10)
"""The last day of everybody whose time is over."""
ONE_OR_TWO = {1: "one", 2: "two"}
TODAY = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
"""When everybody asks."""


@dataclass(kw_only=True)
class Bundle:
    """One case and the Relay ids of what surrounds it."""

    name: str
    partner_id: str
    clinic_id: str
    practitioner_id: str
    patient_id: str
    treatment_id: str
    case_id: str
    patient: Client
    practitioner: Client
    coordinator: Client
    message_id: str = ""
    evidence_id: str = ""
    awaited_id: str = ""
    report_id: str = ""
    trip_id: str = ""
    mandate_id: str = ""
    assignment_id: str = ""
    terms_id: str = ""
    """The clinic's second version; the treatment has the first."""
    draft_id: str = ""
    offer_id: str = ""
    device_id: str = ""
    warranty_id: str = ""
    insurance_id: str = ""
    request_id: str = ""
    confirmation_id: str = ""


@dataclass(kw_only=True)
class Universe:
    suivi: Suivi
    own: Bundle
    """Patient one of partner one, at clinic one."""
    foreign: Bundle
    """Patient two of partner two, at clinic two: nobody is party to both this and `own`."""
    abroad: Bundle
    """Patient one again, on the same trip, at clinic two."""
    shared: Bundle
    """Patient three of partner two, at clinic one."""
    prospect_request_id: str = ""
    """The patient of `shared`, who asks the clinic of `foreign`, which has never met them."""
    prospect_confirmation_id: str = ""
    rows: Mapping[str, list[Row]] = field(default_factory=dict)

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        return (self.own, self.foreign, self.abroad, self.shared)

    def client(self, person: "Person") -> Client:
        itself = person.role is Role.FRONTEND
        through = f"frontend-{ONE_OR_TWO[person.partner]}" if person.partner and not itself else None
        tenant = self._tenant(person)
        return self.suivi.as_(person.role, person.subject, partner=tenant, frontend=through).at(TODAY)

    def who(self, person: "Person") -> Who:
        return Who(role=person.role.value, subject=person.subject, partner_id=self._tenant(person))

    def _tenant(self, person: "Person") -> UUID | None:
        side = {1: self.own, 2: self.foreign}.get(person.partner or 0)
        return row_id(side.partner_id) if side else None


@asynccontextmanager
async def a_universe(request: pytest.FixtureRequest, databases: Databases, data_dir: Path) -> AsyncIterator[Universe]:
    """One that lasts as long as its fixture: a database of its own, on the parts of this run."""
    real = request.config.getoption("--parts") == "real"
    async with suivi(
        data_dir=data_dir,
        database_url=databases.new(),
        storage_url=request.getfixturevalue("seaweed_url") if real else None,
        feed_url=request.getfixturevalue("valkey_url") if real else None,
        # Nothing is to be written behind a test's back.
        deliver=False,
        # A walk asks for everything there is, which no client's document does.
        query_tokens=100_000,
        query_cost=10**12,
        query_depth=100,
    ) as running:
        if not real:
            await connections.get("default").execute_script("PRAGMA synchronous=OFF")
        yield await build_universe(running)


async def snapshot(*tables: str) -> dict[str, list[Row]]:
    """Every row of these tables, or of all of them, as plain dictionaries."""
    models = {model._meta.db_table: model for model in Tortoise.apps["suivi"].values()}
    return {table: await models[table].all().values() for table in tables or models}


async def build_universe(running: Suivi) -> Universe:
    one, two = await build_world(running, name="one"), await build_world(running, name="two")
    own, foreign = _bundle("own", one), _bundle("foreign", two)
    trip = await own.patient.do("planTrip", "... on Trip { id }", patientId=own.patient_id, country="HU")
    own.trip_id = trip["id"]
    elsewhere = await foreign.patient.do("planTrip", "... on Trip { id }", patientId=foreign.patient_id, country="HU")
    foreign.trip_id = elsewhere["id"]
    abroad = await _case(own, name="abroad", at=foreign)
    abroad.trip_id = own.trip_id
    shared = await _case(await _patient(running, two, foreign), name="shared", at=own)
    universe = Universe(suivi=running, own=own, foreign=foreign, abroad=abroad, shared=shared)
    await _leaving_staff(universe, one)
    for bundle in (own, foreign):
        await cover.drafted(bundle)
    abroad.terms_id, shared.terms_id = foreign.terms_id, own.terms_id
    for bundle in universe.bundles:
        await _fill(bundle, one)
        await cover.covered(bundle)
    universe.prospect_request_id, universe.prospect_confirmation_id = await cover.courted(shared, foreign)
    await _representatives(own, foreign)
    await _assigned(own, foreign)
    await _published(own, foreign)
    universe.rows = await snapshot()
    return universe


def _bundle(name: str, world: World) -> Bundle:
    return Bundle(
        name=name,
        partner_id=world.partner_id,
        clinic_id=world.clinic_id,
        practitioner_id=world.practitioner_id,
        patient_id=world.patient_id,
        treatment_id=world.treatment_id,
        case_id=world.case_id,
        patient=world.patient,
        practitioner=world.practitioner,
        coordinator=world.coordinator,
    )


async def _patient(running: Suivi, world: World, like: Bundle) -> Bundle:
    """A third patient, of the second partner."""
    registered = await world.frontend.do(
        "registerPatient",
        "... on Patient { id }",
        reference="said_reference_three",
        subject="patient-three",
        languages=["de"],
        timeZone="Europe/Berlin",
    )
    client = running.as_(Role.PATIENT, "patient-three", partner=row_id(world.partner_id), frontend="frontend-two")
    changed = {"patient_id": registered["id"], "patient": client.at(like.patient.clock), "trip_id": ""}
    return Bundle(**{**vars(like), **changed})


async def _case(of: Bundle, *, name: str, at: Bundle) -> Bundle:
    """A treatment and a case of the one's patient at the other's clinic."""
    treatment = await of.patient.do(
        "registerTreatment",
        "... on Treatment { id }",
        patientId=of.patient_id,
        clinicId=at.clinic_id,
        practitionerId=at.practitioner_id,
        tripId=of.trip_id or None,
        procedure="crown",
        sites=["24"],
        agreedOn="2026-02-20",
        anchors=[{"name": "definitive_cementation", "on": "2026-03-03"}],
        patientObjectives=f"said_objectives_{name}",
    )
    case = await of.patient.do("openCase", "... on Case { id }", treatmentIds=[treatment["id"]])
    changed: dict[str, Any] = {
        "name": name,
        "clinic_id": at.clinic_id,
        "practitioner_id": at.practitioner_id,
        "treatment_id": treatment["id"],
        "case_id": case["id"],
        "practitioner": at.practitioner,
        "coordinator": at.coordinator,
    }
    return Bundle(**{**vars(of), **changed})


async def _leaving_staff(universe: Universe, world: World) -> None:
    """At clinic one: a practitioner and a coordinator who left, one who is to come, and somebody with two posts."""
    operator, own, foreign = world.operator, universe.own, universe.foreign
    posts: list[tuple[str, str, str, str | None, str | None]] = [
        (own.clinic_id, "PRACTITIONER", "practitioner-left", None, str(LEFT)),
        (own.clinic_id, "COORDINATOR", "coordinator-left", None, str(LEFT)),
        (own.clinic_id, "COORDINATOR", "coordinator-to-come", "2026-06-01", None),
        (own.clinic_id, "PRACTITIONER", "two-posts", None, None),
        (foreign.clinic_id, "COORDINATOR", "two-posts", None, None),
    ]
    for clinic_id, kind, subject, since, until in posts:
        given = {"clinicId": clinic_id, "kind": kind, "subject": subject, "name": f"Name of {subject}"}
        await operator.do("addMember", **given, languages=["hu"], since=since, until=until)


async def _fill(bundle: Bundle, world: World) -> None:
    name, case = bundle.name, {"caseId": bundle.case_id}
    photo = jpeg(colour="ivory")
    bundle.evidence_id = await upload_photo(world, bundle.patient, photo, **case, view=f"said_view_{name}")
    awaited = {"kind": "DOCUMENT", "contentType": "application/pdf", "sha256": sha256(b"not yet")}
    bundle.awaited_id = (await bundle.coordinator.do("beginUpload", FORM, **case, **awaited))["evidence"]["id"]
    message: dict[str, Any] = {"body": f"said_body_{name}", "language": "fr", "evidenceIds": [bundle.evidence_id]}
    bundle.message_id = (await bundle.patient.do("postMessage", "... on Message { id }", **case, **message))["id"]
    corrected = {"body": f"said_corrected_{name}", "language": "fr", "corrects": bundle.message_id}
    await bundle.patient.do("postMessage", **case, **corrected)
    await bundle.coordinator.do("postMessage", **case, body=f"said_answer_{name}", language="en")
    report: dict[str, Any] = {"signs": ["facial_swelling_fever"], "words": f"said_words_{name}", "language": "fr"}
    reported = await bundle.patient.do("reportComplication", "... on ComplicationReport { id }", **case, **report)
    bundle.report_id = reported["id"]
    await bundle.coordinator.do("markComplicationSeen", reportId=bundle.report_id)
    classified = {"value": "NORMAL_EVOLUTION", "reason": f"said_reason_{name}"}
    await bundle.practitioner.do("classifyCase", **case, treatmentId=bundle.treatment_id, **classified)
    await bundle.practitioner.do("openEvidence", evidenceId=bundle.evidence_id)
    treatment = {"treatmentId": bundle.treatment_id}
    await bundle.patient.do("addAddendum", **treatment, text=f"said_addendum_{name}")
    consent = {"documentVersion": f"said_consent_{name}", "language": "en", "signedOn": "2026-02-20"}
    await bundle.coordinator.do("recordConsent", **treatment, **consent, evidenceId=bundle.evidence_id)
    measured = {"key": "pain_nrs", "value": {"number": 3}, "purpose": "FOLLOW_UP", "evidenceId": bundle.evidence_id}
    await bundle.patient.do("recordMeasurements", **treatment, measurements=[measured])
    await bundle.patient.do("recordCheckUp", **treatment, where="REMOTE", evidenceId=bundle.evidence_id)


async def _representatives(own: Bundle, foreign: Bundle) -> None:
    """`rep-act` may act, `rep-read` only look, `rep-over` no longer, `rep-ahead` not yet; `rep-both` has two."""
    mandates: list[tuple[Bundle, str, str, str | None, str | None]] = [
        (own, "rep-act", "ACT", None, None),
        (own, "rep-read", "READ", None, None),
        (own, "rep-over", "ACT", None, str(LEFT)),
        (own, "rep-ahead", "ACT", "2026-06-01", None),
        (own, "rep-both", "ACT", None, None),
        (foreign, "rep-both", "READ", None, None),
    ]
    for bundle, subject, scope, first, last in mandates:
        dates = {"validFrom": first, "validUntil": last}
        given = {"subject": subject, "kind": "GUARDIAN", "scope": scope, "evidence": f"said_proof_{subject}", **dates}
        granted = await bundle.patient.do("grantMandate", "... on Mandate { id }", patientId=bundle.patient_id, **given)
        bundle.mandate_id = granted["id"]


async def _assigned(own: Bundle, foreign: Bundle) -> None:
    """For each of the three roles somebody who is let into `own`, and somebody whose time is over."""
    for bundle in (own, foreign):
        for role in ("MEDIATOR", "EXPERT", "INTERPRETER"):
            person = f"{role.lower()}-{bundle.name}"
            for subject, last in ((person, None), (f"{person}-over", str(LEFT))):
                given = {"role": role, "subject": subject, "name": f"said_assigned_{subject}", "validUntil": last}
                assigned = await bundle.coordinator.do(
                    "assignPerson", "... on Assignment { id }", caseId=bundle.case_id, **given
                )
            bundle.assignment_id = assigned["id"]


async def _published(own: Bundle, foreign: Bundle) -> None:
    for bundle in (own, foreign):
        changes: dict[str, Any] = {"noticeAddress": f"said_notices_{bundle.name}@clinic.example", "expectedVersion": 1}
        done = await bundle.coordinator.do("updateClinic", clinicId=bundle.clinic_id, **changes)
        assert done["__typename"] == "Clinic", done


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a token: `partner` 1 or 2 is whose frontend they come through."""

    role: Role
    subject: str
    partner: int | None = None

    def __str__(self) -> str:
        through = f" through partner {self.partner}" if self.partner else ""
        return f"{self.role.value}: {self.subject}{through}"


PEOPLE = (
    Person(role=Role.PATIENT, subject="patient-one", partner=1),
    Person(role=Role.PATIENT, subject="patient-one"),
    Person(role=Role.PATIENT, subject="patient-one", partner=2),
    Person(role=Role.PATIENT, subject="patient-two", partner=2),
    Person(role=Role.PATIENT, subject="patient-three", partner=2),
    Person(role=Role.PATIENT, subject="nobody"),
    Person(role=Role.REPRESENTATIVE, subject="rep-act", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-read", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-over", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-ahead", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-both"),
    Person(role=Role.REPRESENTATIVE, subject="rep-both", partner=2),
    Person(role=Role.PRACTITIONER, subject="practitioner-one"),
    Person(role=Role.PRACTITIONER, subject="practitioner-two"),
    Person(role=Role.PRACTITIONER, subject="practitioner-one", partner=1),
    Person(role=Role.PRACTITIONER, subject="practitioner-left"),
    Person(role=Role.PRACTITIONER, subject="coordinator-one"),
    Person(role=Role.PRACTITIONER, subject="two-posts"),
    Person(role=Role.COORDINATOR, subject="coordinator-one"),
    Person(role=Role.COORDINATOR, subject="coordinator-two"),
    Person(role=Role.COORDINATOR, subject="coordinator-one", partner=2),
    Person(role=Role.COORDINATOR, subject="coordinator-left"),
    Person(role=Role.COORDINATOR, subject="coordinator-to-come"),
    Person(role=Role.COORDINATOR, subject="two-posts"),
    Person(role=Role.MEDIATOR, subject="mediator-own"),
    Person(role=Role.MEDIATOR, subject="mediator-own-over"),
    Person(role=Role.MEDIATOR, subject="mediator-own", partner=2),
    Person(role=Role.EXPERT, subject="expert-own"),
    Person(role=Role.EXPERT, subject="expert-own-over"),
    Person(role=Role.EXPERT, subject="mediator-own"),
    Person(role=Role.INTERPRETER, subject="interpreter-own"),
    Person(role=Role.INTERPRETER, subject="interpreter-own-over"),
    Person(role=Role.FRONTEND, subject="frontend-one", partner=1),
    Person(role=Role.FRONTEND, subject="frontend-two", partner=2),
    Person(role=Role.OPERATOR, subject="operator"),
)

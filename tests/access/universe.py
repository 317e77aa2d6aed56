"""Everything there can be, twice: two partners, two clinics, their patients, and somebody in every position.

Texts carry marks such as `mark_body_own`, so that a test can tell whose words reached whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tortoise import Tortoise

from suivi.core.access.viewer import Role
from tests.access.oracle import Row, Who
from tests.services.suivi import FORM, Client, Suivi, jpeg, sha256
from tests.services.world import World, build_world, row_id, upload_photo

LEFT = date(2026, 3, 10)
"""The last day of everybody whose time is over."""
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
    people: dict[str, tuple[Who, Client]] = field(default_factory=dict)
    rows: Mapping[str, list[Row]] = field(default_factory=dict)

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        return (self.own, self.foreign, self.abroad, self.shared)


async def snapshot() -> dict[str, list[Row]]:
    """Every row of every table, as plain dictionaries."""
    models = Tortoise.apps["suivi"].values()
    return {model._meta.db_table: await model.all().values() for model in models}


async def build_universe(suivi: Suivi) -> Universe:
    one, two = await build_world(suivi, name="one"), await build_world(suivi, name="two")
    own, foreign = _bundle("own", one), _bundle("foreign", two)
    trip = await own.patient.do("planTrip", "... on Trip { id }", patientId=own.patient_id, country="HU")
    own.trip_id = trip["id"]
    abroad = await _case(own, name="abroad", at=foreign)
    abroad.trip_id = own.trip_id
    shared = await _case(await _patient(suivi, two, foreign), name="shared", at=own)
    universe = Universe(suivi=suivi, own=own, foreign=foreign, abroad=abroad, shared=shared)
    await _leaving_staff(universe, one)
    for bundle in universe.bundles:
        await _fill(bundle, one)
    await _representatives(own, foreign)
    await _assigned(own, foreign)
    await _published(own, foreign)
    universe.people = _people(universe)
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


async def _patient(suivi: Suivi, world: World, like: Bundle) -> Bundle:
    """A third patient, of the second partner."""
    registered = await world.frontend.do(
        "registerPatient",
        "... on Patient { id }",
        reference="mark_reference_three",
        subject="patient-three",
        languages=["de"],
        timeZone="Europe/Berlin",
    )
    client = suivi.as_(Role.PATIENT, "patient-three", partner=row_id(world.partner_id), frontend="frontend-two")
    return Bundle(**{**vars(like), "patient_id": registered["id"], "patient": client.at(like.patient.clock)})


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
        patientObjectives=f"mark_objectives_{name}",
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
    bundle.evidence_id = await upload_photo(world, bundle.patient, jpeg(colour="ivory"), **case, view=f"mark_view_{name}")
    awaited = {"kind": "DOCUMENT", "contentType": "application/pdf", "sha256": sha256(b"not yet")}
    bundle.awaited_id = (await bundle.coordinator.do("beginUpload", FORM, **case, **awaited))["evidence"]["id"]
    message = {"body": f"mark_body_{name}", "language": "fr", "evidenceIds": [bundle.evidence_id]}
    bundle.message_id = (await bundle.patient.do("postMessage", "... on Message { id }", **case, **message))["id"]
    corrected = {"body": f"mark_corrected_{name}", "language": "fr", "corrects": bundle.message_id}
    await bundle.patient.do("postMessage", **case, **corrected)
    await bundle.coordinator.do("postMessage", **case, body=f"mark_answer_{name}", language="en")
    report = {"signs": ["facial_swelling_fever"], "words": f"mark_words_{name}", "language": "fr"}
    reported = await bundle.patient.do("reportComplication", "... on ComplicationReport { id }", **case, **report)
    bundle.report_id = reported["id"]
    await bundle.coordinator.do("markComplicationSeen", reportId=bundle.report_id)
    classified = {"value": "NORMAL_EVOLUTION", "reason": f"mark_reason_{name}"}
    await bundle.practitioner.do("classifyCase", **case, treatmentId=bundle.treatment_id, **classified)
    await bundle.practitioner.do("openEvidence", evidenceId=bundle.evidence_id)
    treatment = {"treatmentId": bundle.treatment_id}
    await bundle.patient.do("addAddendum", **treatment, text=f"mark_addendum_{name}")
    consent = {"documentVersion": f"mark_consent_{name}", "language": "en", "signedOn": "2026-02-20"}
    await bundle.coordinator.do("recordConsent", **treatment, **consent, evidenceId=bundle.evidence_id)


async def _representatives(own: Bundle, foreign: Bundle) -> None:
    """`rep-act` may act, `rep-read` only see, `rep-over` no longer, `rep-ahead` not yet; `rep-both` for both patients."""
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
        given = {"subject": subject, "kind": "GUARDIAN", "scope": scope, "evidence": f"mark_proof_{subject}", **dates}
        granted = await bundle.patient.do("grantMandate", "... on Mandate { id }", patientId=bundle.patient_id, **given)
        bundle.mandate_id = granted["id"]


async def _assigned(own: Bundle, foreign: Bundle) -> None:
    """For each of the three roles somebody who is let into `own`, and somebody whose time is over."""
    for bundle in (own, foreign):
        for role in ("MEDIATOR", "EXPERT", "INTERPRETER"):
            person = f"{role.lower()}-{bundle.name}"
            for subject, last in ((person, None), (f"{person}-over", str(LEFT))):
                given = {"role": role, "subject": subject, "name": f"mark_assigned_{subject}", "validUntil": last}
                assigned = await bundle.coordinator.do(
                    "assignPerson", "... on Assignment { id }", caseId=bundle.case_id, **given
                )
            bundle.assignment_id = assigned["id"]


async def _published(own: Bundle, foreign: Bundle) -> None:
    for bundle in (own, foreign):
        changes = {"noticeAddress": f"mark_notices_{bundle.name}@clinic.example", "expectedVersion": 1}
        done = await bundle.coordinator.do("updateClinic", clinicId=bundle.clinic_id, **changes)
        assert done["__typename"] == "Clinic", done


def _people(universe: Universe) -> dict[str, tuple[Who, Client]]:
    suivi = universe.suivi
    partners = {1: row_id(universe.own.partner_id), 2: row_id(universe.foreign.partner_id)}
    people: dict[str, tuple[Who, Client]] = {}

    def add(name: str, role: Role, subject: str, *, partner: int | None = None, frontend: bool = True) -> None:
        tenant: UUID | None = partners[partner] if partner else None
        acting = f"frontend-{partner}" if partner and frontend else None
        client = suivi.as_(role, subject, partner=tenant, frontend=acting).at(TODAY)
        people[name] = (Who(role=role.value, subject=subject, partner_id=tenant), client)

    add("patient one", Role.PATIENT, "patient-one", partner=1)
    add("patient one without a frontend", Role.PATIENT, "patient-one")
    add("patient one through the other partner's frontend", Role.PATIENT, "patient-one", partner=2)
    add("patient two", Role.PATIENT, "patient-two", partner=2)
    add("patient three", Role.PATIENT, "patient-three", partner=2)
    add("a patient nobody registered", Role.PATIENT, "nobody")
    add("representative who may act", Role.REPRESENTATIVE, "rep-act", partner=1)
    add("representative who may only read", Role.REPRESENTATIVE, "rep-read", partner=1)
    add("representative whose mandate is over", Role.REPRESENTATIVE, "rep-over", partner=1)
    add("representative whose mandate lies ahead", Role.REPRESENTATIVE, "rep-ahead", partner=1)
    add("representative of two patients", Role.REPRESENTATIVE, "rep-both")
    add("representative of two, through partner two", Role.REPRESENTATIVE, "rep-both", partner=2)
    add("practitioner one", Role.PRACTITIONER, "practitioner-one")
    add("practitioner two", Role.PRACTITIONER, "practitioner-two")
    add("practitioner one through partner one", Role.PRACTITIONER, "practitioner-one", partner=1)
    add("practitioner who left", Role.PRACTITIONER, "practitioner-left")
    add("coordinator one with a practitioner's token", Role.PRACTITIONER, "coordinator-one")
    add("practitioner who is a coordinator elsewhere", Role.PRACTITIONER, "two-posts")
    add("coordinator one", Role.COORDINATOR, "coordinator-one")
    add("coordinator two", Role.COORDINATOR, "coordinator-two")
    add("coordinator one through partner two", Role.COORDINATOR, "coordinator-one", partner=2)
    add("coordinator who left", Role.COORDINATOR, "coordinator-left")
    add("coordinator who is to come", Role.COORDINATOR, "coordinator-to-come")
    add("coordinator who is a practitioner elsewhere", Role.COORDINATOR, "two-posts")
    for role in (Role.MEDIATOR, Role.EXPERT, Role.INTERPRETER):
        add(f"{role.value} of the case", role, f"{role.value}-own")
        add(f"{role.value} whose time is over", role, f"{role.value}-own-over")
        add(f"{role.value} through the other partner", role, f"{role.value}-own", partner=2)
    add("mediator with an expert's token", Role.EXPERT, "mediator-own")
    add("frontend of partner one", Role.FRONTEND, "frontend-one", partner=1, frontend=False)
    add("frontend of partner two", Role.FRONTEND, "frontend-two", partner=2, frontend=False)
    add("operator", Role.OPERATOR, "operator")
    return people

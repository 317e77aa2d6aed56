"""R-012, R-013, R-016: whatever the dates, `narrow` lets through the rows that the plain-Python oracle does."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from suivi.core import database
from suivi.core.access.narrowing import narrow
from suivi.core.access.table import TABLE
from suivi.core.access.viewer import Role, Viewer
from suivi.core.cases.models import AssignedRole, Assignment, Case, CaseState, CaseTreatment
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.confirmations.models import ConfirmationRequest
from suivi.core.coverage.models import TermsDraft
from suivi.core.deliveries.models import Delivery, DeliveryState
from suivi.core.events.models import Event
from suivi.core.messages.models import Message
from suivi.core.partners.models import Partner
from suivi.core.patients.models import Mandate, MandateKind, MandateScope, Patient
from suivi.core.records import Record
from suivi.core.treatments.models import Treatment
from suivi.core.trips.models import Trip
from tests.access.matrix import grants
from tests.access.oracle import Oracle, Row, Who
from tests.services.databases import Databases

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = datetime(2026, 1, 1, tzinfo=UTC)
MODELS: dict[str, type[Record]] = {
    "partner": Partner,
    "clinic": Clinic,
    "member": Member,
    "patient": Patient,
    "mandate": Mandate,
    "trip": Trip,
    "treatment": Treatment,
    "case": Case,
    "case_treatment": CaseTreatment,
    "assignment": Assignment,
    "message": Message,
    "terms_draft": TermsDraft,
    "confirmation_request": ConfirmationRequest,
    "delivery": Delivery,
    "event": Event,
}
DATED = {"member": Member, "mandate": Mandate, "assignment": Assignment}
NOUNS = [*(noun for noun in MODELS if noun != "case_treatment"), "clinic_settings"]
PARENTS = {"message": "case_id", "assignment": "case_id", "event": "noun_id"}
"""The column by which rows of a noun are asked for, a page of cases or treatments at a time."""
SUBJECTS = ["ana", "bo", "caj"]

Rows = dict[str, list[Row]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fixed(databases: Databases) -> AsyncIterator[Rows]:
    """Two partners, two clinics, four patients with a trip and a treatment each, four cases over them.

    Each patient has asked the clinic that treats them for confirmation, and the other one before any treatment.
    """
    await database.connect(databases.new())
    partners = [await Partner.create(name=f"Partner {n}", registered_at=AT) for n in range(2)]
    clinics = [await _clinic(n) for n in range(2)]
    for n in range(4):
        # Subject 0 is a patient of both partners; 3 is nobody else.
        patient = await _patient(partners[n % 2], subject=["ana", "ana", "bo", "nobody"][n], reference=f"P-{n}")
        await _case(patient, clinics[n // 2])
        await _request(patient, clinics[n // 2], await Treatment.get(patient_id=patient.id))
        await _request(patient, clinics[1 - n // 2])
        if n == 0:
            await _case(patient, clinics[1])
    for clinic in clinics:
        await _draft(clinic)
    yield {table: await model.all().values() for table, model in MODELS.items()}
    await database.disconnect()


async def _clinic(n: int) -> Clinic:
    place: Row = {"country": "HU", "city": "Budapest", "time_zone": "Europe/Budapest", "languages": ["hu"]}
    settled: Row = {"adapters": [], "response_days": 7, "registered_at": AT, "version": 1}
    return await Clinic.create(name=f"Clinic {n}", **place, **settled)


async def _patient(partner: Partner, *, subject: str, reference: str) -> Patient:
    known: Row = {"languages": ["fr"], "time_zone": "Europe/Paris", "registered_at": AT, "version": 1}
    return await Patient.create(partner_id=partner.id, subject=subject, reference=reference, **known)


async def _case(patient: Patient, clinic: Clinic) -> None:
    trip = await Trip.create(patient_id=patient.id, country="HU", planned_at=AT)
    both: Row = {"patient_id": patient.id, "clinic_id": clinic.id, "version": 1}
    what: Row = {"specialty": "dental", "procedure": "crown", "sites": ["14"], "agreed_on": date(2026, 1, 1)}
    rules: Row = {"rules_plugin": "dental", "rules_version": "1", "registered_at": AT}
    treatment = await Treatment.create(**both, trip_id=trip.id, **what, **rules)
    case = await Case.create(**both, partner_id=patient.partner_id, state=CaseState.OPEN, opened_at=AT)
    await CaseTreatment.create(case_id=case.id, treatment_id=treatment.id)
    await Message.create(case_id=case.id, author_role="patient", author="x", body="x", language="fr", sent_at=AT)
    for noun, row in (("treatment", treatment), ("patient", patient)):
        await _event(noun, row.id)
    await _notice(await _event("case", case.id), case.clinic_id, case_id=case.id)


async def _request(patient: Patient, clinic: Clinic, treatment: Treatment | None = None) -> None:
    """Asked about a treatment, or before there is one; the clinic has a notice of it that is about no case."""
    about: Row = {"patient_id": patient.id, "clinic_id": clinic.id, "treatment_id": treatment and treatment.id}
    what: Row = {"specialty": "dental", "procedure": "crown", "language": "fr", "asker_role": "patient", "version": 1}
    when: Row = {"asked_at": AT, "asked_on": AT.date(), "due_on": AT.date()}
    request = await ConfirmationRequest.create(**about, **what, **when)
    await _notice(await _event("confirmation_request", request.id), clinic.id, case_id=None)


async def _draft(clinic: Clinic) -> None:
    author = await Member.create(clinic_id=clinic.id, **_MEMBER, kind=MemberKind.COORDINATOR, since=AT.date())
    what: Row = {"specialty": "dental", "procedure": "crown", "language": "fr", "text": "", "content": {}, "version": 1}
    await TermsDraft.create(clinic_id=clinic.id, author_id=author.id, **what, started_at=AT, changed_at=AT)


_MEMBER: Row = {"subject": "nobody", "name": "M", "languages": ["hu"], "version": 1}


async def _event(noun: str, noun_id: UUID) -> Event:
    nobody: Row = {"actor_role": "patient", "actor": "x", "payload": {}, "records": {}}
    seq = await Event.filter(noun_id=noun_id).count() + 1
    return await Event.create(noun=noun, noun_id=noun_id, seq=seq, kind="k", at=AT, previous="", hash="", **nobody)


async def _notice(event: Event, clinic_id: UUID, *, case_id: UUID | None) -> None:
    waiting: Row = {"state": DeliveryState.WAITING, "attempts": 0, "due_at": AT, "created_at": AT, "urgent": False}
    await Delivery.create(event_id=event.id, clinic_id=clinic_id, case_id=case_id, kind="k", **waiting)


DAYS = st.integers(0, 9).map(lambda n: date(2026, 3, 1) + timedelta(days=n))
LAST_DAYS = st.none() | DAYS
"""A row may also end before it begins: then it is never valid."""


@st.composite
def dated_rows(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Memberships, mandates and assignments; `place` picks the clinic, patient or case."""

    def some(**drawn: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        row = st.fixed_dictionaries({"subject": st.sampled_from(SUBJECTS), "place": st.integers(0, 4), **drawn})
        return draw(st.lists(row, max_size=4))

    return {
        "member": some(kind=st.sampled_from(MemberKind), since=DAYS, until=LAST_DAYS),
        "mandate": some(scope=st.sampled_from(MandateScope), valid_from=DAYS, valid_until=LAST_DAYS),
        "assignment": some(role=st.sampled_from(AssignedRole), valid_from=DAYS, valid_until=LAST_DAYS),
    }


@st.composite
def viewers(draw: st.DrawFn) -> tuple[Role, str, int | None]:
    role = draw(st.sampled_from(list(Role)))
    partner = draw(st.integers(0, 1) if role is Role.FRONTEND else st.none() | st.integers(0, 1))
    return role, draw(st.sampled_from(SUBJECTS)), partner


def written(fixed: Rows, drawn: dict[str, list[dict[str, Any]]]) -> dict[str, list[Record]]:
    def at(table: str, row: dict[str, Any]) -> UUID:
        places = fixed[table]
        identity: UUID = places[row.pop("place") % len(places)]["id"]
        return identity

    return {
        "member": [
            Member(clinic_id=at("clinic", row), name="M", languages=["hu"], version=1, **row) for row in drawn["member"]
        ],
        "mandate": [
            Mandate(patient_id=at("patient", row), kind=MandateKind.HEIR, evidence="e", granted_at=AT, version=1, **row)
            for row in drawn["mandate"]
        ],
        "assignment": [
            Assignment(case_id=at("case", row), name="A", assigned_at=AT, version=1, **row)
            for row in drawn["assignment"]
        ],
    }


@settings(max_examples=160, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=dated_rows(), asking=viewers(), on=DAYS, some=st.sets(st.integers(0, 60), min_size=1, max_size=20))
async def test_narrow_agrees_with_the_oracle(
    fixed: Rows,
    drawn: dict[str, list[dict[str, Any]]],
    asking: tuple[Role, str, int | None],
    on: date,
    some: set[int],
) -> None:
    role, subject, partner = asking
    tenant = None if partner is None else fixed["partner"][partner]["id"]
    viewer = Viewer(role=role, subject=subject, partner_id=tenant)
    who = Who(role=role.value, subject=subject, partner_id=tenant)
    dated = written(fixed, drawn)
    everything = [row["id"] for rows in (*fixed.values(), *map(plain_ids, dated.values())) for row in rows]
    hinted = [everything[n % len(everything)] for n in some]

    async with in_transaction() as connection:
        for table, rows in dated.items():
            if rows:
                await DATED[table].bulk_create(rows)
        oracle = Oracle({**fixed, **{table: await DATED[table].all().values() for table in DATED}}, grants())
        for noun in NOUNS:
            for verb in asked_of(noun):
                await _compare(noun, verb, viewer, on, oracle.reaches(who, noun, on, verb), hinted)
        await connection.rollback()


async def _compare(noun: str, verb: str, viewer: Viewer, on: date, expected: set[UUID], hinted: list[UUID]) -> None:
    """`hinted` are rows, cases and treatments the caller will ask for: saying so changes no answer about them."""
    model = MODELS[noun.removesuffix("_settings")]

    found = await narrow(model, viewer, on=on, verb=verb, noun=noun).values_list("id", flat=True)
    of_these = narrow(model, viewer, on=on, verb=verb, noun=noun, ids=hinted).filter(id__in=hinted)
    found_of_these = await of_these.values_list("id", flat=True)

    assert set(found) == expected, (noun, verb)
    assert len(found) == len(set(found)), "a row that two paths lead to is counted once"
    assert set(found_of_these) == expected & set(hinted), (noun, verb)
    if parent := PARENTS.get(noun):
        of_parents = narrow(model, viewer, on=on, verb=verb, parents=hinted).filter(**{f"{parent}__in": hinted})
        known = await model.filter(**{f"{parent}__in": hinted}).values_list("id", flat=True)
        assert set(await of_parents.values_list("id", flat=True)) == expected & set(known), (noun, verb)


def plain_ids(rows: list[Record]) -> list[Row]:
    return [{"id": row.id} for row in rows]


def asked_of(noun: str) -> list[str]:
    """Reading, and one verb that acts: with which one makes no difference to whom it is about."""
    acting = [verb for verb in TABLE[noun] if verb not in ("read", "open")]
    return ["read", *acting[:1]]

"""The rules of access, as sentences that a doctor, a patient or a partner could confirm."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from suivi.core.access.viewer import Role
from tests.access.universe import LEFT, TODAY, Bundle, Person, Universe
from tests.services.suivi import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")

ON_THE_LAST_DAY = datetime(LEFT.year, LEFT.month, LEFT.day, 12, tzinfo=UTC)
THE_DAY_AFTER = ON_THE_LAST_DAY + timedelta(days=1)


def somebody(universe: Universe, role: Role, subject: str, partner: int | None = None) -> Client:
    return universe.client(Person(role=role, subject=subject, partner=partner))


def classification(about: Bundle) -> dict[str, Any]:
    reason = "Within the tolerance that was agreed."
    return {"caseId": about.case_id, "treatmentId": about.treatment_id, "value": "NORMAL_EVOLUTION", "reason": reason}


async def cases_of(client: Client) -> list[str]:
    data = await client.ask("{ cases { nodes { id } } }")
    return [case["id"] for case in data["cases"]["nodes"]]


@pytest.mark.parametrize(
    ("role", "subject", "partner", "code"),
    [
        (Role.PATIENT, "patient-one", 1, "NOT_ALLOWED"),
        (Role.REPRESENTATIVE, "rep-act", 1, "NOT_ALLOWED"),
        (Role.COORDINATOR, "coordinator-one", None, "NOT_ALLOWED"),
        (Role.MEDIATOR, "mediator-own", None, "NOT_ALLOWED"),
        (Role.EXPERT, "expert-own", None, "NOT_ALLOWED"),
        (Role.INTERPRETER, "interpreter-own", None, "NOT_ALLOWED"),
        (Role.FRONTEND, "frontend-one", 1, "NOT_FOUND"),
        (Role.OPERATOR, "operator", None, "NOT_FOUND"),
        (Role.PRACTITIONER, "practitioner-two", None, "NOT_FOUND"),
        (Role.PRACTITIONER, "coordinator-one", None, "NOT_FOUND"),
    ],
)
async def test_only_a_practitioner_of_the_treating_clinic_classifies(
    universe: Universe, role: Role, subject: str, partner: int | None, code: str
) -> None:
    """R-010."""
    somebody_else = somebody(universe, role, subject, partner)

    refused = await somebody_else.refused("classifyCase", **classification(universe.own))

    assert refused == code


async def test_a_practitioner_of_the_treating_clinic_classifies(universe: Universe) -> None:
    """R-010."""
    practitioner = somebody(universe, Role.PRACTITIONER, "practitioner-one")
    named = "... on Classification { practitioner { name } }"

    result = await practitioner.do("classifyCase", named, **classification(universe.own))

    assert result["practitioner"] == {"name": "Dr. Eszter Nagy"}


async def test_a_mediator_comments_and_takes_no_decision(universe: Universe) -> None:
    """R-011: reading and writing to both sides is all there is."""
    mediator, own = somebody(universe, Role.MEDIATOR, "mediator-own"), universe.own

    posted = await mediator.do("postMessage", caseId=own.case_id, body="Shall we all meet?", language="en")
    refused = {
        await mediator.refused("classifyCase", **classification(own)),
        await mediator.refused("closeCase", caseId=own.case_id, expectedVersion=1),
        await mediator.refused("markComplicationSeen", reportId=own.report_id),
    }

    assert posted["__typename"] == "Message"
    assert refused == {"NOT_ALLOWED"}


async def test_an_operator_reads_no_case_however_it_is_asked_for(universe: Universe) -> None:
    """R-011, R-012: whoever runs Suivi keeps notices going without seeing what they are about."""
    operator = somebody(universe, Role.OPERATOR, "operator")

    data = await operator.ask("{ caseCount patients { nodes { id } } deliveries { nodes { state case { id } } } }")

    assert (data["caseCount"], data["patients"]["nodes"]) == (0, [])
    assert data["deliveries"]["nodes"]
    assert all(delivery["case"] is None for delivery in data["deliveries"]["nodes"])


async def test_another_patients_photo_is_out_of_reach_on_every_path(universe: Universe) -> None:
    """R-012: clinic to cases to evidence, by a filter, by its id, by a link."""
    stranger, own = somebody(universe, Role.PATIENT, "patient-two", 2), universe.own
    query = """query($photo: ID!, $clinic: ID!, $patient: ID!) {
      byId: node(id: $photo) { id }
      throughClinic: cases(clinicId: $clinic) { nodes { evidence { nodes { id } } } }
      throughPatient: cases(patientId: $patient) { nodes { evidence { nodes { id } } } }
      counted: caseCount(clinicId: $clinic, patientId: $patient) patient(id: $patient) { reference } }"""

    data = await stranger.ask(query, photo=own.evidence_id, clinic=own.clinic_id, patient=own.patient_id)
    link = await stranger.refused("openEvidence", evidenceId=own.evidence_id)

    assert data == {
        "byId": None,
        "throughClinic": {"nodes": []},
        "throughPatient": {"nodes": []},
        "counted": 0,
        "patient": None,
    }
    assert link == "NOT_FOUND"


async def test_a_clinic_sees_nothing_of_what_its_patient_had_done_elsewhere(universe: Universe) -> None:
    """R-012: the same patient, two clinics."""
    coordinator = somebody(universe, Role.COORDINATOR, "coordinator-one")

    found = await coordinator.ask(
        "query($id: ID!) { patient(id: $id) { cases { id } treatments { id } trips { id } } }",
        id=universe.own.patient_id,
    )

    assert universe.own.case_id in [case["id"] for case in found["patient"]["cases"]]
    assert universe.abroad.case_id not in [case["id"] for case in found["patient"]["cases"]]
    assert universe.abroad.treatment_id not in [treatment["id"] for treatment in found["patient"]["treatments"]]
    assert found["patient"]["trips"] == []


async def test_a_mandate_that_is_over_opens_nothing_from_the_next_day_on(universe: Universe) -> None:
    """R-013."""
    representative = somebody(universe, Role.REPRESENTATIVE, "rep-over", 1)

    on_the_last_day = await cases_of(representative.at(ON_THE_LAST_DAY))
    the_day_after = await cases_of(representative.at(THE_DAY_AFTER))

    assert universe.own.case_id in on_the_last_day
    assert the_day_after == []


async def test_a_mandate_that_is_revoked_opens_nothing_at_once(universe: Universe) -> None:
    """R-013."""
    patient, own = somebody(universe, Role.PATIENT, "patient-one", 1), universe.own
    given = {"subject": "rep-revoked", "kind": "POWER_OF_ATTORNEY", "scope": "ACT", "evidence": "Safe 3"}
    granted = await patient.do("grantMandate", "... on Mandate { id version }", patientId=own.patient_id, **given)
    representative = somebody(universe, Role.REPRESENTATIVE, "rep-revoked", 1)
    before = await cases_of(representative)

    await patient.do("revokeMandate", mandateId=granted["id"], expectedVersion=granted["version"])

    assert own.case_id in before
    assert await cases_of(representative) == []


async def test_a_mandate_to_read_shows_everything_and_changes_nothing(universe: Universe) -> None:
    """R-013: photos included, which are looked at and not changed."""
    representative, own = somebody(universe, Role.REPRESENTATIVE, "rep-read", 1), universe.own

    refused = {
        await representative.refused("postMessage", caseId=own.case_id, body="Bonjour", language="fr"),
        await representative.refused("reportComplication", caseId=own.case_id, words="Mal", language="fr"),
        await representative.refused("planTrip", patientId=own.patient_id, country="HU"),
    }
    opened = await representative.do("openEvidence", "... on EvidenceLink { url }", evidenceId=own.evidence_id)
    offered = await representative.ask(
        "query($id: ID!) { case(id: $id) { availableActions { allowed } } }", id=own.case_id
    )

    assert refused == {"NOT_ALLOWED"}
    assert opened["url"]
    assert not any(action["allowed"] for action in offered["case"]["availableActions"])


async def test_a_frontend_by_itself_sees_the_patients_it_registered_and_no_case(universe: Universe) -> None:
    """R-014."""
    frontend = somebody(universe, Role.FRONTEND, "frontend-one", 1)

    data = await frontend.ask("{ caseCount patients { nodes { reference cases { id } treatments { id } } } }")

    assert data["caseCount"] == 0
    assert data["patients"]["nodes"] == [{"reference": "P-one", "cases": [], "treatments": []}]


async def test_what_a_frontend_does_for_a_patient_names_both_in_the_history(universe: Universe) -> None:
    """R-014."""
    patient = somebody(universe, Role.PATIENT, "patient-one", 1)
    await patient.do("postMessage", caseId=universe.own.case_id, body="Merci", language="fr")

    data = await patient.ask(
        "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { kind actor actorRole frontend } } } }",
        id=universe.own.case_id,
    )

    expected = {"kind": "message_posted", "actor": "patient-one", "actorRole": "patient", "frontend": "frontend-one"}
    assert data["case"]["history"]["nodes"] == [expected]


async def test_a_token_of_another_partner_shows_even_the_same_person_nothing(universe: Universe) -> None:
    """R-014: what one partner's patients have is not for the frontend of another."""
    through_the_other = [
        somebody(universe, Role.PATIENT, "patient-one", 2),
        somebody(universe, Role.MEDIATOR, "mediator-own", 2),
        somebody(universe, Role.EXPERT, "expert-own", 2),
    ]

    assert [await cases_of(person) for person in through_the_other] == [[], [], []]


async def test_a_patient_sees_who_looked_at_which_photo(universe: Universe) -> None:
    """R-015."""
    practitioner = somebody(universe, Role.PRACTITIONER, "practitioner-one")
    patient = somebody(universe, Role.PATIENT, "patient-one", 1)
    await practitioner.do("openEvidence", evidenceId=universe.own.evidence_id)

    data = await patient.ask(
        "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { kind actor details } } } }",
        id=universe.own.case_id,
    )
    (newest,) = data["case"]["history"]["nodes"]
    photo = await patient.ask("query($id: ID!) { node(id: $id) { id } }", id=universe.own.evidence_id)

    assert (newest["kind"], newest["actor"]) == ("evidence_opened", "practitioner-one")
    assert set(newest["details"]) == {"evidence"}
    assert photo["node"] == {"id": universe.own.evidence_id}


async def test_when_staff_leave_their_access_ends_and_their_words_keep_their_name(universe: Universe) -> None:
    """R-016."""
    own, leaving = universe.own, somebody(universe, Role.PRACTITIONER, "practitioner-left").at(ON_THE_LAST_DAY)
    written = await leaving.do("postMessage", "... on Message { id }", caseId=own.case_id, body="Fine.", language="en")
    decided = await leaving.do("classifyCase", "... on Classification { id }", **classification(own))

    afterwards = leaving.at(THE_DAY_AFTER)
    patient = somebody(universe, Role.PATIENT, "patient-one", 1)
    kept = await patient.ask(
        """query($message: ID!, $decision: ID!) {
          message: node(id: $message) { ... on Message { authorName authorRole } }
          decision: node(id: $decision) { ... on Classification { practitioner { name until } } } }""",
        message=written["id"],
        decision=decided["id"],
    )

    assert await cases_of(afterwards) == []
    assert await afterwards.refused("classifyCase", **classification(own)) == "NOT_FOUND"
    assert kept["message"] == {"authorName": "Name of practitioner-left", "authorRole": "practitioner"}
    assert kept["decision"] == {"practitioner": {"name": "Name of practitioner-left", "until": str(LEFT)}}


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.EXPERT])
async def test_repeating_an_old_request_gives_nothing_to_somebody_whose_time_is_over(
    universe: Universe, role: Role
) -> None:
    """R-012, R-213: the same key again would otherwise mint a new link to the photo."""
    invited = somebody(universe, role, f"{role.value}-own-over").at(ON_THE_LAST_DAY)
    key, asked = str(uuid4()), {"evidenceId": universe.own.evidence_id}
    first = await invited.do("openEvidence", key=key, **asked)
    again = await invited.do("openEvidence", key=key, **asked)

    afterwards = await invited.at(THE_DAY_AFTER).do("openEvidence", key=key, **asked)

    assert (first["__typename"], again["__typename"]) == ("EvidenceLink", "EvidenceLink")
    assert afterwards["code"] == "NOT_FOUND"


async def test_a_clinic_registers_for_a_partners_frontend_only_that_partners_patients(universe: Universe) -> None:
    """R-014."""
    coordinator = somebody(universe, Role.COORDINATOR, "coordinator-one", 2)
    treatment: dict[str, Any] = {"clinicId": universe.own.clinic_id, "procedure": "crown", "sites": ["27"]}

    refused = await coordinator.refused("registerTreatment", patientId=universe.own.patient_id, **treatment)
    registered = await coordinator.do("registerTreatment", patientId=universe.shared.patient_id, **treatment)

    assert refused == "NOT_FOUND"
    assert registered["__typename"] == "Treatment"


async def test_somebody_with_two_posts_has_in_each_role_what_that_role_has(universe: Universe) -> None:
    """R-010: the practitioner of one clinic is only a coordinator at the other, and classifies nothing there."""
    as_practitioner = somebody(universe, Role.PRACTITIONER, "two-posts")
    as_coordinator = somebody(universe, Role.COORDINATOR, "two-posts")

    assert universe.foreign.case_id not in await cases_of(as_practitioner)
    assert universe.own.case_id not in await cases_of(as_coordinator)
    assert await as_practitioner.refused("classifyCase", **classification(universe.foreign)) == "NOT_FOUND"
    assert await as_coordinator.refused("classifyCase", **classification(universe.foreign)) == "NOT_ALLOWED"


async def test_who_was_not_let_in_yet_waits_for_their_first_day(universe: Universe) -> None:
    """R-013, R-016: access begins with the first day, not with the entry."""
    coordinator = somebody(universe, Role.COORDINATOR, "coordinator-to-come")
    representative = somebody(universe, Role.REPRESENTATIVE, "rep-ahead", 1)
    first_day = datetime(2026, 6, 1, 9, tzinfo=UTC)

    assert [await cases_of(coordinator.at(TODAY)), await cases_of(representative.at(TODAY))] == [[], []]
    assert universe.own.case_id in await cases_of(coordinator.at(first_day))
    assert universe.own.case_id in await cases_of(representative.at(first_day))


REQUEST = """query($id: ID!) { confirmationRequest(id: $id) { patient { reference } items { question answer { text } }
    history { nodes { actorRole actor frontend } } }
  confirmationRequests(first: 100) { nodes { id } } }"""


async def test_who_asks_before_choosing_is_heard_by_the_clinic_asked_and_no_other(universe: Universe) -> None:
    """R-012, R-132: the clinic that treats the patient learns nothing of it; the one asked does not learn who asks."""
    asked = somebody(universe, Role.COORDINATOR, "coordinator-two")
    treating = somebody(universe, Role.COORDINATOR, "coordinator-one")

    heard = await asked.ask(REQUEST, id=universe.prospect_request_id)
    unheard = await treating.ask(REQUEST, id=universe.prospect_request_id)
    known = await asked.ask("query($id: ID!) { patient(id: $id) { id } }", id=universe.shared.patient_id)
    opened = {"confirmationId": universe.prospect_confirmation_id, "format": "PDF"}

    request = heard["confirmationRequest"]
    assert (request["patient"], request["items"][1]["question"]) == (None, "said_question_prospect")
    asking = [one for one in request["history"]["nodes"] if one["actorRole"] in ("patient", "representative")]
    assert asking
    assert {(one["actor"], one["frontend"]) for one in asking} == {(None, None)}
    assert (unheard["confirmationRequest"], known["patient"]) == (None, None)
    assert {"id": universe.prospect_request_id} not in unheard["confirmationRequests"]["nodes"]
    assert await treating.refused("openConfirmation", **opened) == "NOT_FOUND"
    assert (await asked.do("openConfirmation", **opened))["__typename"] == "ConfirmationLink"


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.PRACTITIONER, "practitioner-one"),
        (Role.COORDINATOR, "coordinator-two"),
        (Role.COORDINATOR, "coordinator-left"),
        (Role.PATIENT, "patient-one"),
        (Role.OPERATOR, "operator"),
    ],
)
async def test_a_draft_of_terms_is_seen_by_the_coordinators_of_its_clinic_alone(
    universe: Universe, role: Role, subject: str
) -> None:
    """R-012: terms are public once they are published, and not an hour before."""
    query = """query($draft: ID!, $clinic: ID!) {
      termsDraft(id: $draft) { text } clinic(id: $clinic) { termsDrafts { text } publishedTerms { number } } }"""
    own = {"draft": universe.own.draft_id, "clinic": universe.own.clinic_id}

    written = await somebody(universe, Role.COORDINATOR, "coordinator-one").ask(query, **own)
    hidden = await somebody(universe, role, subject).ask(query, **own)

    assert written["termsDraft"]["text"] in [draft["text"] for draft in written["clinic"]["termsDrafts"]]
    assert (hidden["termsDraft"], hidden["clinic"]["termsDrafts"]) == (None, [])
    assert hidden["clinic"]["publishedTerms"]


async def test_a_mediator_reads_what_was_asked_and_offered_and_answers_none_of_it(universe: Universe) -> None:
    """R-011: nobody but the clinic confirms, and nobody but the patient's side accepts."""
    mediator, own = somebody(universe, Role.MEDIATOR, "mediator-own"), universe.own
    request, offer = {"requestId": own.request_id}, {"offerId": own.offer_id, "expectedVersion": 1}

    read = await mediator.ask(REQUEST, id=own.request_id)
    refused = {
        await mediator.refused("answerConfirmation", **request, answers=[{"item": 1, "answer": "CONFIRMED"}]),
        await mediator.refused("withdrawConfirmationRequest", **request, expectedVersion=1),
        await mediator.refused("answerTermsOffer", **offer, accept=True),
        await mediator.refused("withdrawTermsOffer", **offer),
    }

    assert read["confirmationRequest"]["items"][1]["answer"] == {"text": "said_confirmed_own"}
    assert refused == {"NOT_ALLOWED"}


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.COORDINATOR, "coordinator-one"),
        (Role.PRACTITIONER, "practitioner-one"),
        (Role.REPRESENTATIVE, "rep-read"),
    ],
)
async def test_only_who_may_act_for_the_patient_accepts_other_terms(
    universe: Universe, role: Role, subject: str
) -> None:
    """R-013, R-126: a clinic that offers terms cannot accept them in the patient's place."""
    offer = {"offerId": universe.own.offer_id, "expectedVersion": 1, "accept": True}

    assert await somebody(universe, role, subject).refused("answerTermsOffer", **offer) == "NOT_ALLOWED"


async def test_an_expert_sees_devices_and_confirmations_and_nothing_of_policies_or_offers(universe: Universe) -> None:
    """R-012: what bears on the medical question, in the cover map too."""
    query = """query($id: ID!) { treatment(id: $id) {
      devices { model } confirmations { number } coverMap { layers { kind } }
      insurances { insurer } termsOffers { id } confirmationRequests { id } reminders { id } } }"""

    expert = await somebody(universe, Role.EXPERT, "expert-own").ask(query, id=universe.own.treatment_id)
    patient = await somebody(universe, Role.PATIENT, "patient-one", 1).ask(query, id=universe.own.treatment_id)

    hidden = ("insurances", "termsOffers", "confirmationRequests", "reminders")
    assert expert["treatment"]["devices"]
    assert expert["treatment"]["confirmations"]
    assert [expert["treatment"][name] for name in hidden] == [[], [], [], []]
    assert all(patient["treatment"][name] for name in hidden)
    assert {"kind": "INSURER"} in patient["treatment"]["coverMap"]["layers"]
    assert {"kind": "INSURER"} not in expert["treatment"]["coverMap"]["layers"]


async def test_who_holds_a_confirmation_can_tell_that_it_is_ours_and_learns_nothing_of_the_patient(
    universe: Universe,
) -> None:
    """R-012, R-134: by the hash in it, whoever they are."""
    stranger, own = somebody(universe, Role.PATIENT, "nobody"), universe.own
    mine = await own.patient.ask("query($id: ID!) { confirmation(id: $id) { digest number } }", id=own.confirmation_id)

    found = await stranger.ask(
        """query($digest: String!, $id: ID!) { confirmation(id: $id) { number }
          verifyConfirmation(digest: $digest) { issued number clinic { id confirmationResponsiveness { asked } } } }""",
        digest=mine["confirmation"]["digest"],
        id=own.confirmation_id,
    )

    signed_by = {"id": own.clinic_id, "confirmationResponsiveness": None}
    number = mine["confirmation"]["number"]
    assert found["verifyConfirmation"] == {"issued": True, "number": number, "clinic": signed_by}
    assert found["confirmation"] is None


async def test_a_partners_frontend_shows_no_notice_that_may_be_of_another_partners_patient(universe: Universe) -> None:
    """R-014: a notice that is about no case does not say whose it is."""
    notices = "{ deliveries(first: 100) { nodes { case { id } } } }"

    directly = await somebody(universe, Role.COORDINATOR, "coordinator-two").ask(notices)
    through = await somebody(universe, Role.COORDINATOR, "coordinator-two", 2).ask(notices)

    assert {"case": None} in directly["deliveries"]["nodes"]
    assert through["deliveries"]["nodes"]
    assert {"case": None} not in through["deliveries"]["nodes"]

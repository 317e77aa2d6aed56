"""Queries of nothing but rows: graphql-core's answer for everybody, from one statement where PostgreSQL gives it."""

from collections.abc import AsyncIterator
from inspect import isawaitable

import pytest
import pytest_asyncio
from graphql import ExecutionResult, parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suivi.core.access.embedded import is_implied
from suivi.core.access.viewer import Role, Viewer
from suivi.core.cases.models import Case
from suivi.core.clinics.models import Clinic, Member
from suivi.core.evidence.models import Evidence
from suivi.core.messages.models import Message
from suivi.core.patients.models import Patient
from suivi.core.records import Record
from suivi.graphql.context import Context
from suivi.graphql.execution.written import Written
from tests.access.universe import PEOPLE, TODAY, Person, Universe, a_universe
from tests.graphql.execution.documents import PLAIN, Document, Only, Values, write
from tests.graphql.execution.sameness import require_same
from tests.graphql.execution.test_real_data import SCHEMA, Execute, by_core, by_plan
from tests.services.databases import Databases
from tests.services.suivi import Statements

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS: Only = {
    "Query": {"case", "cases", "caseCount", "clinic", "clinics", "patient", "patients"},
    "Case": {
        "id", "state", "openedAt", "closedAt", "version", "patient", "clinic", "messages", "messageCount", "evidence",
        "photoCount", "assignments",
    },
    "Clinic": {
        "id", "name", "country", "city", "timeZone", "languages", "responseDays", "version", "members",
        "publishedTerms",
    },
    "Terms": {
        "id", "procedure", "number", "language", "text", "period", "starts", "covers", "exclusions",
        "referencePeriod", "responseDays", "effectiveFrom", "publishedAt", "clinic", "publisher",
    },
    "Message": {"id", "authorRole", "authorName", "body", "language", "sentAt", "case", "corrects", "attachments"},
    "Evidence": {
        "id", "kind", "view", "state", "contentType", "size", "sha256", "claimedAt", "embeddedAt", "receivedAt",
        "senderRole", "case",
    },
    "Patient": {"id", "reference", "languages", "timeZone", "version", "partner", "mandates", "trips", "cases"},
    "Trip": {"id", "country", "arrivesOn", "leavesOn", "patient"},
}  # fmt: skip
"""What is said in SQL of these types."""

CASE_ASKED = """fragment Case on Case { id state openedAt closedAt messageCount photoCount
  patient { reference trips { country patient { id } } } clinic { name city }
  messages(first: 2) { nodes { attachments { view case { id } } id body sentAt authorName
    corrects { body corrects { id } } case { id } }
    pageInfo { ...Page } }
  evidence(kind: $kind) { edges { cursor node { kind view size sha256 receivedAt embeddedAt } } }
  assignments { role name validFrom validUntil } }
fragment Page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""
ONE = "query($case: ID!, $kind: EvidenceKind) { case(id: $case) { ...Case } }"
LISTS = """query($first: Int!, $kind: EvidenceKind) {
  cases(first: $first) { nodes { ...Case } edges { cursor node { id } } pageInfo { ...Page } }
  more: cases(first: 1, state: OPEN) { pageInfo { ...Page } nodes { id } }
  caseCount
  clinics { nodes { id name members(first: 3) { id kind since until }
    publishedTerms { number covers publisher { name } } } }
  patients { nodes { id reference languages partner { name } mandates { kind scope validFrom } trips { arrivesOn }
    cases(first: 1) { id } } } }"""


class Everybody:
    """A universe that Hypothesis does not try to write down."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everybody(
    request: pytest.FixtureRequest, parts: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Everybody]:
    if parts != "real":
        pytest.skip("on SQLite the plan answers, which is compared elsewhere")
    async with a_universe(request, databases, tmp_path_factory.mktemp("universe")) as built:
        yield Everybody(built)


def context_of(everybody: Everybody, person: Person) -> Context:
    who = everybody.universe.who(person)
    viewer = Viewer(role=person.role, subject=who.subject, partner_id=who.partner_id)
    return Context(viewer=viewer, house=everybody.universe.suivi.running.house, clock=lambda: TODAY)


async def answer(everybody: Everybody, person: Person, document: Document, by: Execute) -> tuple[ExecutionResult, int]:
    """The answer, and how many statements it took."""
    with Statements() as statements:
        result = by(parse(document.text), document, context_of(everybody, person))
        if isawaitable(result):
            result = await result
    return result, len(statements)


async def require_same_for(everybody: Everybody, person: Person, document: Document) -> None:
    assert not validate(SCHEMA, parse(document.text)), document.text

    ours, statements = await answer(everybody, person, document, by_plan)
    core, core_statements = await answer(everybody, person, document, by_core)

    # What is refused or not found is an error, which the ordinary plan tells. Refused cursors and countries may stand
    # where there is no row to refuse them for.
    well_asked = not core.errors and "after:" not in document.text and "country:" not in document.text
    assert isinstance(ours.data, Written) or not (well_asked and core_statements), document.text
    if isinstance(ours.data, Written):
        assert statements == 1
        ours.data = ours.data.read()
    require_same(ours, core, in_order=False)


def values_of(everybody: Everybody) -> Values:
    bundles = [vars(bundle) for bundle in everybody.universe.bundles]
    ids = [bundle[name] for bundle in bundles for name in ("case_id", "clinic_id", "patient_id", "message_id")]
    return PLAIN | {
        "ID": lambda random: random.choice([*ids, "?"]),
        "String": lambda random: random.choice(["HU", "P-one", ids[0], ids[2], ids[3], ""]),
        "Int": lambda random: random.choice([1, 2, 20, 100]),
    }


@pytest.mark.parametrize("person", PEOPLE, ids=str)
async def test_everybody_is_shown_the_same_rows_by_one_statement(everybody: Everybody, person: Person) -> None:
    """R-012, R-013, R-014, R-016: whatever somebody's time, partner and posts are."""
    documents = [Document(text=f"{LISTS} {CASE_ASKED}", variables={"first": 2, "kind": None})]
    documents += [Document(text=f"{LISTS} {CASE_ASKED}", variables={"first": 20, "kind": "PHOTO_AFTER"})]
    documents += [
        Document(text=f"{ONE} {CASE_ASKED}", variables={"case": bundle.case_id})
        for bundle in everybody.universe.bundles
    ]

    for document in documents:
        await require_same_for(everybody, person, document)


@settings(max_examples=150, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40), person=st.sampled_from(PEOPLE))
async def test_any_query_of_rows_is_answered_the_same(
    everybody: Everybody, seed: int, size: int, person: Person
) -> None:
    """R-215, R-218."""
    document = write(SCHEMA, seed, size, values=values_of(everybody), only=ROWS)

    await require_same_for(everybody, person, document)


@pytest.mark.parametrize(
    "asked",
    [
        "viewer { role }",
        "node(id: $case) { id }",
        "cases { nodes { availableActions { mutation } } }",
        "cases { nodes { history { nodes { kind } } } }",
        "cases { nodes { classifications { name { text } } } }",
        "clinics { nodes { settings { adapters } } }",
        "a: caseCount procedures { key }",
    ],
)
async def test_whatever_is_more_than_rows_is_answered_by_the_plan(everybody: Everybody, asked: str) -> None:
    text = f"query($case: ID!, $yes: Boolean!) {{ {asked} case(id: $case) @include(if: $yes) {{ id }} }}"
    document = Document(text=text, variables={"case": everybody.universe.own.case_id, "yes": True})

    for person in PEOPLE[::6]:
        ours, _ = await answer(everybody, person, document, by_plan)
        core, _ = await answer(everybody, person, document, by_core)

        assert not isinstance(ours.data, Written)
        require_same(ours, core, in_order=False)


ALMOST_ALL = {Role.PATIENT, Role.REPRESENTATIVE, Role.PRACTITIONER, Role.COORDINATOR, Role.MEDIATOR}


@pytest.mark.parametrize(
    ("model", "by", "parent", "roles"),
    [
        (Message, "case_id", Case, ALMOST_ALL | {Role.INTERPRETER}),
        (Evidence, "case_id", Case, ALMOST_ALL | {Role.EXPERT}),
        (Patient, "id", Case, set()),
        (Member, "clinic_id", Clinic, set()),
        (Case, "patient_id", Patient, set()),
    ],
)
async def test_rows_are_shown_without_a_question_of_their_own_to_whoever_sees_their_case(
    everybody: Everybody, model: type[Record], by: str, parent: type[Record], roles: set[Role]
) -> None:
    """R-012: only where access to the case is, word for word, all that access to the row asks for."""
    for partnered in (True, False):
        found = {role for role in Role if is_implied(model, by, parent, role=role, partnered=partnered)}

        assert found == roles

"""R-211: what `availableActions` announces is what the mutations then answer."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    get_named_type,
    get_nullable_type,
)
from strawberry.relay.utils import to_base64

from suivi.core.access.viewer import Role
from suivi.core.cases.models import Case, CaseState
from suivi.graphql.cases import MUTATIONS
from suivi.graphql.schema import schema
from tests.access.attempts import INPUTS, Input, request_of
from tests.access.matrix import matrix
from tests.access.universe import Bundle, Person, Universe, a_universe
from tests.services.databases import Databases
from tests.services.suivi import REFUSAL, Client
from tests.services.world import row_id

pytestmark = pytest.mark.once

in_the_universe = pytest.mark.asyncio(loop_scope="module")

SCHEMA = schema._schema
OF_A_CASE = sorted(MUTATIONS.values())
ALWAYS = {"INVALID_ID", "IDEMPOTENCY_KEY_UNUSABLE", "IDEMPOTENCY_KEY_REUSED"}
"""What every mutation can answer, and no list names."""
PEOPLE = (
    Person(role=Role.PATIENT, subject="patient-one", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-act", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-read", partner=1),
    Person(role=Role.PRACTITIONER, subject="practitioner-one"),
    Person(role=Role.COORDINATOR, subject="coordinator-one"),
    Person(role=Role.MEDIATOR, subject="mediator-own"),
    Person(role=Role.EXPERT, subject="expert-own"),
    Person(role=Role.INTERPRETER, subject="interpreter-own"),
)
"""Everybody who can see the case; frontends and operators see none."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def universe(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Universe]:
    async with a_universe(request, databases, tmp_path_factory.mktemp("universe")) as built:
        yield built


async def announced(client: Client, case_id: str) -> dict[str, Any]:
    """Mutation to what is said of it."""
    data = await client.ask(
        "query($id: ID!) { case(id: $id) { availableActions { mutation allowed refusals { code } onInput } } }",
        id=case_id,
    )
    return {action["mutation"]: action for action in data["case"]["availableActions"]}


def inputs_of(mutation: str) -> GraphQLInputObjectType:
    assert SCHEMA.mutation_type is not None
    given = get_named_type(SCHEMA.mutation_type.fields[mutation].args["input"].type)
    assert isinstance(given, GraphQLInputObjectType)
    return given


def test_every_mutation_on_a_case_is_announced() -> None:
    asked_of_a_case = {name for name in matrix().roots["mutation"] if matrix().rules(name)[0][0] == "case"}

    assert set(OF_A_CASE) == asked_of_a_case


@in_the_universe
async def test_the_inputs_announced_are_those_that_must_be_sent(universe: Universe) -> None:
    client = universe.client(PEOPLE[0])

    data = await client.ask(
        "query($id: ID!) { case(id: $id) { availableActions { mutation inputs } } }", id=universe.own.case_id
    )

    for action in data["case"]["availableActions"]:
        fields = inputs_of(action["mutation"]).fields
        required = {name for name, kind in fields.items() if str(kind.type).endswith("!") and not has_default(kind)}
        assert set(action["inputs"]) >= required - {"caseId", "idempotencyKey"}, action["mutation"]
        assert set(action["inputs"]) <= set(fields), action["mutation"]


def has_default(field: Any) -> bool:
    return str(field.default_value) != "Undefined"


@in_the_universe
@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("person", PEOPLE, ids=str)
async def test_what_is_announced_is_what_happens(universe: Universe, person: Person, state: CaseState) -> None:
    client, own = universe.client(person), universe.own

    for mutation in OF_A_CASE:
        sent = await request_of(person, mutation, own)
        await Case.filter(id=row_id(own.case_id)).update(state=state)
        told = (await announced(client, own.case_id))[mutation]

        result = await client.do(mutation, **sent)

        codes = [refusal["code"] for refusal in told["refusals"]]
        assert told["allowed"] == (not codes)
        assert [result["code"]] == codes if codes else result["__typename"] != "Refusal", (mutation, told, result)


NONSENSE = ("", "   ", "nonsense", "a\x00b", "\ud800", "é" * 300, "x" * 60_000)
TIMES = ("2026-03-13T10:00:00.123456+01:00:30.123456", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+14:00")
PARTIAL = ("2026-13", "2026-02-30", "9999", "0000", "unknown", "2999-01-01")


def bad(kind: Any, name: str) -> Iterator[Any]:
    """Values that the schema lets through and that are wrong, or odd, for an input of this type."""
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        yield from ([value] for value in bad(inner.of_type, name))
        is_id = get_named_type(kind).name == "ID"
        yield [to_base64("Evidence", uuid4()) if is_id else f"item {n}" for n in range(101)]
        return
    named: GraphQLNamedType = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        yield dict.fromkeys(named.fields, "")
    elif named.name == "ID":
        kinds = ("Case", "Message", "Evidence", "Treatment")
        yield from (*NONSENSE[:6], *(to_base64(some, uuid4()) for some in kinds), to_base64("Treatment", "x"))
    elif isinstance(named, GraphQLEnumType):
        yield from named.values
    elif named.name == "Int":
        yield from (-1, 0, 2_147_483_647, -2_147_483_648)
    elif named.name == "Date":
        yield from ("0001-01-01", "9999-12-31")
    elif named.name == "String":
        yield from (*NONSENSE, *(TIMES if name == "takenAt" else ()), *(PARTIAL if name == "noticedOn" else ()))


def requests(mutation: str, valid: Input, about: Bundle) -> Iterator[Input]:
    yield valid | {"idempotencyKey": ""}
    yield valid | {"idempotencyKey": "x" * 256}
    yield valid | {"idempotencyKey": "\ud800"}
    for name, field in inputs_of(mutation).fields.items():
        for value in bad(field.type, name) if name not in ("caseId", "idempotencyKey") else ():
            yield valid | {name: value}
    if "evidenceIds" in valid:
        yield valid | {"evidenceIds": [about.awaited_id]}


@in_the_universe
@pytest.mark.parametrize("mutation", OF_A_CASE)
async def test_a_refusal_that_depends_on_the_input_is_one_that_was_announced(universe: Universe, mutation: str) -> None:
    """And nothing that is sent makes the server stumble; nor is a code announced that never comes."""
    practitioner, own = universe.client(PEOPLE[3]), universe.own
    announced_codes = set((await announced(practitioner, own.case_id))[mutation]["onInput"])
    kind = inputs_of(mutation).name
    query = f"mutation($input: {kind}!) {{ it: {mutation}(input: $input) {{ __typename {REFUSAL} }} }}"

    met: set[str] = set()
    for request in requests(mutation, await INPUTS[mutation](own), own):
        body = await practitioner.send(query, {"input": {"idempotencyKey": str(uuid4()), **request}})

        codes = [error["extensions"]["code"] for error in body.get("errors", ())]
        result = (body["data"] or {}).get("it") or {}
        codes += [result["code"]] if "code" in result else []
        assert set(codes) <= announced_codes | ALWAYS, (mutation, json.dumps(request)[:200], body)
        met.update(codes)
    assert announced_codes <= met

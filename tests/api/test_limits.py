"""R-214: what asks for too much is refused at once, with figures; what is documented passes with room to spare."""

import gc
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import graphql
import pytest

from suivi.core.access.viewer import Role, Viewer
from suivi.graphql.limits.allowance import Allowance, allowance_of
from suivi.graphql.limits.documents import Documents, NotExecuted
from suivi.graphql.schema import schema
from suivi.settings import Settings
from tests.services.suivi import Client, Suivi, suivi
from tests.services.world import World

pytestmark = pytest.mark.once

DOUBLING = "{ viewer { ...F40 } } fragment F0 on Viewer { role } " + " ".join(
    f"fragment F{n} on Viewer {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, 41)
)
HOSTILE = {
    "fragments doubled forty times": (DOUBLING, "QUERY_TOO_COSTLY"),
    "200,000 tokens": ("{ viewer { " + "role " * 200_000 + "} }", "TOO_MANY_TOKENS"),
    "10,000 aliases": ("{ " + " ".join(f"a{n}: __typename" for n in range(10_000)) + " }", "TOO_MANY_TOKENS"),
    "300 aliases": ("{ " + " ".join(f"a{n}: viewer {{ role }}" for n in range(300)) + " }", "TOO_MANY_ALIASES"),
    "a depth of 1,000": ("{ viewer " * 1_000 + "}" * 1_000, "QUERY_TOO_DEEP"),
    "a depth of 150": ("{ viewer " * 150 + "}" * 150, "QUERY_TOO_DEEP"),
    "overlapping fields": ("{ " + "viewer { role } " * 400 + "}", "TOO_MANY_REPEATS"),
    "fields overlapping inside others": (
        "{ " + ("viewer { " + "role " * 19 + "} ") * 90 + "}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "unknown fields": ("{ " + " ".join(f"a{n}" for n in range(1_900)) + " }", "GRAPHQL_VALIDATION_FAILED"),
    "unknown arguments": (
        "{ cases(" + " ".join(f"a{n}: 1" for n in range(600)) + ") { nodes { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "500 directives": ("{ viewer { role " + "@a " * 500 + "} }", "TOO_MANY_DIRECTIVES"),
    "200 operations": (" ".join(f"query Q{n} {{ viewer {{ role }} }}" for n in range(200)), "TOO_MANY_DEFINITIONS"),
    "types inside types": (
        "{ __schema { types { fields { type { ofType { fields { "
        + " ".join(f"a{n}: name" for n in range(99))
        + " } } } } } } }",
        "QUERY_TOO_COSTLY",
    ),
    "a web of fragments": (
        "{ viewer { ...F0 } } "
        + " ".join(
            f"fragment F{n} on Viewer {{ {' '.join(f'...F{m}' for m in range(n + 1, min(60, n + 12)))} role }}"
            for n in range(60)
        ),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a list inside another": (
        "{ cases(first: 100) { nodes { messages(first: 100) { nodes { attachments { id kind } } } } } }",
        "QUERY_TOO_COSTLY",
    ),
}


@pytest.mark.parametrize("which", HOSTILE)
async def test_what_asks_for_too_much_is_refused_with_its_code(running: Suivi, which: str) -> None:
    text, code = HOSTILE[which]

    body = await running.as_(Role.OPERATOR, "operator").send(text)

    assert body["errors"][0]["extensions"]["code"] == code
    assert "data" not in body


@pytest.mark.parametrize("which", HOSTILE)
def test_refusing_it_takes_less_than_a_tenth_of_a_second(which: str) -> None:
    """Of processor time, to somebody who may not introspect."""
    text, _ = HOSTILE[which]
    gc.collect()
    gc.freeze()

    burned = min(refusing(text) for _ in range(3))

    gc.unfreeze()
    assert burned < 0.1


def refusing(text: str) -> float:
    begun = time.process_time()
    with pytest.raises(NotExecuted):
        Documents(schema.documents.schema).prepare(text, None, {}, Allowance(may_introspect=False))
    return time.process_time() - begun


async def test_a_refusal_says_how_much_it_was_and_how_much_may_be(running: Suivi) -> None:
    body = await running.as_(Role.OPERATOR, "operator").send(DOUBLING)

    assert str(2**40 + 1) in body["errors"][0]["message"]
    assert "50000" in body["errors"][0]["message"]
    assert body["extensions"]["cost"] == {"query": 2**40 + 1, "limit": 50_000}


async def test_every_answer_says_what_it_cost(world: World) -> None:
    query = "query($n: Int!) { cases(first: $n) { nodes { id } } }"

    costs = [(await world.patient.send(query, {"n": n}))["extensions"]["cost"] for n in (1, 10)]

    assert costs == [{"query": 3, "limit": 50_000}, {"query": 21, "limit": 50_000}]


async def test_a_refused_value_has_a_cost_too_and_the_whole_introspection_fits(running: Suivi) -> None:
    operator = running.as_(Role.OPERATOR, "operator")

    wrong = await operator.send("query($n: Int!) { cases(first: $n) { nodes { id } } }", {"n": "x"})
    whole = await operator.send(graphql.get_introspection_query())

    assert wrong["extensions"]["cost"]["query"] > 0
    assert whole["data"]["__schema"]["queryType"]["name"] == "Query"


def viewer_of(role: Role, partner: Any = None) -> Any:
    return Viewer(role=role, subject="somebody", partner_id=partner)


def test_operators_and_frontends_may_introspect_in_production_and_everybody_in_development() -> None:
    production = Settings(environment="production")
    chosen = Settings(environment="production", introspection_roles=[Role.MEDIATOR])

    def may(settings: Settings) -> set[Role]:
        return {role for role in Role if allowance_of(viewer_of(role), settings).may_introspect}

    assert may(production) == {Role.OPERATOR, Role.FRONTEND}
    assert may(chosen) == {Role.MEDIATOR}
    assert may(Settings()) == set(Role)


def test_a_partner_may_have_limits_of_its_own() -> None:
    partner = uuid4()
    limits = json.loads(f'{{"{partner}": {{"cost": 7, "requests_per_minute": 9}}}}')
    settings = Settings(partner_limits=limits, environment="production")

    theirs = allowance_of(viewer_of(Role.PATIENT, partner), settings)
    others = allowance_of(viewer_of(Role.PATIENT, uuid4()), settings)

    assert (theirs.cost, theirs.depth, theirs.requests_per_minute) == (7, 20, 9)
    assert (others.cost, others.depth, others.requests_per_minute) == (50_000, 20, 1200)
    assert allowance_of(viewer_of(Role.PATIENT), Settings()).requests_per_minute is None


@pytest.fixture
async def strict(tmp_path: Path, database_url: str) -> AsyncIterator[Suivi]:
    """For everybody but mediators no introspection; three requests a minute."""
    chosen: dict[str, Any] = {
        "introspection_roles": [Role.MEDIATOR],
        "requests_per_minute": 3,
    }
    async with suivi(data_dir=tmp_path, database_url=database_url, **chosen) as started:
        yield started


async def code(client: Client, query: str, variables: dict[str, Any] | None = None) -> str:
    body = await client.send(query, variables)
    (error,) = body["errors"]
    told: str = error["extensions"]["code"]
    return told


async def test_ordinary_users_learn_nothing_from_what_they_guess(strict: Suivi) -> None:
    guesses = (
        "{ viewer { rol } }",
        "{ cases { nodes { rol } } }",
        "{ casez(first: 7) { nodes { rol } } }",
        "query($x: Nothing) { viewer { role } }",
    )
    answers = [await strict.as_(Role.PATIENT, f"patient {n}").send(guess) for n, guess in enumerate(guesses)]
    told = await strict.as_(Role.MEDIATOR, "mediator").send(guesses[0])

    assert answers == [answers[0]] * len(guesses)
    assert set(answers[0]) == {"errors"}
    assert "Did you mean 'role'?" in told["errors"][0]["message"]


async def test_the_schema_is_read_by_those_who_may(strict: Suivi) -> None:
    patient = strict.as_(Role.PATIENT, "patient")

    assert await code(patient, "{ __schema { queryType { name } } }") == "INTROSPECTION_NOT_ALLOWED"
    assert await code(patient, "query($n: Int!) { cases(first: $n) { nodes { id } } }", {"n": "x"}) == "BAD_USER_INPUT"
    assert (await patient.send("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_too_many_requests_are_told_when_to_come_back(strict: Suivi) -> None:
    headers = {"authorization": f"Bearer {strict.token(Role.PATIENT, 'hasty')}"}
    other = {"authorization": f"Bearer {strict.token(Role.PATIENT, 'other')}"}

    answers = [await strict.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers) for _ in range(4)]
    calm = await strict.http.post("/graphql", json={"query": "{ __typename }"}, headers=other)

    assert [answer.status_code for answer in [*answers, calm]] == [200, 200, 200, 429, 200]
    assert answers[-1].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 20


async def test_what_takes_too_long_is_given_up(tmp_path: Path, database_url: str) -> None:
    """The database is asked, and whoever waits for it may not."""
    async with suivi(data_dir=tmp_path, database_url=database_url, execution_seconds=1e-6) as hasty:
        headers = {
            "authorization": f"Bearer {hasty.token(Role.PATIENT, 'patient')}",
            "accept": "application/graphql-response+json",
        }
        answer = await hasty.http.post("/graphql", json={"query": "{ cases { nodes { id } } }"}, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "EXECUTION_TIMEOUT")


async def test_a_change_that_is_given_up_is_made_all_the_same_and_told_when_it_is_sent_again(world: World) -> None:
    """R-213: nobody waits for it any longer, and it is made once."""
    running, patient = world.suivi.running, world.patient
    chosen, given = running.settings, {"caseId": world.case_id, "body": "Bonjour", "language": "fr"}
    query = "mutation($input: PostMessageInput!) { postMessage(input: $input) { __typename ... on Message { body } } }"
    variables = {"input": given | {"idempotencyKey": "once"}}

    running.settings = chosen.model_copy(update={"execution_seconds": 1e-6})
    refused = await code(patient, query, variables)
    running.settings = chosen
    await schema.finish()
    again = await patient.send(query, variables)
    case = await patient.ask("query($id: ID!) { case(id: $id) { messages { nodes { body } } } }", id=world.case_id)

    assert refused == "EXECUTION_TIMEOUT"
    assert again["data"]["postMessage"] == {"__typename": "Message", "body": "Bonjour"}
    assert [message["body"] for message in case["case"]["messages"]["nodes"]].count("Bonjour") == 1

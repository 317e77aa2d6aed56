"""R-210: the same answer whichever way a request takes: by the routes or past them, by a plan or by graphql-core."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from suivi.graphql.app import is_plain
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.schema import schema
from tests.services.suivi import REFUSAL, Client, suivi
from tests.services.world import World, build_world, upload_photo

pytestmark = pytest.mark.once

NEW, JSON = "application/graphql-response+json", "application/json"
OF_BROWSERS = ("access-control-allow-origin", "access-control-expose-headers", "vary")
"""Headers that only an answer to a page of another site has."""
ASK = "query($id: ID!) { viewer { role } case(id: $id) { id state messages(first: 2) { nodes { body } } } }"
CLOSE = (
    f"mutation($input: CloseCaseInput!) {{ closeCase(input: $input) {{ __typename ... on Case {{ id }} {REFUSAL} }} }}"
)
KEY = "0190a0c0-0000-7000-8000-000000000001"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent; `token` false for nobody's."""

    body: Any = None
    text: str | None = None
    method: str = "POST"
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    token: bool = True

    async def send(self, client: Client, *, origin: str | None) -> httpx.Response:
        headers = {"suivi-clock": client.clock.isoformat(), "content-type": JSON, **(self.headers or {})}
        headers |= {"authorization": f"Bearer {client.token}"} if self.token else {}
        headers |= {"origin": origin} if origin else {}
        content = self.text if self.text is not None else json.dumps(self.body)
        given: dict[str, Any] = {"content": content} if self.method == "POST" else {}
        return await client.http.request(self.method, "/graphql", params=self.params, headers=headers, **given)


WHO = {"query": "{ viewer { role } }"}
EARLY = [
    (Request(text="{"), 400),
    (Request(text=""), 400),
    (Request(text="[]"), 400),
    (Request(text="\ufeff{}"), 400),
    (Request(body=WHO, headers={"content-type": "text/plain"}), 415),
    (Request(body=WHO, headers={"accept": "image/png"}), 406),
    (Request(body=WHO, token=False), 401),
    (Request(body=WHO, token=False, headers={"authorization": "Bearer x"}), 401),
    (Request(method="GET", params=WHO), 400),
    (Request(method="GET", params=WHO, headers={"apollo-require-preflight": "1"}), 200),
    (Request(method="PUT"), 405),
]


class TestBothWays:
    """With the header `Origin`, as pages send it, a request goes by routes and cross-origin rules; without, it need
    not."""

    async def same(self, world: World, request: Request) -> httpx.Response:
        plain = await request.send(world.patient, origin=None)
        routed = await request.send(world.patient, origin="https://partner.example")

        assert routed.status_code == plain.status_code
        assert routed.content == plain.content
        assert [(name, value) for name, value in routed.headers.items() if name not in OF_BROWSERS] == [
            (name, value) for name, value in plain.headers.items() if name not in OF_BROWSERS
        ]
        assert "access-control-allow-origin" in routed.headers
        assert "access-control-allow-origin" not in plain.headers
        return plain

    async def test_a_query(self, world: World) -> None:
        answer = await self.same(world, Request(body={"query": ASK, "variables": {"id": world.case_id}}))

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["data"]["case"]["id"] == world.case_id

    async def test_a_mutation_is_done_once_whichever_way_it_is_sent_again(self, world: World) -> None:
        given = {"caseId": world.case_id, "idempotencyKey": KEY, "expectedVersion": 1}

        answer = await self.same(world, Request(body={"query": CLOSE, "variables": {"input": given}}))

        assert answer.json()["data"]["closeCase"]["__typename"] == "Case"

    async def test_a_refusal_as_data(self, world: World) -> None:
        given = {"caseId": world.case_id, "idempotencyKey": KEY, "expectedVersion": 7}

        answer = await self.same(world, Request(body={"query": CLOSE, "variables": {"input": given}}))

        assert answer.json()["data"]["closeCase"]["__typename"] == "Refusal"

    async def test_errors_of_either_media_type(self, world: World, subtests: pytest.Subtests) -> None:
        asked = [
            {"query": "{"},
            {"query": "{ nothing }"},
            {"query": ASK},
            {"query": ASK, "variables": {"id": "?"}},
            {"query": "query A { viewer { role } }", "operationName": "B"},
        ]
        for accept in (NEW, JSON):
            for body in asked:
                with subtests.test(accept=accept, body=body):
                    answer = await self.same(world, Request(body=body, headers={"accept": accept}))

                    assert len(answer.json()["errors"]) == 1
                    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"

    async def test_what_is_refused_before_a_document_is_read(self, world: World, subtests: pytest.Subtests) -> None:
        for request, status in EARLY:
            with subtests.test(request=request):
                answer = await self.same(world, request)

                assert answer.status_code == status


@pytest.mark.parametrize(
    ("changed", "plain"),
    [
        ({}, True),
        ({"headers": [(b"host", b"suivi.test"), (b"authorization", b"Bearer x")]}, True),
        ({"headers": [(b"origin", b"https://partner.example")]}, False),
        ({"headers": [(b"origin", b"null")]}, False),
        ({"headers": [(b"host", b"suivi.test"), (b"origin", b"")]}, False),
        ({"method": "GET"}, False),
        ({"method": "OPTIONS"}, False),
        ({"type": "websocket"}, False),
        ({"type": "lifespan"}, False),
        ({"path": "/"}, False),
        ({"path": "/graphql/"}, False),
        ({"path": "/health"}, False),
    ],
)
def test_only_a_document_posted_by_no_page_goes_the_short_way(changed: dict[str, Any], plain: bool) -> None:
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/graphql", "headers": []}

    assert is_plain(scope | changed) is plain


RICH = {
    "a page": """query Inbox($photos: Boolean! = true) { cases(first: 10) {
      edges { cursor } pageInfo { endCursor hasNextPage } nodes { ...Head
      messages(first: 3) { nodes { body sentAt attachments { id kind } corrects { body } } }
      messageCount photoCount evidence(first: 4) @include(if: $photos) { nodes { kind state case { id } } }
      treatments { sites anchors { name } terms { number text } recovery { stabilisation { tooEarly } } }
      complicationReports { urgency { level } } deliveries { state } assignments { role }
      availableActions { mutation allowed refusals { code } } } } caseCount }
      fragment Head on Case { id state openedAt closedAt version clinic { name ... on Node { __typename id } }
        patient { reference languages cases { id patient { id } } trips { country } } }""",
    "anything by its id": """query Anything($id: ID!) { case: node(id: $id) { __typename id ... on Case { state } }
      none: node(id: "nothing") { id }
      clinics(country: "HU") { nodes { name members { name kind } publishedTerms { number } } } }""",
    "errors beside data": """query Beside($id: ID!) { viewer { role } a: case(id: "nothing") { id }
      b: case(id: $id) { id } c: case(id: $id) { messages(first: 1000) { nodes { body } } } }""",
    "no data at all": "query NoData { cases(first: 0) { nodes { id } } }",
    "variables that do not fit": """query NotFitting($id: ID!, $first: Int!) {
      cases(first: $first) { nodes { id } } node(id: $id) { id } }""",
    "what there is to ask": 'query There { __schema { queryType { name } } __type(name: "Case") { fields { name } } }',
}


@pytest.fixture
async def by_core(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """A Suivi that was told to do without compiled execution."""
    async with suivi(data_dir=tmp_path, database_url=database_url, deliver=False, compiled_execution=False) as started:
        world = await build_world(started)
        photo = await upload_photo(world, world.patient)
        said: dict[str, Any] = {"caseId": world.case_id, "body": "Bonjour", "language": "fr", "evidenceIds": [photo]}
        await world.patient.do("postMessage", **said)
        await world.patient.do("reportComplication", caseId=world.case_id, words="Ça saigne", language="fr")
        yield world


def by_plans(world: World) -> None:
    """The same Suivi from now on with compiled execution."""
    running = world.suivi.running
    running.settings = running.settings.model_copy(update={"compiled_execution": True})


def plans_of(text: str) -> int:
    return len(schema.documents.read(text, Allowance()).plans)


async def test_compiled_execution_answers_as_graphql_core_does(by_core: World) -> None:
    """And answers nothing where it is not wanted."""
    people = [by_core.patient, by_core.practitioner, by_core.coordinator, by_core.operator]
    asked = [(client, text, {"id": by_core.case_id}) for client in people for text in RICH.values()]
    core = [await client.send(text, variables) for client, text, variables in asked]
    compiled_before = [plans_of(text) for text in RICH.values()]

    by_plans(by_core)
    compiled = [await client.send(text, variables) for client, text, variables in asked]

    assert [json.dumps(answer) for answer in compiled] == [json.dumps(answer) for answer in core]
    assert compiled_before == [0] * len(RICH)
    assert [plans_of(text) for text in RICH.values()] == [1] * len(RICH)
    assert core[0]["data"]["cases"]["nodes"][0]["messages"]["nodes"][0]["attachments"]


async def test_a_mutation_sent_again_is_answered_by_a_plan_as_it_was_by_graphql_core(by_core: World) -> None:
    """What it did and what it refused, several in one document and in their order."""
    text = f"""mutation Several($close: CloseCaseInput!, $again: CloseCaseInput!, $post: PostMessageInput!) {{
      close: closeCase(input: $close) {{ __typename ... on Case {{ id state version messageCount }} {REFUSAL} }}
      again: closeCase(input: $again) {{ __typename ... on Case {{ id }} {REFUSAL} }}
      post: postMessage(input: $post) {{ __typename ... on Message {{ id body }} {REFUSAL} }} }}"""
    close = {"caseId": by_core.case_id, "idempotencyKey": KEY, "expectedVersion": 1}
    post = {"caseId": by_core.case_id, "idempotencyKey": f"{KEY[:-1]}3", "body": "Merci", "language": "fr"}
    given = {"close": close, "again": {**close, "idempotencyKey": f"{KEY[:-1]}2"}, "post": post}
    core = await by_core.patient.send(text, given)

    by_plans(by_core)
    compiled = await by_core.patient.send(text, given)

    assert json.dumps(compiled) == json.dumps(core)
    assert [core["data"][name]["__typename"] for name in given] == ["Case", "Refusal", "Refusal"]
    assert plans_of(text) == 1

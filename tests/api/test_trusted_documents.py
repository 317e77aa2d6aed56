"""R-214: documents that were handed in beforehand are asked for by their ids; where it is required, no others are."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from suivi.core.access.viewer import Role, Viewer
from suivi.graphql.limits.allowance import allowance_of
from suivi.settings import PartnerLimits, Settings
from tests.clients.served import served
from tests.services.suivi import Suivi, suivi

pytestmark = pytest.mark.once

WHO = "query Who { viewer { role } }"
WHOSE = "query Whose { viewer { subject } }"
LIVE = "subscription Live($case: ID!) { messagePosted(caseId: $case) { body } }"
OTHER = "{ viewer { role subject } }"
TRUSTED = {"who": WHO, "whose": WHOSE, "live": LIVE}
PREFLIGHT = {"apollo-require-preflight": "1"}
EVENTS = {"accept": "text/event-stream"}
PARTNER, FREE_PARTNER = uuid4(), uuid4()
BEGIN = Callable[..., AbstractAsyncContextManager[Suivi]]


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def apollo(text: str, **rest: Any) -> dict[str, Any]:
    """The `extensions` that Apollo's clients send."""
    return {"persistedQuery": {"version": 1, "sha256Hash": hashed(text), **rest}}


@pytest.fixture
def begin(tmp_path: Path, database_url: str) -> BEGIN:
    """Starts a Suivi with the manifest of TRUSTED."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(TRUSTED))
    return partial(suivi, data_dir=tmp_path, database_url=database_url, trusted_documents=manifest)


@pytest.fixture
async def open_to_all(begin: BEGIN) -> AsyncIterator[Suivi]:
    async with begin() as started:
        yield started


@pytest.fixture
async def closed(begin: BEGIN) -> AsyncIterator[Suivi]:
    """Nothing but trusted documents, but for one partner."""
    async with begin(trusted_only=True, partner_limits={FREE_PARTNER: {"trusted_only": False}}) as started:
        yield started


async def post(running: Suivi, body: Any, role: Role = Role.PATIENT, **claims: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {running.token(role, 'somebody', **claims)}"}
    return await running.http.post("/graphql", json=body, headers=headers)


async def get(running: Suivi, **params: str) -> httpx.Response:
    headers = PREFLIGHT | {"authorization": f"Bearer {running.token(Role.PATIENT, 'somebody')}"}
    return await running.http.get("/graphql", params=params, headers=headers)


def code(answer: httpx.Response) -> str:
    body = answer.json()
    assert "data" not in body
    (error,) = body["errors"]
    told: str = error["extensions"]["code"]
    return told


def role_told(answer: httpx.Response) -> str:
    told: str = answer.json()["data"]["viewer"]["role"]
    return told


async def test_a_trusted_document_is_asked_for_by_its_id_its_hash_or_as_apollo_does(open_to_all: Suivi) -> None:
    bodies: list[dict[str, Any]] = [
        {"documentId": "who"},
        {"documentId": f"sha256:{hashed(WHO)}"},
        {"documentId": "who", "operationName": "Who", "variables": {}, "query": None},
        {"extensions": apollo(WHO)},
        {"documentId": "who", "extensions": apollo(WHO)},
        {"query": WHO, "documentId": "who"},
        {"query": WHO, "extensions": apollo(WHO)},
    ]

    answers = [await post(open_to_all, body) for body in bodies]

    assert [role_told(answer) for answer in answers] == ["patient"] * len(bodies)


async def test_a_trusted_document_is_asked_for_by_get_too(open_to_all: Suivi) -> None:
    by_id = await get(open_to_all, documentId="who")
    by_hash = await get(open_to_all, extensions=json.dumps(apollo(WHO)), operationName="Who")
    subscription = await get(open_to_all, documentId="live", variables='{"case": "x"}')

    assert (role_told(by_id), role_told(by_hash)) == ("patient", "patient")
    assert (subscription.status_code, code(subscription)) == (405, "METHOD_NOT_ALLOWED")


async def test_a_trusted_document_is_asked_for_over_server_sent_events_too(open_to_all: Suivi) -> None:
    headers = EVENTS | {"authorization": f"Bearer {open_to_all.token(Role.PATIENT, 'somebody')}"}
    live = {"documentId": "live", "variables": {"case": "x"}}

    who = await open_to_all.http.post("/graphql", json={"documentId": "who"}, headers=headers)
    followed = await open_to_all.http.post("/graphql", json=live, headers=headers)
    missing = await open_to_all.http.post("/graphql", json={"documentId": "nothing"}, headers=headers)

    assert '{"viewer":{"role":"patient"}}' in who.text
    assert '"code":"INVALID_ID","field":"caseId"' in followed.text
    assert '"code":"PERSISTED_QUERY_NOT_FOUND"' in missing.text


MALFORMED = {"query": WHO, "extensions": {"persistedQuery": True}}
SAID_OVER_A_SOCKET: list[tuple[dict[str, Any], str]] = [
    ({"documentId": "who"}, "patient"),
    ({"extensions": apollo(WHO)}, "patient"),
    ({"query": WHO}, "patient"),
    ({"documentId": "nothing"}, "PERSISTED_QUERY_NOT_FOUND"),
    ({"extensions": apollo(OTHER)}, "PERSISTED_QUERY_NOT_FOUND"),
    ({"query": WHO, "documentId": "whose"}, "DOCUMENT_ID_MISMATCH"),
    ({"query": OTHER}, "DOCUMENT_NOT_TRUSTED"),
]


async def test_a_trusted_document_is_asked_for_over_a_websocket_too(closed: Suivi) -> None:
    """R-215: what is refused ends its operation and not the connection."""
    told = []
    async with (
        served(closed) as host,
        connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket,
    ):
        token = closed.token(Role.PATIENT, "somebody")
        await socket.send(json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}))
        await socket.recv()
        for place, (payload, _) in enumerate(SAID_OVER_A_SOCKET):
            await socket.send(json.dumps({"id": str(place), "type": "subscribe", "payload": payload}))
            heard = json.loads(await socket.recv())
            told.append(heard["payload"])
            if heard["type"] == "next":
                await socket.recv()
        await socket.send(json.dumps({"id": "wrong", "type": "subscribe", "payload": MALFORMED}))
        await socket.wait_closed()

    found = [one[0]["extensions"]["code"] if isinstance(one, list) else one["data"]["viewer"]["role"] for one in told]
    assert found == [expected for _, expected in SAID_OVER_A_SOCKET]
    assert socket.close_code == 4400


async def test_apollo_and_urql_send_the_text_once_they_are_told_that_the_hash_is_unknown(open_to_all: Suivi) -> None:
    """Their words are these; nothing is remembered of what they send afterwards."""
    first = await post(open_to_all, {"operationName": None, "variables": {}, "extensions": apollo(OTHER)})
    second = await post(open_to_all, {"query": OTHER, "variables": {}, "extensions": apollo(OTHER, miss=True)})
    third = await post(open_to_all, {"extensions": apollo(OTHER)})

    assert first.status_code == 200
    assert first.json()["errors"] == [
        {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    ]
    assert role_told(second) == "patient"
    assert code(third) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_any_manifest_clients_are_told_to_stop_trying(running: Suivi) -> None:
    answer = await post(running, {"extensions": apollo(WHO)})

    assert code(answer) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
    assert code(await post(running, {"documentId": "who"})) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_a_text_that_is_not_the_one_of_its_id_is_refused(open_to_all: Suivi) -> None:
    bodies: list[dict[str, Any]] = [
        {"query": OTHER, "documentId": "who"},
        {"query": OTHER, "documentId": f"sha256:{hashed(WHO)}"},
        {"query": OTHER, "documentId": f"sha256:{hashed('{ viewer }')}"},
        {"query": OTHER, "extensions": apollo(WHO)},
        {"documentId": "whose", "extensions": apollo(WHO)},
    ]

    told = [code(await post(open_to_all, body)) for body in bodies]

    assert told == ["DOCUMENT_ID_MISMATCH"] * len(bodies)


async def test_a_text_with_an_id_of_a_manifest_that_is_not_here_yet_is_an_ordinary_one(open_to_all: Suivi) -> None:
    """While a frontend's new version comes before its manifest."""
    assert role_told(await post(open_to_all, {"query": OTHER, "documentId": "newer"})) == "patient"


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 7},
        {"documentId": ""},
        {"extensions": {"persistedQuery": True}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"query": WHO, "extensions": {"persistedQuery": {"version": 2, "sha256Hash": hashed(WHO)}}},
    ],
)
async def test_an_id_of_the_wrong_kind_is_told_so(open_to_all: Suivi, body: dict[str, Any]) -> None:
    answer = await post(open_to_all, body)

    assert (answer.status_code, code(answer)) == (400, "PARAMETER_MALFORMED")


async def test_where_only_trusted_documents_are_executed_others_are_told_what_to_do(closed: Suivi) -> None:
    by_id, word_for_word = await post(closed, {"documentId": "who"}), await post(closed, {"query": WHO})
    other = await post(closed, {"query": OTHER, "extensions": apollo(OTHER)})
    spaced = await post(closed, {"query": f"{WHO} "})

    assert (role_told(by_id), role_told(word_for_word)) == ("patient", "patient")
    assert (code(other), code(spaced)) == ("DOCUMENT_NOT_TRUSTED", "DOCUMENT_NOT_TRUSTED")
    assert "have the operator add this one" in other.json()["errors"][0]["message"]


async def test_what_is_held_to_trusted_documents_may_not_read_the_schema_either(closed: Suivi) -> None:
    introspection = {"query": "{ __schema { queryType { name } } }"}

    assert code(await post(closed, introspection, Role.FRONTEND, partner=PARTNER)) == "DOCUMENT_NOT_TRUSTED"


async def test_operators_and_partners_that_were_let_out_may_send_what_they_like(closed: Suivi) -> None:
    operator = await post(closed, {"query": OTHER}, Role.OPERATOR)
    partner = await post(closed, {"query": OTHER}, Role.FRONTEND, partner=FREE_PARTNER)

    assert (role_told(operator), role_told(partner)) == ("operator", "frontend")


async def test_one_partner_alone_may_be_held_to_trusted_documents(begin: BEGIN) -> None:
    async with begin(partner_limits={PARTNER: {"trusted_only": True}}) as running:
        theirs = await post(running, {"query": OTHER}, Role.FRONTEND, partner=PARTNER)
        trusted = await post(running, {"documentId": "who"}, Role.FRONTEND, partner=PARTNER)
        others = await post(running, {"query": OTHER})

    assert (code(theirs), role_told(trusted), role_told(others)) == ("DOCUMENT_NOT_TRUSTED", "frontend", "patient")


def test_an_operator_of_a_partner_goes_by_what_was_said_of_the_partner() -> None:
    settings = Settings(trusted_only=True, partner_limits={PARTNER: PartnerLimits(trusted_only=True)})

    def held(role: Role, partner: Any = None) -> bool:
        return allowance_of(Viewer(role=role, subject="somebody", partner_id=partner), settings).trusted_only

    assert (held(Role.OPERATOR), held(Role.OPERATOR, PARTNER), held(Role.PATIENT)) == (False, True, True)


async def test_a_trusted_document_keeps_to_the_limits_like_any_other(begin: BEGIN) -> None:
    async with begin(query_cost=1) as running:
        assert code(await post(running, {"documentId": "who"})) == "QUERY_TOO_COSTLY"


async def test_the_requests_of_the_page_about_trusted_documents_are_answered(open_to_all: Suivi) -> None:
    page = (Path(__file__).parents[2] / "docs" / "trusted-documents.md").read_text("utf-8")
    bodies = [json.loads(part.partition("```")[0]) for part in page.split("```json request\n")[1:]]

    answers = [await post(open_to_all, body) for body in bodies]

    assert len(bodies) == 2
    assert [role_told(answer) for answer in answers] == ["patient", "patient"]

"""R-215: subscriptions as server-sent events, for as long as somebody listens and may."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from graphql import GraphQLError
from strawberry.types.execution import PreExecutionError

from suivi.core.access.viewer import Role
from suivi.graphql.endpoint.events import EventStream
from suivi.graphql.live.outlets import MOST_WAITING, Stream, TooSlow
from suivi.graphql.schema import schema
from tests.clients.served import served
from tests.services.suivi import Suivi
from tests.services.world import World

pytestmark = pytest.mark.once

PATIENCE = 10.0
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
async def address(running: Suivi) -> AsyncIterator[str]:
    async with served(running) as host:
        yield f"http://{host}/graphql"


@asynccontextmanager
async def following(address: str, world: World, token: str) -> AsyncIterator[httpx.Response]:
    query = {
        "query": "subscription($id: ID!) { messagePosted(caseId: $id) { body } }",
        "variables": {"id": world.case_id},
    }
    headers = EVENTS | {"authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as http,
        http.stream("POST", address, json=query, headers=headers) as answer,
    ):
        yield answer


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    kind = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data:"):
            told = line.removeprefix("data:").strip()
            yield kind, json.loads(told) if told else None


def listeners(world: World) -> int:
    return len(schema.hubs(world.suivi.running.house.feed))


async def until_listening(world: World, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while listeners(world) != number:
            await asyncio.sleep(0.01)


async def test_a_subscription_is_a_stream_of_events_and_leaving_ends_it(world: World, address: str) -> None:
    async with following(address, world, world.patient.token) as answer:
        await until_listening(world, 1)
        await world.practitioner.do("postMessage", caseId=world.case_id, body="Bonjour\n🦷", language="fr")
        kind, told = await anext(events(answer))

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (kind, told["data"]) == ("next", {"messagePosted": {"body": "Bonjour\n🦷"}})
    await until_listening(world, 0)


async def test_only_so_many_streams_are_open_for_one_person(world: World, address: str) -> None:
    """R-214: WebSockets and event streams together; who leaves makes room."""
    running = world.suivi.running
    running.settings = running.settings.model_copy(update={"connections_per_token": 1})
    async with following(address, world, world.patient.token) as first:
        await until_listening(world, 1)
        async with following(address, world, world.patient.token) as second:
            refused = json.loads(await second.aread())
        async with following(address, world, world.practitioner.token) as other:
            await until_listening(world, 2)
    await until_listening(world, 0)
    async with following(address, world, world.patient.token) as again:
        await until_listening(world, 1)

    assert (second.status_code, refused["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_CONNECTIONS")
    assert [answer.status_code for answer in (first, other, again)] == [200, 200, 200]


async def test_a_stream_that_never_began_takes_no_room(world: World, address: str) -> None:
    """Of what may not be followed."""
    running = world.suivi.running
    running.settings = running.settings.model_copy(update={"connections_per_token": 1})
    elsewhere = "Q2FzZTowMWEyMDY4Yy0wZTIwLTcxNjEtOTU2MC01MzMyYzU2NmE4Mjk="
    told = {"query": f'subscription {{ messagePosted(caseId: "{elsewhere}") {{ body }} }}'}
    headers = EVENTS | {"authorization": f"Bearer {world.patient.token}"}

    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        answers = [await http.post(address, json=told, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("errors" in answer.text for answer in answers)


async def test_a_token_that_expires_ends_the_stream_with_its_code(world: World, address: str) -> None:
    token = world.suivi.token(Role.PATIENT, "patient-one", lives=timedelta(seconds=2))
    async with following(address, world, token) as answer:
        heard = [event async for event in events(answer)]

    assert [kind for kind, _ in heard] == ["next", "complete"]
    assert heard[0][1]["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
    assert listeners(world) == 0


async def test_a_query_is_streamed_only_where_nothing_else_is_accepted(running: Suivi) -> None:
    """urql names the event stream beside JSON on everything it sends."""
    headers = {"authorization": f"Bearer {running.token(Role.OPERATOR, 'operator')}"}
    both = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"

    plain = await running.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers | {"accept": both})
    streamed = await running.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers | EVENTS)
    wrong = await running.http.post("/graphql", json={"query": "{"}, headers=headers | EVENTS)

    assert plain.json()["data"] == {"__typename": "Query"}
    assert [kind async for kind, _ in events(streamed)] == ["next", "complete"]
    (_, told), _ = [event async for event in events(wrong)]
    assert told["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


async def test_silence_is_broken_by_lines_that_mean_nothing(world: World) -> None:
    """So that no proxy takes it for the end."""
    sent: list[bytes] = []
    enough = asyncio.Event()

    async def silent() -> AsyncIterator[Any]:
        await asyncio.sleep(60)
        yield None

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        if len(sent) > 3:
            enough.set()

    async def receive() -> dict[str, str]:
        await enough.wait()
        return {"type": "http.disconnect"}

    await EventStream(silent(), heartbeat=0.01)({"type": "http"}, receive, send)  # type: ignore[arg-type]

    assert set(sent[1:]) == {b":\n\n"}


async def test_a_stream_that_is_not_read_ends_with_the_code_and_holds_nothing(world: World) -> None:
    """R-215."""
    last = PreExecutionError(data=None, errors=[GraphQLError("", original_error=TooSlow())])
    stream = Stream(slow=last)

    for n in range(MOST_WAITING + 2):
        stream.tell(f'{{"data":{n}}}')

    assert [result async for result in stream.results()] == [last]
    assert TooSlow.code == "TOO_SLOW"


async def test_a_client_that_takes_nothing_more_is_given_up(world: World) -> None:
    gone = asyncio.Event()

    async def told() -> AsyncIterator[Any]:
        yield '{"data":{}}'

    async def send(message: Any) -> None:
        if b"next" in message.get("body", b""):
            await gone.wait()

    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async with asyncio.timeout(PATIENCE):
        await EventStream(told(), patience=0.01)({"type": "http"}, receive, send)  # type: ignore[arg-type]

"""R-215: `graphql-transport-ws` to the letter; the messages of a stranger's client included."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from suivi.core.access.viewer import Role
from suivi.graphql.endpoint.callers import Callers
from suivi.graphql.endpoint.websocket import Connection
from suivi.graphql.running import utc_now
from suivi.graphql.schema import schema
from tests.clients.served import served
from tests.services.suivi import Suivi, suivi
from tests.services.world import World

pytestmark = pytest.mark.once

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 10.0
ASK = {"query": "{ viewer { role } }"}


@pytest.fixture
async def few(tmp_path: Path, database_url: str) -> AsyncIterator[Suivi]:
    """Two operations a connection, and messages of sixteen kilobytes."""
    async with suivi(data_dir=tmp_path, database_url=database_url, socket_operations=2, body_bytes=16_384) as started:
        yield started


@pytest.fixture
async def address(few: Suivi) -> AsyncIterator[str]:
    async with served(few) as host:
        yield f"ws://{host}/graphql"


def opening(address: str, **rest: Any) -> connect:
    return connect(address, subprotocols=[PROTOCOL], **rest)


def init(running: Suivi, **claims: Any) -> dict[str, Any]:
    return bearing(running.token(Role.PATIENT, "patient", **claims))


def bearing(token: str) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}


async def say(connection: ClientConnection, *messages: Any) -> None:
    for message in messages:
        await connection.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(connection: ClientConnection) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(await asyncio.wait_for(connection.recv(), PATIENCE))
    return heard


async def closing(connection: ClientConnection) -> tuple[int, str]:
    """Code and reason, whatever else is heard before."""
    await asyncio.wait_for(connection.wait_closed(), PATIENCE)
    assert connection.close_code is not None
    return connection.close_code, connection.close_reason or ""


def subscribe(payload: Any = ASK, *, name: Any = "1") -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": payload}


NO_MESSAGES = {
    "no JSON": "{",
    "bytes": b'{"type": "ping"}',
    "not UTF-8": b"\xff",
    "a number": 7,
    "null": "null",
    "a text": '"ping"',
    "a list": [],
    "nothing in it": {},
    "no type": {"id": "1"},
    "a type that is a number": {"type": 7},
    "a type that is a list": {"type": ["ping"]},
    "an unknown type": {"type": "start", "id": "1"},
    "a type only servers send": {"type": "next", "id": "1", "payload": {}},
    "deep": "[" * 5_00 + "]" * 5_00,
    "very deep": '{"a":' * 1_500,
    "a ping with a text": {"type": "ping", "payload": "x"},
    "no id": {"type": "subscribe", "payload": ASK},
    "an empty id": subscribe(name=""),
    "an id that is a number": subscribe(name=7),
    "an id that is a list": subscribe(name=[]),
    "an id that is an object": subscribe(name={"a": 1}),
    "no payload": {"id": "1", "type": "subscribe"},
    "a payload that is null": subscribe(None),
    "a payload that is a text": subscribe("{ viewer { role } }"),
    "no query": subscribe({}),
    "a query that is a number": subscribe({"query": 7}),
    "a query that is null": subscribe({"query": None}),
    "variables that are a list": subscribe(ASK | {"variables": []}),
    "variables that are a text": subscribe(ASK | {"variables": "{}"}),
    "a name that is a number": subscribe(ASK | {"operationName": 7}),
    "extensions that are a list": subscribe(ASK | {"extensions": []}),
    "a complete without id": {"type": "complete"},
    "a complete with a list": {"type": "complete", "id": ["1"]},
    "a name twice": '{"type": "ping", "type": "pong"}',
    "not a number": '{"type": "ping", "payload": {"n": NaN}}',
}


async def test_what_is_no_message_closes_the_connection_with_4400(
    few: Suivi, address: str, subtests: pytest.Subtests
) -> None:
    for which, message in NO_MESSAGES.items():
        with subtests.test(which):
            async with opening(address) as connection:
                await say(connection, init(few))
                await hear(connection)
                await say(connection, message)

                assert (await closing(connection))[0] == 4400


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ping"},
        {"type": "ping", "payload": None},
        {"type": "ping", "payload": {"a": 1}},
        {"type": "pong", "payload": None},
        {"type": "complete", "id": "never begun"},
    ],
)
async def test_what_the_protocol_leaves_open_is_allowed(few: Suivi, address: str, message: dict[str, Any]) -> None:
    async with opening(address) as connection:
        await say(connection, init(few))
        await hear(connection)
        await say(connection, message, {"type": "ping"})

        assert await hear(connection) == {"type": "pong"}


async def test_a_query_is_answered_once_and_null_stands_for_nothing(few: Suivi, address: str) -> None:
    nothing = {"variables": None, "operationName": None, "extensions": None}
    async with opening(address) as connection:
        await say(connection, init(few), subscribe(ASK | nothing, name="ünï🦷"))
        heard = [await hear(connection) for _ in range(3)]

    assert [message["type"] for message in heard] == ["connection_ack", "next", "complete"]
    assert {message["id"] for message in heard[1:]} == {"ünï🦷"}
    assert heard[1]["payload"]["data"] == {"viewer": {"role": "patient"}}
    assert heard[1]["payload"]["extensions"]["cost"]["query"] == 2


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ viewer " * 100 + "}" * 100}, "QUERY_TOO_DEEP"),
        ({"query": "query A { viewer { role } } query B { viewer { role } }"}, "OPERATION_NOT_FOUND"),
        (ASK | {"operationName": "B"}, "OPERATION_NOT_FOUND"),
        ({"query": "query($n: Int!) { cases(first: $n) { nodes { id } } }"}, "BAD_USER_INPUT"),
        ({"query": 'subscription { messagePosted(caseId: "x") { body } }'}, "INVALID_ID"),
    ],
)
async def test_what_cannot_be_executed_is_an_error_of_its_operation_alone(
    few: Suivi, address: str, payload: dict[str, Any], code: str
) -> None:
    async with opening(address) as connection:
        await say(connection, init(few))
        await hear(connection)
        await say(connection, subscribe(payload))
        error = await hear(connection)
        await say(connection, subscribe(name="1"))
        after = [await hear(connection) for _ in range(2)]

    assert (error["type"], error["id"]) == ("error", "1")
    assert error["payload"][0]["extensions"]["code"] == code
    assert [message["type"] for message in after] == ["next", "complete"]


async def test_each_rule_of_the_order_has_its_own_code(few: Suivi, address: str) -> None:
    tries = {
        4401: [subscribe()],
        4429: [init(few), init(few)],
        4403: [{"type": "connection_init", "payload": None}],
        1009: [init(few), {"type": "ping", "payload": {"a": "x" * 20_000}}],
    }
    for code, messages in tries.items():
        async with opening(address) as connection:
            await say(connection, *messages)

            assert (await closing(connection))[0] == code


async def test_the_refusal_of_a_token_is_named_in_the_closing(few: Suivi, address: str) -> None:
    for payload, code in (
        ({}, "TOKEN_MISSING"),
        ({"authorization": 7}, "TOKEN_MISSING"),
        ({"authorization": "Bearer nonsense"}, "TOKEN_MALFORMED"),
        (init(few, lives=timedelta(seconds=-60))["payload"], "TOKEN_EXPIRED"),
    ):
        async with opening(address) as connection:
            await say(connection, {"type": "connection_init", "payload": payload})

            assert await closing(connection) == (4403, code)


async def test_only_so_many_operations_are_under_way_at_once(world: World) -> None:
    """The cap ends what is beyond it, and not what is below."""
    running: Suivi = world.suivi
    running.running.settings = running.running.settings.model_copy(update={"socket_operations": 2})
    query = {"query": f'subscription {{ messagePosted(caseId: "{world.case_id}") {{ body }} }}'}
    async with served(running) as host, opening(f"ws://{host}/graphql") as connection:
        await say(connection, bearing(world.patient.token))
        await hear(connection)
        await say(connection, *(subscribe(query, name=name) for name in ("a", "b", "c")))
        error = await hear(connection)
        await say(connection, {"id": "a", "type": "complete"}, subscribe(name="c"))
        after = await hear(connection)
        await say(connection, subscribe(query, name="b"))
        closed = await closing(connection)

    assert (error["id"], error["payload"][0]["extensions"]["code"]) == ("c", "TOO_MANY_OPERATIONS")
    assert (after["id"], after["type"]) == ("c", "next")
    assert closed == (4409, "Subscriber for b already exists")


async def test_operations_under_way_hold_only_so_much_together(world: World) -> None:
    """R-214: a subscription keeps its variables; the largest one that may be sent is still taken beside small ones."""
    running: Suivi = world.suivi
    running.running.settings = running.running.settings.model_copy(update={"body_bytes": 5_000})
    query = "subscription($id: ID!) { messagePosted(caseId: $id) { body } }"
    large = {"query": query, "variables": {"id": world.case_id, "more": "x" * 4_500}}
    async with served(running) as host, opening(f"ws://{host}/graphql") as connection:
        await say(connection, bearing(world.patient.token))
        await hear(connection)
        await say(connection, *(subscribe(large, name=name) for name in ("a", "b", "c")))
        error = await hear(connection)
        await say(connection, {"id": "a", "type": "complete"}, subscribe(large, name="d"), subscribe(name="e"))
        after = await hear(connection)

    assert (error["id"], error["payload"][0]["extensions"]["code"]) == ("c", "OPERATIONS_TOO_LARGE")
    assert (after["id"], after["type"]) == ("e", "next")


async def test_only_so_many_connections_are_open_for_one_person(few: Suivi, address: str) -> None:
    """R-214: who leaves makes room."""
    few.running.settings = few.running.settings.model_copy(update={"connections_per_token": 1})
    other = few.token(Role.PATIENT, "other")
    async with opening(address) as first:
        await say(first, init(few))
        await hear(first)
        async with opening(address) as second, opening(address) as theirs:
            await say(second, init(few))
            refused = await closing(second)
            await say(theirs, bearing(other))
            let_in = await hear(theirs)
    async with opening(address) as again:
        await say(again, init(few))
        after = await hear(again)

    assert refused == (4429, "TOO_MANY_CONNECTIONS")
    assert let_in == after == {"type": "connection_ack"}


async def test_operations_over_a_connection_are_counted_by_the_minute_too(tmp_path: Path, database_url: str) -> None:
    """R-214."""
    async with (
        suivi(data_dir=tmp_path, database_url=database_url, requests_per_minute=1) as running,
        served(running) as host,
        opening(f"ws://{host}/graphql") as connection,
    ):
        await say(connection, init(running))
        await hear(connection)
        await say(connection, subscribe(name="a"))
        first, complete = await hear(connection), await hear(connection)
        await say(connection, subscribe(name="b"))
        second = await hear(connection)

    assert (first["id"], first["type"], complete["type"]) == ("a", "next", "complete")
    assert (second["id"], second["type"]) == ("b", "error")
    assert second["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


class Silent:
    """A client that opens a connection and says nothing."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.heard: list[MutableMapping[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        await self.told.wait()
        return {"type": "websocket.disconnect"}

    async def hear(self, message: MutableMapping[str, Any]) -> None:
        self.heard.append(message)
        self.told.set()


async def test_who_does_not_say_who_they_are_is_closed_out_with_4408(running: Suivi) -> None:
    silent, callers = Silent(), Callers(running.running)
    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": [PROTOCOL]}
    websocket = WebSocket(scope, silent.receive, silent.hear)
    websocket.client_state = WebSocketState.CONNECTED

    async with asyncio.timeout(PATIENCE):
        await Connection(websocket, silent.hear, callers, clock=utc_now, locale="en", init_seconds=0.01).serve()

    assert [(message["type"], message["code"]) for message in silent.heard] == [("websocket.close", 4408)]


async def test_a_long_name_that_is_taken_does_not_break_the_closing(world: World) -> None:
    """A reason has 123 bytes."""
    query = {"query": f'subscription {{ messagePosted(caseId: "{world.case_id}") {{ body }} }}'}
    async with served(world.suivi) as host, opening(f"ws://{host}/graphql") as connection:
        payload = {"authorization": f"Bearer {world.patient.token}"}
        await say(connection, {"type": "connection_init", "payload": payload})
        await hear(connection)
        await say(connection, subscribe(query, name="é" * 500), subscribe(query, name="é" * 500))

        assert (await closing(connection))[0] == 4409


async def test_a_client_that_does_not_read_is_dropped_and_told_what_to_do(world: World) -> None:
    """R-215: with a code of ours; what it has not read is forgotten, and it may come back for it."""
    fields = " ".join(f"a{n}: body" for n in range(90))
    query = {"query": f'subscription {{ messagePosted(caseId: "{world.case_id}") {{ {fields} }} }}'}
    small = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    async with served(world.suivi) as host:
        small.connect((host.split(":")[0], int(host.split(":")[1])))
        unread: dict[str, Any] = {"sock": small, "max_queue": 1, "max_size": None, "compression": None}
        async with opening(f"ws://{host}/graphql", **unread) as connection:
            payload = {"authorization": f"Bearer {world.patient.token}"}
            await say(connection, {"type": "connection_init", "payload": payload})
            await hear(connection)
            await say(connection, subscribe(query))
            hubs = schema.hubs(world.suivi.running.house.feed)
            await until(lambda: len(hubs) == 1)

            for n in range(12):
                body = f"{n}" * 9_000
                await world.practitioner.do("postMessage", caseId=world.case_id, body=body, language="fr")
            await until(lambda: len(hubs) == 0)
            heard = [message async for message in reading(connection)]

            code, reason = await closing(connection)
    assert (code, reason) == (4900, "TOO_SLOW: connect again and subscribe with `after`")
    assert len(heard) < 12


async def reading(connection: ClientConnection) -> AsyncIterator[str | bytes]:
    with suppress(ConnectionClosed):
        while True:
            yield await asyncio.wait_for(connection.recv(), PATIENCE)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_token_that_expires_ends_its_operations_and_then_the_connection(few: Suivi, address: str) -> None:
    async with opening(address) as connection:
        await say(connection, init(few, lives=timedelta(seconds=1)))
        await hear(connection)

        assert await closing(connection) == (4403, "TOKEN_EXPIRED")


async def test_a_page_of_an_origin_that_is_not_allowed_is_not_let_in(tmp_path: Path, database_url: str) -> None:
    allowed = ["https://app.example"]
    async with (
        suivi(data_dir=tmp_path, database_url=database_url, allowed_origins=allowed) as running,
        served(running) as host,
    ):
        with pytest.raises(InvalidStatus) as refused:
            await opening(f"ws://{host}/graphql", origin=Origin("https://other.example"))
        async with opening(f"ws://{host}/graphql", origin=Origin("https://app.example")) as connection:
            await say(connection, init(running))
            ack = await hear(connection)

    assert refused.value.response.status_code == 403
    assert ack == {"type": "connection_ack"}

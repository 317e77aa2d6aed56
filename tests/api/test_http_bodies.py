"""R-212, R-214: bodies that are malformed, too large or too slow; nobody else waits for them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from suivi.core.access.viewer import Role
from tests.clients.served import served
from tests.services.suivi import Suivi, suivi

pytestmark = pytest.mark.once

JSON = "application/json"
ASK = b'{"query": "{ viewer { role } }"}'


def headers(running: Suivi, kind: str = JSON) -> dict[str, str]:
    return {"authorization": f"Bearer {running.token(Role.OPERATOR, 'operator')}", "content-type": kind}


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


MALFORMED = {
    "nothing": b"",
    "half": b'{"query": "{ vi',
    "null": b"null",
    "a number": b"7",
    "a text": b'"{ viewer { role } }"',
    "a batch": b'[{"query": "{ viewer { role } }"}]',
    "deep": b'{"query":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "not UTF-8": b'{"query": "\xff"}',
    "UTF-16": '{"query": "{ viewer { role } }"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + ASK,
    "5,000 digits": b'{"query": "{ viewer { role } }", "variables": {"n": ' + b"1" * 5_000 + b"}}",
    "not a number": b'{"query": "{ viewer { role } }", "variables": {"n": NaN}}',
    "infinity": b'{"query": "{ viewer { role } }", "variables": {"n": -Infinity}}',
    "beyond any number": b'{"query": "{ viewer { role } }", "variables": {"n": 1e999}}',
    "a name twice": b'{"query": "{ viewer { role } }", "query": "{ viewer { subject } }"}',
    "more after it": ASK + b"{}",
}


@pytest.mark.parametrize("which", MALFORMED)
async def test_a_malformed_body_is_told_so_and_not_quoted(running: Suivi, which: str) -> None:
    answer = await running.http.post("/graphql", content=MALFORMED[which], headers=headers(running))

    assert told(answer) == (400, "BODY_MALFORMED")
    assert "role" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": None},
        {"query": ""},
        {"query": 7},
        {"query": {"a": 1}},
        {"query": "{ viewer { role } }", "variables": []},
        {"query": "{ viewer { role } }", "variables": "{}"},
        {"query": "{ viewer { role } }", "operationName": 7},
        {"query": "{ viewer { role } }", "operationName": ["a"]},
        {"query": "{ viewer { role } }", "extensions": True},
    ],
)
async def test_a_parameter_of_the_wrong_kind_is_named(running: Suivi, body: dict[str, object]) -> None:
    answer = await running.http.post("/graphql", content=json.dumps(body), headers=headers(running))

    assert told(answer) == (400, "PARAMETER_MALFORMED")
    assert f"`{[*body, 'query'][0 if len(body) < 2 else 1]}`" in answer.json()["errors"][0]["message"]


async def test_a_body_of_very_many_values_is_refused_before_it_is_read(running: Suivi) -> None:
    body = b'{"query": "{ viewer { role } }", "variables": {"n": [' + b"1," * 100_000 + b"1]}}"

    answer = await running.http.post("/graphql", content=body, headers=headers(running))

    assert told(answer) == (400, "TOO_MANY_VALUES")


async def test_what_is_wrong_with_variables_is_told_without_their_values(running: Suivi) -> None:
    """R-175: a variable may be anybody's words."""
    query = "query($n: Int!, $state: CaseState) { cases(first: $n, state: $state) { nodes { id } } }"
    variables = {"n": "ma joue gonfle", "state": "la fièvre"}

    answer = await running.http.post(
        "/graphql", content=json.dumps({"query": query, "variables": variables}), headers=headers(running)
    )

    assert told(answer) == (200, "BAD_USER_INPUT")
    assert "joue" not in answer.text
    assert "vre" not in answer.text
    assert [error["message"] for error in answer.json()["errors"]] == [
        "Variable '$n' has invalid value: Int cannot represent non-integer value.",
        "Variable '$state' has invalid value: This value does not exist in 'CaseState' enum.",
    ]


async def too_much() -> AsyncIterator[bytes]:
    for _ in range(40):
        yield b" " * 100_000


async def test_a_body_without_a_length_is_counted_while_it_arrives(running: Suivi) -> None:
    async with served(running) as address, httpx.AsyncClient() as http:
        answer = await http.post(f"http://{address}/graphql", content=too_much(), headers=headers(running))

    assert told(answer) == (413, "BODY_TOO_LARGE")


def beginning(running: Suivi) -> bytes:
    """Of a request whose body has a hundred bytes."""
    lines = [f"{name}: {value}" for name, value in headers(running).items()]
    return "\r\n".join(["POST /graphql HTTP/1.1", "host: suivi", *lines, "content-length: 100", "", "{"]).encode()


async def half_sent(address: str, running: Suivi) -> bytes:
    """What the server says to a request whose body never comes to an end."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(beginning(running))
    await writer.drain()
    said = await reader.read(4096)
    writer.close()
    return said


async def test_slow_bodies_are_given_up_and_hold_nobody_up(tmp_path: Path, database_url: str) -> None:
    """R-214: a hundred at once."""
    async with (
        suivi(data_dir=tmp_path, database_url=database_url, body_seconds=1.5) as running,
        served(running) as address,
    ):
        slow = [asyncio.create_task(half_sent(address, running)) for _ in range(100)]
        await asyncio.sleep(0.3)
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"http://{address}/graphql", content=ASK, headers=headers(running))
        waiting = sum(not task.done() for task in slow)
        burned = time.process_time()
        said = await asyncio.gather(*slow)
        burned = time.process_time() - burned

    assert answer.json()["data"] == {"viewer": {"role": "operator"}}
    assert waiting == 100
    assert all(b" 408 " in one and b"BODY_TOO_SLOW" in one for one in said)
    assert burned < 10


async def test_who_hangs_up_in_the_middle_leaves_nothing_behind(
    running: Suivi, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(running) as address:
        for _ in range(5):
            _, writer = await asyncio.open_connection(*address.split(":"))
            writer.write(beginning(running))
            await writer.drain()
            writer.close()
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"http://{address}/graphql", content=ASK, headers=headers(running))

    assert answer.status_code == 200
    assert "Traceback" not in caplog.text

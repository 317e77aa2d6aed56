"""R-210, R-212: GraphQL over HTTP as the specification says, and every refusal with a code."""

from typing import Any

import httpx
import pytest

from suivi.core.access.viewer import Role
from tests.services.suivi import Suivi

pytestmark = pytest.mark.once

NEW, OLD = "application/graphql-response+json", "application/json"
ASK = "{ viewer { role } }"
PREFLIGHT = {"apollo-require-preflight": "1"}


def bearer(running: Suivi, role: Role = Role.OPERATOR) -> dict[str, str]:
    return {"authorization": f"Bearer {running.token(role, 'somebody')}"}


async def post(running: Suivi, body: Any, **headers: str) -> httpx.Response:
    return await running.http.post("/graphql", json=body, headers=bearer(running) | headers)


async def get(running: Suivi, headers: dict[str, str] | None = None, **params: str) -> httpx.Response:
    return await running.http.get("/graphql", params=params, headers=bearer(running) | (headers or {}))


def code(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    told: str = error["extensions"]["code"]
    return told


@pytest.mark.parametrize("accept", [NEW, OLD, "*/*"])
async def test_an_answer_is_of_the_type_that_was_accepted(running: Suivi, accept: str) -> None:
    answer = await post(running, {"query": ASK}, accept=accept)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{OLD if accept == '*/*' else accept}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["data"] == {"viewer": {"role": "operator"}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($n: Int!) { cases(first: $n) { nodes { id } } }"}, "BAD_USER_INPUT"),
        ({"query": "query A { viewer { role } } query B { viewer { role } }"}, "OPERATION_NOT_FOUND"),
        ({"query": "query A { viewer { role } }", "operationName": "C"}, "OPERATION_NOT_FOUND"),
        ({"query": "fragment A on Query { viewer { role } }"}, "OPERATION_NOT_FOUND"),
    ],
)
async def test_what_was_not_executed_has_no_data_and_the_status_of_its_media_type(
    running: Suivi, body: dict[str, Any], expected: str
) -> None:
    new, old = await post(running, body, accept=NEW), await post(running, body, accept=OLD)

    assert (new.status_code, old.status_code) == (400, 200)
    for answer in (new, old):
        assert code(answer) == expected
        assert "data" not in answer.json()


async def test_what_was_executed_in_part_has_its_data(running: Suivi) -> None:
    answer = await post(running, {"query": '{ viewer { role } case(id: "x") { id } }'}, accept=NEW)

    assert answer.status_code == 200
    assert "data" in answer.json()
    assert answer.json()["errors"][0]["path"] == ["case"]


async def test_the_operation_that_is_named_is_the_one_executed(running: Suivi) -> None:
    two = "query A { viewer { role } } query B { viewer { subject } }"

    answer = await post(running, {"query": two, "operationName": "B"})
    unnamed = await post(running, {"query": ASK, "operationName": ""})

    assert answer.json()["data"] == {"viewer": {"subject": "somebody"}}
    assert unnamed.json()["data"] == {"viewer": {"role": "operator"}}


@pytest.mark.parametrize(
    "kind",
    [
        "application/jsonp",
        "text/application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/json;" + "q=1;" * 300,
        "",
    ],
)
async def test_a_body_that_is_not_declared_as_json_is_not_looked_at(running: Suivi, kind: str) -> None:
    headers = bearer(running) | {"content-type": kind}
    answer = await running.http.post("/graphql", content=b'{"query": "{ viewer { role } }"}', headers=headers)

    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_compressed_body_is_told_to_come_as_it_is(running: Suivi) -> None:
    packed = await post(running, {"query": ASK}, **{"content-encoding": "gzip"})
    plain = await post(running, {"query": ASK}, **{"content-encoding": "identity"})

    assert (packed.status_code, code(packed)) == (415, "UNSUPPORTED_ENCODING")
    assert "Content-Encoding" in packed.json()["errors"][0]["message"]
    assert plain.json()["data"] == {"viewer": {"role": "operator"}}


async def test_nothing_that_is_accepted_is_not_given(running: Suivi) -> None:
    answer = await post(running, {"query": ASK}, accept="image/png")

    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


async def test_what_is_accepted_may_come_in_several_headers(running: Suivi) -> None:
    several = [*bearer(running).items(), ("accept", "image/png"), ("accept", NEW)]

    answer = await running.http.post("/graphql", json={"query": ASK}, headers=several)

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{NEW}; charset=utf-8")


@pytest.mark.parametrize("accept", ["*/*;q=nan", f"{NEW};q=nan", "a," * 60_000])
async def test_nonsense_that_is_accepted_is_refused_without_a_token_too(running: Suivi, accept: str) -> None:
    answer = await running.http.post("/graphql", json={"query": ASK}, headers={"accept": accept})

    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_told_which_one_to_use(running: Suivi, method: str) -> None:
    answer = await running.http.request(method, "/graphql", headers=bearer(running))

    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")


async def test_a_query_may_be_sent_by_get_where_no_page_could_have_sent_it_unasked(running: Suivi) -> None:
    """CSRF: a header that a browser asks leave for."""
    query = "query($n: Int) { cases(first: $n) { nodes { id } } }"
    answer = await get(running, PREFLIGHT, query=query, variables='{"n": 1}')
    unasked = await get(running, query=ASK)

    assert (answer.status_code, answer.json()["data"]) == (200, {"cases": {"nodes": []}})
    assert (unasked.status_code, code(unasked)) == (400, "PREFLIGHT_REQUIRED")


async def test_nothing_is_changed_or_followed_by_get(running: Suivi) -> None:
    for query in ("mutation { __typename }", 'subscription { messagePosted(caseId: "x") { body } }'):
        answer = await get(running, PREFLIGHT | {"accept": f"{NEW}, text/event-stream"}, query=query)

        assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": ASK, "variables": "{"},
        {"query": ASK, "variables": "[]"},
        {"query": ASK, "variables": "7"},
        {"query": ASK, "extensions": "NaN"},
    ],
)
async def test_a_get_that_is_not_well_formed_is_told_so(running: Suivi, params: dict[str, str]) -> None:
    answer = await get(running, PREFLIGHT, **params)
    twice = await running.http.get("/graphql?query=a&query=b", headers=bearer(running) | PREFLIGHT)

    assert (answer.status_code, code(answer)) == (400, "PARAMETER_MALFORMED")
    assert (twice.status_code, code(twice)) == (400, "PARAMETER_MALFORMED")


async def test_a_multipart_request_needs_leave_too_and_carries_no_files(running: Suivi) -> None:
    operations = {"operations": (None, '{"query": "{ viewer { role } }"}')}
    with_file = operations | {"map": (None, '{"0": ["variables.file"]}'), "0": ("photo.jpg", b"photo")}

    async def send(files: Any, headers: dict[str, str]) -> httpx.Response:
        return await running.http.post("/graphql", files=files, headers=bearer(running) | headers)

    unasked, asked, filed = (
        await send(operations, {}),
        await send(operations, PREFLIGHT),
        await send(with_file, PREFLIGHT),
    )

    assert (unasked.status_code, code(unasked)) == (400, "PREFLIGHT_REQUIRED")
    assert asked.json()["data"] == {"viewer": {"role": "operator"}}
    assert (filed.status_code, code(filed)) == (400, "BODY_MALFORMED")


async def test_a_multipart_request_says_once_what_it_asks(running: Suivi) -> None:
    twice = [("operations", (None, '{"query": "{ viewer { role } }"}')), ("operations", (None, '{"query": "{"}'))]

    answer = await running.http.post("/graphql", files=twice, headers=bearer(running) | PREFLIGHT)

    assert (answer.status_code, code(answer)) == (400, "BODY_MALFORMED")


JUNK = {"content-type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JUNK, b""),
        (JUNK, b"--x"),
        (JUNK, b"junk"),
        (JUNK, b"--x\r\nContent-Disposition: nonsense\r\n\r\n{}\r\n--x--\r\n"),
        (JUNK, b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{\r\n--x--\r\n'),
        (JUNK, b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n\xff\r\n--x--\r\n'),
        ({"content-type": "multipart/form-data"}, b"--x"),
    ],
)
async def test_multipart_junk_is_a_malformed_body(running: Suivi, headers: dict[str, str], body: bytes) -> None:
    answer = await running.http.post("/graphql", content=body, headers=bearer(running) | PREFLIGHT | headers)

    assert (answer.status_code, code(answer)) == (400, "BODY_MALFORMED")


async def test_a_subscription_needs_somewhere_to_stream_to(running: Suivi) -> None:
    answer = await post(running, {"query": 'subscription { messagePosted(caseId: "x") { body } }'}, accept=NEW)

    assert (answer.status_code, code(answer)) == (406, "STREAM_REQUIRED")


async def test_a_preflight_is_told_the_headers_that_may_be_sent(running: Suivi) -> None:
    preflight = await running.http.options(
        "/graphql",
        headers={
            "origin": "https://partner.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "graphql-require-preflight,authorization",
        },
    )

    assert preflight.status_code == 200
    assert "GET" in preflight.headers["access-control-allow-methods"]


async def test_refusals_are_said_in_the_language_of_the_asker(running: Suivi) -> None:
    """R-217: as soon as there is a translation, codes stay."""
    answer = await post(running, {"query": "{"}, **{"accept-language": "fr"})

    assert code(answer) == "GRAPHQL_PARSE_FAILED"


async def test_a_clock_that_is_none_is_refused(running: Suivi) -> None:
    answer = await post(running, {"query": ASK}, **{"suivi-clock": "yesterday"})

    assert (answer.status_code, code(answer)) == (400, "CLOCK_MALFORMED")

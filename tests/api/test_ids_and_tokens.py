"""Ids and tokens that are made up, mixed up, old or changed on their way."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from strawberry.relay.utils import to_base64

from suivi.core.access.viewer import Role
from suivi.graphql.nodes import global_id
from tests.api.wrongs import error_code
from tests.services.suivi import Suivi
from tests.services.world import World, row_id

pytestmark = pytest.mark.once

ASK = "query { viewer { role } }"

NO_IDS = [
    "",
    " ",
    "1",
    "0",
    "-1",
    "null",
    "garbage",
    "%%%",
    "Case:1",
    "ünïcödé",
    "🦷",
    "\x00",
    "\ud83d",
    "A" * 100_000,
    to_base64("Case", "1"),
    to_base64("Case", ""),
    to_base64("Case", "not-a-uuid"),
    to_base64("Case", "🦷"),
    to_base64("Clinic", uuid4()),
    to_base64("case", uuid4()),
    to_base64("", uuid4()),
    str(uuid4()),
]

QUERIES = {
    "case": "query($id: ID!) { it: case(id: $id) { id } }",
    "clinic": "query($id: ID!) { it: clinic(id: $id) { id } }",
    "patient": "query($id: ID!) { it: patient(id: $id) { id } }",
    "treatment": "query($id: ID!) { it: treatment(id: $id) { id } }",
}


async def test_what_is_no_id_is_said_to_be_none(world: World, subtests: pytest.Subtests) -> None:
    """R-212: never an error of ours."""
    for no_id in NO_IDS:
        with subtests.test(repr(no_id[:40])):
            posted = await world.patient.refused("postMessage", caseId=no_id, body="Hello", language="en")
            asked = await error_code(world.patient, QUERIES["case"], id=no_id)
            listed = await error_code(
                world.patient, "query($id: ID) { cases(patientId: $id) { nodes { id } } }", id=no_id
            )

            assert (posted, asked, listed) == ("INVALID_ID",) * 3
            assert await world.patient.ask("query($id: ID!) { node(id: $id) { id } }", id=no_id) == {"node": None}


async def test_an_id_of_something_else_is_no_id(world: World, subtests: pytest.Subtests) -> None:
    ids = {"case": world.case_id, "clinic": world.clinic_id, "patient": world.patient_id}
    for kind, query in QUERIES.items():
        for other in ids.keys() - {kind}:
            with subtests.test(f"a {other} as a {kind}"):
                assert await error_code(world.patient, query, id=ids[other]) == "INVALID_ID"


async def test_an_id_of_nothing_finds_nothing(world: World) -> None:
    """R-012: the same answer as for what one may not see."""
    nothing = {kind: global_id(kind.capitalize(), uuid4()) for kind in QUERIES}

    code = await error_code(world.patient, QUERIES["case"], id=nothing.pop("case"))
    found = [await world.patient.ask(QUERIES[kind], id=identity) for kind, identity in nothing.items()]

    assert code == "NOT_FOUND"
    assert found == [{"it": None}] * 3


@pytest.mark.parametrize("identity", [7, 1.5, True, ["x"], {"a": 1}, None])
async def test_an_id_of_another_type_is_bad_input_or_no_id(world: World, identity: object) -> None:
    code = await error_code(world.patient, QUERIES["case"], id=identity)

    assert code in ("BAD_USER_INPUT", "INVALID_ID")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("first: 0", "INVALID_PAGE"),
        ("first: -1", "INVALID_PAGE"),
        ("first: 101", "INVALID_PAGE"),
        ("first: 2147483648", "GRAPHQL_VALIDATION_FAILED"),
        ('after: "x"', "INVALID_PAGE"),
        ('after: ""', "INVALID_PAGE"),
        ('after: "🦷"', "INVALID_PAGE"),
    ],
)
async def test_a_page_that_cannot_be_read_is_refused(world: World, page: str, code: str) -> None:
    assert await error_code(world.patient, f"query {{ cases({page}) {{ nodes {{ id }} }} }}") == code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"7", 400),
        (b'{"query": 7}', 400),
        (b'{"query": null}', 400),
        (b'{"query": "{"}', 200),
        (b'{"query": "{ nothing }"}', 200),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"query": "\xff"}', 400),
        (b'{"query": "{ viewer { role } }", "variables": 7}', 400),
    ],
)
async def test_what_is_no_request_is_told_so(running: Suivi, body: bytes, status: int) -> None:
    token = running.token(Role.OPERATOR, "operator")

    answer = await running.http.post(
        "/graphql", content=body, headers={"authorization": f"Bearer {token}", "content-type": "application/json"}
    )

    assert answer.status_code == status, answer.text
    assert "INTERNAL_SERVER_ERROR" not in answer.text


async def sent(suivi: Suivi, authorization: str | None) -> tuple[int, str]:
    headers = {} if authorization is None else {"authorization": authorization}
    answer = await suivi.http.post("/graphql", json={"query": ASK}, headers=headers)
    return answer.status_code, _code(answer)


def _code(answer: httpx.Response) -> str:
    body = answer.json()
    return str(body["errors"][0]["extensions"]["code"]) if "errors" in body else "OK"


async def test_a_token_counts_until_it_expires(running: Suivi) -> None:
    """R-016."""
    fresh = running.token(Role.OPERATOR, "operator")
    old = running.token(Role.OPERATOR, "operator", lives=timedelta(minutes=-10))

    assert await sent(running, f"Bearer {fresh}") == (200, "OK")
    assert await sent(running, f"Bearer {old}") == (401, "TOKEN_EXPIRED")


async def test_a_token_that_was_changed_is_no_token(running: Suivi, subtests: pytest.Subtests) -> None:
    """R-016: a patient's, made out to be an operator's."""
    header, claims, signature = running.token(Role.PATIENT, "patient").split(".")
    _, others, _ = running.token(Role.OPERATOR, "operator").split(".")
    flipped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    nones = ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", others, "")

    tried = {
        "another's claims": f"Bearer {header}.{others}.{signature}",
        "one changed character": f"Bearer {header}.{claims}.{flipped}",
        "no signature": f"Bearer {header}.{claims}.",
        "the algorithm none": "Bearer " + ".".join(nones),
        "garbage": "Bearer garbage",
        "a password": "Basic b3BlcmF0b3I6b3BlcmF0b3I=",
        "nothing after Bearer": "Bearer ",
        "nothing": None,
    }
    for says, authorization in tried.items():
        with subtests.test(says):
            status, code = await sent(running, authorization)

            assert status == 401
            assert code not in ("OK", "INTERNAL_SERVER_ERROR")


async def test_a_refused_token_says_how_to_come_back_and_not_what_was_sent(running: Suivi) -> None:
    answer = await running.http.post("/graphql", json={"query": ASK}, headers={"authorization": "Bearer sec.ret.s"})

    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["message"]
    assert "sec.ret" not in answer.text


async def test_a_token_of_a_partner_that_is_not_there_registers_nobody(running: Suivi) -> None:
    """R-012."""
    frontend = running.as_(Role.FRONTEND, "frontend", partner=uuid4())

    code = await frontend.refused(
        "registerPatient", reference="P", subject="patient", languages=["fr"], timeZone="Europe/Paris"
    )

    assert code == "NOT_FOUND"


async def test_ids_hold_for_good(world: World) -> None:
    """R-210: a Relay id is the type and the row's id, and `node` finds it again."""
    found = await world.patient.ask("query($id: ID!) { node(id: $id) { __typename id } }", id=world.case_id)

    assert found == {"node": {"__typename": "Case", "id": world.case_id}}
    assert global_id("Case", row_id(world.case_id)) == world.case_id

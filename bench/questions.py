"""What is asked: four questions, each put to Suivi, to PostGraphile and to the limit, for the same amount of data.

Suivi answers a coordinator with a token, who is shown what they may see and no more. The other two are told which
clinic or case, know nobody, and check nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice, repeat
from typing import Any
from uuid import UUID, uuid4

import orjson
from strawberry.relay.utils import to_base64
from uuid_utils.compat import uuid7

from bench.world import BODY, World

INBOX, DETAIL, SMALL, POST = QUESTIONS = ("inbox", "detail", "small", "post")
SUIVI, POSTGRAPHILE, LIMIT = CONTESTANTS = ("Suivi", "PostGraphile", "limit")
DESCRIPTIONS = {
    INBOX: "50 cases, each with clinic, patient, last 3 messages, photo count, 4 photos",
    DETAIL: "one case with 100 messages, 20 photos and its clinic's 10 terms",
    SMALL: "six scalars of one case",
    POST: "post a message",
}

OURS = {
    INBOX: """{ cases(first: 50) { nodes { id state openedAt clinic { name } patient { reference }
      messages(first: 3) { nodes { body sentAt } } photoCount evidence(first: 4) { nodes { kind sha256 } } } } }""",
    DETAIL: """query($id: ID!) { case(id: $id) { id state openedAt version
      clinic { name city publishedTerms(first: 10) {
        id procedure number language text period starts effectiveFrom } }
      messages(first: 100) { nodes { id authorRole authorName body language sentAt } }
      evidence(first: 20) { nodes { id kind contentType size sha256 receivedAt } } } }""",
    SMALL: "query($id: ID!) { case(id: $id) { id state openedAt closedAt version messageCount } }",
    POST: """mutation($input: PostMessageInput!) { postMessage(input: $input) {
      __typename ... on Message { id sentAt } } }""",
}
# Ids in the shape its tables have them, and every photo counted whatever its kind: both are less work.
THEIRS = {
    INBOX: """query($clinic: UUID!) { allCases(first: 50, orderBy: ROW_ID_DESC, condition: {clinicId: $clinic}) {
      nodes { rowId state openedAt clinicByClinicId { name } patientByPatientId { reference }
        messagesByCaseId(first: 3, orderBy: ROW_ID_DESC) { nodes { body sentAt } }
        photoCount: evidencesByCaseId { totalCount }
        evidencesByCaseId(first: 4, orderBy: ROW_ID_DESC) { nodes { kind sha256 } } } } }""",
    DETAIL: """query($id: UUID!) { caseByRowId(rowId: $id) { rowId state openedAt version
      clinicByClinicId { name city termsByClinicId(first: 10, orderBy: ROW_ID_DESC) { nodes {
        rowId procedure number language text period starts effectiveFrom } } }
      messagesByCaseId(first: 100, orderBy: ROW_ID_DESC) { nodes {
        rowId authorRole authorName body language sentAt } }
      evidencesByCaseId(first: 20, orderBy: ROW_ID_DESC) { nodes {
        rowId kind contentType size sha256 receivedAt } } } }""",
    SMALL: """query($id: UUID!) { caseByRowId(rowId: $id) { rowId state openedAt closedAt version
      messagesByCaseId { totalCount } } }""",
    POST: """mutation($message: MessageInput!) { createMessage(input: {message: $message}) {
      message { __typename rowId sentAt } } }""",
}

Bodies = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Question:
    """One question put to one contestant."""

    name: str
    path: str
    headers: dict[str, str]
    bodies: Callable[[], Bodies]
    """What requests carry, without end."""


def questions_to(contestant: str, world: World, token: str) -> dict[str, Question]:
    makers = {SUIVI: _to_suivi, POSTGRAPHILE: _to_postgraphile, LIMIT: _to_limit}
    return {name: makers[contestant](name, world, token) for name in QUESTIONS}


def cases_asked(name: str, world: World) -> list[UUID]:
    """Which cases requests are about, in turn. Those posted to are not those read."""
    read = world.long_cases()
    asked = [case for case in world.own_cases() if case not in read] if name == POST else read
    return [world.case_id(case) for case in asked]


def _to_suivi(name: str, world: World, token: str) -> Question:
    def variables(case: UUID) -> dict[str, Any]:
        if name == POST:
            return _message(case)
        return {} if name == INBOX else {"id": to_base64("Case", case)}

    return Question(name, "/graphql", _bearing(token), _documents(OURS[name], name, world, variables))


def posting_to(case: UUID, token: str) -> Question:
    """Posting to one case of Suivi's, a new message each time."""
    document = " ".join(OURS[POST].split())
    return Question(
        POST,
        "/graphql",
        _bearing(token),
        lambda: (orjson.dumps({"query": document, "variables": _message(case)}) for _ in repeat(None)),
    )


def _message(case: UUID) -> dict[str, Any]:
    given = {"idempotencyKey": str(uuid4()), "caseId": to_base64("Case", case), "body": BODY, "language": "fr"}
    return {"input": given}


def _bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} | _JSON


def _to_postgraphile(name: str, world: World, token: str) -> Question:
    def variables(case: UUID) -> dict[str, Any]:
        message = {
            "rowId": str(uuid7()),
            "caseId": str(case),
            "authorRole": "coordinator",
            "author": "coordinator-0",
            "authorName": "Coordinator 0",
            "body": BODY,
            "language": "fr",
            "sentAt": datetime.now(UTC).isoformat(),
        }
        if name == POST:
            return {"message": message}
        return {"clinic": str(world.clinic_id)} if name == INBOX else {"id": str(case)}

    return Question(name, "/graphql", _JSON, _documents(THEIRS[name], name, world, variables))


def _to_limit(name: str, world: World, token: str) -> Question:
    def body(case: UUID) -> bytes:
        if name == POST:
            return orjson.dumps({"case": str(case), "key": str(uuid4()), "body": BODY, "language": "fr"})
        return str(world.clinic_id if name == INBOX else case).encode()

    return Question(name, f"/{name}", _JSON, _in_turn(name, world, body))


_JSON = {"content-type": "application/json", "accept": "application/json"}


def _documents(
    document: str, name: str, world: World, variables: Callable[[UUID], dict[str, Any]]
) -> Callable[[], Bodies]:
    text = " ".join(document.split())
    return _in_turn(name, world, lambda case: orjson.dumps({"query": text, "variables": variables(case)}))


def _in_turn(name: str, world: World, body: Callable[[UUID], bytes]) -> Callable[[], Bodies]:
    cases = cases_asked(name, world)
    if name == POST:
        # A message is posted once: every request is made anew.
        return lambda: map(body, cycle(cases))
    ready = [body(case) for case in (cases if name != INBOX else islice(cases, 1))]
    return lambda: cycle(ready)


def leaves(answer: Any) -> int:
    """How many values an answer holds: the amount of data, whatever shape it has."""
    if isinstance(answer, dict):
        return sum(leaves(value) for value in answer.values())
    if isinstance(answer, list):
        return sum(leaves(value) for value in answer)
    return 1

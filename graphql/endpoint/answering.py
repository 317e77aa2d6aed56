"""Answers as bytes, with the status that GraphQL over HTTP gives them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from suivi.core import texts
from suivi.core.access.tokens import Unauthenticated
from suivi.core.refusals import Refusal
from suivi.graphql.endpoint.accepting import GRAPHQL, JSON
from suivi.graphql.execution.written import Written

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def encoded(answer: Any) -> bytes:
    try:
        return orjson.dumps(answer)
    except TypeError:
        # Half a surrogate pair, which a client may have sent, and integers beyond 64 bits.
        return json.dumps(answer, separators=(",", ":")).encode()


def told(result: ExecutionResult) -> dict[str, Any]:
    """What the client reads: without `data` where nothing was executed."""
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    if was_executed(result):
        data: Any = result.data
        answer["data"] = data.fragment if isinstance(data, Written) else data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def was_executed(result: ExecutionResult) -> bool:
    return result.data is not None or not result.errors or any(error.path for error in result.errors)


class Answer:
    """JSON with the headers that all such answers have, put together beforehand."""

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, body: bytes, media: str, *, status: int) -> None:
        self.body = body
        self.status_code = status
        self.headers = [*_always(media), (b"content-length", b"%d" % len(body))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


@cache
def _always(media: str) -> list[tuple[bytes, bytes]]:
    headers = {**HEADERS, "Content-Type": f"{media}; charset=utf-8"}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def respond(result: ExecutionResult, media: str) -> Answer:
    return Answer(encoded(told(result)), media, status=status_of(result, media))


def status_of(result: ExecutionResult, media: str) -> int:
    if was_executed(result):
        return 200
    code = str(((result.errors or [])[0].extensions or {}).get("code"))
    status = 500 if code == "INTERNAL_SERVER_ERROR" else getattr(Refusal.by_code.get(code), "status", 400)
    # Clients that know application/json alone take any other status for a proxy's.
    return status if media == GRAPHQL or status >= 500 else 200


def refuse(refusal: Refusal, locale: str, media: str | None) -> Response:
    sentence = f"{texts.sentence(refusal, locale)} {texts.remedy(refusal, locale)}"
    error = {"message": sentence, "extensions": {"code": refusal.code}}
    headers = dict(getattr(refusal, "headers", {}))
    if (seconds := refusal.facts.get("seconds")) and refusal.code == "RATE_LIMITED":
        headers["Retry-After"] = str(seconds)
    return _response({"errors": [error]}, media, status=getattr(refusal, "status", 400), headers=headers)


def unauthenticated(refused: Unauthenticated, media: str | None) -> Response:
    status = 503 if refused.code == "ISSUER_UNREACHABLE" else 401
    error = {"message": refused.sentence, "extensions": {"code": refused.code}}
    return _response({"errors": [error]}, media, status=status, headers={"WWW-Authenticate": "Bearer"})


def _response(
    answer: dict[str, Any], media: str | None, *, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    kind = f"{media or JSON}; charset=utf-8"
    return Response(encoded(answer), status_code=status, headers={**HEADERS, **(headers or {}), "content-type": kind})

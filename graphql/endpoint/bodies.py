"""Requests read and taken apart: nothing of them is executed, logged or quoted before they are well formed."""

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from suivi.graphql.endpoint.begun import resumed
from suivi.graphql.endpoint.incoming import Incoming
from suivi.graphql.endpoint.refusing import (
    BodyMalformed,
    BodyTooLarge,
    BodyTooSlow,
    ParameterMalformed,
    TooManyValues,
    UnsupportedEncoding,
    UnsupportedMediaType,
)
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.trusted import Named, Trusted

MULTIPART = "multipart/form-data"
MOST_VALUES = 20_000
"""Values and names; marks inside texts count too, so that counting is quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A well-formed GraphQL request. `query` is empty where the document is only named, and has not been found yet."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None
    named: Named | None = None


async def read_asked(incoming: Incoming, *, limit: int, seconds: float) -> Asked:
    """Raises a Refusal, and ClientDisconnect when nobody is there any more."""
    if incoming.method == "GET":
        return asked_of(_parameters(incoming.query_string))
    kind, charset = incoming.media_type
    if kind not in ("application/json", MULTIPART) or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType
    if incoming.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedEncoding
    body = await read_body(incoming, limit=limit, seconds=seconds)
    return asked_of(parse_json(body if kind == "application/json" else await _operations(incoming, body)))


async def read_body(incoming: Incoming, *, limit: int, seconds: float) -> bytes:
    told = incoming.headers.get("content-length", "0")
    if not told.isdecimal() or len(told) > 18 or int(told) > limit:
        raise BodyTooLarge(limit=limit)
    arriving = _arriving(incoming.receive, limit)
    try:
        # Mostly it is all there, and needs no timer.
        awaited = arriving.send(None)
    except StopIteration as arrived:
        body: bytes = arrived.value
        return body
    try:
        async with asyncio.timeout(seconds):
            rest: bytes = await resumed(arriving, awaited)
            return rest
    except TimeoutError:
        raise BodyTooSlow(seconds=f"{seconds:g}") from None


async def _arriving(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge(limit=limit)
        more = message.get("more_body", False)
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """Raises BodyMalformed and TooManyValues."""
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > MOST_VALUES:
        raise TooManyValues(limit=MOST_VALUES)
    try:
        told = orjson.loads(body)
        # As browsers write it. What is there twice, or is no number, does not come out as it went in.
        if orjson.dumps(told) == body:
            return told
    except (ValueError, TypeError):
        pass
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        # Among them numbers of thousands of digits.
        raise BodyMalformed from None


def asked_of(told: Any) -> Asked:
    """Raises BodyMalformed and ParameterMalformed."""
    if not isinstance(told, dict):
        raise BodyMalformed
    named = named_of(told)
    if not told.get("query") and named is None:
        raise ParameterMalformed(name="query")
    return Asked(
        query=_typed(told, "query", str) or "",
        variables=_typed(told, "variables", dict),
        operation_name=_typed(told, "operationName", str),
        extensions=_typed(told, "extensions", dict),
        named=named,
    )


def found(asked: Asked, trusted: Trusted, allowance: Allowance) -> Asked:
    """With the text of a document that was only named. Raises NotExecuted."""
    query = trusted.text(asked.query, asked.named, allowance)
    return asked if query is asked.query else replace(asked, query=query)


def named_of(told: dict[str, Any]) -> Named | None:
    """How a request names its document, if it does. Raises ParameterMalformed."""
    document_id: str | None = _typed(told, "documentId", str)
    extensions: dict[str, Any] = _typed(told, "extensions", dict) or {}
    if (persisted := extensions.get("persistedQuery")) is None:
        return Named(document_id=document_id) if document_id else None
    sha256 = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not sha256 or not isinstance(sha256, str) or persisted.get("version", 1) != 1:
        raise ParameterMalformed(name="extensions.persistedQuery")
    return Named(document_id=document_id, sha256=sha256)


def _typed(told: dict[str, Any], name: str, kind: type) -> Any:
    value = told.get(name)
    if value is not None and not isinstance(value, kind):
        raise ParameterMalformed(name=name)
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name twice")
    return told


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("beyond any number")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_refused, parse_float=_finite)


def _parameters(query_string: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
        told: dict[str, Any] = _each_once(pairs)
    except ValueError:
        raise ParameterMalformed(name="query") from None
    for name in ("variables", "extensions"):
        if name in told:
            told[name] = _json_parameter(name, told[name])
    return told


def _json_parameter(name: str, text: str) -> Any:
    try:
        return parse_json(text.encode()) if text else None
    except BodyMalformed:
        raise ParameterMalformed(name=name) from None


async def _operations(incoming: Incoming, body: bytes) -> bytes:
    """The part `operations` of a multipart request. No operation of ours takes files, so there may be no other."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(Headers(scope=incoming.scope), whole(), max_files=0, max_fields=2, max_part_size=len(body))
    try:
        told = _each_once((await parser.parse()).multi_items())
    except (MultiPartException, KeyError, ValueError, AssertionError):
        raise BodyMalformed from None
    operations, files = told.get("operations"), told.get("map", "{}")
    if not isinstance(operations, str) or files != "{}":
        raise BodyMalformed
    return operations.encode()

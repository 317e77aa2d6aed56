"""GraphQL over HTTP: one request, one answer, or a stream of events where that is what was asked for."""

from collections.abc import AsyncGenerator

from graphql import OperationType
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html
from strawberry.types import ExecutionResult

from suivi.core.access.tokens import Unauthenticated
from suivi.core.refusals import Refusal
from suivi.graphql.context import Context
from suivi.graphql.endpoint import answering
from suivi.graphql.endpoint.accepting import Accepted
from suivi.graphql.endpoint.bodies import MULTIPART, Asked, found, read_asked
from suivi.graphql.endpoint.callers import Callers, locale_of
from suivi.graphql.endpoint.events import EventStream
from suivi.graphql.endpoint.incoming import Incoming
from suivi.graphql.endpoint.refusing import (
    MethodNotAllowed,
    NotAcceptable,
    PreflightRequired,
    StreamRequired,
)
from suivi.graphql.endpoint.websocket import Sockets
from suivi.graphql.following import expired
from suivi.graphql.limits.documents import NotExecuted
from suivi.graphql.running import Running
from suivi.graphql.schema import not_executed, refused, schema

PREFLIGHT = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""Headers that a page may only send to another site which has agreed to it beforehand."""


class Endpoint:
    """The ASGI application at `/graphql`, for HTTP and WebSocket."""

    def __init__(self, running: Running) -> None:
        self.settings = running.settings
        self.callers = Callers(running)
        self.trusted = running.trusted
        self.sockets = Sockets(running, self.callers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.sockets.serve(scope, receive, send)
            return
        response = await self.answer(Incoming.of(scope, receive))
        await response(scope, receive, send)

    async def answer(self, incoming: Incoming) -> ASGIApp:
        accepted = Accepted.of(incoming.headers.get("accept"))
        try:
            if self._wants_explorer(incoming):
                return HTMLResponse(get_graphql_ide_html(graphql_ide="graphiql"))
            _require_answerable(incoming, accepted)
            return await self._executed(incoming, accepted)
        except Unauthenticated as unknown:
            return answering.unauthenticated(unknown, accepted.json)
        except Refusal as refusal:
            return answering.refuse(refusal, locale_of(incoming.headers), accepted.json)
        except ClientDisconnect:
            return Response(status_code=400)

    def _wants_explorer(self, incoming: Incoming) -> bool:
        return (
            self.callers.development
            and incoming.method == "GET"
            and "query" not in QueryParams(incoming.query_string)
            and "text/html" in incoming.headers.get("accept", "")
        )

    async def _executed(self, incoming: Incoming, accepted: Accepted) -> ASGIApp:
        context = await self.callers.of(
            incoming.headers.get("authorization"),
            clock=self.callers.clock(incoming.headers),
            locale=locale_of(incoming.headers),
        )
        self.callers.take(context)
        asked = await read_asked(incoming, limit=self.settings.body_bytes, seconds=self.settings.body_seconds)
        try:
            asked = found(asked, self.trusted, context.allowance)
            prepared = schema.documents.prepare(asked.query, asked.operation_name, asked.variables, context.allowance)
        except NotExecuted as refusal:
            return _single(not_executed(refusal, context), accepted)
        kind = prepared.operation.operation
        if incoming.method == "GET" and kind is not OperationType.QUERY:
            raise MethodNotAllowed
        if kind is OperationType.SUBSCRIPTION:
            return await self._followed(asked, context, accepted)
        return _single(await schema.execute_prepared(prepared, asked.query, asked.variables, context), accepted)

    async def _followed(self, asked: Asked, context: Context, accepted: Accepted) -> Response:
        if not accepted.events:
            raise StreamRequired
        left = self.callers.enter(context)
        try:
            results = await schema.stream(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                operation_extensions=asked.extensions,
            )
        except BaseException:
            left()
            raise
        return EventStream(results, until=context.viewer.expires_at, last=refused(expired(), context), left=left)


def _require_answerable(incoming: Incoming, accepted: Accepted) -> None:
    if incoming.method not in ("GET", "POST"):
        raise MethodNotAllowed
    if accepted.nothing:
        raise NotAcceptable
    simple = incoming.method == "GET" or incoming.media_type[0] == MULTIPART
    if simple and not any(incoming.headers.get(name) for name in PREFLIGHT):
        raise PreflightRequired


def _single(result: ExecutionResult, accepted: Accepted) -> ASGIApp:
    """As JSON wherever that will do: many clients name the event stream beside it, whatever they ask."""
    if accepted.json is not None:
        return answering.respond(result, accepted.json)
    return EventStream(_once(result))


async def _once(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    yield result

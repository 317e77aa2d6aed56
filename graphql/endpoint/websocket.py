"""`graphql-transport-ws` to the letter: every message is looked at before anything is done with it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.http.async_base_view import AsyncWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.http.websocket_origin import is_same_origin, normalize_allowed_origins, normalize_origin
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from suivi.core.access.tokens import Unauthenticated
from suivi.core.refusals import Refusal
from suivi.graphql.context import Context
from suivi.graphql.endpoint.answering import encoded, was_executed
from suivi.graphql.endpoint.bodies import parse_json
from suivi.graphql.endpoint.callers import Callers, locale_of, locale_told
from suivi.graphql.endpoint.refusing import ClockMalformed, TooManyOperations
from suivi.graphql.following import expired
from suivi.graphql.running import Running, utc_now
from suivi.graphql.schema import refused, schema

INIT_SECONDS = 10
LONGEST_REASON = 123
"""Bytes of a closing frame's reason."""
TOO_BIG = 1009


@dataclass(kw_only=True)
class Connection:
    """What a connection knows before and after `connection_init`; each operation gets a context of its own."""

    locale: str
    clock: Callable[[], datetime]
    context: Context | None = None
    connection_params: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def accepted(self) -> Context:
        assert self.context is not None, "no operation runs before connection_init is accepted"  # noqa: S101
        return self.context

    def for_operation(self) -> Context:
        return self.accepted.for_operation()


class Sockets:
    """Lets connections in that pages of other origins may open too, and speak our protocol."""

    def __init__(self, running: Running, callers: Callers) -> None:
        self.running = running
        self.callers = callers
        self.allowed_origins = normalize_allowed_origins(running.settings.allowed_origins)

    async def serve(self, websocket: WebSocket) -> None:
        if not self._may_open(websocket):
            # Before it is accepted, so that the handshake is answered with 403.
            await websocket.close(code=1008)
            return
        spoken = GRAPHQL_TRANSPORT_WS_PROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(subprotocol=GRAPHQL_TRANSPORT_WS_PROTOCOL if spoken else None)
        if not spoken:
            await websocket.close(code=4406, reason="Subprotocol not acceptable")
            return
        frames = Frames(websocket, limit=self.running.settings.body_bytes)
        await Handler(frames, self.callers, self._connection(websocket)).handle()

    def _connection(self, websocket: WebSocket) -> Connection:
        try:
            clock = self.callers.clock(websocket)
        except ClockMalformed:
            # A handshake cannot be told what is wrong with its header: real time it is then.
            clock = utc_now
        return Connection(locale=locale_of(websocket), clock=clock)

    def _may_open(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        if origin is None or "*" in self.allowed_origins or is_same_origin(origin, websocket.headers.get("host")):
            return True
        return normalize_origin(origin) in self.allowed_origins


class Frames(AsyncWebSocketAdapter):
    """Messages of one connection."""

    def __init__(self, websocket: WebSocket, *, limit: int) -> None:
        self.websocket = websocket
        self.limit = limit

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        while self.websocket.application_state is WebSocketState.CONNECTED:
            try:
                text = await self.websocket.receive_text()
            except KeyError:
                raise NonTextMessageReceived from None
            except WebSocketDisconnect:
                return
            if len(text) > self.limit:
                await self.close(TOO_BIG, "Message too big")
                return
            yield _message(text)

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.websocket.send_text(encoded(message).decode())
        except (WebSocketDisconnect, RuntimeError):
            # Closed meanwhile, by the client or by us.
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        short = reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore")
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.websocket.close(code=code, reason=short)


def _message(text: str) -> Any:
    try:
        return parse_json(text.encode())
    except (Refusal, UnicodeEncodeError):
        raise NonJsonMessageReceived from None


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection. What is no message of the protocol closes it with 4400, before it is read any further."""

    def __init__(self, frames: Frames, callers: Callers, connection: Connection) -> None:
        super().__init__(
            view=None,  # type: ignore[arg-type]
            websocket=frames,
            context=connection,
            root_value=None,
            schema=schema,
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=None,
        )
        self.callers = callers
        self.connection = connection
        self.expiring: asyncio.Task[None] | None = None

    async def handle_message(self, message: Any) -> None:
        if not well_formed(message):
            await self.handle_invalid_message("Invalid message")
        else:
            checked: Any = {**message, "payload": message.get("payload") or {}}
            await super().handle_message(checked)

    async def handle_connection_init(self, message: Any) -> None:
        if self.connection_timed_out:
            return
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        if self.connection_init_received:
            await self.websocket.close(code=4429, reason="Too many initialisation requests")
            return
        self.connection_init_received = True
        try:
            self.connection.context = await self._caller(message["payload"])
        except Unauthenticated as unknown:
            await self.websocket.close(code=4403, reason=unknown.code)
            return
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True
        self._expire_in_time(self.connection.context)

    async def _caller(self, params: dict[str, Any]) -> Context:
        token = next((value for name, value in params.items() if name.lower() == "authorization"), None)
        locale = locale_told(params.get("locale"), self.connection.locale)
        return await self.callers.of(token, clock=self.connection.clock, locale=locale)

    async def handle_subscribe(self, message: Any) -> None:
        if self.connection_acknowledged and message["id"] not in self.operations:
            try:
                self._take_one_more()
            except Refusal as refusal:
                await self._end(message["id"], refusal)
                return
        await super().handle_subscribe(message)

    def _take_one_more(self) -> None:
        limit = self.callers.running.settings.socket_operations
        if len(self.operations) >= limit:
            raise TooManyOperations(limit=limit)
        self.callers.take(self.connection.accepted)

    async def _end(self, name: str, reason: Refusal | Unauthenticated) -> None:
        errors = refused(reason, self.connection.accepted).errors or []
        payload = [error.formatted for error in errors]
        await self.send_message({"id": name, "type": "error", "payload": payload})

    def _expire_in_time(self, context: Context) -> None:
        if context.viewer.expires_at is not None:
            self.expiring = asyncio.create_task(self._expire(context.viewer.expires_at))

    async def _expire(self, at: datetime) -> None:
        """Ends everything and the connection itself: a client that connects anew brings a token that is good."""
        await asyncio.sleep((at - datetime.now(UTC)).total_seconds())
        over = expired()
        with suppress(WebSocketDisconnected):
            for name in list(self.operations):
                await self.cleanup_operation(name)
                await self._end(name, over)
        await self.websocket.close(4403, over.code)

    async def shutdown(self) -> None:
        if self.expiring is not None:
            self.expiring.cancel()
            with suppress(asyncio.CancelledError):
                await self.expiring
        await super().shutdown()

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:
        async for result in result_source:
            if was_executed(result):
                await operation.send_next(result)
            else:
                await operation.send_initial_errors(result.errors)
                return

    async def handle_task_exception(self, error: Exception) -> None:
        # A client that has gone is no fault, and no other error may be logged with its words.
        if not isinstance(error, WebSocketDisconnected):
            self.task_logger.error("unexpected %s in an operation", type(error).__name__)


def well_formed(message: Any) -> bool:
    """Whether it is a message that clients send."""
    if not isinstance(message, dict):
        return False
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return payload is None or isinstance(payload, dict)
    if not isinstance(message.get("id"), str) or not message["id"]:
        return False
    return kind == "complete" or (kind == "subscribe" and isinstance(payload, dict) and _can_be_asked(payload))


def _can_be_asked(payload: dict[str, Any]) -> bool:
    kinds: dict[str, type] = {"operationName": str, "variables": dict, "extensions": dict}
    return isinstance(payload.get("query"), str) and all(
        payload.get(name) is None or isinstance(payload[name], kind) for name, kind in kinds.items()
    )

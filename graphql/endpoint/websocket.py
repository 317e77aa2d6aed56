"""`graphql-transport-ws` to the letter: every message is looked at before anything is done with it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import OperationType
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http.websocket_origin import is_same_origin, normalize_allowed_origins, normalize_origin
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from suivi.core.access.tokens import Unauthenticated
from suivi.core.refusals import Refusal
from suivi.graphql.context import Context
from suivi.graphql.endpoint.answering import encoded, told, was_executed
from suivi.graphql.endpoint.bodies import named_of, parse_json
from suivi.graphql.endpoint.callers import Callers, locale_of, locale_told
from suivi.graphql.endpoint.outbox import Outbox
from suivi.graphql.endpoint.refusing import (
    ClockMalformed,
    OperationsTooLarge,
    TooManyConnections,
    TooManyOperations,
)
from suivi.graphql.following import expired, require_current
from suivi.graphql.limits.documents import NotExecuted
from suivi.graphql.live import Subscriber, TooSlow
from suivi.graphql.live.outlets import SLOW_SECONDS
from suivi.graphql.running import Running, utc_now
from suivi.graphql.schema import not_executed, refused, schema

log = logging.getLogger(__name__)

INIT_SECONDS = 10
TOO_BIG = 1009
SLOW_READER = 4900
"""None of graphql-transport-ws's own codes, and not one that clients take for the end: they connect again."""


class Sockets:
    """Lets connections in that pages of other origins may open too, and speak our protocol."""

    def __init__(self, running: Running, callers: Callers) -> None:
        self.running = running
        self.callers = callers
        self.allowed_origins = normalize_allowed_origins(running.settings.allowed_origins)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._may_open(websocket):
            # Before it is accepted, so that the handshake is answered with 403.
            await websocket.close(code=1008)
            return
        spoken = GRAPHQL_TRANSPORT_WS_PROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(subprotocol=GRAPHQL_TRANSPORT_WS_PROTOCOL if spoken else None)
        if not spoken:
            await websocket.close(code=4406, reason="Subprotocol not acceptable")
            return
        clock, locale = self._clock(websocket), locale_of(websocket.headers)
        await Connection(websocket, send, self.callers, clock=clock, locale=locale).serve()

    def _clock(self, websocket: WebSocket) -> Callable[[], datetime]:
        try:
            return self.callers.clock(websocket.headers)
        except ClockMalformed:
            # A handshake cannot be told what is wrong with its header: real time it is then.
            return utc_now

    def _may_open(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        if origin is None or "*" in self.allowed_origins or is_same_origin(origin, websocket.headers.get("host")):
            return True
        return normalize_origin(origin) in self.allowed_origins


class Malformed(Exception):  # noqa: N818 - closes the connection
    """Not a message of the protocol."""


class Connection:
    """One connection and the operations under way on it. What is no message of the protocol closes it with 4400.

    Nothing here waits for the client but the outbox: whoever has something to say puts it there.
    """

    __slots__ = (
        "_callers",
        "_clock",
        "_context",
        "_init_received",
        "_left",
        "_locale",
        "_outbox",
        "_patience",
        "_timer",
        "_websocket",
        "operations",
    )

    def __init__(
        self,
        websocket: WebSocket,
        send: Any,
        callers: Callers,
        *,
        clock: Callable[[], datetime],
        locale: str,
        init_seconds: float = INIT_SECONDS,
    ) -> None:
        self.operations: dict[str, Operation] = {}
        self._websocket = websocket
        self._callers = callers
        self._clock = clock
        self._locale = locale
        self._context: Context | None = None
        self._init_received = False
        self._left: Callable[[], None] | None = None
        # Not by way of Starlette, which looks each time whether the connection was closed: the outbox knows.
        self._outbox = Outbox(send, too_slow=self._drop)
        # Of no length until there is a reason to give up.
        self._patience = asyncio.timeout(None)
        self._timer = self._later(init_seconds, self._close, 4408, "Connection initialisation timeout")

    @property
    def context(self) -> Context:
        assert self._context is not None, "no operation runs before connection_init is accepted"  # noqa: S101
        return self._context

    async def serve(self) -> None:
        try:
            async with self._patience:
                while not self._outbox.closing:
                    message = await self._websocket.receive()
                    if message["type"] == "websocket.disconnect":
                        break
                    await self._received(message)
                # What is on its way, the closing included, is still sent.
                await self._outbox.room()
        except TimeoutError:
            if not self._patience.expired():
                raise
        finally:
            self._timer.cancel()
            for name in list(self.operations):
                self._end(name)
            self._outbox.stop()
            if self._left is not None:
                self._left()

    async def _received(self, received: Any) -> None:
        try:
            message = self._read(received)
            await self._handle(message, len(received["text"]))
        except Malformed as malformed:
            self._close(4400, str(malformed))

    def _read(self, received: Any) -> Any:
        """Raises Malformed."""
        text = received.get("text")
        if text is None:
            raise Malformed("WebSocket message type must be text")
        if len(text) > self._callers.running.settings.body_bytes:
            self._close(TOO_BIG, "Message too big")
            return None
        try:
            message = parse_json(text.encode())
        except (Refusal, UnicodeEncodeError):
            raise Malformed("WebSocket message must be valid JSON") from None
        if not well_formed(message):
            raise Malformed("Invalid message")
        return message

    async def _handle(self, message: Any, size: int) -> None:
        match message and message["type"]:
            case "connection_init":
                await self._init(message.get("payload") or {})
            case "ping":
                # A client that does not read is not read from.
                await self._outbox.room()
                self.say({"type": "pong"})
            case "subscribe":
                self._subscribe(message["id"], message["payload"], size)
            case "complete":
                self._end(message["id"])

    async def _init(self, params: dict[str, Any]) -> None:
        if self._init_received:
            self._close(4429, "Too many initialisation requests")
            return
        self._init_received = True
        self._timer.cancel()
        token = next((value for name, value in params.items() if name.lower() == "authorization"), None)
        locale = locale_told(params.get("locale"), self._locale)
        try:
            context = await self._callers.of(token, clock=self._clock, locale=locale)
        except Unauthenticated as unknown:
            self._close(4403, unknown.code)
            return
        try:
            self._left = self._callers.enter(context)
        except TooManyConnections as refusal:
            self._close(4429, refusal.code)
            return
        self._context = context
        self.say({"type": "connection_ack"})
        expires_at = context.viewer.expires_at
        if expires_at is not None:
            self._timer = self._later((expires_at - datetime.now(UTC)).total_seconds(), self._expire)

    def _subscribe(self, name: str, payload: dict[str, Any], size: int) -> None:
        if self._context is None:
            self._close(4401, "Unauthorized")
        elif name in self.operations:
            self._close(4409, f"Subscriber for {name} already exists")
        else:
            try:
                self._take_one_more(size)
            except Refusal as refusal:
                self.say_errors(name, refused(refusal, self.context))
            else:
                self.operations[name] = Operation(self, name, payload, size)

    def _take_one_more(self, size: int) -> None:
        """Raises TooManyOperations, OperationsTooLarge, and what asking too often raises."""
        settings = self._callers.running.settings
        if len(self.operations) >= settings.socket_operations:
            raise TooManyOperations(limit=settings.socket_operations)
        held, limit = sum(one.size for one in self.operations.values()), 2 * settings.body_bytes
        # One as large as may be is taken beside others that are not.
        if held + size > limit:
            raise OperationsTooLarge(characters=held + size, limit=limit)
        self._callers.take(self.context)

    def text(self, payload: dict[str, Any], context: Context) -> str:
        """Of the document that is asked for. Raises NotExecuted."""
        return self._callers.running.trusted.text(payload.get("query") or "", named_of(payload), context.allowance)

    def _end(self, name: str) -> None:
        operation = self.operations.pop(name, None)
        if operation is not None:
            operation.stop()

    def _expire(self) -> None:
        """Ends everything and the connection itself: a client that connects anew brings a token that is good."""
        over = refused(expired(), self.context)
        for name in list(self.operations):
            self._end(name)
            self.say_errors(name, over)
        self._close(4403, "TOKEN_EXPIRED")

    def _drop(self) -> None:
        """For a client that does not read what it is sent: what it has not read is forgotten, not kept."""
        for name in list(self.operations):
            self._end(name)
        self._close(SLOW_READER, f"{TooSlow.code}: connect again and subscribe with `after`")

    def _close(self, code: int, reason: str) -> None:
        self._outbox.close(code, reason)
        # Told if it reads on; if not, the connection ends without a word.
        self._patience.reschedule(asyncio.get_running_loop().time() + SLOW_SECONDS)

    def say(self, message: dict[str, Any]) -> None:
        self._outbox.put(encoded(message).decode())

    def say_text(self, text: str) -> None:
        self._outbox.put(text)

    def say_errors(self, name: str, result: ExecutionResult) -> None:
        errors = [error.formatted for error in result.errors or ()]
        self.say({"id": name, "type": "error", "payload": errors})

    async def room(self) -> None:
        await self._outbox.room()

    @staticmethod
    def _later(seconds: float, then: Callable[..., None], *told: Any) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, then, *told)


class Operation:
    """One operation of a connection; the outlet of its answers where it is a subscription."""

    __slots__ = ("_connection", "_head", "_name", "_subscriber", "_task", "size")

    def __init__(self, connection: Connection, name: str, payload: dict[str, Any], size: int) -> None:
        self.size = size
        """Of its message, in characters: a subscription keeps its name and variables for as long as it goes on."""
        self._connection = connection
        self._name = name
        self._head = f'{{"id":{encoded(name).decode()},"type":"next","payload":'
        self._subscriber: Subscriber | None = None
        self._task: asyncio.Task[None] | None = asyncio.create_task(self._run(payload))

    def tell(self, payload: str) -> None:
        if self._is_under_way:
            self._connection.say_text(f"{self._head}{payload}}}")

    def end(self, last: ExecutionResult | None = None) -> None:
        if not self._is_under_way:
            return
        # Before the last message, so that the client may use the name again as soon as it has that.
        del self._connection.operations[self._name]
        if last is None:
            self._connection.say({"id": self._name, "type": "complete"})
        else:
            self._connection.say_errors(self._name, last)

    async def room(self) -> None:
        await self._connection.room()

    def stop(self) -> None:
        """By the client, or with the connection: nothing more is said."""
        if self._task is not None:
            self._task.cancel()
        if self._subscriber is not None:
            schema.leave(self._subscriber)

    @property
    def _is_under_way(self) -> bool:
        return self._connection.operations.get(self._name) is self

    async def _run(self, payload: dict[str, Any]) -> None:
        try:
            await self._begin(payload)
        except Exception as error:
            # No other words: they may be the client's.
            log.error("unexpected %s in an operation", type(error).__name__)
            self.end()
        finally:
            # Nothing more of it is needed by a subscription that goes on.
            self._task = None

    async def _begin(self, payload: dict[str, Any]) -> None:
        name = payload.get("operationName")
        variables = payload.get("variables") or {}
        context = self._connection.context.for_operation()
        try:
            require_current(context)
            query = self._connection.text(payload, context)
            prepared = schema.documents.prepare(query, name, variables, context.allowance)
        except Unauthenticated as over:
            self.end(refused(over, context))
        except NotExecuted as refusal:
            self.end(not_executed(refusal, context))
        else:
            if prepared.operation.operation is OperationType.SUBSCRIPTION:
                self._subscriber = await schema.follow(query, variables, name, context, self)
            else:
                result = await schema.execute(query, variables, context, operation_name=name)
                await self._answer(result)

    async def _answer(self, result: ExecutionResult) -> None:
        if not was_executed(result):
            self.end(result)
            return
        await self.room()
        self.tell(encoded(told(result)).decode())
        self.end()


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
    kinds = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
    if not all(payload.get(name) is None or isinstance(payload[name], kind) for name, kind in kinds.items()):
        return False
    try:
        named = named_of(payload)
    except Refusal:
        return False
    return named is not None or isinstance(payload.get("query"), str)

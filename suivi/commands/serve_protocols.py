"""Uvicorn's protocol for HTTP, with bounds where it has none: on the head of a request, its first line and headers."""

from asyncio import TimerHandle, Transport
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_HEAD_BYTES = 64 * 1024
"""Of a head that has arrived. One under way may be larger by what the system hands over at once."""
TOO_LARGE = "The first line and headers of a request have at most 65536 bytes."


def protocol_of(head_seconds: float) -> type[HttpToolsProtocol]:
    """`head_seconds` is how long a head may take to arrive, and a connection between two requests to send one."""
    return type("HttpProtocol", (HttpProtocol,), {"head_seconds": head_seconds})


class HttpProtocol(HttpToolsProtocol):
    head_seconds: ClassVar[float] = 10

    def __init__(self, *told: Any, **rest: Any) -> None:
        super().__init__(*told, **rest)
        self._is_open = False
        """Whether part of a head has arrived, or of the trailers that may follow a body in chunks."""
        self._before = 0
        """Bytes of it that arrived before the latest data."""
        self._latest = 0
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_open, self._latest = self._is_open, len(data)
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            # It is a WebSocket by now, which waits for no head.
            return
        if self._is_open:
            self._before += self._latest if was_open else 0
            if self._before > MOST_HEAD_BYTES:
                self._refuse(431, TOO_LARGE)
        if self._timer is None and (self._is_open or not self._is_answering):
            self._wait()

    def on_message_begin(self) -> None:
        self._is_open, self._before = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_open = False
        self._stop_waiting()
        if self._before + self._latest > MOST_HEAD_BYTES and self._head_bytes() > MOST_HEAD_BYTES:
            raise HeadTooLarge
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._before = self._latest = 0
        super().on_body(body)

    def on_chunk_header(self) -> None:
        # The last chunk is empty, and trailers are headers that come after it.
        self._is_open = True

    def on_chunk_complete(self) -> None:
        self._is_open = False

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser met, what is raised here included."""
        if self._head_bytes() > MOST_HEAD_BYTES:
            self._refuse(431, TOO_LARGE)
        else:
            self._refuse(400, msg)

    def handle_websocket_upgrade(self) -> None:
        if self.scope["method"] != "GET":
            self._refuse(400, "A WebSocket is opened by GET.")
            return
        super().handle_websocket_upgrade()
        handed = cast(WebSocketsSansIOProtocol, self.transport.get_protocol())
        if not handed.handshake_initiated:
            # The library has bounds of its own, and uvicorn does not send what it says about them.
            self.transport.write(b"".join(handed.conn.data_to_send()))
            self.transport.close()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _head_bytes(self) -> int:
        if self.headers is None:
            # Nothing of a head was understood.
            return 0
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._is_answering:
            # The next request is late, not this one.
            self.cycle.keep_alive = False
        elif self._is_open:
            self._refuse(408, f"The headers of the request did not arrive within {self.head_seconds:g} seconds.")
        else:
            self.transport.close()

    def _refuse(self, status: int, sentence: str) -> None:
        if not self._is_answering:
            told = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(sentence))]
            headers = [*self.server_state.default_headers, *told, (b"connection", b"close")]
            lines = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(b"%s%s\r\n%s" % (STATUS_LINE[status], lines, sentence.encode()))
        # Otherwise the words would be taken for part of the answer under way.
        self.transport.close()


class HeadTooLarge(Exception):  # noqa: N818 - ends the parsing
    """The head has arrived, and is larger than allowed."""

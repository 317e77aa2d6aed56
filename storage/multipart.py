"""Reads an upload form as it arrives: its fields, then the bytes of its one file, never holding more than a chunk."""

from collections.abc import AsyncGenerator, AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from suivi.storage.tickets import Denied

_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 8 * 1024
_MAX_HEADER_BYTES = 2 * 1024


class ReceivedForm:
    """`fields()` first, then `file()`. Both raise `Denied` for what is no such form, and when it breaks off."""

    def __init__(self, content_type: str, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._parts = _Parts()
        self._parser = _parser(content_type, self._parts)
        self._pending = b""

    async def fields(self) -> dict[str, str]:
        """Every field before the file."""
        while not self._parts.in_file:
            self._pending = self._feed(await self._next_chunk())
        return self._parts.fields

    async def file(self) -> AsyncGenerator[bytes, None]:
        if self._pending:
            yield self._pending
        while not self._parts.ended:
            if data := self._feed(await self._next_chunk()):
                yield data

    async def drain(self, max_bytes: int) -> bool:
        """Read on, so that a client still sending gets to read the answer; False when it would send yet more."""
        async for chunk in self._stream:
            max_bytes -= len(chunk)
            if max_bytes < 0:
                return False
        return True

    async def _next_chunk(self) -> bytes:
        async for chunk in self._stream:
            return chunk
        raise _malformed()

    def _feed(self, chunk: bytes) -> bytes:
        """Parse a chunk and give the file's bytes in it."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed() from error
        return self._parts.take_file_bytes()


class _Parts:
    """What the parser found so far."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.in_file = False
        self.ended = False
        self._header_name = b""
        self._header_value = b""
        self._name = ""
        self._data = bytearray()

    def take_file_bytes(self) -> bytes:
        if not self.in_file:
            return b""
        taken = bytes(self._data)
        self._data.clear()
        return taken

    def on_part_begin(self) -> None:
        # S3 ignores what follows the file; nothing we give out has anything there.
        if self.in_file or len(self.fields) >= _MAX_FIELDS:
            raise _malformed()
        self._name = ""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            _, options = parse_options_header(self._header_value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        if not self._name or self._name in self.fields:
            raise _malformed()
        self.in_file = self._name == "file"

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]
        if not self.in_file and len(self._data) > _MAX_FIELD_BYTES:
            raise _malformed()

    def on_part_end(self) -> None:
        if not self.in_file:
            self.fields[self._name] = self._data.decode("utf-8", "replace")
            self._data.clear()

    def on_end(self) -> None:
        self.ended = True


def _parser(content_type: str, parts: _Parts) -> MultipartParser:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise _malformed()
    try:
        return MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": parts.on_part_begin,
                "on_header_field": parts.on_header_field,
                "on_header_value": parts.on_header_value,
                "on_header_end": parts.on_header_end,
                "on_headers_finished": parts.on_headers_finished,
                "on_part_data": parts.on_part_data,
                "on_part_end": parts.on_part_end,
                "on_end": parts.on_end,
            },
            max_header_size=_MAX_HEADER_BYTES,
        )
    except FormParserError as error:
        raise _malformed() from error


def _malformed() -> Denied:
    return Denied("MalformedPOSTRequest", "The body is not a whole upload form ending with its file.", status=400)

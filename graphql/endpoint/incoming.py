"""A request as it came in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from starlette.types import Receive, Scope

from suivi.graphql.endpoint.accepting import LONGEST_HEADER

Headers = Mapping[str, str]
"""By name in lower case."""
LISTS = (b"accept", b"content-encoding")
"""Headers that may come in several, which together are one."""


@dataclass(frozen=True, slots=True)
class Incoming:
    scope: Scope
    receive: Receive
    headers: Headers

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> "Incoming":
        # Of several with one name the first counts, as it does for Starlette.
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
        if len(headers) < len(scope["headers"]):
            headers |= _together(scope["headers"])
        return cls(scope, receive, headers)

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def query_string(self) -> bytes:
        found: bytes = self.scope["query_string"]
        return found

    @property
    def media_type(self) -> tuple[str, str]:
        """Of the body, and its character set."""
        header = self.headers.get("content-type", "")
        return _media_type(header) if len(header) <= LONGEST_HEADER else ("", "")


def _together(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    told: dict[str, list[str]] = {}
    for name, value in headers:
        if name in LISTS:
            told.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return {name: ", ".join(values) for name, values in told.items()}


@lru_cache(maxsize=200)
def _media_type(header: str) -> tuple[str, str]:
    kind, *parameters = header.lower().split(";")
    told = {name.strip(): value.strip() for name, _, value in (parameter.partition("=") for parameter in parameters)}
    return kind.strip(), told.get("charset", "utf-8").strip('"')

"""R-210: what a client accepts, and what it is given."""

import tracemalloc

import pytest

from suivi.graphql.endpoint.accepting import Accepted
from suivi.graphql.endpoint.incoming import Incoming

NEW, OLD = "application/graphql-response+json", "application/json"


@pytest.mark.parametrize(
    ("header", "json", "events"),
    [
        (None, OLD, False),
        ("", OLD, False),
        ("*/*", OLD, False),
        ("application/*", OLD, False),
        (OLD, OLD, False),
        (NEW, NEW, False),
        (f"{NEW}, {OLD};q=0.9", NEW, False),
        (f"{OLD};q=0.9, {NEW};q=0.8", OLD, False),
        (f"{NEW};q=0, {OLD}", OLD, False),
        (f"{NEW}, */*", NEW, False),
        (f"{OLD}, {NEW}", OLD, False),
        (f"{NEW}; charset=utf-8", NEW, False),
        (f"{NEW}; charset=latin-1", None, False),
        ("text/event-stream", None, True),
        (f"{NEW}, application/graphql+json, {OLD}, text/event-stream, multipart/mixed", NEW, True),
        ("text/html", None, False),
        (f"{OLD};q=nonsense", None, False),
        (f"{OLD};q=nan", None, False),
        (f"{OLD};q=inf, text/event-stream;q=-nan", None, False),
        (f"{NEW};q=nan, {OLD};q=0.1", OLD, False),
        (";q=,;;=,q=nan", None, False),
        (f"{OLD}, " + "a," * 480, OLD, False),
        (f"{OLD}, " + "a," * 600, None, False),
        ("APPLICATION/JSON", OLD, False),
    ],
)
def test_the_best_that_both_know_is_given(header: str | None, json: str | None, events: bool) -> None:
    accepted = Accepted.of(header)

    assert (accepted.json, accepted.events) == (json, events)


async def nothing() -> dict[str, str]:
    return {"type": "http.disconnect"}


def test_headers_that_nobody_needs_take_no_memory() -> None:
    """R-214: without a token, two hundred of them are remembered."""
    tracemalloc.start()
    for n in range(50):
        large = f"a/{n}" + "x" * 100_000
        assert Accepted.of(large).nothing
        assert Incoming.of({"headers": [(b"content-type", large.encode())]}, nothing).media_type[0] == ""
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000

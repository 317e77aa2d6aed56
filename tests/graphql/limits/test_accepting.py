"""R-210: what a client accepts, and what it is given."""

import pytest

from suivi.graphql.endpoint.accepting import Accepted

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
        ("APPLICATION/JSON", OLD, False),
    ],
)
def test_the_best_that_both_know_is_given(header: str | None, json: str | None, events: bool) -> None:
    accepted = Accepted.of(header)

    assert (accepted.json, accepted.events) == (json, events)

"""What a page in a browser needs of the endpoint, and what a stranger's request gets."""

import re

import pytest

from suivi.core.access.viewer import Role
from suivi.core.documents.words import LANGUAGES
from tests.services.suivi import Suivi

pytestmark = pytest.mark.once


async def test_a_page_on_another_origin_may_call_with_its_token(running: Suivi) -> None:
    """No cookie takes part, so any origin may ask; the token decides."""
    preflight = await running.http.options(
        "/graphql",
        headers={
            "origin": "https://partner.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"


async def test_a_request_without_a_token_is_told_what_to_send(running: Suivi) -> None:
    """R-014."""
    answer = await running.http.post("/graphql", json={"query": "{ viewer { role } }"})

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_MISSING"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_health_says_ok_while_the_database_answers(running: Suivi) -> None:
    assert (await running.http.get("/health")).json() == {"status": "ok"}


async def test_the_link_of_a_notice_shows_nothing_about_anybody(running: Suivi) -> None:
    """R-175."""
    page = await running.http.get("/open/0190a0c0-0000-7000-8000-000000000000")

    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "0190a0c0" not in page.text
    assert set(re.findall(r'lang="(\w+)"', page.text)) == set(LANGUAGES)


async def test_a_request_too_deep_or_too_large_is_refused_with_a_code(running: Suivi) -> None:
    """R-212."""
    headers = {
        "authorization": f"Bearer {running.token(Role.OPERATOR, 'operator')}",
        "content-type": "application/json",
    }
    deep = b'{"query":' + b"[" * 100_000 + b"}"

    too_deep = await running.http.post("/graphql", content=deep, headers=headers)
    too_large = await running.http.post("/graphql", content=b" " * (2 * 1024 * 1024 + 1), headers=headers)

    refused = [
        (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) for answer in (too_deep, too_large)
    ]
    assert refused == [(400, "TOO_MANY_VALUES"), (413, "BODY_TOO_LARGE")]

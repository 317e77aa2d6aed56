"""What a page in a browser needs of the endpoint, and what a stranger's request gets."""

from tests.services.suivi import Suivi


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

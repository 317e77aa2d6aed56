"""Handing mail to a real server, and what its refusals mean (R-231, R-232)."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from suivi.core.adapters import NotDelivered, Notice
from suivi.core.registry import Registry
from suivi.plugins.email import EmailPlugin, email_adapter
from suivi.plugins.email.sending import Route, StartTls
from tests.services.smtp import SmtpServer

SENDER = "Suivi <notices@suivi.example>"


def a_notice(**values: Any) -> Notice:
    return Notice(
        **{
            "event_id": UUID(int=1),
            "delivery_id": uuid4(),
            "kind": "complication_reported",
            "to": "aftercare@duna.example",
            "locale": "ko",
            "link": "https://suivi.example/open/2",
            "urgent": True,
            **values,
        }
    )


async def send(smtp_url: str | None, **values: Any) -> None:
    adapter = email_adapter(smtp_url, SENDER)
    assert adapter.notify
    await adapter.notify(a_notice(**values))


async def failure(smtp_url: str | None, **values: Any) -> tuple[str, bool]:
    with pytest.raises(NotDelivered) as refused:
        await send(smtp_url, **values)
    return refused.value.reason_code, refused.value.permanent


async def test_a_mail_arrives_in_the_clinics_mailbox(smtp: SmtpServer) -> None:
    await send(smtp.url)

    [mail] = smtp.mailbox

    assert (mail["To"], smtp.recipients) == ("aftercare@duna.example", ["aftercare@duna.example"])
    assert mail["From"] == SENDER
    assert mail["Subject"] == "[긴급] 합병증이 보고되었습니다"


async def test_many_mails_at_once_all_arrive(smtp: SmtpServer) -> None:
    adapter = email_adapter(smtp.url, SENDER)
    assert adapter.notify

    await asyncio.gather(*(adapter.notify(a_notice()) for _ in range(30)))

    assert len({mail["Message-ID"] for mail in smtp.mailbox}) == 30


async def test_mail_goes_encrypted_and_logged_in_where_the_server_wants_it(
    smtp_tls: SmtpServer, certificate: Path
) -> None:
    await send(f"{smtp_tls.url}?ca={certificate}")

    assert len(smtp_tls.mailbox) == 1


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(smtp_tls: SmtpServer) -> None:
    refused = await failure(smtp_tls.url)

    assert refused == ("SMTP_TLS", False)


async def test_a_wrong_password_is_for_the_operator_to_mend(smtp_tls: SmtpServer, certificate: Path) -> None:
    url = smtp_tls.url.replace("correct", "wrong")

    refused = await failure(f"{url}?ca={certificate}")

    assert refused == ("SMTP_AUTH", False)


async def test_a_password_is_not_sent_to_a_server_that_does_not_encrypt(smtp: SmtpServer) -> None:
    url = smtp.url.replace("smtp://", "smtp://user:secret@")

    refused = await failure(url)

    assert refused == ("SMTP_UNREACHABLE", False)


async def test_a_server_that_is_down_is_tried_again(smtp: SmtpServer) -> None:
    smtp.stop()

    refused = await failure(smtp.url)

    assert refused == ("SMTP_UNREACHABLE", False)


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        ("451 4.3.0 Try later", ("SMTP_TEMPORARY", False)),
        ("452 4.2.2 Mailbox full", ("SMTP_TEMPORARY", False)),
        ("550 5.1.1 No such mailbox", ("SMTP_REFUSED", True)),
    ],
)
async def test_a_refusal_is_for_good_only_when_the_server_says_so(
    smtp: SmtpServer, reply: str, meaning: tuple[str, bool]
) -> None:
    smtp.fail_with(reply)

    refused = await failure(smtp.url)

    assert refused == meaning


async def test_a_mailbox_in_another_script_is_reached(smtp: SmtpServer) -> None:
    await send(smtp.url, to="고객@병원.example")

    [recipient] = smtp.recipients

    assert recipient == "고객@xn--om3bw6p.example"


async def test_without_a_mail_server_notices_wait() -> None:
    refused = await failure(None)

    assert refused == ("NOT_CONFIGURED", False)


def test_the_url_says_everything_about_the_way() -> None:
    named = Route.parse("smtp://mail%40er:p%2Fw@mail.example")
    encrypted = Route.parse("smtps://mail.example")
    open_way = Route.parse("smtp://localhost:2525?starttls=never")

    assert (named.user, named.password, named.port, named.start_tls) == ("mail@er", "p/w", 587, StartTls.REQUIRE)
    assert (encrypted.tls, encrypted.port, encrypted.start_tls) == (True, 465, StartTls.NEVER)
    assert (open_way.port, open_way.start_tls) == (2525, StartTls.NEVER)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://user:hunter2/x@mail.example",
        "smtp://user:hunter2@mail.example?starttls=perhaps",
        "smtp://user:hunter2@mail.example?cert=x",
        "smtp://user:hunter2@mail.example:99999",
    ],
)
def test_a_url_that_cannot_be_used_stops_the_start_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="SUIVI_SMTP_URL is not") as refused:
        Route.parse(url)

    assert "hunter2" not in f"{refused.value!r}{refused.value.__cause__!r}"
    assert refused.value.__suppress_context__


def test_the_plugin_is_found_as_any_other() -> None:
    installed = Registry.load(only=["email"])
    given = Registry.load(only=[], extra=[EmailPlugin("smtp://localhost", SENDER)])

    assert list(installed.adapters) == list(given.adapters) == ["email"]
    assert "hu" in installed.plugins[0].locales

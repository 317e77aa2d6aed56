"""Handing a mail to the mail server, and what its refusals mean for the notice.

A connection a mail: the few mails there are do not repay sessions that go stale and have to be closed.
"""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from enum import Enum
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from suivi.core.adapters import NotDelivered, Notice
from suivi.plugins.email.mail import compose, sender_address

TIMEOUT = 15.0
"""Seconds for a whole mail."""


class StartTls(Enum):
    """As aiosmtplib takes it; AUTO: where the server offers it."""

    AUTO = None
    REQUIRE = True
    NEVER = False


_START_TLS = {choice.name.lower(): choice for choice in StartTls}


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way to the mail server."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: bool
    """From the first byte, as `smtps://` has it."""
    start_tls: StartTls
    trust: ssl.SSLContext = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """`smtp://user:password@host:587?starttls=auto|require|never&ca=/path.pem` or `smtps://host:465`.

        With a user, STARTTLS is required unless the URL says otherwise. Raises ValueError, OSError for an unusable ca.
        """
        try:
            return cls._parsed(url)
        except ValueError:
            # Without its cause, which may quote the password.
            raise ValueError("SUIVI_SMTP_URL is not smtp://user:password@host:587 or smtps://host:465") from None

    @classmethod
    def _parsed(cls, url: str) -> Self:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        start_tls = _START_TLS.get(options.pop("starttls", "require" if parts.username else "auto"))
        trust = ssl.create_default_context(cafile=options.pop("ca", None))
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or start_tls is None or options:
            raise ValueError
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if parts.username else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            start_tls=StartTls.NEVER if tls else start_tls,
            trust=trust,
        )


class NoMailer:
    async def notify(self, notice: Notice) -> None:
        raise NotDelivered("NOT_CONFIGURED", permanent=False)


class Mailer:
    def __init__(self, route: Route, mail_from: str) -> None:
        self._route = route
        self._sender = sender_address(mail_from)

    async def notify(self, notice: Notice) -> None:
        mail = compose(notice, self._sender, at=datetime.now(UTC))
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._send(mail)
        except (SMTPException, OSError) as error:
            raise _meaning(error) from error

    async def _send(self, mail: EmailMessage) -> None:
        session = self._session()
        try:
            await session.connect()
            await session.send_message(mail)
            # The mail is taken; how the goodbye goes changes nothing.
            with suppress(SMTPException, OSError):
                await session.quit(timeout=1)
        finally:
            session.close()

    def _session(self) -> "Session":
        route = self._route
        return Session(
            hostname=route.host,
            port=route.port,
            username=route.user,
            password=route.password,
            use_tls=route.tls,
            start_tls=route.start_tls.value,
            tls_context=route.trust,
            timeout=TIMEOUT,
            # Else aiosmtplib asks DNS for this machine's name, which may take long where nobody answers.
            local_hostname=self._sender.domain,
        )


class Session(SMTP):
    """A connection that is gone when it is closed, whether or not the server takes part in ending TLS."""

    def close(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


def _meaning(error: Exception) -> NotDelivered:
    """Only a refusal of this recipient or of this mail is for good; everything else somebody can mend."""
    match error:
        case SMTPRecipientsRefused():
            return _refused(error.recipients[0].code)
        case SMTPDataError():
            return _refused(error.code)
        case SMTPNotSupported():
            return NotDelivered("SMTP_REFUSED", permanent=True)
        case SMTPAuthenticationError() | SMTPSenderRefused(code=530):
            return NotDelivered("SMTP_AUTH", permanent=False)
        case SMTPSenderRefused() if error.code >= 500:
            return NotDelivered("SMTP_SENDER_REFUSED", permanent=False)
        case SMTPResponseException():
            return NotDelivered("SMTP_TEMPORARY", permanent=False)
        case _ if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return NotDelivered("SMTP_TLS", permanent=False)
        case _:
            return NotDelivered("SMTP_UNREACHABLE", permanent=False)


def _refused(code: int) -> NotDelivered:
    if code >= 500:
        return NotDelivered("SMTP_REFUSED", permanent=True)
    return NotDelivered("SMTP_TEMPORARY", permanent=False)

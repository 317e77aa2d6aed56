"""A real SMTP server in a thread, which keeps what it receives and fails on request."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.services.certificates import server_context
from tests.services.ports import free_port

USER, PASSWORD = "notices", "correct horse"


class SmtpServer:
    """Listens on one port of 127.0.0.1 for as long as it lives, through `stop()` and `start()` again.

    With a certificate it takes mail only after STARTTLS and a login with the user and password of its `url`.
    """

    def __init__(self, *, certificate: Path | None = None) -> None:
        self.certificate = certificate
        self.port = free_port()
        self.mailbox: list[EmailMessage] = []
        self.recipients: list[str] = []
        self._reply: str | None = None
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        login = f"{USER}:{PASSWORD.replace(' ', '%20')}@" if self.certificate else ""
        return f"smtp://{login}127.0.0.1:{self.port}"

    def start(self) -> None:
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._protection())
        controller.start()
        self._controller = controller

    def stop(self) -> None:
        """Connections are refused until `start()`; stopping twice is harmless."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def wait_for(self, mails: int, *, seconds: float = 10) -> None:
        """Returns once that many mails have arrived. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.mailbox) < mails:
                await asyncio.sleep(0.02)

    def fail_with(self, reply: str | None) -> None:
        """Answer every mail with this reply, `451 4.3.0 Try later` for instance; None takes mail again.

        Raises ValueError for a reply that does not refuse (4xx or 5xx and a text).
        """
        if reply is not None and not re.fullmatch(r"[45]\d\d .+", reply):
            raise ValueError(f"not an SMTP refusal: {reply}")
        self._reply = reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self._reply:
            return self._reply
        self.mailbox.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 2.0.0 Taken"

    def _protection(self) -> dict[str, Any]:
        if self.certificate is None:
            return {}
        return {
            "tls_context": server_context(self.certificate),
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _authenticate,
        }


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=login == known, handled=False)

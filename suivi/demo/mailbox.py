"""The clinic's mailbox: a mail server of the demo's own, which keeps each mail as a file."""

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Listens on a free port of 127.0.0.1 between `start()` and `stop()`; mails of earlier runs are still in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    @property
    def mails(self) -> list[EmailMessage]:
        """The first one first."""
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def mail_of(self, delivery: UUID) -> EmailMessage:
        """The mail that a delivery has sent. Raises LookupError."""
        for mail in self.mails:
            if str(delivery) in mail["Message-ID"]:
                return mail
        raise LookupError(f"no mail of delivery {delivery}")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        number = len(list(self.folder.glob("*.eml"))) + 1
        draft = self.folder / f"{number:04}.part"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(draft.with_suffix(".eml"))
        return "250 2.0.0 Taken"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port

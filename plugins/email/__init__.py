"""Notices by e-mail: makes a clinic with no software at all a full participant (R-231)."""

import os

from suivi.core.adapters import Adapter, Capability
from suivi.core.hookspecs import HOOKS_VERSION, hookimpl
from suivi.core.specialties.model import Manifest
from suivi.plugins.email.mail import LOCALES
from suivi.plugins.email.sending import Mailer, NoMailer, Route

__all__ = ["EmailPlugin", "adapter", "email_adapter", "manifest"]


def email_adapter(smtp_url: str | None, mail_from: str) -> Adapter:
    """Without an address of a mail server, notices are not delivered and wait.

    Raises ValueError, without the password, for a URL or sender that cannot be used.
    """
    mailer = Mailer(Route.parse(smtp_url), mail_from) if smtp_url else NoMailer()
    return Adapter(id="email", capabilities=frozenset({Capability.NOTIFY}), notify=mailer.notify)


@hookimpl
def manifest() -> Manifest:
    return Manifest(id="email", version="1.0.0", hooks=HOOKS_VERSION, locales=LOCALES)


@hookimpl
def adapter() -> Adapter:
    return email_adapter(
        os.environ.get("SUIVI_SMTP_URL") or None,
        os.environ.get("SUIVI_MAIL_FROM") or "suivi@localhost.localdomain",
    )


class EmailPlugin:
    """The same plugin with settings of its own, for `Registry.load(extra=...)` in place of the installed one."""

    __name__ = "email"

    def __init__(self, smtp_url: str | None, mail_from: str) -> None:
        self._adapter = email_adapter(smtp_url, mail_from)

    @hookimpl
    def manifest(self) -> Manifest:
        return manifest()

    @hookimpl
    def adapter(self) -> Adapter:
        return self._adapter

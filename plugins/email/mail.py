"""What a notice says. It has a link and no word about the case, whoever reads the mailbox (R-175)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape
from pathlib import Path
from typing import Any

import yaml
from email_validator import EmailNotValidError, validate_email

from suivi.core.adapters import NotDelivered, Notice

TEXTS: Mapping[str, Mapping[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8"))
    for file in sorted((Path(__file__).parent / "locale").glob("*.yaml"))
}
LOCALES = ("en", *(locale for locale in TEXTS if locale != "en"))


def compose(notice: Notice, sender: Address, *, at: datetime) -> EmailMessage:
    """The mail of a notice; every attempt has the same Message-ID. Raises NotDelivered for an unusable mailbox."""
    locale, texts = _texts(notice.locale)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = mailbox(notice.to)
    mail["Date"] = at.astimezone(UTC)
    mail["Message-ID"] = f"<{notice.event_id}.{notice.delivery_id}@{sender.domain}>"
    mail["Subject"] = _subject(notice, texts)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if notice.urgent:
        mail["Importance"] = "high"
    # Quoted-printable passes through servers that take only ASCII.
    mail.set_content(_plain(notice, texts), cte="quoted-printable")
    mail.add_alternative(_html(notice, texts, locale), subtype="html", cte="quoted-printable")
    # Only now: what is said of the content before it has parts would move into the first one.
    mail["Content-Language"] = locale
    return mail


def mailbox(address: str) -> Address:
    """The address with its domain as DNS has it (`xn--...`). Raises NotDelivered."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NotDelivered("ADDRESS_UNUSABLE", permanent=True) from error
    return Address(username=checked.local_part, domain=checked.ascii_domain)


def sender_address(text: str) -> Address:
    """`Suivi <notices@example.org>` or the bare address. Raises ValueError."""
    name, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    if not (local and domain and text.isprintable()):
        raise ValueError("the sender of notices is not an e-mail address")
    return Address(display_name=name, username=local, domain=domain.encode("idna").decode())


def _texts(tag: str) -> tuple[str, Mapping[str, Any]]:
    locale = next((found for found in (tag, tag.split("-")[0]) if found in TEXTS), "en")
    return locale, TEXTS[locale]


def _of_kind(texts: Mapping[str, str], kind: str) -> str:
    return texts.get(kind, texts["other"])


def _subject(notice: Notice, texts: Mapping[str, Any]) -> str:
    subject = _of_kind(texts["subject"], notice.kind)
    return str(texts["urgent_subject"]).format(subject=subject) if notice.urgent else subject


def _plain(notice: Notice, texts: Mapping[str, Any]) -> str:
    told = [*_says(notice, texts), f"{texts['open']}\n{notice.link}", *_ends(texts), *_means(notice)]
    return "\n\n".join(told)


def _html(notice: Notice, texts: Mapping[str, Any], locale: str) -> str:
    link = f'<a href="{escape(notice.link)}">{escape(texts["open_link"])}</a>'
    lines = [*map(escape, _says(notice, texts)), link, *map(escape, _ends(texts))]
    paragraph = f'<p lang="{escape(notice.means_locale)}">' if notice.means_locale else "<p>"
    means = [f"{paragraph}{escape(part)}</p>" for part in _means(notice)]
    body = "\n".join([*(f"<p>{line}</p>" for line in lines), *means])
    title = escape(_subject(notice, texts))
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!DOCTYPE html>\n<html lang="{locale}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def _ends(texts: Mapping[str, Any]) -> list[str]:
    return [texts["no_data"], texts["automatic"]]


def _means(notice: Notice) -> list[str]:
    """Its last paragraph ends with its version."""
    means = f"{notice.means} [{notice.means_version}]" if notice.means_version else notice.means
    return [part for part in means.split("\n\n") if part]


def _says(notice: Notice, texts: Mapping[str, Any]) -> list[str]:
    says = _of_kind(texts["says"], notice.kind)
    return [says, texts["urgent"]] if notice.urgent else [says]

"""Links to the files of a confirmation: made for whoever may read it, and open to whoever holds them, for minutes."""

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from suivi.core.access.narrowing import fetch
from suivi.core.acting import Acting, House, action
from suivi.core.confirmations.models import Confirmation, ConfirmationRequest
from suivi.core.documents.canonical import Frozen
from suivi.core.events.log import append
from suivi.core.events.models import Event
from suivi.core.evidence.actions import LINK_LIVES, LinkExpired

PLACE = "/confirmations"


class FileFormat(StrEnum):
    PDF = "pdf"
    """PDF/A, signed, with the JSON inside."""
    JSON = "json"
    """The document with its signature."""


CONTENT_TYPES = {FileFormat.PDF: "application/pdf", FileFormat.JSON: "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    confirmation: Confirmation
    url: str = field(repr=False)
    expires_at: datetime


async def open_confirmation(by: Acting, confirmation_id: UUID, file_format: FileFormat) -> Opened:
    """Records that the viewer looked, and makes a link, as with evidence (R-207, R-243).

    A repeat is not recorded again; its link expires when the first one does. Raises LinkExpired afterwards.
    """
    confirmation = await fetch(Confirmation, by.viewer, confirmation_id, on=by.on, verb="open")
    look = await _record_look(by, confirmation_id, file_format)
    left = min(look.at + LINK_LIVES - by.at, LINK_LIVES)
    if left < timedelta(seconds=1):
        raise LinkExpired(field="idempotencyKey")
    expires_at = (by.house.wall_clock() + left).astimezone(UTC).replace(microsecond=0)
    url = _link(by.house, confirmation.id, file_format, expires=int(expires_at.timestamp()))
    return Opened(confirmation=confirmation, url=url, expires_at=expires_at)


@action(Event, shown=False)
async def _record_look(by: Acting, confirmation_id: UUID, file_format: FileFormat) -> Event:
    confirmation = await Confirmation.get(id=confirmation_id)
    request = await ConfirmationRequest.get(id=confirmation.request_id)
    told = {"confirmation": str(confirmation.id), "format": file_format.value}
    return await append(by, request, "confirmation_opened", told)


def _link(house: House, confirmation_id: UUID, file_format: FileFormat, *, expires: int) -> str:
    path = f"{PLACE}/{confirmation_id}.{file_format}"
    query = {"expires": expires, "signature": _signature(house, path, str(expires))}
    return f"{house.base_url}{path}?{urlencode(query)}"


def is_granted(house: House, path: str, *, expires: str, signature: str) -> bool:
    """Whether a link with these parts was made here, by any of the servers that share the audit key."""
    right = _signature(house, path, expires)
    return hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogatepass"))


def has_expired(house: House, expires: str) -> bool:
    return house.wall_clock() >= datetime.fromtimestamp(int(expires), UTC)


def _signature(house: House, path: str, expires: str) -> str:
    key = hmac.digest(house.audit_key, b"suivi confirmation link", "sha256")
    return hmac.digest(key, f"{path}\n{expires}".encode("utf-8", "surrogatepass"), "sha256").hex()


async def file_of(house: House, confirmation: Confirmation, file_format: FileFormat) -> bytes:
    """The same bytes every time, as long as the platform signs with the same key. Raises CertificateEnded."""
    # Typst and what writes CMS take 20 MB: only processes that make a file load them.
    from suivi.core.documents.json_file import json_file
    from suivi.core.documents.pdf import pdf_of

    frozen, key = Frozen(confirmation.document, confirmation.digest), house.signing.key
    signed_at = key.time_of(confirmation.signed_at)

    async def make() -> bytes:
        if file_format is FileFormat.JSON:
            return json_file(frozen, key, signed_at)
        return await pdf_of(frozen, key=key, signed_at=signed_at)

    return await house.signing.files.file((frozen.digest, signed_at, file_format), make)


def file_name(confirmation: Confirmation, file_format: FileFormat) -> str:
    return f"{confirmation.number}.{file_format}"

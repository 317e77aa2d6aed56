"""Whether a file is a document as it was signed, byte by byte. Needs the file and the platform's certificates only.

A stranger's file is never parsed as a PDF: the signature is found and verified over raw bytes first, and only what the
platform's key has signed is read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from suivi.core.documents.faults import Fault, NotAsSigned, Read
from suivi.core.documents.signing import Certificates, fingerprint
from suivi.core.documents.verifying_json import is_like_json, read_json
from suivi.core.documents.verifying_pdf import is_like_pdf, read_pdf

MOST_BYTES = 25 * 1024 * 1024

Kind: TypeAlias = Literal["pdf", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Without a `fault` the file is intact. What it says is here only where the platform's key has signed just that."""

    kind: Kind | None = None
    fault: Fault | None = None
    document: Mapping[str, Any] | None = None
    digest: str | None = None
    signed_at: datetime | None = None
    fingerprint: str | None = None
    """SHA-256 of the certificate that signed."""

    @property
    def intact(self) -> bool:
        return self.fault is None


def verify(content: bytes, certificates: Certificates) -> Verification:
    """Takes any bytes and raises nothing. `certificates` are the platform's, with those that vouch for them."""
    if len(content) > MOST_BYTES:
        return Verification(fault=Fault.TOO_LARGE)
    if is_like_pdf(content):
        return _verified("pdf", read_pdf, content, certificates)
    if is_like_json(content):
        return _verified("json", read_json, content, certificates)
    return Verification(fault=Fault.NOT_A_DOCUMENT)


def _verified(
    kind: Kind, read: Callable[[bytes, Certificates], Read], content: bytes, certificates: Certificates
) -> Verification:
    try:
        found = read(content, certificates)
    except NotAsSigned as error:
        return Verification(kind=kind, fault=error.fault)
    # Whoever made the file chose what goes wrong in it; nothing of that is worth more than that it is not ours.
    except Exception:
        return Verification(kind=kind, fault=Fault.CHANGED_SINCE)
    return Verification(
        kind=kind,
        fault=_doubt(found),
        document=found.document,
        digest=found.digest,
        signed_at=found.signed_at,
        fingerprint=fingerprint(found.certificate),
    )


def _doubt(found: Read) -> Fault | None:
    """What is wrong although the key has signed it."""
    own = found.certificate
    if not own.not_valid_before_utc <= found.signed_at <= own.not_valid_after_utc:
        return Fault.CERTIFICATE_NOT_VALID_THEN
    return None if found.faithful else Fault.REWRITTEN

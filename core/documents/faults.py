"""What a signed file says, or why it is not as it was signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from suivi.core.documents.signing import Certificates
from suivi.core.documents.words import spoken, words


class Fault(StrEnum):
    """The sentences are in `words/`."""

    NOT_A_DOCUMENT = "NOT_A_DOCUMENT"
    TOO_LARGE = "TOO_LARGE"
    NOT_SIGNED = "NOT_SIGNED"
    CUT_SHORT = "CUT_SHORT"
    ADDED_TO = "ADDED_TO"
    CHANGED_SINCE = "CHANGED_SINCE"
    SIGNATURE_BROKEN = "SIGNATURE_BROKEN"
    NOT_OURS = "NOT_OURS"
    CERTIFICATE_NOT_VALID_THEN = "CERTIFICATE_NOT_VALID_THEN"
    REWRITTEN = "REWRITTEN"
    """Signed as it says, and written anew since: the one fault that leaves no doubt about the content."""

    def sentence(self, locale: str = "en") -> str:
        return str(words(spoken(locale))["faults"][self.value])


class NotAsSigned(Exception):  # noqa: N818 - what was found
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file says, its signature being good. Not `faithful`: it is not byte by byte what was issued."""

    document: Mapping[str, Any]
    digest: str
    signed_at: datetime
    certificate: x509.Certificate
    faithful: bool = True


def require_ours(ders: list[bytes], certificates: Certificates) -> Certificates:
    """The certificates of a file, each of which is among those that are known. Raises NotAsSigned."""
    known = {one.public_bytes(Encoding.DER): one for one in certificates}
    if not ders or any(der not in known for der in ders):
        raise NotAsSigned(Fault.NOT_OURS)
    return tuple(known[der] for der in ders)

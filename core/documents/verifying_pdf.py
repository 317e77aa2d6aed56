"""A signed PDF, looked at as bytes until the signature is known to be good."""

import hashlib
import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from cryptography import x509

from suivi.core.documents.canonical import NotCanonical, freeze, thawed
from suivi.core.documents.cms import enveloped, opened, signed_attributes
from suivi.core.documents.faults import Fault, NotAsSigned, Read, require_ours
from suivi.core.documents.signing import Certificates, signed_by

_COVERED = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_MOST_DIGITS = 512 * 1024
_TAIL = 1024
_HEXADECIMAL = re.compile(rb"<([0-9A-F]+|[0-9a-f]+)>")


def is_like_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") or b"/ByteRange [" in content


def read_pdf(content: bytes, certificates: Certificates) -> Read:
    """Raises NotAsSigned, or anything at all where a stranger made the file."""
    covered, envelope = _parts(content)
    own = _signer(hashlib.sha256(covered).digest(), envelope, certificates)
    return _signed_content(content, own)


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """What is signed, and the signature as it stands between. The last one counts: it must cover the whole file."""
    place = content.rfind(b"/ByteRange")
    found = _COVERED.match(content, place) if place >= 0 else None
    if found is None:
        whole = b"%%EOF" in content[-_TAIL:]
        raise NotAsSigned(Fault.CUT_SHORT if not whole else Fault.NOT_SIGNED if place < 0 else Fault.CHANGED_SINCE)
    first, second, rest = map(int, found.groups())
    if second + rest != len(content):
        raise NotAsSigned(Fault.CUT_SHORT if second + rest > len(content) else Fault.ADDED_TO)
    between = content[first:second]
    if not 0 < first < second or len(between) > _MOST_DIGITS:
        raise NotAsSigned(Fault.CHANGED_SINCE)
    digits = _HEXADECIMAL.fullmatch(between)
    if digits is None or len(digits[1]) % 2:
        raise NotAsSigned(Fault.SIGNATURE_BROKEN)
    return content[:first] + content[second:], bytes.fromhex(digits[1].decode())


def _signer(digest: bytes, envelope: bytes, certificates: Certificates) -> x509.Certificate:
    """The certificate that signs this hash. Raises NotAsSigned."""
    try:
        said, signature, ders, serial = opened(envelope)
    except Exception:
        raise NotAsSigned(Fault.SIGNATURE_BROKEN) from None
    if said != digest:
        raise NotAsSigned(Fault.CHANGED_SINCE)
    given = require_ours(ders, certificates)
    own = next((one for one in given if one.serial_number == serial), None)
    if own is None or not signed_by(own, signature, signed_attributes(digest, own)):
        raise NotAsSigned(Fault.SIGNATURE_BROKEN)
    others = tuple(one for one in given if one != own)
    expected = enveloped(digest, (own, *others), lambda _: signature)
    if envelope != expected.ljust(len(envelope), b"\0"):
        raise NotAsSigned(Fault.SIGNATURE_BROKEN)
    return own


def _signed_content(content: bytes, own: x509.Certificate) -> Read:
    """Raises NotAsSigned where the key signed some other PDF than a document of ours."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader: Any = PdfFileReader(BytesIO(content), strict=False)
    try:
        # By its place, because a loop over the list would give references.
        attached = reader.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
        frozen = freeze(thawed(attached["/EF"]["/F"].data))
        printed = str(reader.trailer["/Info"]["/Keywords"])
        signed_at = _instant(str(reader.embedded_signatures[0].sig_object["/M"]))
    except (LookupError, ValueError, TypeError, NotCanonical):
        raise NotAsSigned(Fault.NOT_A_DOCUMENT) from None
    if printed != f"sha256:{frozen.digest}":
        raise NotAsSigned(Fault.CHANGED_SINCE)
    return Read(document=frozen.document, digest=frozen.digest, signed_at=signed_at, certificate=own)


def _instant(written: Any) -> datetime:
    return datetime.strptime(written, "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)

"""A signed JSON file."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from suivi.core.documents.canonical import Frozen, NotCanonical, freeze, thawed
from suivi.core.documents.faults import Fault, NotAsSigned, Read, require_ours
from suivi.core.documents.json_file import ALGORITHM, FORMAT, LONGEST_DOCUMENT, REGISTRY
from suivi.core.documents.signing import Certificates

_BEGINS = b'{"digest":"'
MOST_BYTES = LONGEST_DOCUMENT + 1024 * 1024
_KEYS = {"digest", "document", "format", "signature"}


def is_like_json(content: bytes) -> bool:
    return content.lstrip()[:1] == b"{" or FORMAT.encode() in content


def read_json(content: bytes, certificates: Certificates) -> Read:
    """Raises NotAsSigned, or anything at all where a stranger made the file."""
    if len(content) > MOST_BYTES:
        raise NotAsSigned(Fault.TOO_LARGE)
    file = _opened(content)
    frozen = freeze(file["document"])
    if frozen.digest != file["digest"]:
        raise NotAsSigned(Fault.CHANGED_SINCE)
    own, signed_at = _signer(file["signature"], frozen, certificates)
    return Read(
        document=frozen.document,
        digest=frozen.digest,
        signed_at=signed_at,
        certificate=own,
        faithful=rfc8785.dumps(file) == content,
    )


def _opened(content: bytes) -> dict[str, Any]:
    try:
        file = thawed(content)
        is_ours = file.get("format") == FORMAT and isinstance(file.get("document"), dict)
        if is_ours and not file.get("signature"):
            raise NotAsSigned(Fault.NOT_SIGNED)
        if is_ours and set(file) == _KEYS:
            return file
    except NotCanonical:
        pass
    if content.startswith(_BEGINS) and not content.endswith(b"}"):
        raise NotAsSigned(Fault.CUT_SHORT)
    was_ours = content.startswith(_BEGINS) or FORMAT.encode() in content
    raise NotAsSigned(Fault.CHANGED_SINCE if was_ours else Fault.NOT_A_DOCUMENT)


def _signer(signature: str, frozen: Frozen, certificates: Certificates) -> tuple[x509.Certificate, datetime]:
    """The certificate that signs the document, and when. Raises NotAsSigned."""
    try:
        header, nothing, value = signature.split(".")
        said = json.loads(_bytes(header))
        signed_at = datetime.fromtimestamp(said["iat"], UTC)
        ders = [base64.b64decode(one, validate=True) for one in said["x5c"]]
        _bytes(value)
    except Exception:
        raise NotAsSigned(Fault.SIGNATURE_BROKEN) from None
    own = require_ours(ders, certificates)[0]
    key = own.public_key()
    if nothing or said["alg"] != ALGORITHM or not isinstance(key, RSAPublicKey):
        raise NotAsSigned(Fault.SIGNATURE_BROKEN)
    try:
        jws.deserialize_compact(signature, RSAKey.import_key(key), registry=REGISTRY, payload=frozen.text)
    except (JoseError, ValueError, TypeError, AttributeError):
        raise NotAsSigned(Fault.SIGNATURE_BROKEN) from None
    return own, signed_at


def _bytes(written: str) -> bytes:
    """Of base64url in its one spelling. Raises ValueError."""
    read = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    if base64.urlsafe_b64encode(read).rstrip(b"=").decode() != written:
        raise ValueError("another spelling")
    return read

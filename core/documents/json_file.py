"""A document and its signature in one JSON file that verifies itself.

`{"digest": ..., "document": {...}, "format": "suivi-signed/1", "signature": ...}`: the signature is a detached JWS
(RFC 7515, appendix F) over the document in its one spelling. The whole file is in its one spelling too.
"""

import base64
from datetime import UTC, datetime

import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from suivi.core.documents.canonical import Frozen
from suivi.core.documents.signing import SigningKey

FORMAT = "suivi-signed/1"
ALGORITHM = "RS256"
LONGEST_DOCUMENT = 4 * 1024 * 1024
"""Bytes. A confirmation has a few thousand."""


class _Registry(JWSRegistry):
    """Certificates make a longer header than tokens have, and documents are longer than tokens."""

    max_header_length = 64 * 1024
    max_payload_length = 2 * LONGEST_DOCUMENT


REGISTRY = _Registry(algorithms=[ALGORITHM], strict_check_header=False)


def json_file(frozen: Frozen, key: SigningKey, signed_at: datetime) -> bytes:
    """The same bytes for the same document, key and second of signing."""
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "document": frozen.document,
            "digest": frozen.digest,
            "signature": signature_of(frozen, key, signed_at),
        }
    )


def signature_of(frozen: Frozen, key: SigningKey, signed_at: datetime) -> str:
    """A detached JWS: `header..signature`. Its header has the instant (`iat`) and the certificates (`x5c`)."""
    header = {
        "alg": ALGORITHM,
        "cty": "application/json",
        "iat": int(signed_at.astimezone(UTC).timestamp()),
        "x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in key.certificates],
    }
    compact = jws.serialize_compact(header, frozen.text, RSAKey.import_key(key.key), registry=REGISTRY)
    return jws.detach_content(compact)

"""The signature inside a PDF: CMS as PAdES B-B has it, and only the one spelling of it that is ours.

Everything but the signature itself follows from the hash and the certificates. So whoever verifies makes it anew and
compares: there is no byte in it that could be another.
"""

import hashlib
from collections.abc import Callable

from asn1crypto import algos, cms, tsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from suivi.core.documents.signing import Certificates


def signed_attributes(digest: bytes, own: x509.Certificate) -> bytes:
    """What is signed: the hash of the file, and which certificate signs it."""
    by = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(_der(own)).digest()}]})
    attributes = {"content_type": "data", "message_digest": digest, "signing_certificate_v2": by}
    return bytes(cms.CMSAttributes([{"type": name, "values": [value]} for name, value in attributes.items()]).dump())


def enveloped(digest: bytes, certificates: Certificates, sign: Callable[[bytes], bytes]) -> bytes:
    """`certificates` begins with the one that signs."""
    own = asn1.Certificate.load(_der(certificates[0]))
    attributes = signed_attributes(digest, certificates[0])
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
            "digest_algorithm": sha256,
            "signed_attrs": cms.CMSAttributes.load(attributes),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": sign(attributes),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [asn1.Certificate.load(_der(one)) for one in certificates],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def opened(der: bytes) -> tuple[bytes, bytes, list[bytes], int]:
    """What it says: the hash it signs, its signature, its certificates, and the serial number of the one that signs.

    Raises ValueError, TypeError or LookupError: the bytes may be a stranger's, and nothing of them is believed yet.
    """
    data = cms.ContentInfo.load(der)["content"]
    (signer,) = data["signer_infos"]
    said = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    certificates = [one.chosen.dump() for one in data["certificates"]]
    serial = signer["sid"].chosen["serial_number"].native
    return said["message_digest"].native, signer["signature"].native, certificates, serial


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

"""The platform's signing key: an RSA key and its certificates, configured or made by ourselves.

RSA with PKCS #1 v1.5 and SHA-256 only: every PDF reader, every JOSE library and openssl verify it, and signing the same
twice gives the same bytes.
"""

import hashlib
import logging
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs12

from suivi.core.access.keys import BrokenKeyFile, kept
from suivi.core.documents.kept import KeptFiles

log = logging.getLogger(__name__)

Certificates = tuple[x509.Certificate, ...]

OWN_FILE = "signing.pem"
SMALLEST_KEY = 2048
"""Bits."""
_OWN_KEY = 3072
_LONGEST_CHAIN = 20
# It says which key signed and nothing about when: a key of one's own making has nobody to vouch for a date.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)


class UnusableSigningKey(BrokenKeyFile):
    """The file that SUIVI_SIGNING_KEY names cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, "")
        self.sentence = (
            f"SUIVI_SIGNING_KEY is {path}, which {why}. Give a PEM or PKCS #12 file with an RSA key of {SMALLEST_KEY} "
            "bits or more, its certificate and those that vouch for it; SUIVI_SIGNING_KEY_PASSWORD opens it."
        )
        self.args = (self.sentence,)


class CertificateEnded(Exception):  # noqa: N818 - named for what has happened
    """What the key signs for this instant would verify nowhere."""

    def __init__(self, certificate: x509.Certificate) -> None:
        super().__init__(
            f"the certificate of the signing key ended on {certificate.not_valid_after_utc:%Y-%m-%d}: what is signed "
            "since then cannot be handed out; set SUIVI_SIGNING_KEY to a key with a certificate that is valid"
        )


class SigningKey:
    """`certificates` begins with the key's own, then those that vouch for it."""

    def __init__(self, key: RSAPrivateKey, certificates: Certificates) -> None:
        self.key = key
        self.certificates = certificates

    def __repr__(self) -> str:
        return f"SigningKey({fingerprint(self.certificates[0])})"

    @property
    def certificate(self) -> x509.Certificate:
        return self.certificates[0]

    def time_of(self, signed_at: datetime) -> datetime:
        """When it signs what was signed at that instant: what is older than its certificate, as soon as that is valid.

        Another time would not verify. It follows from the document and the key, as all that is in a file. Raises
        CertificateEnded for what was signed after its last day.
        """
        if signed_at > self.certificate.not_valid_after_utc:
            raise CertificateEnded(self.certificate)
        return max(signed_at, self.certificate.not_valid_before_utc)

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content, PKCS1v15(), hashes.SHA256())

    @classmethod
    def read(cls, content: bytes, password: str | None = None) -> "SigningKey":
        """From PEM or PKCS #12. Raises ValueError that says what is wrong, quoting nothing."""
        key, given = _pem(content, password) if b"-----BEGIN" in content else _pkcs12(content, password)
        if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY:
            raise ValueError(f"holds no RSA key of {SMALLEST_KEY} bits or more")
        own = next((one for one in given if one.public_key() == key.public_key()), None)
        if own is None:
            raise ValueError("holds no certificate of its key")
        return cls(key, _vouching(own, given))


class Signing:
    """The key in force. A configured one is read at once; one of our own is made when it is first asked for."""

    def __init__(
        self, data_dir: Path, configured: Path | None = None, password: str | None = None, former: Path | None = None
    ) -> None:
        """Raises UnusableSigningKey. `former` has the certificates of earlier keys, as PEM."""
        self._own = data_dir / OWN_FILE
        self.files = KeptFiles()
        self._former = () if former is None else _certificates_in(former)
        self.is_own = configured is None
        if configured is not None:
            self.key = _configured(configured, password)

    @cached_property
    def key(self) -> SigningKey:
        """Making one takes up to a second, once in the life of a data folder. Raises BrokenKeyFile, or OSError."""
        try:
            return SigningKey.read(kept(self._own, _made))
        except ValueError:
            raise BrokenKeyFile(self._own, "an RSA key and its certificate as PEM") from None

    def warn_if_ended(self, at: datetime) -> None:
        """In the log, of a configured key; one of our own has no end that anybody meets."""
        if not self.is_own and at > self.key.certificate.not_valid_after_utc:
            log.warning("%s", CertificateEnded(self.key.certificate))

    @property
    def certificates(self) -> Certificates:
        """Those that a document of ours may be signed with: the key's, and those of earlier keys."""
        return (*self.key.certificates, *self._former)

    @property
    def pem(self) -> str:
        """The same for whoever wants to verify: public."""
        return pem_of(self.certificates)


def pem_of(certificates: Certificates) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as openssl and PDF readers show it, without colons."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def read_certificates(content: bytes) -> Certificates:
    """Raises ValueError."""
    return tuple(x509.load_pem_x509_certificates(content))


def signed_by(certificate: x509.Certificate, signature: bytes, content: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, content, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _configured(path: Path, password: str | None) -> SigningKey:
    try:
        return SigningKey.read(path.read_bytes(), password)
    except OSError as error:
        raise UnusableSigningKey(path, f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UnusableSigningKey(path, str(error)) from None


def _certificates_in(path: Path) -> Certificates:
    try:
        return read_certificates(path.read_bytes())
    except (OSError, ValueError):
        raise UnusableCertificates(path) from None


class UnusableCertificates(BrokenKeyFile):
    """The file that SUIVI_SIGNING_FORMER names cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "")
        self.sentence = f"SUIVI_SIGNING_FORMER is {path}, which is no readable file of certificates in PEM."
        self.args = (self.sentence,)


def _pem(content: bytes, password: str | None) -> tuple[object, Certificates]:
    try:
        secret = None if password is None else password.encode()
        if b"ENCRYPTED" not in content:
            secret = None  # a password that nothing asks for is refused by the library
        return serialization.load_pem_private_key(content, secret), read_certificates(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The chain is cut because an error may quote the key.
        raise ValueError("holds no key and certificates as PEM, or its password is another") from None


def _pkcs12(content: bytes, password: str | None) -> tuple[object, Certificates]:
    try:
        read = pkcs12.load_pkcs12(content, None if password is None else password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("is neither PEM nor PKCS #12, or its password is another") from None
    own = () if read.cert is None else (read.cert.certificate,)
    return read.key, (*own, *(one.certificate for one in read.additional_certs))


def _vouching(own: x509.Certificate, given: Certificates) -> Certificates:
    """The certificate, the one that vouches for it, and so on, as far as the file goes."""
    chain = [own]
    while len(chain) < _LONGEST_CHAIN:
        issuer = next((one for one in given if one.subject == chain[-1].issuer and one not in chain), None)
        if issuer is None:
            break
        chain.append(issuer)
    return tuple(chain)


def _made() -> bytes:
    key = generate_private_key(65537, _OWN_KEY)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + vouched_by_itself(key).public_bytes(Encoding.PEM)


def vouched_by_itself(key: RSAPrivateKey) -> x509.Certificate:
    """The certificate of a key of one's own making."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(public).digest()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Suivi {digest.hex()[:16]}")])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"digital_signature": True, "content_commitment": True, "encipher_only": False, "decipher_only": False}
    return (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(int.from_bytes(digest[:16], "big") >> 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )

"""Where the platform's key comes from, and what is said when it cannot be used."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12

from suivi.core.access.keys import BrokenKeyFile
from suivi.core.documents.signing import (
    OWN_FILE,
    Signing,
    UnusableCertificates,
    UnusableSigningKey,
    pem_of,
    read_certificates,
    vouched_by_itself,
)
from tests.core.documents.documents import a_key, chain

PASSWORD = "a password nobody may read"


def test_a_key_of_its_own_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = Signing(tmp_path / "data").key

    again = Signing(tmp_path / "data").key

    assert again.certificates == first.certificates
    assert again.sign(b"the same") == first.sign(b"the same")
    assert stat.S_IMODE((tmp_path / "data" / OWN_FILE).stat().st_mode) == 0o600


def test_no_key_is_made_before_one_is_needed(tmp_path: Path) -> None:
    Signing(tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_damaged_key_file_is_named_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / OWN_FILE).write_text("no key")

    with pytest.raises(BrokenKeyFile, match=OWN_FILE):
        _ = Signing(tmp_path).key

    assert (tmp_path / OWN_FILE).read_text() == "no key"


def as_pem(key: RSAPrivateKey, own: x509.Certificate, root: x509.Certificate) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
    return pem_of((root, own)).encode() + private


def as_pkcs12(key: RSAPrivateKey, own: x509.Certificate, root: x509.Certificate) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"ours", key, own, [root], BestAvailableEncryption(PASSWORD.encode()))


@pytest.mark.parametrize("written", [as_pem, as_pkcs12])
def test_an_operator_s_own_key_brings_those_who_vouch_for_it(
    tmp_path: Path, written: Callable[[RSAPrivateKey, x509.Certificate, x509.Certificate], bytes]
) -> None:
    key = generate_private_key(65537, 2048)
    own, root = chain(key)
    file = tmp_path / "ours"
    file.write_bytes(written(key, own, root))

    signing = Signing(tmp_path, file, PASSWORD)

    assert signing.certificates == (own, root)
    assert read_certificates(signing.pem.encode()) == (own, root)
    assert not (tmp_path / OWN_FILE).exists()


def test_documents_of_an_earlier_key_still_verify(tmp_path: Path) -> None:
    earlier = a_key()
    file = tmp_path / "former.pem"
    file.write_text(pem_of(earlier.certificates))

    signing = Signing(tmp_path, former=file)

    assert signing.certificates == (signing.key.certificate, earlier.certificate)


def test_no_earlier_certificate_is_forgotten_however_often_the_key_is_replaced() -> None:
    first, later = a_key().certificate, a_key().certificate

    kept = read_certificates(pem_of((*[later] * 24, first)).encode())

    assert kept[24] == first


def a_small_key() -> bytes:
    key = generate_private_key(65537, 1024)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + pem_of((vouched_by_itself(key),)).encode()


def an_elliptic_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption()) + another_s()


def another_s() -> bytes:
    return pem_of(a_key().certificates).encode()


def without_its_certificate() -> bytes:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption()) + another_s()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (lambda: b"", "neither PEM nor PKCS #12"),
        (lambda: b"-----BEGIN NONSENSE-----", "holds no key"),
        (another_s, "holds no key"),
        (a_small_key, "2048 bits"),
        (an_elliptic_key, "2048 bits"),
        (without_its_certificate, "no certificate of its key"),
    ],
)
def test_a_configured_key_that_cannot_be_used_stops_the_start_with_a_sentence(
    tmp_path: Path, content: Callable[[], bytes], why: str
) -> None:
    file = tmp_path / "ours.pem"
    file.write_bytes(content())

    with pytest.raises(UnusableSigningKey) as stopped:
        Signing(tmp_path, file)

    assert why in stopped.value.sentence
    assert "SUIVI_SIGNING_KEY" in stopped.value.sentence


def test_a_wrong_password_is_never_quoted(tmp_path: Path) -> None:
    key = generate_private_key(65537, 2048)
    file = tmp_path / "ours.p12"
    file.write_bytes(as_pkcs12(key, *chain(key)))

    with pytest.raises(UnusableSigningKey) as stopped:
        Signing(tmp_path, file, "another secret")

    assert "another secret" not in stopped.value.sentence
    assert stopped.value.__cause__ is None


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableSigningKey, match="cannot be read"):
        Signing(tmp_path, tmp_path / "none.pem")
    with pytest.raises(UnusableCertificates, match="SUIVI_SIGNING_FORMER"):
        Signing(tmp_path, former=tmp_path / "none.pem")


def test_a_key_shows_which_it_is_and_nothing_of_itself() -> None:
    key = a_key()

    assert repr(key) == f"SigningKey({key.certificate.fingerprint(hashes.SHA256()).hex()})"

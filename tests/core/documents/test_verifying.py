"""Whoever holds the file can tell whether anything in it was changed, and is told what (R-134)."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader, PdfWriter

from suivi.core.documents import words as words_of
from suivi.core.documents.faults import Fault
from suivi.core.documents.json_file import json_file
from suivi.core.documents.pdf import make_pdf
from suivi.core.documents.pdf_signature import signed
from suivi.core.documents.signing import SigningKey, pem_of, read_certificates
from suivi.core.documents.verifying import MOST_BYTES, verify
from suivi.core.documents.words import LANGUAGES, words
from tests.core.documents.documents import SIGNED_AT, a_key, chain, frozen
from tests.docs.fences import fences

EARLIER = Path(__file__).with_name("issued_earlier")
EVERYWHERE = settings(deadline=None, max_examples=150)


@pytest.fixture(scope="module")
def pdf(key: SigningKey) -> bytes:
    return make_pdf(frozen(), key, SIGNED_AT)


@pytest.fixture(scope="module")
def file(key: SigningKey) -> bytes:
    return json_file(frozen(), key, SIGNED_AT)


def fault(content: bytes, key: SigningKey) -> Fault | None:
    return verify(content, key.certificates).fault


@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_a_document_as_it_was_signed_is_intact_and_says_what_it_says(
    pdf: bytes, file: bytes, key: SigningKey, kind: str
) -> None:
    found = verify(pdf if kind == "pdf" else file, key.certificates)

    assert found.intact
    assert (found.kind, found.digest, found.signed_at) == (kind, frozen().digest, SIGNED_AT)
    assert found.document == frozen().document


def test_the_same_document_at_the_same_second_gives_the_same_json_bytes(file: bytes, key: SigningKey) -> None:
    assert json_file(frozen(), key, SIGNED_AT + timedelta(microseconds=9)) == file
    assert json_file(frozen(), key, SIGNED_AT + timedelta(seconds=1)) != file


@EVERYWHERE
@given(data=st.data())
def test_a_byte_changed_anywhere_in_the_pdf_is_noticed(pdf: bytes, key: SigningKey, data: st.DataObject) -> None:
    # Half of them where the signature is: a few thousand bytes among a hundred thousand.
    place = data.draw(st.integers(0, len(pdf) - 1) | st.integers(pdf.rfind(b"/Contents"), len(pdf) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != pdf[place]))

    found = verify(pdf[:place] + bytes([other]) + pdf[place + 1 :], key.certificates)

    assert found.fault is not None
    assert found.document is None


@EVERYWHERE
@given(data=st.data())
def test_a_byte_changed_anywhere_in_the_json_is_noticed(file: bytes, key: SigningKey, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(file) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != file[place]))

    assert not verify(file[:place] + bytes([other]) + file[place + 1 :], key.certificates).intact


def test_an_upper_case_letter_in_the_signature_is_a_changed_byte_too(pdf: bytes, key: SigningKey) -> None:
    """The same figures in another spelling."""
    begins, ends = pdf.rfind(b"<30"), pdf.rfind(b">\n/ByteRange")
    for place in range(begins, ends):
        if chr(pdf[place]).isalpha():
            changed = bytearray(pdf)
            changed[place] ^= 0x20
            assert fault(bytes(changed), key) is Fault.SIGNATURE_BROKEN


@EVERYWHERE
@given(data=st.data())
def test_what_is_cut_off_is_missed(pdf: bytes, file: bytes, key: SigningKey, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([pdf, file]))
    rest = whole[: data.draw(st.integers(0, len(whole) - 1))]

    assert not verify(rest, key.certificates).intact


@pytest.mark.parametrize("added", [b"\n", b" ", b"\0", b"%%EOF\n", b"1 0 obj\nendobj\n"])
def test_what_is_added_is_noticed(pdf: bytes, file: bytes, key: SigningKey, added: bytes) -> None:
    assert fault(pdf + added, key) is Fault.ADDED_TO
    assert not verify(file + added, key.certificates).intact


def test_something_laid_over_the_pages_afterwards_is_noticed_though_the_signature_still_holds(
    pdf: bytes, key: SigningKey
) -> None:
    """An incremental update keeps every byte that was signed and shows something else."""
    update = PdfWriter(BytesIO(pdf), incremental=True)
    update.add_metadata({"/Title": "Another"})
    written = BytesIO()
    update.write(written)

    assert written.getvalue().startswith(pdf)
    assert fault(written.getvalue(), key) is Fault.ADDED_TO


def test_a_stranger_who_signs_once_more_is_a_stranger(pdf: bytes, key: SigningKey) -> None:
    stranger = a_key()

    twice = signed(pdf, stranger, SIGNED_AT, bytes(16), field="Other")

    assert twice.startswith(pdf)
    assert fault(twice, key) is Fault.NOT_OURS


def test_a_document_signed_by_somebody_else_is_not_ours(pdf: bytes, file: bytes) -> None:
    other = a_key()

    assert fault(pdf, other) is Fault.NOT_OURS
    assert fault(file, other) is Fault.NOT_OURS
    assert verify(pdf, ()).fault is Fault.NOT_OURS


def test_a_signature_does_not_fit_another_document(pdf: bytes, file: bytes, key: SigningKey) -> None:
    another = frozen(number="C-2026-18")
    forged = json.loads(json_file(another, key, SIGNED_AT)) | {"signature": json.loads(file)["signature"]}
    other = make_pdf(another, key, SIGNED_AT)
    begins, ends = pdf.rfind(b"<30"), pdf.rfind(b">\n/ByteRange")
    moved = other[: other.rfind(b"<30")] + pdf[begins:ends] + other[other.rfind(b">\n/ByteRange") :]

    assert fault(json.dumps(forged).encode(), key) is Fault.SIGNATURE_BROKEN
    assert fault(moved, key) is Fault.CHANGED_SINCE


def test_a_json_file_written_anew_still_says_what_was_signed(file: bytes, key: SigningKey) -> None:
    found = verify(json.dumps(json.loads(file), indent=2).encode(), key.certificates)

    assert found.fault is Fault.REWRITTEN
    assert found.document == frozen().document


def test_a_changed_answer_is_noticed_in_the_json_even_when_its_hash_is_changed_with_it(key: SigningKey) -> None:
    changed = json.loads(json_file(frozen(), key, SIGNED_AT))
    changed["document"]["items"][0]["answer"] = "NOT_CONFIRMED"
    with_hash = changed | {"digest": frozen(number="C-2026-18").digest}

    assert fault(json.dumps(changed).encode(), key) is Fault.CHANGED_SINCE
    assert fault(json.dumps(with_hash).encode(), key) is Fault.CHANGED_SINCE


def test_a_signature_from_before_its_certificate_is_doubted(key: SigningKey) -> None:
    early = datetime(1999, 1, 1, tzinfo=UTC)

    for content in (make_pdf(frozen(), key, early), json_file(frozen(), key, early)):
        assert fault(content, key) is Fault.CERTIFICATE_NOT_VALID_THEN


def test_an_older_document_verifies_that_a_newer_key_has_signed() -> None:
    """As it is fetched again after the key was replaced: its certificate was not there when the clinic signed."""
    private = generate_private_key(65537, 2048)
    newer = SigningKey(private, chain(private))
    begins, before = newer.certificate.not_valid_before_utc, SIGNED_AT - timedelta(days=30)

    for content in (
        make_pdf(frozen(), newer, newer.time_of(before)),
        json_file(frozen(), newer, newer.time_of(before)),
    ):
        found = verify(content, newer.certificates)
        assert (found.fault, found.signed_at) == (None, begins)
    assert newer.time_of(SIGNED_AT) == SIGNED_AT


def a_pdf(password: str | None = None) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(written)
    return written.getvalue()


def with_range(head: bytes, first: int, second: int) -> bytes:
    """A range that ends where the file does."""
    tail = b"/ByteRange [0 %d %d %02d] %%%%EOF"
    return head + tail % (first, second, len(head + tail % (first, second, 10)) - second)


HOSTILE: dict[str, tuple[bytes, Fault]] = {
    "nothing": (b"", Fault.NOT_A_DOCUMENT),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), Fault.NOT_A_DOCUMENT),
    "a text": ("Résultat confirmé.".encode(), Fault.NOT_A_DOCUMENT),
    "somebody's JSON": (b'{"document": {}}', Fault.NOT_A_DOCUMENT),
    "a JSON of our format": (
        b'{"digest":"","document":{},"format":"suivi-signed/1","signature":"a..b"}',
        Fault.CHANGED_SINCE,
    ),
    "a JSON with its signature taken out": (
        b'{"digest":"","document":{},"format":"suivi-signed/1"}',
        Fault.NOT_SIGNED,
    ),
    "brackets without end": (b'{"document":' * 100_000, Fault.NOT_A_DOCUMENT),
    "half of a pair": (b'{"document":"\\ud800","format":"suivi-signed/1"}', Fault.CHANGED_SINCE),
    "any PDF": (a_pdf(), Fault.NOT_SIGNED),
    "an encrypted PDF": (a_pdf(password="secret"), Fault.NOT_SIGNED),
    "a PDF that ends": (b"%PDF-1.7\n", Fault.CUT_SHORT),
    "a range of nothing": (with_range(b"%PDF-1.7 ", 0, 0), Fault.CHANGED_SINCE),
    "a range backwards": (with_range(b"%PDF-1.7 ", 9, 2), Fault.CHANGED_SINCE),
    "a range beyond": (b"%PDF-1.7 /ByteRange [0 1 2 999999999]%%EOF", Fault.CUT_SHORT),
    "a range in letters": (b"%PDF-1.7 /ByteRange [0 a b c] %%EOF", Fault.CHANGED_SINCE),
    "a signature of noise": (with_range(b"%PDF-1.7<3080FF>", 8, 16), Fault.SIGNATURE_BROKEN),
    "a JSON without end": (b'{"digest":"' + b"0" * 6 * 1024 * 1024, Fault.TOO_LARGE),
    "too much": (b"%PDF-" + bytes(MOST_BYTES), Fault.TOO_LARGE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_given_is_answered_with_a_sentence(key: SigningKey, name: str) -> None:
    content, expected = HOSTILE[name]

    found = verify(content, key.certificates)

    assert found.fault is expected
    assert expected.sentence().endswith(".")


@settings(deadline=None, max_examples=200)
@given(
    content=st.binary(max_size=300), head=st.sampled_from([b"", b"%PDF-1.7\n", b"{", b'{"digest":"', b"/ByteRange [0 "])
)
def test_no_bytes_make_it_fail(content: bytes, head: bytes, key: SigningKey) -> None:
    assert not verify(head + content, key.certificates).intact


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_say_everything_in_every_language_they_are_written_in(language: str) -> None:
    assert shape(dict(words(language))) == shape(dict(words("en")))
    assert set(words(language)["faults"]) == set(Fault)
    assert words_of.spoken_by(()) == ("en",)


def shape(table: Any) -> Any:
    return {key: shape(value) for key, value in table.items()} if isinstance(table, dict) else bool(table.strip())


def test_documents_issued_earlier_verify_for_ever() -> None:
    """Fixed files, signed with a key that is gone: whatever changes here, they must stay intact."""
    certificates = read_certificates((EARLIER / "certificate.pem").read_bytes())
    told = yaml.safe_load((EARLIER / "expected.yaml").read_text())

    for name in ("confirmation.pdf", "confirmation.json"):
        found = verify((EARLIER / name).read_bytes(), certificates)

        assert found.intact
        assert (found.digest, found.signed_at) == (told["digest"], told["signed_at"])


def test_pdf_readers_find_the_signature_valid_and_over_the_whole_file(pdf: bytes, key: SigningKey) -> None:
    ours = asn1.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]

    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[ours], allow_fetching=False))

    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert len(PdfReader(BytesIO(pdf)).get_fields() or {}) == 1


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("jq")), reason="openssl or jq is not installed")
def test_openssl_verifies_both_as_the_page_describes(pdf: bytes, file: bytes, key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "confirmation.pdf").write_bytes(pdf)
    (tmp_path / "confirmation.json").write_bytes(file)
    (tmp_path / "suivi.pem").write_text(pem_of(key.certificates))
    scripts = [fence.body for fence in fences("docs/verifying.md", "sh") if "openssl" in fence.body]

    told = [subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True) for script in scripts]

    assert ["successful" in one.stderr or "Verified OK" in one.stdout for one in told] == [True, True]

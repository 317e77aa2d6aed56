"""R-240, R-241: what an uploaded file really is."""

import hashlib
import io
import random
import struct
import zlib
from datetime import UTC, datetime

import pytest
from PIL import ExifTags, Image

from suivi.core.evidence import content
from suivi.core.evidence.content import JPEG, Checked, Examination, FileDamaged
from suivi.core.refusals import Refusal

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\ntrailer\nstartxref\n9\n%%EOF\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(2000)
HEIC_OF_ANOTHER_CAMERA = b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf" + bytes(2000)
AVIF = b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(2000)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def an_image(
    kind: str = "JPEG", size: tuple[int, int] = (320, 240), exif: Image.Exif | None = None, **options: object
) -> bytes:
    noise = random.Random(7).randbytes(size[0] * size[1] * 3)  # noise, so that the file has some length
    file = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(file, kind, exif=exif or Image.Exif(), **options)
    return file.getvalue()


def exif_of(*, taken: str = "", offset: str = "", located: bool = False) -> Image.Exif:
    exif = Image.Exif()
    details = {ExifTags.Base.DateTimeOriginal: taken, ExifTags.Base.OffsetTimeOriginal: offset}
    exif[ExifTags.IFD.Exif] = {int(tag): value for tag, value in details.items() if value}
    if located:
        exif[ExifTags.IFD.GPSInfo] = {int(ExifTags.GPS.GPSLatitudeRef): "N"}
    return exif


def a_png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")


def checked(
    file: bytes, declared_type: str = "image/jpeg", *, sha256: str | None = None, max_bytes: int = 20_000_000
) -> Checked:
    with Examination(max_bytes=max_bytes) as examination:
        for start in range(0, len(file), 1000):
            examination.feed(file[start : start + 1000])
        return examination.verdict(declared_type=declared_type, declared_sha256=sha256)


@pytest.mark.parametrize(
    ("kind", "declared_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_photo_passes_with_its_size_and_hash(kind: str, declared_type: str) -> None:
    photo = an_image(kind, (320, 240))

    found = checked(photo, declared_type, sha256=hashlib.sha256(photo).hexdigest().upper())

    assert (found.size, found.sha256) == (len(photo), hashlib.sha256(photo).hexdigest())
    assert (found.content_type, found.width, found.height) == (declared_type, 320, 240)


@pytest.mark.parametrize("file", [HEIC, HEIC_OF_ANOTHER_CAMERA])
def test_a_heic_photo_passes_by_its_signature_and_counts_as_carrying_a_location(file: bytes) -> None:
    """R-242"""
    found = checked(file, "image/heic")

    assert (found.width, found.embedded_time, found.has_location) == (None, None, True)


def test_a_pdf_passes() -> None:
    found = checked(PDF, "application/pdf")

    assert (found.size, found.width, found.has_location) == (len(PDF), None, False)


def test_a_photo_of_sixteen_megapixels_passes() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4900, 3300)).save(file, "JPEG")

    assert checked(file.getvalue()).width == 4900


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(content.FileEmpty):
        checked(b"")


def test_a_file_over_the_limit_is_refused_before_it_is_whole() -> None:
    examination = Examination(max_bytes=1500)
    examination.feed(bytes(1500))

    with pytest.raises(content.FileTooLarge) as refusal:
        examination.feed(b"1")

    examination.close()
    assert refusal.value.sentence() == "The file is larger than 1500 bytes."


@pytest.mark.parametrize(
    ("file", "declared", "found"),
    [
        (PDF, "image/jpeg", "application/pdf"),
        (an_image("PNG"), "image/jpeg", "image/png"),
        (an_image("JPEG"), "application/pdf", "image/jpeg"),
        (HEIC, "image/jpeg", "image/heic"),
        (an_image("WEBP"), "image/png", "image/webp"),
    ],
    ids=["pdf as jpeg", "png as jpeg", "jpeg as pdf", "heic as jpeg", "webp as png"],
)
def test_a_renamed_file_is_refused_naming_both_types(file: bytes, declared: str, found: str) -> None:
    with pytest.raises(content.FileTypeMismatch) as refusal:
        checked(file, declared)

    assert refusal.value.facts == {"declared": declared, "found": found}


@pytest.mark.parametrize(
    ("file", "declared"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/jpeg"),
        (b"<html><script>alert(1)</script></html>", "image/png"),
        (b"PK\x03\x04" + bytes(500), "application/pdf"),
        (b"MZ" + bytes(500), "image/jpeg"),
        (AVIF, "image/heic"),
        (EICAR, "image/jpeg"),
        (b"x", "image/jpeg"),
        (an_image("GIF"), "image/jpeg"),
        (an_image("JPEG"), "image/svg+xml"),
    ],
    ids=["svg", "html", "zip", "program", "avif", "eicar", "one byte", "gif", "declared svg"],
)
def test_a_file_of_any_other_type_is_refused(file: bytes, declared: str) -> None:
    with pytest.raises(content.FileTypeNotAccepted):
        checked(file, declared)


@pytest.mark.parametrize(
    ("file", "declared"),
    [
        (an_image("JPEG")[:-2], "image/jpeg"),
        (an_image("JPEG")[:-5000], "image/jpeg"),
        (an_image("JPEG", progressive=True)[:-5000], "image/jpeg"),
        (an_image("JPEG")[:40], "image/jpeg"),
        (an_image("PNG")[:-5000], "image/png"),
        (an_image("WEBP")[:-5000], "image/webp"),
        (PDF[:-8], "application/pdf"),
        (PDF + bytes(5000), "application/pdf"),
    ],
    ids=["jpeg by two bytes", "jpeg", "progressive", "jpeg header", "png", "webp", "pdf", "pdf far beyond its end"],
)
def test_a_file_that_is_cut_off_is_refused(file: bytes, declared: str) -> None:
    with pytest.raises(content.FileDamaged):
        checked(file, declared)


@pytest.mark.parametrize(("kind", "declared"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_photo_with_one_spoilt_byte_passes_or_is_refused_but_breaks_nothing(kind: str, declared: str) -> None:
    whole = an_image(kind, (32, 24), exif=exif_of(taken="2026:03:01 10:15:00", located=True))
    spoilt = [bytes([*whole[:at], whole[at] ^ 0xFF, *whole[at + 1 :]]) for at in range(0, len(whole), 7)]

    outcomes = {outcome(file, declared) for file in spoilt}

    assert outcomes <= {"PASSED", "FILE_DAMAGED", "FILE_TYPE_NOT_ACCEPTED", "FILE_TOO_MANY_PIXELS"}


def outcome(file: bytes, declared_type: str) -> str:
    try:
        checked(file, declared_type)
    except Refusal as refusal:
        return refusal.code
    return "PASSED"


@pytest.mark.parametrize("size", [(9000, 8000), (10_000, 9_500), (60_000, 60_000)])
def test_a_small_file_that_would_unfold_into_a_huge_image_is_refused_unopened(size: tuple[int, int]) -> None:
    with pytest.raises(content.FileTooManyPixels):
        checked(a_png_that_claims(*size), "image/png")


def test_a_jpeg_with_something_after_its_end_is_still_a_jpeg() -> None:
    """Phones append motion clips; it is served as a JPEG and nothing else."""
    found = checked(an_image("JPEG") + b"<html><script>alert(1)</script></html>")

    assert found.content_type == "image/jpeg"


def test_another_file_than_the_one_announced_is_refused() -> None:
    with pytest.raises(content.FileHashMismatch):
        checked(an_image(), sha256="0" * 64)


@pytest.mark.parametrize(("kind", "declared"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_the_time_a_camera_recorded_with_its_offset_is_an_instant(kind: str, declared: str) -> None:
    photo = an_image(kind, exif=exif_of(taken="2026:03:01 10:15:00", offset="+05:00"))

    found = checked(photo, declared)

    assert found.embedded_time == datetime(2026, 3, 1, 5, 15, tzinfo=UTC)
    assert found.embedded_local_time == "2026-03-01T10:15:00"


def test_the_time_a_camera_recorded_without_offset_stays_a_local_time() -> None:
    found = checked(an_image(exif=exif_of(taken="2026:03:01 10:15:00")))

    assert (found.embedded_time, found.embedded_local_time) == (None, "2026-03-01T10:15:00")


@pytest.mark.parametrize(
    "taken", ["", "0000:00:00 00:00:00", "2026:02:30 10:00:00", "yesterday", "    :  :     :  :  "]
)
def test_a_camera_without_a_clock_recorded_no_time(taken: str) -> None:
    found = checked(an_image(exif=exif_of(taken=taken, offset="+05:00")))

    assert (found.embedded_time, found.embedded_local_time) == (None, None)


@pytest.mark.parametrize("offset", ["+99:99", "east", "+5"])
def test_an_impossible_offset_is_no_offset(offset: str) -> None:
    found = checked(an_image(exif=exif_of(taken="2026:03:01 10:15:00", offset=offset)))

    assert (found.embedded_time, found.embedded_local_time) == (None, "2026-03-01T10:15:00")


@pytest.mark.parametrize(("kind", "declared"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_photo_tells_whether_it_carries_a_location(kind: str, declared: str) -> None:
    """R-242"""
    assert checked(an_image(kind, exif=exif_of(located=True)), declared).has_location
    assert not checked(an_image(kind, exif=exif_of(taken="2026:03:01 10:15:00")), declared).has_location


def test_a_location_written_beside_the_exif_data_is_found_too() -> None:
    """R-242"""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>48,51N</exif:GPSLatitude></x:xmpmeta>"

    assert checked(an_image("JPEG", xmp=xmp)).has_location


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # a warning of Pillow's, and no more than that in production
@pytest.mark.parametrize("damage", [b"XXXX", b"MM\x00*\xff\xff\xff\xff"])
def test_unreadable_camera_data_does_not_spoil_a_photo_but_may_hide_a_location(damage: bytes) -> None:
    """R-242"""
    photo = an_image(exif=exif_of(taken="2026:03:01 10:15:00", located=True))
    at = photo.index(b"Exif\0\0") + len(b"Exif\0\0")

    found = checked(photo[:at] + damage + photo[at + len(damage) :])

    assert (found.width, found.embedded_time, found.has_location) == (320, None, True)


def test_a_jpeg_cut_off_before_its_end_marker_is_damaged() -> None:
    """R-240: a decoder would forgive the last two bytes."""
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(picture, "JPEG")

    with Examination(max_bytes=1_000_000) as examination:
        examination.feed(picture.getvalue()[:-2])
        with pytest.raises(FileDamaged):
            examination.verdict(declared_type=JPEG)

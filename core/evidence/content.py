"""What an uploaded file really is: its size, its hash, its true type, whether it opens, what a photo says of itself.

Only what is at the front of a file and what its own format reaches is looked at. A JPEG with bytes after its end is
a JPEG: phones append motion clips there, and it is only ever served as `image/jpeg` with `nosniff`. Whoever serves
copies re-encodes them, which drops such bytes.
"""

import hashlib
import re
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Self

import puremagic
from PIL import ExifTags, Image

from suivi.core.refusals import Refusal

JPEG, PNG, WEBP, HEIC, PDF = "image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"
ACCEPTED_TYPES = (JPEG, PNG, WEBP, HEIC, PDF)
MAX_PIXELS = 65_000_000
"""Covers the 64-megapixel cameras of phones; a decoded PNG of this size takes 260 MB."""

_PILLOW_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_HEAD_BYTES = 4096
_PDF_TAIL_BYTES = 1024
_SPOOL_BYTES = 1024 * 1024
# What Pillow raises on broken files; its warnings are raised too where warnings are errors.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    Warning,
)


class FileMissing(Refusal):
    """No file has arrived under this upload form yet."""

    code = "FILE_MISSING"
    remedy = "Send the file with the upload form, then finalise again."


class FileEmpty(Refusal):
    """The file is empty."""

    code = "FILE_EMPTY"
    remedy = "Choose the file again and send it once more."


class FileTooLarge(Refusal):
    """The file is larger than {max_bytes} bytes."""

    code = "FILE_TOO_LARGE"
    remedy = "Send a smaller file."


class FileTooManyPixels(Refusal):
    """The image has more than {max_pixels} pixels."""

    code = "FILE_TOO_MANY_PIXELS"
    remedy = "Send the photo at a lower resolution."


class FileTypeMismatch(Refusal):
    """The file was announced as {declared} but is {found}."""

    code = "FILE_TYPE_MISMATCH"
    remedy = "Ask for an upload form of the file's real type and send it again."


class FileTypeNotAccepted(Refusal):
    """Files of type {found} are not accepted."""

    code = "FILE_TYPE_NOT_ACCEPTED"
    remedy = "Send a JPEG, PNG, WebP or HEIC photo, or a PDF document."


class FileDamaged(Refusal):
    """The file is damaged or incomplete and cannot be opened."""

    code = "FILE_DAMAGED"
    remedy = "Send the original file again."


class FileHashMismatch(Refusal):
    """The file that arrived is not the file that was announced: their SHA-256 differ."""

    code = "FILE_HASH_MISMATCH"
    remedy = "Send the file again, or announce the hash of the file you mean to send."


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What a photo says of itself. `has_location` is False only when it was looked into and carries none."""

    width: int | None = None
    height: int | None = None
    embedded_time: datetime | None = None
    embedded_local_time: str | None = None
    has_location: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that passed. `sha256` is lower-case hex; `width` and `height` are as stored, before any rotation.

    `embedded_time` is the camera's claim in UTC, known only when it recorded its offset; `embedded_local_time` is the
    claim as written (`2026-03-01T10:15:00`), in whatever zone the camera was set to. A HEIC file is not looked into:
    it has no size or time here and counts as carrying a location. In a PDF no location is looked for.
    """

    size: int
    sha256: str
    content_type: str
    width: int | None
    height: int | None
    embedded_time: datetime | None
    embedded_local_time: str | None
    has_location: bool


class Examination:
    """Takes a file in chunks, then says what it is. Plain blocking work: call `verdict` off the event loop."""

    def __init__(self, *, max_bytes: int) -> None:
        self.size = 0
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed by `close`

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def feed(self, chunk: bytes) -> None:
        """Raises `FileTooLarge` as soon as the limit is passed."""
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise FileTooLarge(max_bytes=self._max_bytes)
        self._hash.update(chunk)
        self._file.write(chunk)

    def verdict(self, *, declared_type: str, declared_sha256: str | None = None) -> Checked:
        """Raises the `FILE_...` refusals; decoding a photo takes 0.1 s of CPU and more."""
        if self.size == 0:
            raise FileEmpty
        self._file.seek(0)
        require_type(declared_type, head=self._file.read(_HEAD_BYTES))
        sha256 = self._hash.hexdigest()
        if declared_sha256 is not None and declared_sha256.lower() != sha256:
            raise FileHashMismatch
        photo = _look_into(self._file, declared_type)
        return Checked(
            size=self.size,
            sha256=sha256,
            content_type=declared_type,
            width=photo.width,
            height=photo.height,
            embedded_time=photo.embedded_time,
            embedded_local_time=photo.embedded_local_time,
            has_location=photo.has_location,
        )


def require_type(declared_type: str, *, head: bytes) -> None:
    if declared_type not in ACCEPTED_TYPES:
        raise FileTypeNotAccepted(found=declared_type)
    found = possible_types(head)
    if declared_type in found:
        return
    accepted = [kind for kind in found if kind in ACCEPTED_TYPES]
    if not accepted:
        raise FileTypeNotAccepted(found=found[0] if found else "unknown")
    raise FileTypeMismatch(declared=declared_type, found=accepted[0])


def possible_types(head: bytes) -> list[str]:
    """Media types whose signature the first bytes carry, most likely first."""
    if _is_heic(head):
        return [HEIC]
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
    # A HEIF file whose brand is not one of HEIC's is some other codec.
    return [match.mime_type for match in matches if match.mime_type]


def _is_heic(head: bytes) -> bool:
    """Whether the `ftyp` box names a HEIC brand, as the main one or, for `mif1` files, a compatible one."""
    if head[4:8] != b"ftyp":
        return False
    box = head[8 : min(int.from_bytes(head[:4]), len(head))]
    main, compatible = box[:4], {box[at : at + 4] for at in range(8, len(box), 4)}
    return main in _HEIC_BRANDS or (main == b"mif1" and not _HEIC_BRANDS.isdisjoint(compatible))


def _look_into(file: IO[bytes], content_type: str) -> Photo:
    if content_type == HEIC:
        return Photo()
    if content_type == PDF:
        _require_whole_pdf(file)
        return Photo(has_location=False)
    if content_type == JPEG:
        _require_end_of_jpeg(file)
    return _decode(file, _PILLOW_FORMATS[content_type])


def _require_end_of_jpeg(file: IO[bytes]) -> None:
    """A decoder forgives a missing end marker; a file that was cut off has none."""
    file.seek(0)
    if b"\xff\xd9" not in file.read():
        raise FileDamaged


def _require_whole_pdf(file: IO[bytes]) -> None:
    file.seek(0)
    starts = file.read(5) == b"%PDF-"
    file.seek(max(0, file.seek(0, 2) - _PDF_TAIL_BYTES))
    if not starts or b"%%EOF" not in file.read():
        raise FileDamaged


def _decode(file: IO[bytes], pillow_format: str) -> Photo:
    file.seek(0)
    try:
        with Image.open(file, formats=[pillow_format]) as image:
            return _decode_whole(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooManyPixels(max_pixels=MAX_PIXELS) from error
    except _UNREADABLE as error:
        raise FileDamaged from error


def _decode_whole(image: Image.Image) -> Photo:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise FileTooManyPixels(max_pixels=MAX_PIXELS)
    # A JPEG's whole stream is still read at an eighth of the scale, in a quarter of the time; others ignore this.
    image.draft("L", (width // 8, height // 8))
    image.load()
    embedded_time, embedded_local_time = _taken_at(image)
    return Photo(
        width=width,
        height=height,
        embedded_time=embedded_time,
        embedded_local_time=embedded_local_time,
        has_location=_has_location(image),
    )


def _taken_at(image: Image.Image) -> tuple[datetime | None, str | None]:
    try:
        details = image.getexif().get_ifd(ExifTags.IFD.Exif)
    except _UNREADABLE:
        return None, None
    return _claimed_time(details)


def _claimed_time(details: Mapping[int, Any]) -> tuple[datetime | None, str | None]:
    written = _exif_text(details, ExifTags.Base.DateTimeOriginal)
    offset = _exif_text(details, ExifTags.Base.OffsetTimeOriginal)
    parts = re.fullmatch(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", written)
    if parts is None:
        return None, None
    local = "{}-{}-{}T{}".format(*parts.groups())
    try:
        datetime.fromisoformat(local)
    except ValueError:
        return None, None
    return _instant(local, offset), local


def _instant(local: str, offset: str) -> datetime | None:
    if not re.fullmatch(r"Z|[+-]\d\d:\d\d", offset):
        return None
    try:
        return datetime.fromisoformat(local + offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _exif_text(details: Mapping[int, Any], tag: int) -> str:
    return str(details.get(tag, "")).strip("\0 ")


def _has_location(image: Image.Image) -> bool:
    try:
        described = image.info.get("xmp", b"") or image.info.get("XML:com.adobe.xmp", "")
        text = described if isinstance(described, bytes) else str(described).encode()
        exif = image.getexif()
        # Pillow shows damaged EXIF data as none at all.
        unreadable = bool(image.info.get("exif")) and len(exif) == 0
        return unreadable or ExifTags.IFD.GPSInfo in exif or b"GPSL" in text
    except _UNREADABLE:
        return True

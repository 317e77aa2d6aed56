"""Two drawn photos of an upper jaw, as a camera would have taken them: JPEG, with the moment in their EXIF data."""

from datetime import datetime
from io import BytesIO

from PIL import ExifTags, Image, ImageDraw

GUM, ENAMEL, DECAY, CERAMIC = "#c9707a", "#efe8d6", "#6b4a34", "#fbfaf4"
PLACE = 3
"""Of tooth 14 among the seven drawn, from the left."""


def before(taken_at: datetime) -> bytes:
    return _jpeg(_jaw(ENAMEL, hole=True), taken_at)


def after(taken_at: datetime) -> bytes:
    return _jpeg(_jaw(CERAMIC, hole=False), taken_at)


def _jaw(colour: str, *, hole: bool) -> Image.Image:
    picture = Image.new("RGB", (960, 480), GUM)
    draw = ImageDraw.Draw(picture)
    for place in range(7):
        left, top = 30 + place * 130, 120 + abs(PLACE - place) * 12
        draw.rounded_rectangle((left, top, left + 118, top + 250), 46, fill=colour if place == PLACE else ENAMEL)
    if hole:
        left = 30 + PLACE * 130
        draw.ellipse((left + 22, 220, left + 96, 330), fill=DECAY)
    return picture


def _jpeg(picture: Image.Image, taken_at: datetime) -> bytes:
    exif = picture.getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    details[ExifTags.Base.OffsetTimeOriginal] = taken_at.strftime("%z")[:3] + ":" + taken_at.strftime("%z")[3:]
    content = BytesIO()
    picture.save(content, "JPEG", quality=88, exif=exif)
    return content.getvalue()

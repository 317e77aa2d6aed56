"""The unique device identifier on a label: what device it is, which one of them, made and to be used by when.

Three bodies issue them: GS1 (General Specifications, read with `biip`), HIBCC (ANSI/HIBC 2.6, Supplier Labeling
Standard) and ICCBBA (ISBT 128, ST-017). The forms are those of FDA's "UDI formats by FDA-accredited issuing agency".
"""

import re
from datetime import date

from suivi.core.devices import hibcc, iccbba
from suivi.core.devices.identifiers import FNC1, Udi, UdiMisread, UdiUnreadable

MAX_LENGTH = 255

_READERS = {"+": hibcc.read, "=": iccbba.read, "&": iccbba.read}
# What scanners put before the data, such as `]d2`, and what is printed there on a card.
_BEFORE = re.compile(r"\][A-Za-z][0-9A-Za-z]|\(?UDI\)?[:\s]*", re.ASCII | re.IGNORECASE)
# How a separator looks once it went through a keyboard or a text field.
_SEPARATOR = re.compile(r"<(?:GS|FNC1)>|\{(?:GS|FNC1)\}|\[(?:GS|FNC1)\]|\\(?:x|u00)1d|␝", re.IGNORECASE)
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
"""Signs as keyboards of East Asia write them, to the same in ASCII."""


def read_udi(text: str, *, on: date, field: str | None = None) -> Udi:
    """`on` tells the century of years with two digits. Raises UdiUnreadable and UdiMisread, naming the field."""
    written = as_written(text)
    told = _SEPARATOR.sub(FNC1, written.translate(_FULL_WIDTH))
    before = _BEFORE.match(told)
    told = told[before.end() if before else 0 :].lstrip(f" *{FNC1}")
    if not told or len(written) > MAX_LENGTH or not told.isascii():
        raise UdiUnreadable(field=field)
    try:
        return _READERS.get(told[0], _gs1)(told, on)
    except (UdiUnreadable, UdiMisread) as refusal:
        raise type(refusal)(field=field, **refusal.facts) from refusal


def _gs1(text: str, on: date) -> Udi:
    # The library takes 20 MB: only processes that read a label load it.
    from suivi.core.devices import gs1

    return gs1.read(text, on)


def as_written(text: str) -> str:
    """Without what is around it. The space at its end stays, which may be a check character."""
    return text.strip("\r\n\t").lstrip()

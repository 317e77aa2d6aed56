"""ICCBBA (ISBT 128): `=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123`.

Every part has a fixed length and begins with two characters that say what it is; there is no check character. Blood
containers have parts of their own, `=)` and `&)`.
"""

import re
from collections.abc import Mapping
from datetime import date

from suivi.core.devices.identifiers import (
    Agency,
    Udi,
    UdiPartUnreadable,
    UdiUnreadable,
    UdiWithoutDevice,
    ordinal_day,
)

_PARTS = re.compile(
    r"=/(?P<product>[A-Z0-9]{16})"
    r"|=\)(?P<container>[A-Z0-9]{10})"
    r"|=,(?P<serial>[A-Z0-9]{6})"
    r"|=>(?P<expires_on>\d{6})"
    r"|=\}(?P<made_on>\d{6})"
    r"|&,1(?P<lot>[A-Z0-9]{18})"
    r"|&\)(?P<container_lot>[A-Z0-9]{10})"
    r"|=\+\d{5}"  # says only how many parts follow
    r"|=(?P<donation>[A-NP-Z1-9][A-Z0-9]{14})",
    re.ASCII,
)


def read(text: str, on: date) -> Udi:
    """Raises UdiUnreadable. Years have three digits here, so `on` is not asked."""
    told: dict[str, str] = {}
    place = 0
    text = "".join(text.upper().split())
    while place < len(text):
        part = _PARTS.match(text, place)
        begins = text[place : place + 2]
        if part is None:
            raise UdiPartUnreadable(part=begins) if begins[0] in "=&" else UdiUnreadable
        place = part.end()
        if part.lastgroup is not None and told.setdefault(part.lastgroup, part[part.lastgroup]) != part[part.lastgroup]:
            raise UdiPartUnreadable(part=begins)
    identifier = told.get("product") or told.get("container")
    if identifier is None:
        raise UdiWithoutDevice
    return Udi(
        agency=Agency.ICCBBA,
        device_identifier=identifier,
        # Filled up with zeros to its length.
        lot=told["lot"].lstrip("0") or None if "lot" in told else told.get("container_lot"),
        serial=told.get("serial"),
        donation=told.get("donation"),
        made_on=_day(told, "made_on", "=}"),
        expires_on=_day(told, "expires_on", "=>"),
    )


def _day(told: Mapping[str, str], name: str, begins: str) -> date | None:
    """`cyyjjj`: the last three digits of the year, and the day of the year."""
    if name not in told:
        return None
    year, day = int(told[name][:3]), int(told[name][3:])
    try:
        return ordinal_day(2000 + year if year < 900 else 1000 + year, day)
    except UdiUnreadable as refusal:
        raise UdiPartUnreadable(part=begins) from refusal

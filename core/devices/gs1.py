"""GS1: `(01)00844588003288(17)271231(10)LOT(21)SERIAL` as printed, or as scanned with FNC1 between elements.

Newer labels have an address instead: `https://id.gs1.org/01/00844588003288/10/LOT?17=271231`.
"""

import re
from collections.abc import Mapping
from datetime import date

from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from suivi.core.devices.identifiers import (
    FNC1,
    Agency,
    Udi,
    UdiMisread,
    UdiPartUnreadable,
    UdiUnreadable,
    UdiWithoutDevice,
    calendar_day,
    full_year,
)

# The library reads two-digit years by the clock of the machine; here they are read by the day that is given.
_AS_WRITTEN = ParseConfig(gs1_element_strings_verify_date=False)
_PRINTED = re.compile(r"\((\d{2,4})\)", re.ASCII)
_SPACE = re.compile(r"[ \t\r\n]+")

DEVICE, MADE, EXPIRES, LOT, SERIAL = "01", "11", "17", "10", "21"


def read(text: str, on: date) -> Udi:
    """Raises UdiUnreadable, UdiMisread."""
    told: dict[str, str] = {}
    for element in _elements(text):
        if told.setdefault(element.ai.ai, element.value) != element.value:
            raise UdiPartUnreadable(part=f"({element.ai.ai})")
    if DEVICE not in told:
        raise UdiWithoutDevice
    gtin = told[DEVICE]
    if str(gs1_standard_check_digit(gtin[:-1])) != gtin[-1]:
        raise UdiMisread
    return Udi(
        agency=Agency.GS1,
        device_identifier=gtin,
        lot=told.get(LOT),
        serial=told.get(SERIAL),
        made_on=_day(told, MADE, on),
        expires_on=_day(told, EXPIRES, on),
    )


def _elements(text: str) -> list[GS1ElementString]:
    if text.startswith("("):
        return _printed(text)
    try:
        if text.lower().startswith(("https://", "http://")):
            return list(GS1DigitalLinkURI.parse(text, config=_AS_WRITTEN).element_strings)
        return list(GS1Message.parse(text.strip(), config=_AS_WRITTEN).element_strings)
    except (ParseError, ValueError) as error:
        raise UdiUnreadable from error


def _printed(text: str) -> list[GS1ElementString]:
    """Values may hold brackets of their own; what is not read is an error and never left out."""
    pieces = _PRINTED.split(_SPACE.sub("", text))
    if pieces[0]:
        raise UdiUnreadable
    return [_part(number, value) for number, value in zip(pieces[1::2], pieces[2::2], strict=True)]


def _part(number: str, value: str) -> GS1ElementString:
    try:
        return GS1ElementString.parse(f"{number}{value.strip(FNC1)}", config=_AS_WRITTEN)
    except (ParseError, ValueError) as error:
        raise UdiPartUnreadable(part=f"({number})") from error


def _day(told: Mapping[str, str], number: str, on: date) -> date | None:
    if number not in told:
        return None
    year, month, day = (int(told[number][place : place + 2]) for place in (0, 2, 4))
    try:
        return calendar_day(full_year(year, on), month, day)
    except UdiUnreadable as refusal:
        raise UdiPartUnreadable(part=f"({number})") from refusal

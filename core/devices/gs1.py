"""GS1: `(01)00844588003288(17)271231(10)LOT(21)SERIAL` as printed, or as scanned with FNC1 between elements."""

import re
from datetime import date

from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from suivi.core.devices.identifiers import Agency, Udi, UdiMisread, UdiUnreadable, calendar_day, full_year

# The library reads two-digit years by the clock of the machine; here they are read by the day that is given.
_AS_WRITTEN = ParseConfig(gs1_element_strings_verify_date=False)
_PRINTED = re.compile(r"\((\d{2,4})\)", re.ASCII)

DEVICE, MADE, EXPIRES, LOT, SERIAL = "01", "11", "17", "10", "21"


def read(text: str, on: date) -> Udi:
    """Raises UdiUnreadable, UdiMisread."""
    try:
        elements = _printed(text) if text.startswith("(") else _scanned(text)
    except (ParseError, ValueError) as error:
        raise UdiUnreadable from error
    told: dict[str, str] = {}
    for element in elements:
        if told.setdefault(element.ai.ai, element.value) != element.value:
            raise UdiUnreadable
    if DEVICE not in told:
        raise UdiUnreadable
    gtin = told[DEVICE]
    if str(gs1_standard_check_digit(gtin[:-1])) != gtin[-1]:
        raise UdiMisread
    return Udi(
        agency=Agency.GS1,
        device_identifier=gtin,
        lot=told.get(LOT),
        serial=told.get(SERIAL),
        made_on=_day(told.get(MADE), on),
        expires_on=_day(told.get(EXPIRES), on),
    )


def _printed(text: str) -> list[GS1ElementString]:
    """Values may hold brackets of their own; what is not read is an error and never left out."""
    pieces = _PRINTED.split("".join(text.split()))
    if pieces[0]:
        raise UdiUnreadable
    numbered = zip(pieces[1::2], pieces[2::2], strict=True)
    return [GS1ElementString.parse(f"{number}{value}", config=_AS_WRITTEN) for number, value in numbered]


def _scanned(text: str) -> list[GS1ElementString]:
    return list(GS1Message.parse(text.strip(), config=_AS_WRITTEN).element_strings)


def _day(text: str | None, on: date) -> date | None:
    if text is None:
        return None
    year, month, day = (int(text[place : place + 2]) for place in (0, 2, 4))
    return calendar_day(full_year(year, on), month, day)

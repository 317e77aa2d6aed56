"""What a unique device identifier says, whoever issued it, and how its dates are read."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from suivi.core.refusals import Refusal

FNC1 = "\x1d"
"""Ends a number whose length is not fixed, as scanners send it. Python takes it for white space."""


class UdiUnreadable(Refusal):
    """This is no device identifier of a form that Suivi knows: GS1, HIBCC or ICCBBA."""

    code = "UDI_UNREADABLE"
    remedy = (
        "Type it as it is printed, beginning with (01), + or =/ and with nothing left out, or scan it again. "
        "Without one, leave it out and enter manufacturer, model, lot and serial number by hand."
    )


class UdiPartUnreadable(UdiUnreadable):
    """The part of this device identifier that begins with {part} cannot be read."""

    code = "UDI_PART_UNREADABLE"
    remedy = "Compare that part with the label: all of it has to be there, and its day has to exist. Or scan it again."


class UdiWithoutDevice(UdiUnreadable):
    """This says lot, serial number or dates, and not what device it is."""

    code = "UDI_WITHOUT_DEVICE"
    remedy = "Add what stands on the same label after (01), the first + or =/, one after the other, and send both."


class UdiMisread(Refusal):
    """The check character of this device identifier does not fit: something in it was misread."""

    code = "UDI_MISREAD"
    remedy = "Compare it with the label character by character, or scan it again. A space that ends it is typed as _."


class UdiContradicts(Refusal):
    """What was typed is not what the device identifier says."""

    code = "UDI_CONTRADICTS"
    remedy = "Leave it out, as it is read from the identifier, or correct whichever of the two is wrong."


class Agency(StrEnum):
    GS1 = "gs1"
    HIBCC = "hibcc"
    ICCBBA = "iccbba"


@dataclass(frozen=True, slots=True, kw_only=True)
class Udi:
    """What it says. A date without its day is the last of the month."""

    agency: Agency
    device_identifier: str
    lot: str | None = None
    serial: str | None = None
    made_on: date | None = None
    expires_on: date | None = None
    """The last day it may be used."""
    donation: str | None = None
    """Of a product of human origin: its donation identification number."""


def full_year(two_digits: int, on: date) -> int:
    """From 49 years before to 50 years after (GS1 General Specifications, 7.12)."""
    century, now = divmod(on.year, 100)
    ahead = two_digits - now
    return 100 * (century - (ahead > 50) + (ahead < -49)) + two_digits


def calendar_day(year: int, month: int, day: int) -> date:
    """Day 0 is the last of the month. Raises UdiUnreadable for a day that there is not."""
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:
        raise UdiUnreadable from error


def ordinal_day(year: int, day: int) -> date:
    """The so-manieth day of the year. Raises UdiUnreadable."""
    found = date(year, 1, 1) + timedelta(days=day - 1)
    if found.year != year:
        raise UdiUnreadable
    return found

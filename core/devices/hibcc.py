"""HIBCC: `+A123BJC5D6E71/$$3271231LOT/16D20260110C`, or its primary and secondary symbol one after the other.

Primary: labeller (4), product number (1 to 18), unit of measure (1). The last character of a symbol is a check
character, the sum of all before it modulo 43; of a secondary symbol the last but one repeats that of the primary.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from suivi.core.devices.identifiers import (
    Agency,
    Udi,
    UdiMisread,
    UdiPartUnreadable,
    UdiUnreadable,
    UdiWithoutDevice,
    calendar_day,
    full_year,
    ordinal_day,
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"

_PRIMARY = re.compile(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]", re.ASCII)
_TWO_SYMBOLS = re.compile(r"(\+[^\s*]+)[\s*]+(\+.+)", re.ASCII)
_SECONDARY = re.compile(r"\$|\d{5}", re.ASCII)
_BEGINS = re.compile(r"1[46]D|S|\$+\+?", re.ASCII)
_QUANTITY = re.compile(r"8\d{2}|9\d{5}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9 .\-]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Form:
    """Digits of a date, and how they are read."""

    digits: int
    read: Callable[[str, date], date]


def _two(text: str, place: int) -> int:
    return int(text[place : place + 2])


def _month_first(text: str, on: date) -> date:
    return calendar_day(full_year(_two(text, 4), on), _two(text, 0), _two(text, 2))


def _year_first(text: str, on: date) -> date:
    return calendar_day(full_year(_two(text, 0), on), _two(text, 2), _two(text, 4))


def _day_of_year(text: str, on: date) -> date:
    return ordinal_day(full_year(_two(text, 0), on), int(text[2:5]))


def _month_alone(text: str, on: date) -> date:
    return calendar_day(full_year(_two(text, 2), on), _two(text, 0), 0)


# With an hour or without: it is not kept.
_FORMS = {
    "2": _Form(6, _month_first),
    "3": _Form(6, _year_first),
    "4": _Form(8, _year_first),
    "5": _Form(5, _day_of_year),
    "6": _Form(7, _day_of_year),
}
_PLAIN = _Form(4, _month_alone)


def check_character(text: str) -> str:
    """Raises UdiUnreadable for a character that no such symbol has."""
    if any(character not in ALPHABET for character in text):
        raise UdiUnreadable
    return ALPHABET[sum(map(ALPHABET.index, text)) % len(ALPHABET)]


def read(text: str, on: date) -> Udi:
    """Raises UdiUnreadable, UdiMisread."""
    told = text.upper().rstrip("*")
    symbols = _TWO_SYMBOLS.fullmatch(told)
    if symbols is None:
        primary, *rest = _checked(told).split("/")
    else:
        primary, rest = _checked(symbols[1]), [_linked(symbols[1], symbols[2])]
    if _SECONDARY.match(primary):
        raise UdiWithoutDevice
    if not _PRIMARY.fullmatch(primary):
        raise UdiUnreadable
    facts: dict[str, str | date | None] = {}
    for place, part in enumerate(rest):
        try:
            facts = _part(part, on, first=place == 0) | facts
        except UdiUnreadable as refusal:
            begins = _BEGINS.match(part)
            raise UdiPartUnreadable(part=f"/{begins[0] if begins else ''}") from refusal
    return Udi(agency=Agency.HIBCC, device_identifier=primary, **facts)  # type: ignore[arg-type]


def _checked(symbol: str) -> str:
    """What is between the flag and the check character. A space is printed as `_`."""
    if len(symbol) < 3:
        raise UdiUnreadable
    body, check = symbol[:-1], symbol[-1].replace("_", " ")
    if check_character(body) != check:
        raise UdiMisread
    return body[1:]


def _linked(primary: str, secondary: str) -> str:
    body = _checked(secondary)
    if body[-1].replace("_", " ") != primary[-1].replace("_", " "):
        raise UdiMisread
    return body[:-1]


def _part(text: str, on: date, *, first: bool) -> dict[str, str | date | None]:
    """Parts that say nothing of lot, serial number and dates, such as a quantity, are passed over."""
    if first and _SECONDARY.match(text):
        return _secondary(text, on)
    for prefix, name in (("14D", "expires_on"), ("16D", "made_on")):
        if text.startswith(prefix):
            digits = _digits(text[3:], 8)
            return {name: calendar_day(int(digits[:4]), _two(digits, 4), _two(digits, 6))}
    return {"serial": _number(text[1:])} if text.startswith("S") else {}


def _secondary(text: str, on: date) -> dict[str, str | date | None]:
    if not text.startswith("$"):
        return {"expires_on": _day_of_year(_digits(text[:5], 5), on), "lot": _number(text[5:])}
    dated, rest = text.startswith("$$"), text.lstrip("$")
    name, rest = ("serial", rest[1:]) if rest.startswith("+") else ("lot", rest)
    if not dated:
        return {name: _number(rest)}
    rest = rest[quantity.end() :] if (quantity := _QUANTITY.match(rest)) else rest
    if rest.startswith("7"):
        return {name: _number(rest[1:])}
    form, rest = (_FORMS[rest[0]], rest[1:]) if rest[:1] in _FORMS else (_PLAIN, rest)
    digits = _digits(rest[: form.digits], form.digits)
    return {"expires_on": form.read(digits, on), name: _number(rest[form.digits :])}


def _digits(text: str, number: int) -> str:
    if len(text) != number or not text.isdecimal():
        raise UdiUnreadable
    return text


def _number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        raise UdiUnreadable
    return text.strip() or None

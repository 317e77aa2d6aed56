"""Checks that many inputs share. Every one refuses with a code and says what would be accepted."""

from functools import lru_cache
from typing import Any

import pycountry
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from suivi.core.refusals import Refusal

LONGEST_TAG = 35
"""Of those languages that are remembered."""


class TextEmpty(Refusal):
    """This text is empty."""

    code = "TEXT_EMPTY"
    remedy = "Write at least one character that is not white space."


class TextTooLong(Refusal):
    """This text is longer than {limit} characters."""

    code = "TEXT_TOO_LONG"
    remedy = "Shorten it, or send the rest separately."


class TextUnusable(Refusal):
    """This text has a character that cannot be kept: U+0000 or half of a surrogate pair."""

    code = "TEXT_UNUSABLE"
    remedy = "Send plain Unicode text."


class UnknownLanguage(Refusal):
    """This is not a language tag Suivi knows."""

    code = "UNKNOWN_LANGUAGE"
    remedy = "Use BCP 47 tags such as fr, en-GB or hu; give at least one where a list is asked for."


class UnknownCountry(Refusal):
    """This is not a country code."""

    code = "UNKNOWN_COUNTRY"
    remedy = "Use ISO 3166-1 alpha-2 codes such as FR, HU or TR."


class UnusableMailbox(Refusal):
    """Mail cannot be sent to this address."""

    code = "MAILBOX_UNUSABLE"
    remedy = "Give a complete e-mail address such as aftercare@clinic.example."


class DatesReversed(Refusal):
    """The last day lies before the first."""

    code = "DATES_REVERSED"
    remedy = "Exchange the two dates, or leave the last one out."


class OutOfRange(Refusal):
    """This is outside {least} to {most}."""

    code = "OUT_OF_RANGE"
    remedy = "Send a value within the range."


def text(value: str, *, field: str, limit: int) -> str:
    """The text without white space around it. Raises TextEmpty, TextTooLong, TextUnusable."""
    value = value.strip()
    if not value:
        raise TextEmpty(field=field)
    if len(value) > limit:
        raise TextTooLong(field=field, limit=limit)
    if not keepable(value):
        raise TextUnusable(field=field)
    return value


def keepable(value: str) -> bool:
    """Whether every database can keep it: no U+0000 and no half of a surrogate pair, which JSON can say."""
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False


def text_or_none(value: str | None, *, field: str, limit: int) -> str | None:
    return None if value is None else text(value, field=field, limit=limit)


def language(tag: str, *, field: str) -> str:
    """The tag in its usual spelling, such as `en-GB`. Raises UnknownLanguage."""
    try:
        return _spelt(tag) if len(tag) <= LONGEST_TAG else _spelt.__wrapped__(tag)
    except (ValueError, UnknownLocaleError, TypeError) as error:
        raise UnknownLanguage(field=field) from error


@lru_cache(maxsize=500)
def _spelt(tag: str) -> str:
    return str(Locale.parse(tag, sep="-")).replace("_", "-")


def languages(tags: list[str], *, field: str) -> list[str]:
    """At least one, each once, in the order given."""
    if not tags or len(tags) > 20:
        raise UnknownLanguage(field=field)
    return list(dict.fromkeys(language(tag, field=field) for tag in tags))


def country(code: str, *, field: str) -> str:
    if len(code) != 2 or pycountry.countries.get(alpha_2=code.upper()) is None:
        raise UnknownCountry(field=field)
    return code.upper()


def mailbox(address: str, *, field: str) -> str:
    """The address as it is delivered to. Its domain is not looked up: that is for the mail server to find out."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise UnusableMailbox(field=field) from error


def in_order(first: Any, last: Any, *, field: str) -> None:
    if first is not None and last is not None and last < first:
        raise DatesReversed(field=field)


def number(value: int, *, field: str, least: int, most: int) -> int:
    if not least <= value <= most:
        raise OutOfRange(field=field, least=least, most=most)
    return value

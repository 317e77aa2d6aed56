"""Why an answer is what it is: the rule, its version, the facts it used and where the figures come from.

Facts are plain text and numbers, so that they can be stored: dates in ISO 8601, ranges of dates or days as
`first/last` with `..` for an open end, periods as ISO 8601. Sentences live in `locale/`; a template says how a fact
is to be read with `{fact:date}`, `{fact:day}`, `{fact:days}`, `{fact:period}` or `{fact:instant}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.units import format_unit

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.periods import Period
from suivi.core.specialties.model import Confidence, Text

LOCALES = ("en", "fr")
LONGEST_TAG = 35
"""Characters of a language tag that are looked at: anybody may send another one with each request."""
_RANGES = {
    (False, False): "words.days_between",
    (False, True): "words.from_day",
    (True, False): "words.until_day",
    (True, True): "words.any_day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of an answer. `rule` is an id with its version, such as `reference_window@1`."""

    rule: str
    text_key: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    src: tuple[str, ...] = ()
    conf: Confidence | None = None

    def sentence(self, locale: str) -> str:
        """The reason in words; English where the language has no table."""
        return filled(templates(language_for(locale))[self.text_key], self, locale)


def filled(template: str, reason: Reason, locale: str) -> str:
    """A template in the language of `language_for(locale)`, with the facts of a reason."""
    language = language_for(locale)
    return _Sentences(language, _dates_locale(locale[:LONGEST_TAG], language)).format(template, reason)


def language_for(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else "en"


def word(kind: str, name: str) -> Text | None:
    """What a reader sees for an id of our own, such as the place of a check-up; None for what is not ours."""
    found = {language: templates(language).get(f"words.{kind}.{name}") for language in LOCALES}
    said = {language: text for language, text in found.items() if text is not None}
    return Text(by_locale=said) if said else None


@cache
def templates(language: str) -> Mapping[str, str]:
    path = Path(__file__).parent / "locale" / f"{language}.yaml"
    table: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=500)
def _dates_locale(locale: str, language: str) -> Locale:
    """British dates for `en-GB`, but never the dates of one language inside the sentences of another."""
    try:
        asked = Locale.parse(locale.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale(language)
    return asked if asked.language == language else Locale(language)


class _Sentences(Formatter):
    """Fills a template for one reason, writing each fact the way its format asks for."""

    def __init__(self, language: str, dates: Locale) -> None:
        self.words = templates(language)
        self.dates = dates

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> str | int:
        reason: Reason = args[0]
        return reason.facts[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        match format_spec:
            case "date":
                return " – ".join(self._date(part) for part in str(value).split("/"))
            case "day":
                return self._days_since(str(value))
            case "days":
                return format_unit(int(value), "duration-day", locale=self.dates)
            case "period":
                return self._period(Period.parse(str(value)))
            case "instant":
                return self._instant(datetime.fromisoformat(str(value)))
        return str(value)

    def _date(self, text: str) -> str:
        known = PartialDate.parse(text) if len(text) < 8 else None
        if known is None:
            return self._long(datetime.fromisoformat(text).date())
        if known.earliest is None:
            return self.words["words.unknown_date"]
        return format_skeleton("yMMMM" if known.month else "y", known.earliest, locale=self.dates)

    def _long(self, day: date) -> str:
        """The first of a month is `1er` in French, which Babel does not know."""
        text = format_date(day, "long", locale=self.dates)
        return f"1er{text[1:]}" if self.dates.language == "fr" and day.day == 1 else text

    def _days_since(self, text: str) -> str:
        first, _, last = text.partition("/")
        if not last or first == last != "..":
            return self.words["words.one_day"].replace("{day}", first)
        open_ends = (first == "..", last == "..")
        return self.words[_RANGES[open_ends]].replace("{first}", first).replace("{last}", last)

    def _period(self, period: Period) -> str:
        counts = {"year": period.years, "month": period.months, "week": period.weeks, "day": period.days}
        return ", ".join(
            format_unit(number, f"duration-{unit}", locale=self.dates) for unit, number in counts.items() if number
        )

    def _instant(self, instant: datetime) -> str:
        # Without its offset, or Babel would move the wall clock to UTC.
        wall = instant.replace(tzinfo=None)
        return f"{self._long(wall.date())}, {format_time(wall, 'short', locale=self.dates)}"

"""Reasons of hints in words, in the languages of `locale/`; English where the language has no table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel.numbers import format_decimal

from suivi.core.specialties.model import Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that has words of its own, such as a range of days."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Fact = str | int | float | bool | Text | Phrase | tuple[Any, ...]
"""What a sentence names. A Text or Phrase is read in the reader's language, a tuple item by item."""

_FOLDER = Path(__file__).parent / "locale"


def sentence(key: str, facts: Mapping[str, Fact], locale: str) -> str:
    language = language_for(locale)
    return _Sentence(language).vformat(templates(language)[key], (), facts)


def language_for(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in languages() else "en"


@cache
def languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def templates(language: str) -> Mapping[str, str]:
    table: dict[str, str] = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return table


class _Sentence(Formatter):
    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            return value.read(self.language)[0]
        if isinstance(value, Phrase):
            return sentence(value.key, value.facts, self.language)
        if isinstance(value, tuple):
            return ", ".join(self.format_field(item, "") for item in value)
        if isinstance(value, bool):
            return templates(self.language)[f"words.{str(value).lower()}"]
        if isinstance(value, int | float):
            return str(format_decimal(value, locale=self.language))
        return str(value)

"""Refusals in the reader's language. Codes are never translated."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from suivi.core.refusals import Refusal

LOCALES = ("en", "fr")


@cache
def refusals(language: str) -> Mapping[str, Mapping[str, str]]:
    """`sentence` and `remedy` by code."""
    if language == "en":
        return {
            code: {"sentence": (kind.__doc__ or "").strip(), "remedy": kind.remedy}
            for code, kind in Refusal.by_code.items()
        }
    path = Path(__file__).parent / "locale" / f"{language}.yaml"
    table: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table


def language_of(locale: str | None) -> str:
    """The language texts are really given in: the one asked for where Suivi speaks it, else English."""
    language = (locale or "en").replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else "en"


def sentence(refusal: Refusal, locale: str | None) -> str:
    words = _words(language_of(locale))
    facts = {name: _said(value, words) for name, value in refusal.facts.items()}
    return _text(refusal, locale, "sentence").format(**facts)


def remedy(refusal: Refusal, locale: str | None) -> str:
    return _text(refusal, locale, "remedy")


@cache
def _words(language: str) -> Mapping[str, str]:
    """Roles and nouns that facts name, in that language."""
    path = Path(__file__).parent / "locale" / "words.yaml"
    table: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table.get(language, {})


def _said(fact: Any, words: Mapping[str, str]) -> Any:
    """A fact may be a list, with commas."""
    return ", ".join(words.get(part, part) for part in fact.split(", ")) if isinstance(fact, str) else fact


def _text(refusal: Refusal, locale: str | None, part: str) -> str:
    translated = refusals(language_of(locale)).get(refusal.code)
    return (translated or refusals("en")[refusal.code])[part]

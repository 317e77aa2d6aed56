"""The notice that medicine promises care and never a result: in every language, with its version (R-002, R-003)."""

import hashlib

import pytest

from suivi.core.hookspecs import hookimpl
from suivi.core.notices import NOTICE_VERSION
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Manifest

WORDS_OF = {"2026-11-23": "6aed973366325442"}
"""The beginning of the hash of the words that each version has. Words changed? A new version, with the day."""


class Feet:
    """A plugin that adds a sentence in French alone."""

    @hookimpl
    def manifest(self) -> Manifest:
        return Manifest(id="feet", version="1.2.0", hooks="1", locales=("en", "fr"))

    @hookimpl
    def notice(self, locale: str) -> str | None:
        return "Les pieds diffèrent." if locale == "fr" else None


def test_words_that_change_change_the_version() -> None:
    words = "\n".join(f"{locale} {text}" for locale, text in sorted(common().notice.by_locale.items()))

    assert WORDS_OF[NOTICE_VERSION] == hashlib.sha256(words.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("en", "en"), ("fr-CA", "fr"), ("de", "de"), ("es", "es"), ("tr", "tr"), ("ko", "ko"), ("hu", "en")],
)
def test_a_reader_has_it_in_their_language_or_in_english_and_it_is_never_blank(asked: str, told: str) -> None:
    """R-002."""
    notice = Registry.load(only=()).notice_of(asked)

    assert notice.locale == told
    assert notice.text.strip()
    assert notice.version == NOTICE_VERSION


def test_what_a_plugin_adds_shows_in_the_version_and_takes_nothing_away() -> None:
    """R-003."""
    registry = Registry.load(only=(), extra=[Feet()])

    added, plain = registry.notice_of("fr"), registry.notice_of("en")

    assert added.text == f"{common().notice.by_locale['fr']}\n\nLes pieds diffèrent."
    assert added.version == f"{NOTICE_VERSION}+feet-1.2.0"
    assert plain.version == NOTICE_VERSION
    assert registry.notice("fr") == added.text

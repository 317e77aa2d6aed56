"""What documents say of themselves, in the languages of `words/`."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "fr", "de", "es", "tr", "ko")


@cache
def words(language: str) -> Mapping[str, Any]:
    """In a language of `LANGUAGES`. Raises LookupError for another."""
    if language not in LANGUAGES:
        raise LookupError(language)
    return MappingProxyType(yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")))


def spoken(tag: str) -> str:
    """The language of `LANGUAGES` that a reader of `tag` is given: `fr` for `fr-CA`, English where there is none."""
    base = _base(tag)
    return base if base in LANGUAGES else "en"


def unavailable_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Those that documents are not written in, each once, in order."""
    return tuple(dict.fromkeys(tag for tag in tags if _base(tag) not in LANGUAGES))


def spoken_by(tags: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order; never none."""
    return tuple(dict.fromkeys(spoken(tag) for tag in tags)) or ("en",)


def _base(tag: str) -> str:
    """Its language, without the region."""
    return tag.replace("_", "-").split("-")[0].lower()

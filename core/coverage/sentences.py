"""Sentences about cover, in the languages of `locale/`; English where a language has no table.

Facts are read as in the reasons of the clocks: `{fact:date}`, `{fact:period}` and so on.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from suivi.core.clocks import reasons
from suivi.core.clocks.reasons import Reason

Facts = Mapping[str, str | int]


class CoverReason(Reason):
    """A reason whose words are here, by its `text_key`."""

    __slots__ = ()

    def sentence(self, locale: str) -> str:
        language = reasons.language_for(locale)
        return reasons.filled(templates(language)[self.text_key], self, locale)


def told(key: str, facts: Facts, locale: str) -> str:
    return CoverReason(rule="cover@1", text_key=key, facts=facts).sentence(locale)


@cache
def templates(language: str) -> Mapping[str, str]:
    path = Path(__file__).parent / "locale" / f"{language}.yaml"
    table: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table

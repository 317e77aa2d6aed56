"""The notice that medicine is a duty of means, never of result (R-002, R-003): its words, language and version."""

from collections.abc import Iterable
from dataclasses import dataclass

from suivi.core.specialties.common import common

NOTICE_VERSION = "2026-11-23"
"""The day core's words were last changed, in any language. A test holds the two together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`locale` is the language that core's part is really in, whatever was asked for.

    `version` is `NOTICE_VERSION`, then each plugin that adds something: `2026-11-23+ivf-1.2.0`.
    """

    text: str
    locale: str
    version: str


def notice_with(locale: str, additions: Iterable[tuple[str, str]]) -> Notice:
    """Core's words, then a paragraph for each of `additions`: a plugin with its version, and what it adds."""
    words, language = common().notice.read(locale)
    added = list(additions)
    return Notice(
        text="\n\n".join([words, *(text for _, text in added)]),
        locale=language,
        version="+".join([NOTICE_VERSION, *(plugin for plugin, _ in added)]),
    )

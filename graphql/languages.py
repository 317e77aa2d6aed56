"""Which language an answer is given in, of those that whoever asks would read."""

import re
from collections.abc import Iterator
from functools import lru_cache

from suivi.core.texts import language_of

ENGLISH = "en"
ANYTHING = "*"
LONGEST = 1000
"""Characters that are read of a header; browsers send fewer than a hundred."""
# RFC 9110, 12.5.4 and 12.4.2: a language range, and how much it is liked.
_RANGE = re.compile(
    r"[ \t]*(?P<tag>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)"
    r"[ \t]*(?:;[ \t]*[qQ]=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


def language_for(header: str | None) -> str:
    """The language liked best of those in Accept-Language, `en` where none is.

    Few texts are in every language, and what is not in the one asked for is in English. So who likes another language
    that Suivi speaks better than English is given that one throughout.
    """
    return _best(header[:LONGEST]) if header else ENGLISH


@lru_cache(maxsize=200)
def _best(header: str) -> str:
    liked = list(_liked(header))
    spoken = next((tag for tag in liked if language_of(tag) == _base(tag)), ENGLISH)
    return next(iter(liked), ENGLISH) if _base(spoken) == ENGLISH else spoken


def _liked(header: str) -> Iterator[str]:
    """Tags, the best first, of equals the first. `*` is whatever there is, so English; the unreadable is left out.

    A refused `*` refuses what is not named, and no tag that is.
    """
    parts = [found for part in header.split(",") if (found := _RANGE.fullmatch(part))]
    weighed = [(float(part["quality"] or 1), part["tag"]) for part in parts]
    refused = {_usual(tag) for quality, tag in weighed if not quality and tag != ANYTHING}
    for quality, tag in sorted(weighed, key=lambda one: -one[0]):
        if quality and _usual(tag) not in refused:
            yield _usual(tag)


def _usual(tag: str) -> str:
    language, *rest = tag.split("-")
    return ENGLISH if tag == ANYTHING else "-".join([language.lower(), *rest])


def _base(tag: str) -> str:
    return tag.split("-")[0]

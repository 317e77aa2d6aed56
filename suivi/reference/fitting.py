"""How wide a text is, without any font at hand: generous, because the reader's font is not known."""

import re
import unicodedata
from collections.abc import Iterator

_WIDTHS = {
    0.30: "'ijlI,. \u00a0·’|",
    0.40: "/:;\\f-t()[]!r",
    0.52: '"*_`°–sz“”?cLJ',
    0.86: "#+<=>^~≥≤×→−MwOQDG&HNUm",
    1.02: "W@œ…%Œ",
}
_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_USUAL = 0.65
_FULL = 1.02
_BOLD = 1.1
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=[°%µ]|(?:mm|kg|cm)\b)")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In the unit of `size`; measured after DejaVu Sans, which is wider than most fonts."""
    total = sum(_width(letter) for letter in unicodedata.normalize("NFC", text))
    return total * size * (_BOLD if bold else 1)


def shortened(text: str, size: float, room: float) -> str:
    """Cut between words, with an ellipsis, until it fits."""
    if width(text, size) <= room:
        return text
    words = text.split(" ")
    while len(words) > 1 and width(f"{' '.join(words)}…", size) > room:
        words.pop()
    kept = " ".join(words).rstrip(",;:")
    while len(kept) > 1 and width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept}…"


def wrapped(text: str, size: float, room: float, *, lines: int) -> list[str]:
    """At most so many lines; what does not fit in the last is shortened. A figure keeps its unit."""
    found = list(_broken(_BEFORE_UNIT.sub("\u00a0", text).split(" "), size, room))
    if len(found) > lines:
        found[lines - 1 :] = [shortened(" ".join(found[lines - 1 :]), size, room)]
    return [shortened(line, size, room) for line in found]


def _broken(words: list[str], size: float, room: float) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            yield line
            line = word
        else:
            line = longer
    yield line


def _width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _FULL
    return _OF.get(letter, _USUAL)

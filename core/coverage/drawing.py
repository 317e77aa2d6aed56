"""What pictures are made of: marks of SVG as text, an axis of days, and words that fit and keep their direction."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

SHADE = "#f6f6f6"
FIRST_STRONG, POP = "\u2068", "\u2069"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
"""Months between two ticks."""
_LEAST_BETWEEN = 58
"""Points between two ticks, so that their labels do not touch."""

PATTERNS = """<defs>
<pattern id="NAME-clinic" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="8" height="8" fill="#cfe3f3"/><rect width="3" height="8" fill="#0072b2"/></pattern>
<pattern id="NAME-manufacturer" width="8" height="8" patternUnits="userSpaceOnUse">\
<rect width="8" height="8" fill="#fbe6c0"/><circle cx="4" cy="4" r="2.2" fill="#a86500"/></pattern>
<pattern id="NAME-insurer" width="6" height="6" patternUnits="userSpaceOnUse">\
<rect width="6" height="6" fill="#d5eee5"/><rect width="6" height="2" fill="#00694d"/></pattern>
<pattern id="NAME-doubt" width="7" height="7" patternUnits="userSpaceOnUse">\
<rect width="7" height="7" fill="#fff"/><path d="M0 0 L7 7 M7 0 L0 7" stroke="#555" stroke-width="0.8"/></pattern>
</defs>"""


@dataclass(frozen=True, slots=True)
class Axis:
    """Days from left to right. What lies beyond either end is drawn at it."""

    first: date
    last: date
    left: float
    right: float

    def at(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return round(self.held(self.left + share * (self.right - self.left)), 1)

    def held(self, x: float, room: float = 0) -> float:
        return min(max(x, self.left + room), self.right - room)

    def ticks(self) -> Iterator[tuple[date, str]]:
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month or 1
        apart = (self.right - self.left) / months
        step = next((step for step in _STEPS if step * apart >= _LEAST_BETWEEN), _STEPS[-1])
        begins = self.first.year * 12 + self.first.month
        for month in range(-(-begins // step) * step, self.last.year * 12 + self.last.month, step):
            day = date(month // 12, month % 12 + 1, 1)
            yield day, str(day.year) if step >= 12 else f"{day:%Y-%m}"


def text(
    x: float, y: float, said: str, *, size: float, weight: int = 400, fill: str = "#111", anchor: str = "start"
) -> str:
    """With a halo, so that lines behind it do not cross the letters.

    The halo is a text of its own below: not every program that draws SVG knows `paint-order`, and those that do not
    would draw it over the letters.
    """
    place = f'x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" text-anchor="{anchor}"'
    words = plain(said)
    return (
        f'<text {place} fill="{SHADE}" stroke="{SHADE}" stroke-width="3" aria-hidden="true">{words}</text>'
        f'<text {place} fill="{fill}">{words}</text>'
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str,
    stroke: str,
    stroke_width: float = 1,
    dash: str = "none",
    opacity: str = "1",
) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" rx="3" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{stroke_width:g}" stroke-dasharray="{dash}" opacity="{opacity}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 1, dash: str = "none") -> str:
    return (
        f'<path d="M{x1:g} {y1:g} L{x2:g} {y2:g}" stroke="{stroke}" stroke-width="{width:g}" '
        f'stroke-dasharray="{dash}" fill="none"/>'
    )


def arrow(x: float, y: float, width: float, height: float) -> str:
    """To the right."""
    return f'<path d="M{x:g} {y:g} L{x + width:g} {y + height / 2:g} L{x:g} {y + height:g} Z"/>'


def marked(name: str, title: str, words: str, width: int, height: int, marks: Sequence[str]) -> str:
    """The whole picture, with its words for whoever does not see it."""
    labelled = quoteattr(f"{name}-title {name}-words")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="img" aria-labelledby={labelled} font-family="system-ui, \'Noto Sans\', sans-serif">',
            f'<title id="{name}-title">{plain(title)}</title>',
            f'<desc id="{name}-words">{plain(words)}</desc>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *marks,
            "</svg>",
            "",
        ]
    )


def plain(said: str) -> str:
    """As it may stand between tags: what XML cannot hold is a question mark in a box."""
    return escape(_NO_XML.sub("\ufffd", said))


def isolated(said: str) -> str:
    """Written in its own direction, whatever stands around it."""
    return f"{FIRST_STRONG}{said}{POP}"


def fitted(said: str, room: float, size: float) -> str:
    """On one line, and no wider than there is room, by what letters usually take."""
    said = " ".join(said.split())
    taken = 0.0
    for place, letter in enumerate(said):
        taken += _width(letter) * size
        if taken > room:
            kept = said[: max(0, place - 2)].rstrip()
            # An isolate that was cut through ends here.
            return f"{kept}…{POP * (kept.count(FIRST_STRONG) - kept.count(POP))}"
    return said


def wrapped(said: str, room: float, size: float) -> list[str]:
    """On as many lines as it takes, broken between words; a word that is wider than the room is cut."""
    lines: list[str] = []
    for word in said.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and sum(_width(letter) for letter in longer) * size <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size))
    return lines


def _width(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" else 0.66 if letter.isupper() else 0.53

"""What every picture has around it: head, axis, legend, and what it does not say."""

from collections.abc import Iterable, Mapping

from suivi.core.specialties.model import Confidence
from suivi.reference.bars import draw_sample
from suivi.reference.fitting import shortened, width
from suivi.reference.marks import draw_mark
from suivi.reference.scale import Scale
from suivi.reference.svg import Picture

WIDTH = 1000.0
LEFT = 18.0
PLOT = (312.0, 822.0)
DAYS_END = 955.0
LABEL_ROOM = PLOT[0] - LEFT - 14
GAP = 14

Window = tuple[str, int]
"""How long the reference window is, in words and in days."""

SCALE_NOTE = (
    "The scale is uneven, so that days can be read as well as years: each shaded or plain part is even in itself."
)
CONFIDENCE: Mapping[Confidence | None, str] = {"high": "●●●", "medium": "●●○", "low": "●○○", None: ""}
NOT_SAID = (
    "●●● ●●○ ●○○: a figure is founded well, fairly or weakly. An emergency is one on any day, whatever its line says.",
    "Not validated: a clinical lead must approve it. Nothing here promises a result, and no sign here is an all-clear.",
)
LEGEND: Mapping[str, str] = {
    "emergency_now": "emergency: now",
    "same_day": "see somebody the same day",
    "within_48h": "within 48 hours",
    "routine": "at the next check-up",
    "normal": "normal on these days",
    "at_the_clinic": "check-up at the clinic",
    "elsewhere": "check-up elsewhere too",
    "window": "days on which it may take place",
    "stay": "shortest stay",
    "longer": "usual stay",
    "flight": "earliest flight home",
    "soon": "too early to judge",
    "between": "may be judged",
    "typical": "usually judged",
    "tail": "may still change",
    "review": "a clinician should look",
    "insufficiency": "speaks for an insufficiency",
    "gate": "before the next step",
    "cycle_failed": "this cycle did not succeed",
    "confirmed": "to be confirmed",
    "window_end": "the reference window closes",
}
_BARS = ("normal", "window", "stay", "longer", "soon", "between", "tail")


def draw_head(picture: Picture, name: str, below: str) -> float:
    """The next free line, as everything here that draws from the top down."""
    picture.text(LEFT, 32, shortened(name[:1].upper() + name[1:], 18, WIDTH - 2 * LEFT), "head")
    picture.text(LEFT, 51, below, "small")
    return 66


def draw_axis(picture: Picture, y: float, height: float, scale: Scale, anchor: str, window: Window | None) -> float:
    """The parts of the scale as stripes behind `height` of rows, their day numbers, and the end of the window."""
    below = y + 38
    for place, part in enumerate(scale.stretches):
        if place % 2 == 0:
            picture.rect(part.left, y, part.right - part.left, height + 38, "f-shade")
        picture.text((part.left + part.right) / 2, y + 13, part.name, "tick")
    picture.lines(((x, below - 4, x, below + height) for x, _ in scale.ticks()), "l-grid")
    _draw_ticks(picture, below - 8, scale)
    picture.text(DAYS_END, y + 30, "days", "days")
    picture.text(LEFT, y + 14, "Days counted from", "small")
    picture.text(LEFT, y + 30, shortened(anchor, 13, LABEL_ROOM), "name")
    if window is not None:
        x = scale.ends(window[1])
        picture.line(x, below - 2, x, below + height, "l-result dashes")
        picture.text(x + 5, below + 14, f"window: {window[0]}", "small")
    return below


def _draw_ticks(picture: Picture, y: float, scale: Scale) -> None:
    """Of two that would touch, the second is left out."""
    free = 0.0
    for x, tick in scale.ticks():
        half = width(tick, 10.5) / 2
        if x - half >= free:
            picture.text(x, y, tick, "tick")
            free = x + half + 3


def draw_legend(picture: Picture, y: float, names: Iterable[str]) -> float:
    x, y = LEFT, y + 8
    for name in names:
        room = 28 + width(LEGEND[name], 10.5) + 16
        if x + room > WIDTH - LEFT:
            x, y = LEFT, y + 21
        _sample(picture, name, x + 10, y)
        picture.text(x + 26, y + 4, LEGEND[name], "small")
        x += room
    return y + 18


def draw_foot(picture: Picture, y: float) -> float:
    """The height of the whole."""
    for line in NOT_SAID:
        picture.text(LEFT, y + 12, line, "small")
        y += 16
    return y + 12


def _sample(picture: Picture, name: str, x: float, y: float) -> None:
    if name == "window_end":
        picture.line(x - 9, y, x + 9, y, "l-result dashes")
    elif name in _BARS:
        draw_sample(picture, name, x, y)
    else:
        draw_mark(picture, name, x, y)

"""The shapes that stand on a day. Each is told apart in black and white too."""

import math
from collections.abc import Callable, Mapping

from suivi.reference.svg import Picture


def draw_mark(picture: Picture, name: str, x: float, y: float) -> None:
    _SHAPES[name](picture, x, y)


def _octagon(picture: Picture, x: float, y: float) -> None:
    picture.shape(_corners(x, y, 8, 7.2, turned=math.pi / 8), "f-emergency_now")
    picture.text(x, y + 3.8, "!", "mark")


def _triangle(picture: Picture, x: float, y: float) -> None:
    picture.shape([(x, y - 6.6), (x + 6.8, y + 5.4), (x - 6.8, y + 5.4)], "f-same_day")


def _diamond(picture: Picture, x: float, y: float) -> None:
    picture.shape(_corners(x, y, 4, 6.6), "f-within_48h")


def _disc(picture: Picture, x: float, y: float) -> None:
    picture.circle(x, y, 4.6, "f-routine")


def _at_the_clinic(picture: Picture, x: float, y: float) -> None:
    picture.rect(x - 4.5, y - 4.5, 9, 9, "f-check", round_=1.5)


def _elsewhere(picture: Picture, x: float, y: float) -> None:
    picture.rect(x - 4, y - 4, 8, 8, "f-on l-check", round_=1.5)


def _typical(picture: Picture, x: float, y: float) -> None:
    picture.circle(x, y, 5.4, "f-result")
    picture.circle(x, y, 2.2, "f-on")


def _flight(picture: Picture, x: float, y: float) -> None:
    picture.shape([(x + 7.5, y - 6), (x + 2, y + 6), (x - 0.5, y + 1), (x - 6.5, y - 1)], "f-stay")


def _review(picture: Picture, x: float, y: float) -> None:
    picture.shape(_pennant(x, y), "f-on l-limit")
    picture.line(x, y - 6, x, y + 6.5, "l-limit")


def _insufficiency(picture: Picture, x: float, y: float) -> None:
    picture.shape(_pennant(x, y), "f-limit")
    picture.line(x, y - 6, x, y + 6.5, "l-limit")


def _gate(picture: Picture, x: float, y: float) -> None:
    picture.line(x - 2, y - 6, x - 2, y + 6, "l-limit")
    picture.line(x + 2, y - 6, x + 2, y + 6, "l-limit")


def _cross(picture: Picture, x: float, y: float) -> None:
    picture.line(x - 4, y - 4, x + 4, y + 4, "l-limit")
    picture.line(x - 4, y + 4, x + 4, y - 4, "l-limit")


def _confirmed(picture: Picture, x: float, y: float) -> None:
    picture.circle(x, y, 4, "f-on l-limit")


def _corners(x: float, y: float, number: int, radius: float, *, turned: float = 0) -> list[tuple[float, float]]:
    angles = (turned + 2 * math.pi * corner / number for corner in range(number))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def _pennant(x: float, y: float) -> list[tuple[float, float]]:
    return [(x, y - 6), (x + 8, y - 2.5), (x, y + 1)]


_SHAPES: Mapping[str, Callable[[Picture, float, float], None]] = {
    "emergency_now": _octagon,
    "same_day": _triangle,
    "within_48h": _diamond,
    "routine": _disc,
    "at_the_clinic": _at_the_clinic,
    "elsewhere": _elsewhere,
    "typical": _typical,
    "flight": _flight,
    "review": _review,
    "insufficiency": _insufficiency,
    "gate": _gate,
    "cycle_failed": _cross,
    "confirmed": _confirmed,
}

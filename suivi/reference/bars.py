"""How long something lasts, drawn; what has no last day runs to the edge and ends in an arrow."""

from suivi.reference.rows import Bar
from suivi.reference.scale import Scale
from suivi.reference.svg import Picture

_THICK = {"phase": 13, "phase2": 13, "normal": 7, "window": 9, "stay": 11, "longer": 11, "soon": 11, "between": 11}
_LINES = {"flight": "stay", "tail": "result", "limit": "limit"}


def draw_bar(picture: Picture, bar: Bar, scale: Scale, y: float) -> None:
    left = scale.begins(bar.first)
    right = scale.right if bar.last is None else max(scale.ends(bar.last), left + 3)
    if bar.look in _THICK:
        height = _THICK[bar.look]
        picture.rect(left, y - height / 2, right - left, height, f"f-{bar.look}", round_=2.5)
    elif bar.look in _LINES:
        picture.line(left, y, right, y, f"l-{_LINES[bar.look]} dots")
    else:
        picture.line(left, y, right, y, f"l-{bar.look} thick")
    if bar.last is None:
        look = f"f-{_LINES.get(bar.look, bar.look)}"
        picture.shape([(right, y - 5), (right + 7, y), (right, y + 5)], look)


def draw_sample(picture: Picture, look: str, x: float, y: float) -> None:
    """A short piece, for the legend."""
    if look in _THICK:
        picture.rect(x - 9, y - _THICK[look] / 2, 18, _THICK[look], f"f-{look}", round_=2.5)
    else:
        picture.line(x - 9, y, x + 9, y, f"l-{_LINES.get(look, look)} dots")

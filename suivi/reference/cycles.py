"""A row of boxes to count: too early, may be judged, and the usual number."""

from suivi.core.specialties.model import Stabilisation
from suivi.reference.marks import draw_mark
from suivi.reference.svg import Picture

_WIDTH, _GAP = 44.0, 4.0


def draw_cycles(picture: Picture, x: float, y: float, clock: Stabilisation, *, height: float = 26) -> None:
    last = clock.max if clock.max is not None else clock.typical
    for cycle in range(1, last + 1):
        left = x + (cycle - 1) * (_WIDTH + _GAP)
        picture.rect(left, y, _WIDTH, height, "f-between" if cycle >= clock.min else "f-soon", round_=4)
        picture.text(left + 9, y + height / 2 + 4, str(cycle))
        if cycle == clock.typical:
            draw_mark(picture, "typical", left + _WIDTH - 10, y + height / 2)

"""All procedures on one scale: when each result may be judged, against the reference window."""

from collections.abc import Iterator, Sequence

from suivi.core.clocks.periods import Period
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Procedure, Specialty, Stabilisation
from suivi.reference import words
from suivi.reference.bars import draw_bar
from suivi.reference.cycles import draw_cycles
from suivi.reference.fitting import shortened
from suivi.reference.frame import (
    CONFIDENCE,
    DAYS_END,
    GAP,
    LABEL_ROOM,
    LEFT,
    PLOT,
    WIDTH,
    draw_foot,
    draw_head,
    draw_legend,
)
from suivi.reference.looks import style
from suivi.reference.marks import draw_mark
from suivi.reference.rows import bars_of_clock
from suivi.reference.scale import Scale, Stretch
from suivi.reference.svg import Picture

_ROW, _HEAD = 21, 26
_MONTH = 30.4375
_MONTHS, _YEAR = (0, 3, 6, 9, 12, 15), 365
_EVEN_UNTIL = round(15 * _MONTH) + 1
_BELOW = "Even in months up to month 15, then in years. Counted from the procedure, unless a row says otherwise."
_LEGEND = ("soon", "between", "typical", "tail", "window_end")


def comparison(specialties: Sequence[Specialty]) -> str:
    title = "When a result may be judged"
    count = sum(len(specialty.procedures) for specialty in specialties)
    said = f"{count} procedures: from when each result may be judged, usually and at the latest, in days or cycles."
    picture = Picture(WIDTH, title=title, description=said, style=style())
    top = draw_head(picture, title, _BELOW)
    scale = _scale(specialties)
    below, window_x = _draw_axis(picture, top, _height(specialties), scale)
    rows = _draw_names(picture, below, specialties)
    bottom = below + _height(specialties)
    for y, label, clock in rows:
        _draw_row(picture, y, label, clock, scale)
    picture.line(window_x, below - 5, window_x, bottom, "l-result dashes")
    for y, _, clock in rows:
        if clock is not None and clock.unit == "cycle":
            _draw_counted(picture, y, clock)
    y = draw_legend(picture, bottom + GAP, _LEGEND)
    return picture.finish(draw_foot(picture, y))


def _height(specialties: Sequence[Specialty]) -> float:
    return sum(_HEAD + _ROW * len(list(_rows(specialty))) for specialty in specialties)


def _draw_names(
    picture: Picture, y: float, specialties: Sequence[Specialty]
) -> list[tuple[float, str, Stabilisation | None]]:
    """The names of specialties, and where the rows beneath each of them go."""
    placed: list[tuple[float, str, Stabilisation | None]] = []
    for specialty in specialties:
        name = shortened(words.english(specialty.names).upper(), 11, LABEL_ROOM)
        picture.text(LEFT, y + 18, name, "part")
        y += _HEAD
        for label, clock in _rows(specialty):
            placed.append((y, label, clock))
            y += _ROW
    return placed


def _rows(specialty: Specialty) -> Iterator[tuple[str, Stabilisation | None]]:
    """The soonest first. Beneath a procedure: a variant, a second result, a result that counts from another day."""
    for procedure in sorted(specialty.procedures.values(), key=_usual):
        for number, (which, clock) in enumerate(words.clocks_of(procedure, specialty)):
            elsewhere = clock.anchor is not None and clock.anchor != procedure.anchors.day0
            if number == 0:
                yield words.english(procedure.names), None if elsewhere else clock
            if elsewhere:
                yield f"– from: {words.anchor_name(specialty, clock.anchor or '')}", clock
            elif number > 0:
                yield f"– {which}", clock


def _usual(procedure: Procedure) -> tuple[int, str]:
    return procedure.stabilisation.typical, procedure.id


def _draw_row(picture: Picture, y: float, label: str, clock: Stabilisation | None, scale: Scale) -> None:
    middle = y + _ROW / 2
    with picture.group(f"{label}: {_said(clock)}." if clock else None):
        picture.text(LEFT, middle + 4, shortened(label, 12, LABEL_ROOM))
        if clock is not None:
            if clock.unit == "day":
                _draw_clock(picture, middle, clock, scale)
            cycles = " cycles" if clock.unit == "cycle" else ""
            picture.text(DAYS_END, middle + 4, words.judged(clock) + cycles, "days")
            picture.text(WIDTH - LEFT, middle + 3, CONFIDENCE[clock.conf], "conf")


def _said(clock: Stabilisation) -> str:
    return f"not before {clock.min}, usually {clock.typical}, latest {clock.max or 'open'} {clock.unit}s"


def _draw_clock(picture: Picture, middle: float, clock: Stabilisation, scale: Scale) -> None:
    for bar in bars_of_clock(clock):
        draw_bar(picture, bar, scale, middle)
    draw_mark(picture, "typical", scale.middle(clock.typical), middle)


def _draw_counted(picture: Picture, y: float, clock: Stabilisation) -> None:
    """Cycles are no months: the lines of months are covered."""
    picture.rect(PLOT[0] - 2, y, PLOT[1] - PLOT[0] + 4, _ROW, "f-on")
    draw_cycles(picture, PLOT[0], y + 2.5, clock, height=16)


def _scale(specialties: Sequence[Specialty]) -> Scale:
    rows = (clock for specialty in specialties for _, clock in _rows(specialty))
    clocks = [clock for clock in rows if clock is not None and clock.unit == "day"]
    last = max((_EVEN_UNTIL, *(max(clock.max or clock.typical, clock.late_tail_days or 0) for clock in clocks)))
    break_at = PLOT[0] + 0.8 * (PLOT[1] - PLOT[0])
    end = -(-last // _YEAR) * _YEAR + 1
    months = Stretch("months", 0, _EVEN_UNTIL, PLOT[0], break_at)
    return Scale((months, Stretch("years", _EVEN_UNTIL, end, break_at, PLOT[1])))


def _draw_axis(picture: Picture, y: float, height: float, scale: Scale) -> tuple[float, float]:
    """Where the rows begin, and where the window ends."""
    below, end = y + 40, scale.ends(round(_window_months() * _MONTH))
    picture.rect(scale.left, y, end - scale.left, height + 40, "f-shade")
    for part in scale.stretches:
        picture.text((part.left + part.right) / 2, y + 14, part.name, "tick")
    last = (scale.stretches[-1].end - 1) // _YEAR
    ticks = [(scale.middle(round(month * _MONTH)), str(month)) for month in _MONTHS]
    ticks += [(scale.middle(year * _YEAR), str(year)) for year in range(2, last + 1)]
    picture.lines(((x, below - 4, x, below + height) for x, _ in ticks), "l-grid")
    for x, written in ticks:
        picture.text(x, y + 31, written, "tick")
    picture.text(end + 5, below + 14, f"window: {_window_months()} months", "small")
    picture.text(DAYS_END, y + 31, "days", "days")
    return below, end


def _window_months() -> int:
    return Period.parse(common().reference_period.default).total_months

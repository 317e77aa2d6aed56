"""The picture of one procedure: everything its specialty says about days, on one scale."""

from collections.abc import Iterator

from suivi.core.specialties.model import Procedure, Specialty, Stabilisation
from suivi.reference import words
from suivi.reference.bars import draw_bar
from suivi.reference.cycles import draw_cycles
from suivi.reference.fitting import wrapped
from suivi.reference.frame import (
    CONFIDENCE,
    DAYS_END,
    GAP,
    LABEL_ROOM,
    LEFT,
    PLOT,
    SCALE_NOTE,
    WIDTH,
    draw_axis,
    draw_foot,
    draw_head,
    draw_legend,
)
from suivi.reference.looks import style
from suivi.reference.marks import draw_mark
from suivi.reference.rows import Group, Row, groups_of
from suivi.reference.scale import Scale
from suivi.reference.svg import Picture

_LINE, _PADDING, _SECTION = 14, 6, 22


def timeline(procedure: Procedure, specialty: Specialty) -> str:
    """SVG, of a width of its own and as high as it needs to be."""
    groups = groups_of(procedure, specialty)
    scale = Scale.of([day for group in groups for day in group.days()], PLOT[0], PLOT[1])
    name = words.english(procedure.names)
    picture = Picture(
        WIDTH, title=f"{name}: what follows, day by day", description=_described(groups, specialty), style=style()
    )
    y = draw_head(picture, name, SCALE_NOTE)
    for group in groups:
        y = _group(picture, y, group, scale, specialty)
    if procedure.stabilisation.unit == "cycle":
        y = _cycles(picture, y, procedure.stabilisation)
    y = draw_legend(picture, y, _legend(groups))
    return picture.finish(draw_foot(picture, y))


def _described(groups: list[Group], specialty: Specialty) -> str:
    """What a screen reader says first; each row has a title of its own, and the tables beneath the same facts."""
    parts = []
    for group in groups:
        parts.append(f"Days from: {words.anchor_name(specialty, group.anchor)}.")
        for section in group.sections:
            parts.append(f"{section.name.capitalize()}: {len(section.rows)}.")
    return " ".join(parts)


def _group(picture: Picture, y: float, group: Group, scale: Scale, specialty: Specialty) -> float:
    height = sum(_SECTION + sum(_height(row) for row in section.rows) for section in group.sections)
    y = draw_axis(picture, y, height, scale, words.anchor_name(specialty, group.anchor), group.window)
    picture.lines(_rules(group, y), "l-grid")
    for section in group.sections:
        picture.text(LEFT, y + 15, section.name, "part")
        y += _SECTION
        for row in section.rows:
            _row(picture, y, row, scale)
            y += _height(row)
    return y + GAP


def _rules(group: Group, y: float) -> Iterator[tuple[float, float, float, float]]:
    """Under every row, to lead the eye from its words to its days."""
    for section in group.sections:
        y += _SECTION
        for row in section.rows:
            y += _height(row)
            yield LEFT, y, WIDTH - LEFT, y


def _height(row: Row) -> float:
    return _PADDING + _LINE * len(_label(row))


def _label(row: Row) -> list[str]:
    lines = wrapped(row.label, 12, LABEL_ROOM, lines=row.lines)
    if row.short and lines[-1].endswith("…"):
        return wrapped(row.short, 12, LABEL_ROOM, lines=row.lines)
    return lines


def _row(picture: Picture, y: float, row: Row, scale: Scale) -> None:
    lines, middle = _label(row), y + _height(row) / 2
    with picture.group(row.says):
        for place, line in enumerate(lines):
            picture.text(LEFT, y + _PADDING / 2 + 10.5 + place * _LINE, line)
        for bar in row.bars:
            draw_bar(picture, bar, scale, middle)
        for day, mark in row.marks:
            draw_mark(picture, mark, scale.middle(day), middle)
        picture.text(DAYS_END, middle + 4, row.days, "days")
        picture.text(WIDTH - LEFT, middle + 3, CONFIDENCE[row.conf], "conf")


def _cycles(picture: Picture, y: float, clock: Stabilisation) -> float:
    picture.text(LEFT, y + 12, "COUNTED IN CYCLES", "part")
    label = f"not before cycle {clock.min}; usually {clock.typical}"
    with picture.group(f"The result may be judged: {label}, latest {clock.max or 'open'}."):
        picture.text(LEFT, y + 36, label)
        draw_cycles(picture, PLOT[0], y + 20, clock)
        picture.text(DAYS_END, y + 36, words.judged(clock), "days")
        picture.text(WIDTH - LEFT, y + 35, CONFIDENCE[clock.conf], "conf")
    return y + 46 + GAP


def _legend(groups: list[Group]) -> list[str]:
    """What is explained: only what is drawn."""
    drawn = set(_drawn(groups))
    return [name for name in _LEGEND_ORDER if name in drawn]


def _drawn(groups: list[Group]) -> Iterator[str]:
    for row in (row for group in groups for section in group.sections for row in section.rows):
        yield from (bar.look for bar in row.bars)
        yield from (mark for _, mark in row.marks)
    yield from ("window_end" for group in groups if group.window is not None)


_LEGEND_ORDER = (
    "emergency_now", "same_day", "within_48h", "routine", "normal", "at_the_clinic", "elsewhere", "window", "stay",
    "longer", "flight", "soon", "between", "typical", "tail", "review", "insufficiency", "gate", "cycle_failed",
    "confirmed", "window_end",
)  # fmt: skip

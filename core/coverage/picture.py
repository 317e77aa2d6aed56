"""A cover map as an SVG picture: three lanes on one time axis, told apart by patterns, with all of it in words too.

Nothing in it runs or is loaded, and the same map gives the same bytes. Names keep their own direction of writing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from suivi.core import inputs
from suivi.core.clocks.periods import add_months
from suivi.core.coverage.cover_map import CoverMap, Layer, LayerKind, Segment
from suivi.core.coverage.drawing import PATTERNS, SHADE, Axis, arrow, box, fitted, isolated, line, marked, text, wrapped
from suivi.core.coverage.saying import Saying
from suivi.core.coverage.sentences import told
from suivi.core.coverage.times import CoverState, CoverTime

LEAST_WIDTH, MOST_WIDTH = 320, 2000
MOST_ROWS = 12
"""Segments drawn in a lane; the words tell of all of them."""
HORIZON_MONTHS = 30 * 12
"""How far from the day of the map the axis reaches at most; what goes on has an arrow."""

_MARGIN, _TOP, _LANE, _ROW, _BAR, _GAP, _AXIS, _NOTICE = 16, 64, 30, 52, 14, 12, 34, 15


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What has been drawn, and how far down it reaches. Lines of days lie between what is `behind` and the rest."""

    behind: list[str]
    marks: list[str]
    bottom: int


def picture(found: CoverMap, saying: Saying, *, width: int, notice: str) -> str:
    """With the notice of means, not results, below (R-002). Raises OutOfRange for a width below 320 or above 2000."""
    inputs.number(width, field="width", least=LEAST_WIDTH, most=MOST_WIDTH)
    title = told("map.title", {"on": str(found.on)}, saying.locale)
    words = " ".join([*sentences(found, saying), notice])
    name = "cover-" + sha256(f"{title}{words}{width}".encode("utf-8", "replace")).hexdigest()[:10]
    axis = _axis(found, width)
    lanes = _lanes(found, saying, axis, name, width)
    below = lanes.bottom + _AXIS
    noticed = wrapped(notice, width - 2 * _MARGIN, 11)
    height = below + _NOTICE * len(noticed)
    heading = text(_MARGIN, 28, fitted(title, width - 2 * _MARGIN, 17), size=17, weight=600)
    behind = [*lanes.behind, *_years(axis, lanes.bottom), *_today(found.on, axis, lanes.bottom, saying)]
    under = [text(_MARGIN, below + _NOTICE * place, said, size=11, fill="#444") for place, said in enumerate(noticed)]
    marks = [PATTERNS.replace("NAME", name), heading, *behind, *lanes.marks, *under]
    return marked(name, title, words, width, height, marks)


def sentences(found: CoverMap, saying: Saying) -> Iterator[str]:
    """The whole map in words."""
    for kind in LayerKind:
        segments = [one for one in found.segments if one[0].kind is kind]
        for layer, segment in segments:
            facts: dict[str, str | int] = {
                "layer": isolated(saying.layer(layer)),
                "what": isolated(saying.segment(segment)),
                "time": segment.time.reason.sentence(saying.locale),
            }
            yield told("map.segment", facts, saying.locale)
        if not segments:
            yield f"{told(f'lane.{kind}', {}, saying.locale)}: {told('map.nothing', {}, saying.locale)}."
    yield from (saying.dispute(one) for one in found.disputes)


def _axis(found: CoverMap, width: int) -> Axis:
    first, last = add_months(found.on, -HORIZON_MONTHS), add_months(found.on, HORIZON_MONTHS)
    spans = [dates for _, one in found.segments for dates in (one.time.starts, one.time.ends) if dates]
    days = [day for dates in spans for day in (dates.earliest, dates.latest) if first <= day <= last]
    begins, ends = min([found.on, *days]), max([found.on, *days])
    # Room on both sides, so that nothing that ends looks as if it went on.
    room = max(3, (ends - begins).days // 330)
    return Axis(add_months(begins, -room), add_months(ends, 2 * room), _MARGIN, width - _MARGIN)


def _years(axis: Axis, bottom: int) -> Iterator[str]:
    for day, label in axis.ticks():
        x = axis.at(day)
        yield line(x, _TOP - 8, x, bottom + 4, "#d5d5d5")
        yield text(x, bottom + 20, label, size=11, fill="#444", anchor="middle")


def _today(on: date, axis: Axis, bottom: int, saying: Saying) -> Iterator[str]:
    x = axis.at(on)
    label = told("map.today", {"on": str(on)}, saying.locale)
    yield line(x, _TOP - 12, x, bottom + 4, "#000", dash="3 3")
    # Kept on the picture where the day is close to its edge.
    middle = axis.held(x, 5 + len(label) * 3.5)
    yield text(middle, _TOP - 17, label, size=12, weight=600, anchor="middle")


def _lanes(found: CoverMap, saying: Saying, axis: Axis, name: str, width: int) -> _Drawn:
    behind: list[str] = []
    marks: list[str] = []
    y = _TOP
    for kind in LayerKind:
        segments = [one for one in found.segments if one[0].kind is kind]
        lane = _lane(kind, segments, saying, axis, name, found.on, width, y)
        behind += lane.behind
        marks += lane.marks
        y = lane.bottom + _GAP
    return _Drawn(behind, marks, y - _GAP)


def _lane(
    kind: LayerKind,
    segments: Sequence[tuple[Layer, Segment]],
    saying: Saying,
    axis: Axis,
    name: str,
    on: date,
    width: int,
    y: int,
) -> _Drawn:
    shown = segments[:MOST_ROWS]
    rest = len(segments) - len(shown)
    height = _LANE + _ROW * len(shown) + (18 if rest or not shown else 4)
    marks = [
        box(_MARGIN, y + 9, 22, 13, fill=f"url(#{name}-{kind})", stroke="#222"),
        text(_MARGIN + 30, y + 20, told(f"lane.{kind}", {}, saying.locale), size=13, weight=700),
    ]
    for number, (layer, segment) in enumerate(shown):
        marks += _row(layer, segment, saying, axis, f"{name}-{kind}", on, y + _LANE + number * _ROW)
    if rest or not shown:
        says = told("map.more", {"count": rest}, saying.locale) if rest else told("map.nothing", {}, saying.locale)
        marks.append(text(_MARGIN, y + height - 9, says, size=12, fill="#444"))
    return _Drawn([box(4, y, width - 8, height, fill=SHADE, stroke="none")], marks, y + height)


def _row(layer: Layer, segment: Segment, saying: Saying, axis: Axis, fill: str, on: date, y: int) -> Iterator[str]:
    room = axis.right - axis.left
    what = saying.segment(segment)
    if layer.kind is not LayerKind.CLINIC:
        what = f"{isolated(layer.holder)} · {isolated(what)}"
    yield text(_MARGIN, y + 12, fitted(what, room, 13), size=13)
    yield text(_MARGIN, y + 26, fitted(_standing(segment.time, saying), room, 11.5), size=11.5, fill="#333")
    yield from _bar(segment.time, axis, fill, y + 31)
    x = axis.at(on)
    yield line(x, y + 28, x, y + 34 + _BAR, "#000", width=2)


def _standing(time: CoverTime, saying: Saying) -> str:
    facts: dict[str, str | int] = {"state": told(f"state.{time.state.lower()}", {}, saying.locale)}
    if time.counted is not None and time.left is not None:
        return told("map.used", facts | {"counted": time.counted, "left": time.left}, saying.locale)
    if time.starts:
        facts["starts"] = str(time.starts)
    if time.ends:
        facts["ends"] = str(time.ends)
    key = {(True, True): "map.dates", (True, False): "map.from", (False, True): "map.until"}
    found = key.get((time.starts is not None, time.ends is not None))
    if found is None and time.limit is not None and time.state is not CoverState.NOT_HELD:
        return told("map.with", facts | {"anchor": saying.anchor(time.limit.starts)}, saying.locale)
    return told(found, facts, saying.locale) if found else str(facts["state"])


_STROKES: dict[CoverState, dict[str, Any]] = {
    CoverState.RUNNING: {"stroke_width": 1.6},
    CoverState.ENDED: {"stroke": "#777", "opacity": "0.45"},
    CoverState.NOT_STARTED: {"dash": "6 4"},
}


def _bar(time: CoverTime, axis: Axis, fill: str, y: int) -> Iterator[str]:
    """Doubtful ends are hatched across, and what does not end on the axis has an arrow."""
    if time.starts is None:
        yield line(axis.left, y + _BAR / 2, axis.right, y + _BAR / 2, "#777", width=1.4, dash="2 5")
        return
    begins, certain = axis.at(time.starts.earliest), axis.at(time.starts.latest)
    ends = axis.at(time.ends.latest) if time.ends else axis.right
    sure = axis.at(time.ends.earliest) if time.ends else axis.right
    style = {"stroke": "#222", **_STROKES.get(time.state, {"dash": "2 3"})}
    yield box(begins, y, max(ends - begins, 2), _BAR, fill="#fff", **style)
    if sure > certain:
        yield box(certain, y, sure - certain, _BAR, fill=f"url(#{fill})", **style)
    for left, right in ((begins, min(certain, ends)), (max(sure, begins), ends)):
        if right - left >= 1:
            doubt = fill.rsplit("-", 1)[0]
            yield box(left, y, right - left, _BAR, fill=f"url(#{doubt}-doubt)", **style)
    if time.ends is None or time.ends.latest > axis.last:
        yield arrow(axis.right - 9, y - 3, 14, _BAR + 6)

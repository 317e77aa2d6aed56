"""An SVG picture as text: no script, nothing loaded from elsewhere, the same bytes every time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from xml.etree import ElementTree as ET

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


class Picture:
    """Things are drawn from the top down, so the height is known last: `finish` sets it.

    Numbers are kept to a tenth of a unit. `title` and `description` are what a screen reader says.
    """

    def __init__(self, width: float, *, title: str, description: str, style: str) -> None:
        self.width = width
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
        self._root.set("aria-labelledby", "title description")
        ET.SubElement(self._root, "title", id="title").text = title
        ET.SubElement(self._root, "desc", id="description").text = description
        ET.SubElement(self._root, "style").text = style
        self._ground = ET.SubElement(self._root, "rect", {"class": "ground"})
        self._into = self._root

    @contextmanager
    def group(self, title: str | None = None) -> Iterator[None]:
        """What is drawn inside belongs together; `title` shows when pointed at."""
        outer = self._into
        self._into = ET.SubElement(outer, "g")
        if title is not None:
            ET.SubElement(self._into, "title").text = title
        yield
        self._into = outer

    def rect(self, x: float, y: float, width: float, height: float, look: str, *, round_: float = 0) -> None:
        corners = {"rx": _number(round_)} if round_ else {}
        self._add("rect", look, x=x, y=y, width=width, height=height, **corners)

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        self._add("line", look, x1=x1, y1=y1, x2=x2, y2=y2)

    def lines(self, ends: Iterable[tuple[float, float, float, float]], look: str) -> None:
        """Many at once, each `x1, y1, x2, y2`."""
        drawn = (f"M{_number(x1)} {_number(y1)}L{_number(x2)} {_number(y2)}" for x1, y1, x2, y2 in ends)
        self._add("path", look, d="".join(drawn))

    def circle(self, x: float, y: float, radius: float, look: str) -> None:
        self._add("circle", look, cx=x, cy=y, r=radius)

    def shape(self, points: list[tuple[float, float]], look: str) -> None:
        written = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polygon", look, points=written)

    def text(self, x: float, y: float, words: str, look: str = "") -> None:
        """`y` is the line the letters stand on; the look says whether `x` is their beginning, middle or end."""
        self._add("text", look, x=x, y=y).text = words

    def finish(self, height: float) -> str:
        size = f"0 0 {_number(self.width)} {_number(height)}"
        self._root.attrib |= {"viewBox": size, "width": _number(self.width), "height": _number(height)}
        self._ground.attrib |= {
            "x": "0.5",
            "y": "0.5",
            "width": _number(self.width - 1),
            "height": _number(height - 1),
            "rx": "8",
        }
        ET.indent(self._root, space="")
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def _add(self, tag: str, look: str, **attributes: float | str) -> ET.Element:
        written = {name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()}
        return ET.SubElement(self._into, tag, {"class": look, **written} if look else written)


def _number(value: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")

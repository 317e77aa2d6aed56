"""Bars as SVG: readable on light and dark pages, and by whoever sees no picture."""

from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 720, 130, 120
BAR, GAP, HEAD, TOP = 18, 6, 30, 44
"""Heights, in the picture's own units."""
COLOURS = {"Suivi": "suivi", "PostGraphile": "other", "limit": "limit"}
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .group { font-weight: 600; }
  .value { font-variant-numeric: tabular-nums; }
  .suivi { fill: #0b6bcb; } .other { fill: #b35900; } .limit { fill: #7d8590; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .suivi { fill: #58a6ff; } .other { fill: #f0883e; } .limit { fill: #9aa4af; }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that share a scale: the longest takes the whole width."""

    name: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return HEAD + len(self.bars) * (BAR + GAP)


def drawing(title: str, groups: list[Group]) -> str:
    """The picture, its figures once more as its description."""
    height = TOP + sum(group.height for group in groups)
    parts, top = [], TOP
    for group in groups:
        parts.append(_group(group, top))
        top += group.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="title description">\n'
        f'<title id="title">{escape(title)}</title>\n'
        f'<desc id="description">{escape(_described(groups))}</desc>\n'
        f"<style>{STYLE}</style>\n"
        f'<text class="title" x="0" y="20">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _described(groups: list[Group]) -> str:
    return " ".join(f"{group.name}: {', '.join(f'{bar.label} {bar.shown}' for bar in group.bars)}." for group in groups)


def _group(group: Group, top: int) -> str:
    longest = max((bar.value for bar in group.bars), default=0.0) or 1.0
    lines = [f'<text class="group" x="0" y="{top + 16}">{escape(group.name)}</text>']
    for number, bar in enumerate(group.bars):
        colour = COLOURS.get(bar.label, "suivi")
        y = top + HEAD + number * (BAR + GAP) - 4
        length = max(1, round(bar.value / longest * (WIDTH - LEFT - RIGHT)))
        lines += [
            f'<text x="12" y="{y + 13}">{escape(bar.label)}</text>',
            f'<rect class="{colour}" x="{LEFT}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
            f'<text class="value" x="{LEFT + length + 8}" y="{y + 13}">{escape(bar.shown)}</text>',
        ]
    return "\n".join(lines)

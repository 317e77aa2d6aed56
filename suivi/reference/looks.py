"""Colours and type of the pictures, on light and on dark ground. No colour stands alone: shapes say the same."""

from suivi.reference.svg import FONT

_LIGHT = {
    "ground": "#ffffff", "edge": "#d0d7de", "ink": "#1f2328", "faint": "#59636e", "grid": "#e4e8ec", "shade": "#f4f6f8",
    "phase": "#9cc3ea", "phase2": "#c3dbf3", "normal": "#4d9a63", "emergency_now": "#b3001b", "same_day": "#c96a00",
    "within_48h": "#1b5fc1", "routine": "#5b6673", "check": "#0d6e6e", "window": "#a9d8d6", "stay": "#8a6d3b",
    "longer": "#dcc9a3", "result": "#6f42c1", "between": "#cbb7ec", "soon": "#eceaf2", "limit": "#57606a",
    "on": "#ffffff",
}  # fmt: skip
_DARK = {
    "ground": "#0d1117", "edge": "#30363d", "ink": "#e6edf3", "faint": "#9aa4af", "grid": "#232a32", "shade": "#141a21",
    "phase": "#2f6299", "phase2": "#244563", "normal": "#57ab6f", "emergency_now": "#ff6b70", "same_day": "#f0a04b",
    "within_48h": "#6ba5ff", "routine": "#9aa4af", "check": "#4cc2bd", "window": "#1e5553", "stay": "#d9b673",
    "longer": "#5b4b29", "result": "#b794f4", "between": "#4d3a7a", "soon": "#232733", "limit": "#b1bac4",
    "on": "#0d1117",
}  # fmt: skip
_FILLED = (
    "phase", "phase2", "normal", "emergency_now", "same_day", "within_48h", "routine", "check", "window", "stay",
    "longer", "result", "between", "soon", "limit", "shade", "on",
)  # fmt: skip
_DRAWN = ("grid", "normal", "emergency_now", "same_day", "within_48h", "routine", "check", "stay", "result", "limit")

_TYPE = """\
text{font-family:%s;font-size:12px}
.head{font-size:18px;font-weight:600}
.name{font-weight:600}
.part{font-size:11px;font-weight:600;letter-spacing:.3px}
.small,.tick,.mark,.days,.conf{font-size:10.5px}
.tick,.mark{text-anchor:middle}
.days,.conf{text-anchor:end}
.conf{font-size:8px}
.mark{font-weight:700}
line,path{stroke-width:1.2;fill:none}
.l-grid{stroke-width:.8}
.thick{stroke-width:3.5}
.dots{stroke-dasharray:1.5 4;stroke-linecap:round;stroke-width:2}
.dashes{stroke-dasharray:5 4;stroke-width:1.4}
.f-on{stroke-width:1.8}"""


def style() -> str:
    return "\n".join([_TYPE % FONT, _colours(_LIGHT), f"@media (prefers-color-scheme:dark){{\n{_colours(_DARK)}\n}}"])


def _colours(of: dict[str, str]) -> str:
    rules = [f".ground{{fill:{of['ground']};stroke:{of['edge']}}}"]
    rules += [
        f"text{{fill:{of['ink']}}}",
        f".small,.tick,.part,.days,.conf{{fill:{of['faint']}}}",
        f".mark{{fill:{of['on']}}}",
    ]
    rules += [f".f-{name}{{fill:{of[name]}}}" for name in _FILLED]
    rules += [f".l-{name}{{stroke:{of[name]}}}" for name in _DRAWN]
    return "\n".join(rules)

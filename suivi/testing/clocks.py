"""Clocks and dice in a plugin's source: what a run may not come by, and a patient will."""

import ast
from collections.abc import Iterator

from suivi.testing.subject import Subject

_READS = {
    "datetime": ("now", "utcnow", "today"),
    "date": ("today",),
    "time": ("time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"),
    "uuid": ("uuid1", "uuid4"),
}
_DICE = ("random", "secrets")


def problems(subject: Subject) -> Iterator[str]:
    """None of an adapter: its `notify` does I/O, and may look at the clock."""
    if subject.implements("adapter"):
        return
    for file in subject.sources():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            for says in _said(node):
                yield f"{file.name} line {getattr(node, 'lineno', 1)}: {says}"


def _said(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name)):
            if name in _READS.get(owner, ()):
                yield f"{owner}.{name}() reads a clock or a die; whatever depends on a day is given the day"
        case ast.Import(names=names):
            yield from (f"it imports {alias.name}" for alias in names if alias.name in _DICE)
        case ast.ImportFrom(module=module, names=names) if module in ("time", "uuid", *_DICE):
            banned = _READS.get(module or "", ())
            for alias in names:
                if module in _DICE or alias.name in banned:
                    yield f"it imports {alias.name} from {module}: a hook answers the same on every day"

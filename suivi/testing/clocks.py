"""Clocks and dice in a plugin's source: what a run may not come by, and a patient will."""

import ast
from collections.abc import Iterator, Mapping

from suivi.testing.subject import Subject

_READS = {
    "datetime": ("now", "utcnow", "today"),
    "date": ("today",),
    "time": (
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
        "process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns", "localtime", "gmtime",
        "ctime", "asctime", "strftime",
    ),
    "uuid": ("uuid1", "uuid4"),
}  # fmt: skip
_GIVEN_A_TIME = {"localtime": 1, "gmtime": 1, "ctime": 1, "asctime": 1, "strftime": 2}
"""With so many arguments these read no clock."""
_DICE = ("random", "secrets")


def problems(subject: Subject) -> Iterator[str]:
    """None of an adapter: its `notify` does I/O, and may look at the clock."""
    if subject.implements("adapter"):
        return
    for file in subject.sources():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = dict(_imported(tree))
        for node in ast.walk(tree):
            for says in _said(node, names):
                yield f"{file.name} line {getattr(node, 'lineno', 1)}: {says}"


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What is called otherwise here, with its own name: `import time as t`, `from datetime import date as day`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)


def _said(node: ast.AST, names: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name), args=args):
            owner = names.get(owner, owner)
            given = _GIVEN_A_TIME.get(name) if owner == "time" else None
            if name in _READS.get(owner, ()) and (given is None or len(args) < given):
                yield f"{owner}.{name}() reads a clock or a die; whatever depends on a day is given the day"
        case ast.Import(names=given_names):
            yield from (f"it imports {alias.name}" for alias in given_names if alias.name in _DICE)
        case ast.ImportFrom(module=module, names=given_names) if module in ("time", "uuid", *_DICE):
            banned = _READS.get(module or "", ())
            for alias in given_names:
                if module in _DICE or alias.name in banned:
                    yield f"it imports {alias.name} from {module}: a hook answers the same on every day"

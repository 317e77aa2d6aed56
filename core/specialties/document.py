"""A YAML file with its line numbers, and everything wrong with it collected before anything is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Loc = tuple[str | int, ...]
"""Where something stands in a file: keys and list indices from the top."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenProtocol(Exception):  # noqa: N818 - names what is broken, as PluginProblem does
    """A protocol file that cannot be used. The message names the file and every problem in it."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n  ".join([f"{path} cannot be used, {count}:", *problems]))


@dataclass
class Document:
    path: Path
    data: dict[str, Any]
    lines: Mapping[Loc, int]
    problems: list[tuple[int, str]] = field(default_factory=list)

    def report(self, loc: Loc, says: str) -> None:
        line = self.line(loc)
        problem = (line, f"{self.path.name} line {line}: {self.spell(loc)}: {says}")
        if problem not in self.problems:
            self.problems.append(problem)

    def line(self, loc: Loc) -> int:
        """The line of the nearest thing that is in the file: what is missing has no line of its own."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def spell(self, loc: Loc) -> str:
        """`procedures[crown].phases[1].days`: a procedure by its id, other list items by their index."""
        spelt, here = "", self.data
        for step in loc:
            here = _step(here, step)
            named = loc[0] == "procedures" and spelt == "procedures" and isinstance(here, Mapping) and "id" in here
            name = here["id"] if named else step
            spelt += f"[{name}]" if isinstance(step, int) else f".{step}" if spelt else step
        return spelt or "(top)"


def open_document(path: Path) -> Document:
    """Raises BrokenProtocol when the file is missing, is no YAML, or is not a mapping."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenProtocol(path, [f"the file cannot be read: {type(error).__name__}"]) from error
    except yaml.YAMLError as error:
        raise BrokenProtocol(path, [" ".join(str(error).split())]) from error
    if not isinstance(data, dict):
        raise BrokenProtocol(path, ["the file is not a mapping of keys to values"])
    document = Document(path, data, {})
    lines: dict[Loc, int] = {}
    document.lines = lines
    for loc in _walk(node, (), lines):
        document.report(loc, "key given twice")
    return document


def _walk(node: Any, loc: Loc, lines: dict[Loc, int]) -> list[Loc]:
    """Fills `lines`; answers the places of keys that a mapping has twice."""
    lines.setdefault(loc, node.start_mark.line + 1)
    twice: list[Loc] = []
    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        for name, (key, value) in zip(keys, node.value, strict=True):
            lines[(*loc, name)] = key.start_mark.line + 1
            twice += _walk(value, (*loc, name), lines)
        twice += [(*loc, name) for name in dict.fromkeys(keys) if keys.count(name) > 1]
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            twice += _walk(value, (*loc, index), lines)
    return twice


def _step(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None

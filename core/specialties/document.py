"""A YAML file with its line numbers, and everything wrong with it collected before anything is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from suivi.core.specialties.yaml_text import Loc, Refused, read_yaml

__all__ = ["BrokenProtocol", "Document", "Loc", "item", "open_document", "said_of"]

MAX_BYTES = 2_000_000
SHOWN = 100
"""Problems that a message names; a file that has more is another kind of file."""


class BrokenProtocol(Exception):  # noqa: N818 - names what is broken, as PluginProblem does
    """A protocol file that cannot be used. The message names the file and every problem in it."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        more = [f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        super().__init__("\n  ".join([f"{path} cannot be used, {count}:", *problems[:SHOWN], *more]))


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
            here = item(here, step)
            named = loc[0] == "procedures" and spelt == "procedures" and isinstance(here, Mapping) and "id" in here
            name = here["id"] if named else step
            spelt += f"[{name}]" if isinstance(step, int) else f".{step}" if spelt else step
        return spelt or "(top)"


def open_document(path: Path) -> Document:
    """Raises BrokenProtocol when the file is missing, is no YAML, or is not a mapping."""
    text = _text(path)
    try:
        content = read_yaml(text)
    except Refused as refusal:
        problems = [f"{path.name} line {line}: {says}" for line, says in refusal.problems]
        raise BrokenProtocol(path, problems) from refusal
    except yaml.YAMLError as error:
        raise BrokenProtocol(path, [_no_yaml(path, text, error)]) from error
    if not isinstance(content.data, dict):
        raise BrokenProtocol(path, [f"{path.name} line 1: the file is not a mapping of keys to values"])
    document = Document(path, content.data, content.lines)
    for loc, says in content.found:
        document.report(loc, says)
    return document


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenProtocol(path, [f"the file cannot be read: {type(error).__name__}"]) from error
    if len(content) > MAX_BYTES:
        raise BrokenProtocol(path, [f"the file has more than {MAX_BYTES:,} bytes"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        says = f"{path.name} line {line}: the file is not in UTF-8, so it cannot be read: save it as UTF-8"
        raise BrokenProtocol(path, [says]) from error


def _no_yaml(path: Path, text: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        # The text itself has a character that YAML has not; its place is all that is known.
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        return f"{path.name} line {line}: the file is no YAML: {getattr(error, 'reason', error)}"
    begun = getattr(error, "context_mark", None)
    since = f" that begins on line {begun.line + 1}" if begun is not None and begun.line != mark.line else ""
    told = [context + since if (context := getattr(error, "context", None)) else None, getattr(error, "problem", None)]
    lines = text.splitlines()
    here = lines[mark.line] if mark.line < len(lines) else ""
    tab = "; YAML is indented with spaces, never with tabs" if "\t" in here[: mark.column + 1] else ""
    return f"{path.name} line {mark.line + 1}: the file is no YAML: {', '.join(filter(None, told))}{tab}"


def item(here: Any, step: str | int, *, absent: Any = None) -> Any:
    """What stands one step further in, whatever the file has there."""
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return absent


def said_of(problem: Any) -> str:
    """One error of pydantic in our words, for whoever wrote the file."""
    match problem["type"]:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "missing"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")

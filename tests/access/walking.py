"""Queries made from the schema: from a root field to everything it leads to, breadth first."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, get_named_type, is_required_argument
from strawberry.relay.utils import from_base64

from suivi.graphql.schema import schema
from tests.access.matrix import matrix

SCHEMA = schema._schema
Path = tuple[str, ...]

WALKED = (
    *("cases", "patients", "clinics", "deliveries", "viewer", "plugins", "procedures", "procedure"),
    *("complaintBodies", "rulesChanges"),
)
"""Root fields that need no id; the others are asked for each object there is."""
BY_ID = {"case": "Case", "patient": "Patient", "clinic": "Clinic", "treatment": "Treatment"}
OTHERWISE = ("node", "caseCount", "hints")
"""Root fields with a test of their own in `test_walk.py`."""

_CROWN = '"crown"'
GIVEN = {
    "first": "100",
    "allowed": "3",
    "procedure": _CROWN,
    "key": _CROWN,
}
"""What generated queries send for an argument; others are left out where they may be."""

_MARK = re.compile(r"said_\w+")


def governed(kind: GraphQLNamedType) -> bool:
    """Whether the type has a rule of its own, and is not just a part of another."""
    written = matrix().types.get(kind.name)
    return written is not None and written.rule != "inherits"


@dataclass
class Walk:
    """Every governed type is expanded in full where it is met first, and named by its id wherever it is met again."""

    root: str
    tree: set[tuple[str, Path]] = field(default_factory=set)
    covered: set[tuple[str, str]] = field(default_factory=set)

    def query(self) -> str:
        assert SCHEMA.query_type is not None
        definition = SCHEMA.query_type.fields[self.root]
        start = get_named_type(definition.type)
        self._plan(start)
        selection = self._render(start, start.name, (), already=set())
        return f"{{ {self.root}{arguments(self.root, definition)} {selection} }}"

    def _plan(self, start: GraphQLNamedType) -> None:
        met, waiting = {start.name}, deque([start])
        while waiting:
            owner = waiting.popleft()
            for path, target in _leads_to(owner, ()):
                if target.name not in met:
                    met.add(target.name)
                    self.tree.add((owner.name, path))
                    waiting.append(target)

    def _render(self, kind: GraphQLNamedType, owner: str, path: Path, *, already: set[str]) -> str:
        if not isinstance(kind, GraphQLObjectType):
            return "{ __typename id }"
        parts = ["__typename"]
        for name, definition in kind.fields.items():
            self.covered.add((kind.name, name))
            target, here = get_named_type(definition.type), (*path, name)
            call = f"{name}{arguments(name, definition)}"
            if not isinstance(target, GraphQLObjectType):
                parts.append(call)
            elif not governed(target):
                parts.append(f"{call} {self._render(target, owner, here, already=already)}")
            elif (owner, here) in self.tree:
                parts.append(f"{call} {self._render(target, target.name, (), already=already)}")
            else:
                parts.append(f"{call} {{ __typename {'id' if 'id' in target.fields else ''} }}")
        return f"{{ {' '.join(parts)} }}"


def _leads_to(kind: GraphQLNamedType, path: Path) -> Iterator[tuple[Path, GraphQLObjectType]]:
    """The governed types that an object leads to, through its parts."""
    if not isinstance(kind, GraphQLObjectType):
        return
    for name, definition in kind.fields.items():
        target = get_named_type(definition.type)
        if isinstance(target, GraphQLObjectType):
            if governed(target):
                yield (*path, name), target
            else:
                yield from _leads_to(target, (*path, name))


def arguments(name: str, definition: GraphQLField) -> str:
    sent = []
    for argument, kind in definition.args.items():
        if argument == "first" or (argument in GIVEN and is_required_argument(kind)):
            sent.append(f"{argument}: {GIVEN[argument]}")
        else:
            assert not is_required_argument(kind), f"give `{argument}` of {name} a value in tests/access/walking.py"
    return f"({', '.join(sent)})" if sent else ""


@dataclass
class Reached:
    """What an answer holds: ids of objects by type, every other id in it, and whose words."""

    ids: dict[str, set[UUID]] = field(default_factory=dict)
    mentioned: set[UUID] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    def read(self, answer: Any) -> None:
        if isinstance(answer, dict):
            if "id" in answer:
                kind, identity = from_base64(answer["id"])
                self.ids.setdefault(kind, set()).add(UUID(identity))
            for name, value in answer.items():
                # The token says so itself, to whoever holds it.
                if name not in ("id", "partnerId"):
                    self.read(value)
        elif isinstance(answer, list):
            for value in answer:
                self.read(value)
        elif isinstance(answer, str):
            self._read_text(answer)

    def _read_text(self, text: str) -> None:
        self.marks.update(_MARK.findall(text))
        try:
            self.mentioned.add(UUID(from_base64(text)[1]))
        except ValueError:
            return

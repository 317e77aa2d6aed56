"""Queries made from the schema: from a root field to everything it leads to, breadth first."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)
from strawberry.relay.utils import from_base64

from suivi.graphql.schema import schema
from tests.access.matrix import matrix

SCHEMA = schema._schema
Path = tuple[str, ...]

WALKED = (
    *("cases", "patients", "clinics", "deliveries", "viewer", "plugins", "procedures", "procedure"),
    *("complaintBodies", "rulesChanges", "compareTerms", "confirmationRequests", "reminders"),
    *("readUdi", "verifyConfirmation", "wording"),
)
"""Root fields that need no id; the others are asked for each object there is."""
BY_ID = {
    "case": "Case",
    "clinic": "Clinic",
    "confirmation": "Confirmation",
    "confirmationRequest": "ConfirmationRequest",
    "patient": "Patient",
    "termsDraft": "TermsDraft",
    "treatment": "Treatment",
}
OTHERWISE = ("node", "caseCount", "hints")
"""Root fields with a test of their own in `test_walk.py`."""

_CROWN = '"crown"'
CLINICS = '["every clinic"]'
"""Stands for the ids of all clinics there are."""
GIVEN = {
    "first": "100",
    "allowed": "3",
    "procedure": _CROWN,
    "key": _CROWN,
    "clinicIds": CLINICS,
    "udi": '"(01)51022222233336(10)A213B1"',
    "digest": f'"{"0" * 64}"',
    "text": '"A guaranteed result."',
    "language": '"en"',
}
"""What generated queries send for an argument; others are left out where they may be."""

_MARK = re.compile(r"said_\w+")


def governed(kind: GraphQLNamedType) -> bool:
    """Whether the type has a rule of its own, and is not just a part of another."""
    written = matrix().types.get(kind.name)
    return written is not None and written.rule != "inherits"


TOLD_AGAIN = {"clinics": {"Terms", "TermsDraft"}, "confirmationRequests": {"Confirmation"}}
"""Types of which some rows are first found here, though another root leads to the type before."""


@dataclass
class Walk:
    """Every governed type is expanded where it is met first, and named by its id wherever it is met again.

    Its parts are its own wherever it is found: they are asked for from the first root that leads to it, from the root
    that lists it, and where `TOLD_AGAIN` says so.
    """

    root: str
    told: set[str] = field(default_factory=set)
    """Types whose parts have been asked for already."""
    full: set[str] = field(default_factory=set)
    tree: set[tuple[str, Path]] = field(default_factory=set)
    covered: set[tuple[str, str]] = field(default_factory=set)
    text: str = ""

    def query(self) -> str:
        assert SCHEMA.query_type is not None
        definition = SCHEMA.query_type.fields[self.root]
        start = get_named_type(definition.type)
        self._plan(start)
        return f"{{ {self.root}{arguments(self.root, definition)} {self._render(start, start.name, ())} }}"

    def _plan(self, start: GraphQLNamedType) -> None:
        met, waiting = {start.name}, deque([start])
        listed = {start.name, *(target.name for _, target in self._leads_to(start, (), whole=True))}
        while waiting:
            owner = waiting.popleft()
            if owner.name not in self.told or owner.name in listed | TOLD_AGAIN.get(self.root, set()):
                self.full.add(owner.name)
            for path, target in self._leads_to(owner, (), whole=owner.name in self.full):
                if target.name not in met:
                    met.add(target.name)
                    self.tree.add((owner.name, path))
                    waiting.append(target)
        self.told |= self.full

    def _leads_to(self, kind: GraphQLNamedType, path: Path, *, whole: bool) -> Iterator[tuple[Path, GraphQLObjectType]]:
        """The governed types that an object leads to; through all of its parts, or by its edges alone."""
        if not isinstance(kind, GraphQLObjectType):
            return
        for name, definition in kind.fields.items():
            target = get_named_type(definition.type)
            if governed(target):
                yield (*path, name), target
            elif whole or is_page(target):
                yield from self._leads_to(target, (*path, name), whole=True)

    def _render(self, kind: GraphQLNamedType, owner: str, path: Path) -> str:
        if isinstance(kind, GraphQLUnionType):
            parts = (f"... on {part.name} {self._alternative(part, kind, owner, path)}" for part in kind.types)
            return f"{{ __typename {' '.join(parts)} }}"
        if not isinstance(kind, GraphQLObjectType):
            return "{ __typename id }"
        whole = bool(path) or owner in self.full
        fields = (name for name, of in kind.fields.items() if whole or not is_part(get_named_type(of.type)))
        return f"{{ __typename {' '.join(self._field(kind, name, owner, path) for name in fields)} }}"

    def _alternative(self, kind: GraphQLObjectType, union: GraphQLUnionType, owner: str, path: Path) -> str:
        """Its fields may have names that are of another type in another part."""
        assert not governed(kind), f"{kind.name} is more than a part: walk it from where it is governed"
        fields = []
        for name, definition in kind.fields.items():
            others = {str(part.fields[name].type) for part in union.types if name in part.fields}
            alias = "" if others == {str(definition.type)} else f"{kind.name}_{name}: "
            fields.append(f"{alias}{self._field(kind, name, owner, path)}")
        return f"{{ {' '.join(fields)} }}"

    def _field(self, kind: GraphQLObjectType, name: str, owner: str, path: Path) -> str:
        self.covered.add((kind.name, name))
        definition = kind.fields[name]
        target, here = get_named_type(definition.type), (*path, name)
        call = f"{name}{arguments(name, definition)}"
        if not isinstance(target, GraphQLObjectType | GraphQLUnionType):
            return call
        if isinstance(target, GraphQLUnionType) or not governed(target):
            return f"{call} {self._render(target, owner, here)}"
        if (owner, here) in self.tree:
            return f"{call} {self._render(target, target.name, ())}"
        return f"{call} {{ __typename {'id' if 'id' in target.fields else ''} }}"


@cache
def walks() -> tuple[Walk, ...]:
    """From every root that is walked, in order."""
    told: set[str] = set()
    made = tuple(Walk(root, told=told) for root in WALKED)
    for walk in made:
        walk.text = walk.query()
    return made


def is_page(kind: GraphQLNamedType) -> bool:
    return kind.name.endswith("Connection")


def is_part(kind: GraphQLNamedType) -> bool:
    composite = isinstance(kind, GraphQLObjectType | GraphQLUnionType)
    return composite and not governed(kind) and not is_page(kind)


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
                self._read_id(answer["id"])
            for name, value in answer.items():
                # The token says so itself, to whoever holds it.
                if name not in ("id", "partnerId"):
                    self.read(value)
        elif isinstance(answer, list):
            for value in answer:
                self.read(value)
        elif isinstance(answer, str):
            self._read_text(answer)

    def _read_id(self, text: str) -> None:
        """Parts have names for ids, which lead nowhere."""
        if (found := named(text)) is not None:
            self.ids.setdefault(found[0], set()).add(found[1])

    def _read_text(self, text: str) -> None:
        if "said_" in text:
            self.marks.update(_MARK.findall(text))
        if (found := named(text)) is not None:
            self.mentioned.add(found[1])


@cache
def named(text: str) -> tuple[str, UUID] | None:
    """The type and row of a Relay id; None for any other text."""
    try:
        kind, identity = from_base64(text)
        return kind, UUID(identity)
    except ValueError:
        return None

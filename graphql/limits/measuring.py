"""The size of an operation, fragments counted wherever they are spread but measured once each.

The time this takes is linear in the length of the document, however often its fragments are spread. It comes before
validation, so nothing here relies on the document being valid.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from suivi.graphql.nodes import MAX_PAGE

PLAIN_LIST = 5
"""Rows counted for a list whose size nobody can ask for."""
DEEPEST = 200
"""Selections inside one another, fragments included, that are followed at all; as deep as graphql-core goes."""
PAGE_SIZES = ("first", "last")
INTROSPECTION = ("__schema", "__type")


class Bottomless(Exception):  # noqa: N818 - told as a refusal
    """More than `DEEPEST` selections inside one another."""


@dataclass(slots=True)
class Size:
    """Of a selection and all that it leads to."""

    depth: int = 0
    cost: int = 0
    per_row: int = 0
    """Cost of each row of the page that the selection is part of."""
    aliases: int = 0
    directives: int = 0
    introspects: bool = False

    def add(self, other: "Size") -> None:
        self.depth = max(self.depth, other.depth)
        self.cost += other.cost
        self.per_row += other.per_row
        self.aliases += other.aliases
        self.directives += other.directives
        self.introspects |= other.introspects


NOTHING = Size()


class Measuring:
    """Of one operation, with the variables it comes with. Raises Bottomless."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.defaults: dict[str, int] = {}
        self.used: set[str] = set()
        """Variables that sizes depend on."""
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Size] = {}
        self._level = 0

    def measure(self, operation: OperationDefinitionNode) -> Size:
        self.defaults = {
            definition.variable.name.value: _small(definition.default_value.value)
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }
        size = self._selection(operation.selection_set, self.schema.get_root_type(operation.operation))
        size.directives += len(operation.directives or ())
        size.directives += sum(len(one.directives or ()) for one in operation.variable_definitions or ())
        return size

    def _selection(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> Size:
        self._level += 1
        if self._level > DEEPEST:
            raise Bottomless
        size = Size()
        for node in selections.selections:
            size.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                size.add(self._field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                size.add(self._selection(node.selection_set, self._narrowed(node, parent)))
            elif isinstance(node, FragmentSpreadNode):
                size.add(self._fragment(node.name.value))
        self._level -= 1
        return size

    def _narrowed(self, node: InlineFragmentNode, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
        return self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _fragment(self, name: str) -> Size:
        if name not in self._measured:
            # Read while it is being measured, by a fragment that leads back to itself: validation refuses those.
            self._measured[name] = NOTHING
            if definition := self.fragments.get(name):
                kind = self.schema.get_type(definition.type_condition.name.value)
                self._measured[name] = self._selection(definition.selection_set, kind)
                self._measured[name].directives += len(definition.directives or ())
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Size:
        name = node.name.value
        field = _field_of(parent, name)
        below, kind = Size(), None if field is None else get_named_type(field.type)
        if node.selection_set is not None:
            below = self._selection(node.selection_set, self._introspected(name, parent) or kind)
        return Size(
            depth=below.depth + 1,
            aliases=below.aliases + (node.alias is not None),
            directives=below.directives,
            introspects=below.introspects or name in INTROSPECTION,
            **self._costs(node, field, parent, below),
        )

    def _introspected(self, name: str, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
        if parent is None or parent is not self.schema.query_type or name not in INTROSPECTION:
            return None
        return self.schema.get_type("__Schema" if name == "__schema" else "__Type")

    def _costs(
        self, node: FieldNode, field: GraphQLField | None, parent: GraphQLNamedType | None, below: Size
    ) -> dict[str, int]:
        if field is None or node.selection_set is None:
            return {"cost": 1 + below.cost}
        if _is_page(get_named_type(field.type)):
            return {"cost": 1 + below.cost + self._rows(node, field) * below.per_row}
        if not _is_list(field.type):
            return {"cost": 1 + below.cost}
        if _is_page(parent):
            return {"cost": 0, "per_row": 1 + below.cost}
        return {"cost": self._rows(node, field) * (1 + below.cost)}

    def _rows(self, node: FieldNode, field: GraphQLField) -> int:
        """The page asked for: more than `MAX_PAGE` is refused by whoever reads it."""
        for argument in node.arguments or ():
            if argument.name.value in PAGE_SIZES:
                asked = self._number(argument.value)
                return PLAIN_LIST if asked is None else min(max(asked, 0), MAX_PAGE)
        for name in PAGE_SIZES:
            if name in field.args and isinstance(default := coerce_default_value(field.args[name]), int):
                return default
        return PLAIN_LIST

    def _number(self, value: Any) -> int | None:
        if isinstance(value, IntValueNode):
            return _small(value.value)
        if isinstance(value, VariableNode):
            name = value.name.value
            self.used.add(name)
            told = self.variables.get(name, self.defaults.get(name))
            return told if isinstance(told, int) else None
        return None


def _small(digits: str) -> int:
    """Python refuses to read numbers of thousands of digits."""
    return int(digits) if len(digits) < 12 else MAX_PAGE


def _field_of(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        field: GraphQLField | None = parent.fields.get(name)
        return field
    return None


def _is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def _is_page(kind: GraphQLNamedType | None) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields


def repeats(document: DocumentNode) -> int:
    """How often the most repeated field is named in one selection: graphql-core compares each with each."""
    most = 0
    waiting: list[SelectionSetNode] = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while waiting:
        names: Counter[str] = Counter()
        level = [waiting.pop()]
        while level:
            for node in level.pop().selections:
                if isinstance(node, InlineFragmentNode):
                    level.append(node.selection_set)
                elif isinstance(node, FieldNode):
                    names[(node.alias or node.name).value] += 1
                    if node.selection_set is not None:
                        waiting.append(node.selection_set)
        most = max(most, *names.values(), 0)
    return most

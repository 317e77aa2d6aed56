"""The size of an operation, fragments counted wherever they are spread but measured once each.

The time this takes is linear in the length of the document, however often its fragments are spread. It comes before
validation, so nothing here relies on the document being valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from suivi.graphql.limits.introspection import Among, Introspection, Place
from suivi.graphql.limits.weights import CHARACTERS, OWN, PLAIN_LIST, READ, ROWS
from suivi.graphql.nodes import MAX_PAGE

DEEPEST = 200
"""Selections inside one another, fragments included, that are followed at all; as deep as graphql-core goes."""
PAGE_SIZES = ("first", "last")
INTROSPECTION = ("__schema", "__type")
ABSENT = object()
"""What a variable is that nobody sent and that has no default."""


class Bottomless(Exception):  # noqa: N818 - told as a refusal
    """More than `DEEPEST` selections inside one another."""


@dataclass(slots=True)
class Size:
    """Of a selection and all that it leads to."""

    depth: int = 0
    counted: int | Fraction = 0
    """Values; inside introspection there are averages."""
    per_row: int | Fraction = 0
    """Values in each row of the page that the selection is part of."""
    aliases: int = 0
    directives: int = 0
    introspects: bool = False

    @property
    def cost(self) -> int:
        return ceil(self.counted)

    def add(self, other: "Size") -> None:
        self.depth = max(self.depth, other.depth)
        self.counted += other.counted
        self.per_row += other.per_row
        self.aliases += other.aliases
        self.directives += other.directives
        self.introspects |= other.introspects


NOTHING = Size()


class Measuring:
    """Of one operation, with the variables it comes with. Raises Bottomless."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        *,
        rows: Mapping[str, int] = ROWS,
        introspection: Introspection | None = None,
    ) -> None:
        self.schema = schema
        self.variables = variables
        self.rows = rows
        self.introspection = introspection or Introspection(schema)
        self.defaults: dict[str, int | str] = {}
        self.used: set[str] = set()
        """Variables that sizes depend on."""
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[tuple[str, Place], Size] = {}
        self._level = 0

    def measure(self, operation: OperationDefinitionNode) -> Size:
        self.defaults = {
            definition.variable.name.value: _literal(definition.default_value)
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode | StringValueNode)
        }
        size = self._selection(operation.selection_set, self.schema.get_root_type(operation.operation), Among.ANY)
        size.directives += len(operation.directives or ())
        size.directives += sum(len(one.directives or ()) for one in operation.variable_definitions or ())
        return size

    def _selection(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, place: Place) -> Size:
        self._level += 1
        if self._level > DEEPEST:
            raise Bottomless
        size = Size()
        for node in selections.selections:
            size.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                size.add(self._field(node, parent, place))
            elif isinstance(node, InlineFragmentNode):
                size.add(self._selection(node.selection_set, self._narrowed(node, parent), place))
            elif isinstance(node, FragmentSpreadNode):
                size.add(self._fragment(node.name.value, place))
        self._level -= 1
        return size

    def _narrowed(self, node: InlineFragmentNode, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
        return self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _fragment(self, name: str, place: Place) -> Size:
        key = name, place
        if key not in self._measured:
            # Read while it is being measured, by a fragment that leads back to itself: validation refuses those.
            self._measured[key] = NOTHING
            if definition := self.fragments.get(name):
                kind = self.schema.get_type(definition.type_condition.name.value)
                self._measured[key] = self._selection(definition.selection_set, kind, place)
                self._measured[key].directives += len(definition.directives or ())
        return self._measured[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, place: Place) -> Size:
        name = node.name.value
        field = _field_of(parent, name)
        times = self.introspection.times(parent.name, name, place) if parent and _is_of_schema(parent) else None
        below, kind = Size(), None if field is None else get_named_type(field.type)
        if node.selection_set is not None:
            inside = self._introspected(name, parent) or kind
            below = self._selection(node.selection_set, inside, times.below if times else Among.ANY)
        costs = {"counted": times.rows * (1 + below.counted)} if times else self._costs(node, field, parent, below)
        return Size(
            depth=below.depth + 1,
            aliases=below.aliases + (node.alias is not None),
            directives=below.directives,
            introspects=below.introspects or name in INTROSPECTION,
            **costs,
        )

    def _introspected(self, name: str, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
        if parent is None or parent is not self.schema.query_type or name not in INTROSPECTION:
            return None
        return self.schema.get_type("__Schema" if name == "__schema" else "__Type")

    def _costs(
        self, node: FieldNode, field: GraphQLField | None, parent: GraphQLNamedType | None, below: Size
    ) -> dict[str, int | Fraction]:
        if field is None or parent is None or node.selection_set is None:
            return {"counted": 1 + below.counted}
        name = f"{parent.name}.{node.name.value}"
        own = self._read(node, name) + OWN.get(name, 0)
        if _is_page(get_named_type(field.type)):
            return {"counted": 1 + own + below.counted + self._rows(node, field, PLAIN_LIST) * below.per_row}
        if not _is_list(field.type):
            return {"counted": 1 + own + below.counted}
        if _is_page(parent):
            return {"counted": own, "per_row": 1 + below.counted}
        return {"counted": own + self._rows(node, field, self.rows.get(name, PLAIN_LIST)) * (1 + below.counted)}

    def _read(self, node: FieldNode, name: str) -> int:
        """For the text that a field reads, by its length."""
        texts = [one.value for one in node.arguments or () if one.name.value == READ.get(name)]
        told = [told for value in texts if isinstance(told := self._told(value), str)]
        return sum(-(-len(text) // CHARACTERS) for text in told)

    def _rows(self, node: FieldNode, field: GraphQLField, plain: int) -> int:
        """The page asked for: more than `MAX_PAGE` is refused by whoever reads it."""
        given = {one.name.value: one.value for one in node.arguments or () if one.name.value in PAGE_SIZES}
        if given:
            return max(self._asked(value, field.args.get(name), plain) for name, value in given.items())
        for name in PAGE_SIZES:
            if isinstance(default := _default(field.args.get(name)), int):
                return default
        return plain

    def _asked(self, value: Any, argument: GraphQLArgument | None, plain: int) -> int:
        told = self._told(value)
        if told is ABSENT:
            told = _default(argument)
        # JSON's 100.0 is a number that `Int` takes.
        if isinstance(told, float) and told.is_integer():
            told = int(told)
        return min(max(told, 0), MAX_PAGE) if isinstance(told, int) else plain

    def _told(self, value: Any) -> Any:
        """What stands there, or what the variable there is."""
        if isinstance(value, VariableNode):
            name = value.name.value
            self.used.add(name)
            return self.variables.get(name, self.defaults.get(name, ABSENT))
        return _literal(value) if isinstance(value, IntValueNode | StringValueNode) else None


def _literal(node: IntValueNode | StringValueNode) -> int | str:
    return _small(node.value) if isinstance(node, IntValueNode) else node.value


def _default(argument: GraphQLArgument | None) -> Any:
    return None if argument is None else coerce_default_value(argument)


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


def _is_of_schema(kind: GraphQLNamedType) -> bool:
    return kind.name.startswith("__")


def _is_page(kind: GraphQLNamedType | None) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields

"""What an answer depends on beside the event itself, read off the document."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)

from suivi.graphql.execution.field import STRAWBERRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    plain: bool
    """Only attributes of what the event led to are asked for: nobody's rights, and no clock, have a say in them."""
    variables: frozenset[str]
    """Those that the answer depends on. Which case is followed and since when is not among them."""


def shape_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
    """Of a valid subscription."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    reading = _Reading(schema, fragments)
    assert schema.subscription_type is not None  # noqa: S101 - the document is valid
    reading.read(operation, schema.subscription_type, root=True)
    return Shape(plain=reading.plain, variables=frozenset(reading.variables))


@dataclass(slots=True)
class _Reading:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    plain: bool = True
    variables: set[str] = field(default_factory=set)
    spread: set[tuple[str, bool]] = field(default_factory=set)

    def read(self, node: Any, type_: GraphQLNamedType, *, root: bool) -> None:
        """The selections of an operation, field or fragment; `root` as long as no field was gone into."""
        self._told(node.directives or ())
        for selection in node.selection_set.selections if node.selection_set else ():
            match selection:
                case FieldNode():
                    self._field(selection, type_, root=root)
                case InlineFragmentNode():
                    self.read(selection, self._type(selection.type_condition) or type_, root=root)
                case FragmentSpreadNode():
                    self._told(selection.directives or ())
                    self._fragment(selection.name.value, root=root)

    def _fragment(self, name: str, *, root: bool) -> None:
        """Once: what doubles itself over and over is looked at no more often for it."""
        if (name, root) not in self.spread:
            self.spread.add((name, root))
            fragment = self.fragments[name]
            self.read(fragment, self._type(fragment.type_condition), root=root)

    def _field(self, node: FieldNode, type_: Any, *, root: bool) -> None:
        definition = self.schema.get_field(type_, node.name.value)
        assert definition is not None  # noqa: S101 - the document is valid
        if not root:
            self._told(node.arguments or ())
            self.plain = self.plain and (node.name.value == "__typename" or _is_attribute(definition))
        self.read(node, get_named_type(definition.type), root=False)

    def _type(self, condition: Any) -> Any:
        return self.schema.get_type(condition.name.value) if condition else None

    def _told(self, nodes: Any) -> None:
        for node in nodes:
            self.variables.update(_variables(node))


def _is_attribute(definition: Any) -> bool:
    field_: Any = definition.extensions.get(STRAWBERRY)
    return field_ is not None and field_.is_basic_field


def _variables(node: Any) -> Iterator[str]:
    """Of a directive or an argument; these nest no deeper than a document may."""
    if isinstance(node, VariableNode):
        yield node.name.value
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _variables(part)
    elif isinstance(node, Node):
        for key in node.keys:
            yield from _variables(getattr(node, key, None))

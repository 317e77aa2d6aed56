"""Which operation of a document is meant, and whether a plan takes it."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

CONDITIONS = ("skip", "include")
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation:
    """A query or mutation of a validated document. `conditions` are the variables of its @skip and @include."""

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    root_type: GraphQLObjectType
    conditions: tuple[str, ...]

    @property
    def is_serial(self) -> bool:
        return self.definition.operation is OperationType.MUTATION


class NotTaken(Exception):  # noqa: N818 - no fault of anybody: graphql-core runs it
    """The document asks for something that plans leave to graphql-core."""


def taken(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Operation | None:
    """The operation of that name, or the only one; none where graphql-core is to run it."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    definition = _named(document, name)
    if definition is None or definition.operation is OperationType.SUBSCRIPTION or definition.directives:
        return None
    root_type = schema.get_root_type(definition.operation)
    if root_type is None:
        return None
    parts: list[OperationDefinitionNode | FragmentDefinitionNode] = [definition, *fragments.values()]
    try:
        conditions = {variable for part in parts for variable in _conditions(part)}
    except NotTaken:
        return None
    return Operation(
        schema=schema,
        definition=definition,
        fragments=fragments,
        root_type=root_type,
        conditions=tuple(sorted(conditions)),
    )


def _named(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
    return operations[0] if len(operations) == 1 else None


def _conditions(node: OperationDefinitionNode | FragmentDefinitionNode) -> Iterator[str]:
    if isinstance(node, FragmentDefinitionNode) and (node.variable_definitions or node.directives):
        raise NotTaken
    waiting: list[SelectionSetNode] = [node.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            yield from _of_selection(selection)
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                waiting.append(inner)


def _of_selection(selection: SelectionNode) -> Iterator[str]:
    if isinstance(selection, FieldNode) and selection.name.value in INTROSPECTION:
        raise NotTaken
    if isinstance(selection, FragmentSpreadNode) and selection.arguments:
        raise NotTaken
    for directive in selection.directives or ():
        yield from _of_directive(directive)


def condition_of(directive: DirectiveNode) -> ValueNode | None:
    """What its `if` is told."""
    return next((argument.value for argument in directive.arguments or ()), None)


def _of_directive(directive: DirectiveNode) -> Iterator[str]:
    if directive.name.value not in CONDITIONS:
        raise NotTaken
    told = condition_of(directive)
    if isinstance(told, VariableNode):
        yield told.name.value
    elif not isinstance(told, BooleanValueNode):
        raise NotTaken

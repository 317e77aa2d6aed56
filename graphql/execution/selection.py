"""Which fields of an object type are asked for, merged under their keys, as the specification collects them."""

from collections.abc import Iterable, Mapping

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from suivi.graphql.execution.operations import Operation, condition_of

Collected = dict[str, list[FieldNode]]


class Collector:
    """Collects for one answer to the operation's conditions: @skip and @include are settled here, once."""

    def __init__(self, operation: Operation, conditions: Mapping[str, bool]) -> None:
        self.operation = operation
        self.conditions = conditions

    def fields(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode | None]) -> Collected:
        """In the order they were first asked for."""
        collected: Collected = {}
        spread: set[str] = set()
        for selections in sets:
            if selections is not None:
                self._collect(type_, selections, collected, spread)
        return collected

    def _collect(
        self, type_: GraphQLObjectType, selections: SelectionSetNode, collected: Collected, spread: set[str]
    ) -> None:
        for selection in selections.selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                collected.setdefault((selection.alias or selection.name).value, []).append(selection)
                continue
            fragment = self._fragment(selection, type_, spread)
            if fragment is not None:
                self._collect(type_, fragment.selection_set, collected, spread)

    def _fragment(
        self, selection: SelectionNode, type_: GraphQLObjectType, spread: set[str]
    ) -> FragmentDefinitionNode | InlineFragmentNode | None:
        """The fragment, where it is of this type and not yet collected."""
        if isinstance(selection, InlineFragmentNode):
            return selection if self._matches(selection, type_) else None
        assert isinstance(selection, FragmentSpreadNode)  # noqa: S101 - there is no third kind of selection
        name = selection.name.value
        fragment = self.operation.fragments.get(name)
        if fragment is None or name in spread or not self._matches(fragment, type_):
            return None
        spread.add(name)
        return fragment

    def _matches(self, fragment: FragmentDefinitionNode | InlineFragmentNode, type_: GraphQLObjectType) -> bool:
        if not fragment.type_condition:
            return True
        schema = self.operation.schema
        named = schema.get_type(fragment.type_condition.name.value)
        return named is type_ or (is_abstract_type(named) and schema.is_sub_type(named, type_))

    def _is_included(self, selection: SelectionNode) -> bool:
        told = {node.name.value: self._value(node) for node in selection.directives or ()}
        return not told.get("skip", False) and told.get("include", True)

    def _value(self, directive: DirectiveNode) -> bool:
        told = condition_of(directive)
        if isinstance(told, VariableNode):
            return self.conditions[told.name.value]
        assert isinstance(told, BooleanValueNode)  # noqa: S101 - operations.taken lets nothing else through
        return told.value

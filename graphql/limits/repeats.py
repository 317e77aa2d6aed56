"""What graphql-core's validation takes long over."""

from collections import Counter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


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

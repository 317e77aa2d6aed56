"""What a plan knows of one field of the answer."""

from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLObjectType, is_non_null_type, located_error

from suivi.graphql.execution.places import Place, keys_of

Given = dict[str, Any]
"""Arguments by name."""
STRAWBERRY = "strawberry-definition"
"""Under which Strawberry keeps its own definition in the extensions of a type or field."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """`nodes` are all places of the document that ask for the field under this key."""

    key: str
    nodes: list[FieldNode]
    definition: GraphQLField
    parent: GraphQLObjectType

    @property
    def name(self) -> str:
        return self.nodes[0].name.value

    @property
    def required(self) -> bool:
        return is_non_null_type(self.definition.type)

    @property
    def strawberry(self) -> Any:
        """Strawberry's field; none where the schema was not made with Strawberry."""
        return self.definition.extensions.get(STRAWBERRY)

    def located(self, error: Exception, place: Place) -> GraphQLError:
        return located_error(error, self.nodes, keys_of(place))

    def missing(self) -> TypeError:
        return TypeError(f"Cannot return null for non-nullable field {self.parent}.{self.name}.")

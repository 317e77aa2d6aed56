"""The arguments of a field: read once where no call could change them for the next, for every call otherwise."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution import get_argument_values
from strawberry.types.unset import UnsetType

from suivi.graphql.execution.field import Field, Given
from suivi.graphql.execution.running import Run

UNCHANGING = (str, int, float, bool, type(None), date, time, timedelta, Decimal, UUID, Enum, UnsetType)


class Arguments:
    """`convert` makes of the values as GraphQL knows them those that the resolver is called with.

    Literals are read once a plan, variables once a request; lists and input objects anew for each call, because a
    resolver may change them.
    """

    __slots__ = ("_convert", "_field", "_is_fixed", "_kept")

    def __init__(self, field: Field, convert: Callable[[Given], Given] | None = None) -> None:
        self._field = field
        self._convert = convert
        self._is_fixed = not any(_has_variable(node.value) for node in field.nodes[0].arguments or ())
        self._kept: Given | None = None if field.definition.args else {}

    @property
    def is_fixed(self) -> bool:
        """Whether they are the same for all requests with the document."""
        return self._is_fixed

    def of(self, run: Run) -> Given:
        """Not to be changed: other calls are given the same."""
        if self._kept is not None:
            return self._kept
        kept = run.arguments.get(self)
        return self._read(run) if kept is None else kept

    def _read(self, run: Run) -> Given:
        given = get_argument_values(self._field.definition, self._field.nodes[0], run.variables)
        if self._convert is not None:
            given = self._converted(given, self._convert)
        if all(isinstance(value, UNCHANGING) for value in given.values()):
            if self._is_fixed:
                self._kept = given
            else:
                run.arguments[self] = given
        return given

    def _converted(self, given: Given, convert: Callable[[Given], Given]) -> Given:
        try:
            return convert(given)
        except Exception as error:
            raise NotConverted(error) from error


class NotConverted(Exception):  # noqa: N818 - only ever unwrapped
    """The arguments are valid GraphQL, and not what the resolver's types take."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


def _has_variable(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(_has_variable(value) for value in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_has_variable(field.value) for field in node.fields)
    return isinstance(node, VariableNode)

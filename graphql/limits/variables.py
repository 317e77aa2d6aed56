"""What is wrong with variables, told without their values: those may be anybody's words."""

import re

from graphql import GraphQLError

from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.refusing import VariablesInvalid

WHERE = re.compile(r"Variable '\$(?P<name>\w+)' has invalid (?:default )?value(?: at [\w.\[\]]+)?")
TELLING = re.compile(
    r"Expected (?:a )?value of (?:non-null )?type '[^']+' (?:not to be None|to be provided|to be an object"
    r"|(?:to include required|not to include unknown) field '\w+')"
    r"|(?:Enum '\w+'|\w+) cannot represent [\w -]*value"
)
"""The beginnings of graphql-core's reasons that hold names of the schema and no value."""


def about_variables(error: GraphQLError, allowance: Allowance) -> GraphQLError:
    """The error as it may be told, if it is about variables; unchanged if it is not."""
    where = WHERE.match(error.message)
    if where is None or error.path is not None:
        return error
    if not allowance.may_introspect:
        return GraphQLError(VariablesInvalid.code, original_error=VariablesInvalid(name=where["name"]))
    message = f"{where[0]}: {_reason(error.message[where.end() + 2 :])}."
    return GraphQLError(message, nodes=error.nodes, extensions={"code": VariablesInvalid.code})


def _reason(reason: str) -> str:
    if telling := TELLING.match(reason):
        return telling[0]
    if enum := re.search(r"does not exist in ('\w+' enum)\.", reason):
        return f"This value does not exist in {enum[1]}"
    return "It does not fit its type"

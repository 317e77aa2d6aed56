"""Columns said as JSON by PostgreSQL, letter for letter as our scalars print them."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLOutputType,
    GraphQLString,
    is_non_null_type,
)
from tortoise import fields

from suivi.core.access.embedded import literal
from suivi.graphql.execution.completion import bare
from suivi.graphql.execution.sql.describing import NotSaid
from suivi.graphql.execution.sql.levels import Level

MOST_WITHOUT_BREAK = 56
"""Bytes that PostgreSQL writes in one line of base64."""
MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""


def said(type_: GraphQLOutputType, name: str, level: Level) -> str:
    """The column behind an attribute of a stored node. Raises NotSaid for whatever is not a plain column."""
    if name == "id":
        return base64(level.kind.__name__, level.column("id")) if bare(type_) is GraphQLID else _not_said()
    column = level.model._meta.fields_map.get(name)
    if column is None or hasattr(getattr(level.kind, name, None), "__get__"):
        raise NotSaid
    text = _text(bare(type_), column, level.column(name))
    if not column.null:
        return text
    if is_non_null_type(type_):
        raise NotSaid
    return f"coalesce({text}, 'null')"


def base64(kind: str, identity: str) -> str:
    """Of what an id is of, and the row's own."""
    if len(kind) + 37 > MOST_WITHOUT_BREAK:
        raise NotSaid
    return f"""'"'||encode(({literal(kind + ":")}||{identity})::bytea, 'base64')||'"'"""


def _text(type_: Any, column: Any, expression: str) -> str:
    if isinstance(type_, GraphQLEnumType):
        return _by_name(type_, column, expression)
    if isinstance(type_, GraphQLList):
        return _texts(type_, column, expression)
    say = SAID.get((str(type_), type(column)))
    return say(expression) if say is not None else _not_said()


def _as_json(expression: str) -> str:
    return f"to_json({expression})::text"


def _number(expression: str) -> str:
    # Out of range, it is an error of the field, which the ordinary plan tells.
    return f"{expression}::int4::text"


def _truth(expression: str) -> str:
    return f"{expression}::text"


def _moment(expression: str) -> str:
    """Fractions of a second only where there are any, and then all six digits."""
    return f"""'"'||replace({MOMENT.format(expression)}, '.000000', '')||'"'"""


SAID: dict[tuple[str, type], Callable[[str], str]] = {
    (GraphQLString.name, fields.TextField): _as_json,
    (GraphQLString.name, fields.CharField): _as_json,
    (GraphQLInt.name, fields.IntField): _number,
    (GraphQLInt.name, fields.BigIntField): _number,
    (GraphQLBoolean.name, fields.BooleanField): _truth,
    ("Date", fields.DateField): _as_json,
    ("DateTime", fields.DatetimeField): _moment,
}


def _by_name(type_: GraphQLEnumType, column: Any, expression: str) -> str:
    codes: Any = getattr(column, "enum_type", None)
    if codes is None or getattr(type_, "wrapped_cls", None) != codes:
        raise NotSaid
    cases = " ".join(f"WHEN {literal(member.value)} THEN '\"{type_.coerce_output_value(member)}\"'" for member in codes)
    # A code that is none of these is an error of the field too.
    return f"CASE {expression} {cases} ELSE ('not a code: '||{expression})::int4::text END"


def _texts(type_: GraphQLList[Any], column: Any, expression: str) -> str:
    """Lists of texts, which is what our columns of JSON hold where the schema says so."""
    item = type_.of_type
    if type(column) is not fields.JSONField or not is_non_null_type(item) or bare(item) is not GraphQLString:
        raise NotSaid
    return f"{expression}::text"


def _not_said() -> str:
    raise NotSaid

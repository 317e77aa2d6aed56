"""Statements of an operation: written when they are first needed, and asked with the values of each request."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from graphql import GraphQLError
from tortoise.connection import get_connection

from suivi.core.access.embedded import PLACE
from suivi.core.access.viewer import Role
from suivi.core.refusals import Refusal
from suivi.graphql.execution.completion import Shape
from suivi.graphql.execution.field import Field
from suivi.graphql.execution.resolvers import Unbound
from suivi.graphql.execution.running import Run
from suivi.graphql.execution.sql.describing import NotSaid
from suivi.graphql.execution.sql.writing import Writer, described
from suivi.graphql.execution.written import Written

log = logging.getLogger(__name__)

KEPT = 12
"""Of one document: for different roles, and for arguments that change more than values."""
CHARACTERS = 1_000
"""Of a statement, that take as much as a field of a plan."""
TYPES = {"on": "date", "subject": "text", "partner_id": "uuid", "key": "uuid", "before": "uuid"} | dict.fromkeys(
    ("size", "shown"), "int8"
)
TYPES_OF_GIVEN = {str: "text", int: "int8", date: "date", UUID: "uuid"}


@dataclass(frozen=True, slots=True)
class Statement:
    """Its values in the order of its placeholders: of a field whose arguments vary, by its number, or of no field.

    Those of `told` are of no field, and the same for all requests.
    """

    text: str
    places: tuple[tuple[int | None, str], ...]
    told: Mapping[str, Any]


class Statements:
    """Those of one operation with one answer to its conditions. Tortoise knows one database a process."""

    def __init__(self, shape: Shape, fields: Sequence[Field], grew: Callable[[int], None]) -> None:
        self._shape = shape
        self._fields = fields
        self._grew = grew
        self._is_said = True
        self._varying: Sequence[tuple[str, Unbound]] | None = None
        self._kept: dict[Any, Statement | None] = {}

    def asked(self, run: Run) -> tuple[str, list[Any]] | None:
        """The statement that answers a request, with its values; none where the plan is to answer."""
        if not self._is_said:
            return None
        try:
            return self._asked(run)
        except (Refusal, GraphQLError):
            return None  # the plan tells it, where it belongs
        except Exception:
            # Found out by asking resolvers that know nothing of it: whatever they raise, they are not for SQL.
            self._is_said = self._varying is not None
            return None

    async def answered(self, text: str, values: Sequence[Any]) -> Written | None:
        """None where anything went wrong, which the plan then meets and tells."""
        connection: Any = get_connection("default")
        try:
            async with connection.acquire_connection() as raw:
                found = (await raw.fetch(text, *values))[0][0]
        except Exception as error:
            # Its words may quote rows.
            log.warning("a query was not answered in one statement: %s", type(error).__name__)
            self._is_said = self._is_said and not isinstance(error, asyncpg.ProgramLimitExceededError)
            return None
        return None if found is None else Written(found)

    def _asked(self, run: Run) -> tuple[str, list[Any]] | None:
        context, viewer = run.context, run.context.viewer
        role, partnered = viewer.role, viewer.partner_id is not None
        if self._varying is None:
            self._varying = self._written(run, role, partnered).varying
        varying = [described(behind, run) for _, behind in self._varying]
        key = (role, partnered, *[one.reading for one in varying])
        try:
            statement = self._kept[key]
        except KeyError:
            statement = self._keep(key, self._written(run, role, partnered))
        if statement is None:
            return None
        told = {**statement.told, "on": context.on, "subject": viewer.subject, "partner_id": viewer.partner_id}
        return statement.text, [
            told[name] if number is None else varying[number].told[name] for number, name in statement.places
        ]

    def _keep(self, key: Any, writer: Writer) -> Statement | None:
        if len(self._kept) >= KEPT:
            self._grew(-_room(self._kept.pop(next(iter(self._kept)))))
        kept = self._kept[key] = statement_of(writer) if writer.reaches else None
        self._grew(_room(kept))
        return kept

    def _written(self, run: Run, role: Role, partnered: bool) -> Writer:
        connection: Any = get_connection("default")
        if connection.capabilities.dialect != "postgres":
            raise NotSaid
        writer = Writer(shape=self._shape, run=run, role=role, partnered=partnered)
        writer.write(self._fields)
        return writer


def _room(kept: Statement | None) -> int:
    return 0 if kept is None else len(kept.text) // CHARACTERS


def statement_of(writer: Writer) -> Statement:
    """With numbers in its places, the same for the same value."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return f"${numbers.setdefault(name, len(numbers) + 1)}::{_type(name, writer.kinds)}"

    text = PLACE.sub(numbered, writer.text)
    varying = {name: number for number, (name, _) in enumerate(writer.varying)}
    return Statement(text, tuple([_found(name, varying) for name in numbers]), writer.told)


def _found(name: str, varying: Mapping[str, int]) -> tuple[int | None, str]:
    field, _, what = name.rpartition(".")
    return (varying[field], what) if field in varying else (None, name)


def _type(name: str, kinds: Mapping[str, type]) -> str:
    return TYPES_OF_GIVEN[kinds[name]] if name in kinds else TYPES[name.rpartition(".")[2]]

"""Rows of one level in a statement, under a name, and the columns that are read of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from suivi.core.access.embedded import Rows, selected
from suivi.core.records import Record
from suivi.graphql.execution.sql.describing import Links, NotSaid

NUMBER = '"row_number"'
"""Of a row among those of its parent, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """`kind` is the type of its nodes; `seen` tells that access was asked of them under their own noun."""

    name: str
    model: type[Record]
    kind: Any
    seen: bool
    reached: bool
    """Whether somebody of the role may see any such rows, and those they are found under."""
    _columns: set[str] = field(default_factory=set)

    def column(self, attribute: str) -> str:
        """The column behind an attribute. Raises NotSaid where there is none."""
        attribute = "id" if attribute == "key" else attribute
        if attribute not in self.model._meta.fields_db_projection:
            raise NotSaid
        self._columns.add(attribute)
        return f'"{self.name}"."{self.model._meta.fields_db_projection[attribute]}"'

    def rows(self, rows: Rows, *, key: str, limit: str = "", numbered: bool = False) -> str:
        """What the columns asked for until now are read from."""
        found = f"({self._selected(rows, key=key, limit=limit)})"
        if numbered:
            found = f'(SELECT *, row_number() OVER (ORDER BY "id" DESC) AS {NUMBER} FROM {found} AS "rows")'  # noqa: S608
        return f'{found} AS "{self.name}"'

    def linked(self, rows: Rows, links: Links, *, key: str) -> str:
        """The same for rows that links of a parent name, the oldest link first."""
        link = f'"{self.name}_link"'
        found = self._selected(rows, key=f'{link}."{links.link}"')
        return (
            f'(SELECT "found".* FROM "{links.model._meta.db_table}" AS {link} '  # noqa: S608
            f'CROSS JOIN LATERAL ({found}) AS "found" WHERE {link}."{links.parent}" = {key} '
            f'ORDER BY {link}."id") AS "{self.name}"'
        )

    def _selected(self, rows: Rows, *, key: str, limit: str = "") -> str:
        return selected(rows, sorted(self._columns | {"id"}), key=key, name=self.name, limit=limit)


def said_object(pairs: Sequence[tuple[str, str]]) -> str:
    """JSON of expressions under their keys, which GraphQL takes for names."""
    terms = ["'{'"]
    for number, (key, expression) in enumerate(pairs):
        terms += [f"""'{"," if number else ""}"{key}":'""", expression]
    return joined([*terms, "'}'"])


def joined(terms: Sequence[str]) -> str:
    """In halves: PostgreSQL nests what is joined in a row, and there is a depth that it does not go to."""
    texts: list[str] = []
    for term in terms:
        if texts and texts[-1][-1] == term[0] == "'" and _is_text(texts[-1]) and _is_text(term):
            texts[-1] = texts[-1][:-1] + term[1:]
        else:
            texts.append(term)
    return _halves(texts)


def _is_text(term: str) -> bool:
    return len(term) > 1 and term[0] == term[-1] == "'" and "'" not in term[1:-1]


def _halves(terms: Sequence[str]) -> str:
    if len(terms) <= 8:
        return "||".join(terms)
    half = len(terms) // 2
    return f"({_halves(terms[:half])})||({_halves(terms[half:])})"

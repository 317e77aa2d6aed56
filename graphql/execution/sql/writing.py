"""From a selection to one SQL expression that is its JSON, level by level.

Every field of an object is an expression beside the others, and what is found under an object is a subquery of its
own: nothing is joined, so that rows stay in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLList, GraphQLObjectType, GraphQLOutputType, is_non_null_type

from suivi.core.access.embedded import Rows, is_implied, place
from suivi.core.access.table import READ, reach
from suivi.core.access.viewer import Role
from suivi.graphql.execution.completion import Shape, bare
from suivi.graphql.execution.field import STRAWBERRY, Field
from suivi.graphql.execution.resolvers import Unbound, attribute, unbound
from suivi.graphql.execution.running import Run
from suivi.graphql.execution.sql.describing import Described, DescribingInfo, Links, NotSaid, Reading
from suivi.graphql.execution.sql.levels import NUMBER, Level, joined, said_object
from suivi.graphql.execution.sql.values import base64, said
from suivi.graphql.nodes import Connection, Edge, PageInfo

INFO = DescribingInfo()


def described(behind: Unbound, run: Run) -> Described:
    """Raises a Refusal where the arguments are refused, NotSaid and other errors where more than rows is read."""
    told = behind.ask(run)
    if not isinstance(told, Described) or told.reading.form is None:
        raise NotSaid
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One field's rows. `size` of them are read at most, `shown` shown: numbers, places for numbers, or no limit."""

    rows: Rows
    level: Level
    key: str
    through: Links | None
    size: str
    shown: str

    def found(self, expression: str, *, limit: str = "", numbered: bool = False) -> str:
        if self.through is None:
            rows = self.level.rows(self.rows, key=self.key, limit=limit, numbered=numbered)
        else:
            rows = self.level.linked(self.rows, self.through, key=self.key)
        return f"(SELECT {expression} FROM {rows})"  # noqa: S608


@dataclass
class Writer:
    """Writes one statement, for everybody of a role. `varying` are fields whose arguments come with each request."""

    shape: Shape
    run: Run
    role: Role
    partnered: bool
    varying: list[tuple[str, Unbound]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    """Values that are the same for all requests, by the names of their places."""
    kinds: dict[str, type] = field(default_factory=dict)
    """Of values that conditions compare with, by the names of their places."""
    text: str = ""
    reaches: bool = False
    """Whether there is anything to be looked for."""
    _levels: int = 0

    def write(self, fields: Sequence[Field]) -> None:
        """One value: null where the answer to anything is an error. Raises NotSaid, and whatever resolvers raise."""
        said = [(field.key, _typename(field) or self._read(field, None)) for field in fields]
        if not self._levels:
            raise NotSaid
        self.text = f"SELECT {said_object(said)}"

    def _read(self, field: Field, above: Level | None) -> str:
        behind = unbound(field, self.shape.schema, INFO, is_root=above is None)
        if behind is None or (above is None) is not (behind.by is None):
            raise NotSaid
        told = described(behind, self.run)
        return self._shown(field, told.reading, self._reading(behind, told, above), is_root=above is None)

    def _reading(self, behind: Unbound, told: Described, above: Level | None) -> Read:
        reading = told.reading
        name = f"r{self._levels}"
        self._levels += 1
        key = place(f"{name}.key") if above is None else above.column(str(behind.by))
        own = reading.noun == reading.model._meta.db_table
        by_parent = (
            above is not None and above.seen and own and behind.by in ("key", "id") and reading.by not in ("", "id")
        )
        rows = Rows(
            model=reading.model,
            noun=reading.noun,
            role=self.role,
            partnered=self.partnered,
            given=reading.given,
            before=reading.before,
            by=reading.by,
            implied=by_parent and self._is_implied(reading, above),
        )
        self.kinds |= {f"{name}.given{n}": given.kind for n, given in enumerate(reading.given) if given.kind}
        size, shown = self._sizes(name, behind, told)
        reached = (above is None or above.reached) and reach(self.role, reading.noun, READ) is not None
        self.reaches = self.reaches or reached
        level = Level(name=name, model=reading.model, kind=reading.kind, seen=own, reached=reached)
        return Read(rows=rows, level=level, key=key, through=reading.through, size=size, shown=shown)

    def _is_implied(self, reading: Reading, above: Level | None) -> bool:
        assert above is not None  # noqa: S101 - the caller has seen to it
        return is_implied(reading.model, reading.by, above.model, role=self.role, partnered=self.partnered)

    def _sizes(self, name: str, behind: Unbound, told: Described) -> tuple[str, str]:
        values = {f"{name}.{what}": value for what, value in told.told.items()}
        sizes = (f"{name}.size", f"{name}.shown")
        if behind.arguments.is_fixed:
            self.told |= values
            size, shown = (str(values.get(one, "")) for one in sizes)
        else:
            self.varying.append((name, behind))
            size, shown = (place(one) if one in values else "" for one in sizes)
        return size, shown

    def _shown(self, field: Field, reading: Reading, read: Read, *, is_root: bool) -> str:
        type_ = bare(field.definition.type)
        if reading.form == "number":
            return read.found("count(*)::int4::text")
        if reading.form == "node":
            found = read.found(self._node(type_, field.nodes, read.level))
            return self._one(field, reading, found, is_root=is_root)
        if reading.form == "list":
            items = f"string_agg({self._item(type_, field.nodes, read.level)}, ',')"
            return read.found(f"'['||coalesce({items}, '')||']'", limit=read.shown)
        return self._page(type_, field.nodes, read)

    def _one(self, field: Field, reading: Reading, found: str, *, is_root: bool) -> str:
        """Null in place of an answer, where none is an error, is only seen at the top."""
        required = reading.required or is_non_null_type(field.definition.type)
        if required and not is_root:
            raise NotSaid
        return found if required else f"coalesce({found}, 'null')"

    def _item(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], level: Level) -> str:
        if not isinstance(type_, GraphQLList):
            raise NotSaid
        return self._node(bare(type_.of_type), nodes, level)

    def _node(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], level: Level) -> str:
        fields = self._fields(type_, nodes, level.kind)
        return said_object([(field.key, self._field(field, level)) for field in fields])

    def _fields(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], kind: type) -> list[Field]:
        """Of an object type whose values are of this class for sure."""
        if not isinstance(type_, GraphQLObjectType) or _origin(type_) is not kind:
            raise NotSaid
        return self.shape.fields(type_, nodes)

    def _field(self, field: Field, level: Level) -> str:
        if typename := _typename(field):
            return typename
        if name := attribute(field, self.shape.schema):
            return said(field.definition.type, name, level)
        return self._read(field, level)

    def _page(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], read: Read) -> str:
        """A row more is read than is shown only where it is asked whether there are more."""
        fields = self._fields(type_, nodes, Connection)
        goes_on = any(self._asks_for_more(field) for field in fields)
        only = f' FILTER (WHERE "{read.level.name}".{NUMBER} <= {read.shown})' if goes_on else ""
        page = said_object([(field.key, self._part(field, read, only)) for field in fields])
        found = read.found(page, limit=read.size if goes_on else read.shown, numbered=goes_on)
        # One answer for all rows, even where nothing is asked of any of them.
        return f"{found[:-1]} HAVING true)"

    def _asks_for_more(self, field: Field) -> bool:
        if field.name != "pageInfo":
            return False
        asked = self._fields(bare(field.definition.type), field.nodes, PageInfo)
        return any(inner.name == "hasNextPage" for inner in asked)

    def _part(self, field: Field, read: Read, only: str) -> str:
        type_ = bare(field.definition.type)
        if typename := _typename(field):
            return typename
        if field.name == "pageInfo":
            asked = self._fields(type_, field.nodes, PageInfo)
            return said_object([(inner.key, _typename(inner) or self._about(inner, read)) for inner in asked])
        if field.name == "nodes":
            item = self._item(type_, field.nodes, read.level)
        elif field.name == "edges" and isinstance(type_, GraphQLList):
            edges = self._fields(bare(type_.of_type), field.nodes, Edge)
            item = said_object([(inner.key, self._of_edge(inner, read.level)) for inner in edges])
        else:
            raise NotSaid
        return joined(["'['", f"coalesce(string_agg({item}, ','){only}, '')", "']'"])

    def _of_edge(self, field: Field, level: Level) -> str:
        if typename := _typename(field):
            return typename
        if field.name == "cursor":
            return base64("cursor", level.column("id"))
        if field.name == "node":
            return self._node(bare(field.definition.type), field.nodes, level)
        raise NotSaid

    def _about(self, field: Field, read: Read) -> str:
        # In the order of the rows. Were an aggregate told an order of its own, the others would be given it too.
        identities = f"array_agg({read.level.column('id')})"
        ends = {
            "startCursor": f"({identities})[1]",
            "endCursor": f"({identities})[least(count(*), {read.shown})]",
        }
        if field.name in ends:
            return f"coalesce({base64('cursor', ends[field.name])}, 'null')"
        if field.name == "hasNextPage":
            return f"(count(*) > {read.shown})::text"
        if field.name == "hasPreviousPage":
            return "'false'"
        raise NotSaid


def _origin(type_: GraphQLObjectType) -> Any:
    """The class its values are of; none where a function says which values are."""
    definition: Any = type_.extensions.get(STRAWBERRY)
    generic = definition.concrete_of or definition
    return None if definition.is_type_of else generic.origin


def _typename(field: Field) -> str | None:
    return f"""'"{field.parent.name}"'""" if field.name == "__typename" else None

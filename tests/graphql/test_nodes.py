"""Stored nodes are rows: what the schema says of them is what the tables hold."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import strawberry
from graphql import GraphQLNonNull, GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.field import StrawberryField

from suivi.core.reading import Row
from suivi.core.records import Record
from suivi.graphql.nodes import InvalidId, InvalidPage, Stored, cursor_of, global_id, read_id, read_page
from suivi.graphql.schema import LOADERS, schema

STORED: list[Any] = Stored.__subclasses__()
MODELS = {model.__name__: model for model in Record.__subclasses__()}


def model_of(kind: type) -> type[Record]:
    return MODELS[kind.__name__]


def columns_of(kind: type) -> set[str]:
    """Tortoise adds those of references only when it is connected."""
    meta = model_of(kind)._meta
    return {*meta.db_fields, *(f"{name}_id" for name in meta.fk_fields)}


def fields_of(kind: Any) -> list[StrawberryField]:
    return cast("list[StrawberryField]", kind.__strawberry_definition__.fields)


def plain_fields(kind: type) -> list[str]:
    names = [field.python_name for field in fields_of(kind) if field.base_resolver is None]
    return [name for name in names if name != "id"]


def test_there_are_stored_nodes_and_each_has_a_table_of_its_name() -> None:
    assert len(STORED) > 10
    assert [kind.__name__ for kind in STORED if kind.__name__ not in MODELS] == []


@pytest.mark.parametrize("kind", STORED)
def test_every_plain_field_of_a_stored_node_is_a_column_of_its_table(kind: type) -> None:
    columns = columns_of(kind)

    assert [name for name in plain_fields(kind) if name not in columns] == []


@pytest.mark.parametrize("kind", STORED)
def test_what_the_schema_says_is_never_null_the_table_never_leaves_out(kind: type) -> None:
    type_ = schema._schema.type_map[kind.__name__]
    assert isinstance(type_, GraphQLObjectType)
    columns = model_of(kind)._meta.fields_map

    for field in fields_of(kind):
        if field.python_name in plain_fields(kind):
            told = type_.fields[schema.config.name_converter.get_graphql_name(field)]
            assert isinstance(told.type, GraphQLNonNull) <= (not columns[field.python_name].null), field.python_name


@pytest.mark.parametrize("kind", STORED)
def test_every_edge_finds_its_value_by_a_column(kind: type) -> None:
    columns = {*columns_of(kind), "key"}
    resolvers: list[Any] = [field.base_resolver.wrapped_func for field in fields_of(kind) if field.base_resolver]

    assert [resolver.by for resolver in resolvers if hasattr(resolver, "by") and resolver.by not in columns] == []


@pytest.mark.parametrize("kind", STORED)
def test_a_stored_node_reads_its_row_and_copies_nothing(kind: type[Stored]) -> None:
    values = {name: f"the {name}" for name in columns_of(kind)} | {"id": uuid4()}
    row = Row(**values)

    node: Any = kind.of(row)

    assert {name: getattr(node, name) for name in plain_fields(kind)} == {
        name: f"the {name}" for name in plain_fields(kind)
    }
    assert (node.key, node.row) == (row.id, row)
    assert node.__dict__ is row.__dict__
    assert node.id == global_id(kind.__name__, row.id)


@pytest.mark.parametrize("kind", STORED)
def test_the_id_of_a_stored_node_leads_back_to_its_row(kind: type[Stored]) -> None:
    identity = uuid4()
    node: Any = kind.of(Row(id=identity))

    assert read_id(kind.__name__, node.id) == identity
    assert kind.__name__ in LOADERS
    with pytest.raises(InvalidId):
        read_id("Nothing", node.id)
    with pytest.raises(AttributeError):
        node.id = "another"


def test_no_row_is_no_node() -> None:
    assert STORED[0].maybe(None) is None


@given(identity=st.uuids(), kind=st.from_regex(r"[A-Z][A-Za-z]{0,20}", fullmatch=True))
def test_an_id_holds_whatever_it_is_of(identity: UUID, kind: str) -> None:
    assert read_id(kind, global_id(kind, identity)) == identity
    assert read_page(1, cursor_of(Row(id=identity))) == identity


@given(text=st.text(max_size=60))
def test_an_id_made_by_hand_is_refused(text: str) -> None:
    with pytest.raises(InvalidId):
        read_id("Case", strawberry.ID(text))


@pytest.mark.parametrize("size", [0, -1, 101])
def test_a_page_holds_one_to_a_hundred(size: int) -> None:
    with pytest.raises(InvalidPage):
        read_page(size, None)

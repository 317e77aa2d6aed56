"""R-214: what lists of the reference and texts to be read count for, held against what Suivi comes with."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, cast

import graphql
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from suivi.core.access.viewer import Role, Viewer
from suivi.core.registry import Registry
from suivi.graphql.context import Context
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.documents import Documents, NotExecuted
from suivi.graphql.limits.weights import OWN, PLAIN_LIST, READ, ROWS, rows_of
from suivi.graphql.schema import schema

SCHEMA = schema.documents.schema
ENOUGH = Allowance(cost=10**99, aliases=10**9, depth=100, tokens=10**6)
ROOTS = ("procedures", "plugins", "complaintBodies")


def cost(text: str, **variables: Any) -> int:
    return Documents(SCHEMA).prepare(text, None, variables, ENOUGH).size.cost


def everything(kind: GraphQLNamedType, levels: int, above: tuple[str, ...] = ()) -> str:
    """All that can be asked of it without an argument, so many objects deep."""
    if not isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
        return "{ __typename }"
    asked = ["__typename"]
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()) or inner.name in above:
            continue
        if is_leaf_type(inner):
            asked.append(name)
        elif levels > 0:
            asked.append(name + everything(inner, levels - 1, (*above, inner.name)))
    return "{ " + " ".join(asked) + " }"


def all_of(root: str, levels: int) -> str:
    query = SCHEMA.query_type
    assert query is not None
    return f"{{ {root} {everything(get_named_type(query.fields[root].type), levels)} }}"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


async def answer(text: str, registry: Registry, known: dict[str, Any] = {}) -> dict[str, Any]:  # noqa: B006
    if text not in known:
        known[text] = await _answer(text, registry)
    told: dict[str, Any] = known[text]
    return told


async def _answer(text: str, registry: Registry) -> dict[str, Any]:
    class House:
        def __init__(self) -> None:
            self.registry = registry

    viewer = Viewer(role=Role.OPERATOR, subject="somebody")
    context = Context(viewer=viewer, house=cast("Any", House()), clock=lambda: datetime(2026, 3, 3, tzinfo=UTC))
    executed = graphql.execute(SCHEMA, graphql.parse(text), context_value=context)
    result = await executed if isawaitable(executed) else executed
    assert result.errors is None, result.errors[:3]
    return result.data or {}


def values(told: Any) -> int:
    if isinstance(told, dict):
        return sum(1 + values(one) for one in told.values())
    return sum(values(one) for one in told) if isinstance(told, list) else 0


def lists(told: Any, kind: str = "Query") -> Iterator[tuple[str, int]]:
    """Of objects, by their field, with their length."""
    for name, value in told.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and "__typename" in one:
                yield from lists(one, one["__typename"])
        if isinstance(value, list) and is_composite_type(get_named_type(_field(kind, name).type)):
            yield f"{kind}.{name}", len(value)


def _field(kind: str, name: str) -> Any:
    return cast("Any", SCHEMA.type_map[kind]).fields[name]


@pytest.mark.parametrize("levels", [0, 1, 2])
@pytest.mark.parametrize("root", ROOTS)
async def test_the_reference_costs_at_least_what_it_answers(registry: Registry, root: str, levels: int) -> None:
    text = all_of(root, levels)

    assert values(await answer(text, registry)) <= cost(text)


async def test_no_list_of_the_reference_is_much_longer_than_it_is_counted(registry: Registry) -> None:
    """One object may be asked for by many aliases, so the average is not all that matters."""
    longest: dict[str, int] = defaultdict(int)
    for root in ROOTS:
        for name, length in lists(await answer(all_of(root, 2), registry)):
            longest[name] = max(longest[name], length)

    assert "SiteScheme.siteValues" in longest
    assert {name: found for name, found in longest.items() if found > 4 * ROWS.get(name, PLAIN_LIST)} == {}


def test_the_lists_that_answers_begin_with_are_counted_as_long_as_they_are_loaded(registry: Registry) -> None:
    loaded, documents = rows_of(registry), Documents(SCHEMA)
    documents.expect({"Query.procedures": 200, "Query.plugins": 1})

    def cost_of(text: str) -> int:
        return documents.prepare(text, None, {}, ENOUGH).size.cost

    assert all(ROWS[name] >= length for name, length in loaded.items())
    assert cost_of("{ procedures { key } }") == 200 * 2
    assert cost_of("{ plugins { key } }") == ROWS["Query.plugins"] * 2


def test_everything_that_has_a_weight_is_in_the_schema() -> None:
    named = [name.split(".") for name in (*ROWS, *OWN, *READ)]

    assert all(_field(kind, field) for kind, field in named)
    assert all(READ[name] in _field(*name.split(".")).args for name in READ)
    assert all(is_list_type(graphql.get_nullable_type(_field(*name.split(".")).type)) for name in ROWS)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ('query($t: String!) { wording(text: $t, language: "en") { checked } }', 2 + 5_000),
        ('query($t: String! = "no") { wording(text: $t, language: "en") { checked } }', 2 + 5_000),
        ('{ wording(text: "not quite twenty", language: "en") { checked } }', 2 + 2),
        ('query($u: String! = "to be read") { wording(text: $u, language: "en") { checked } }', 2 + 1),
        ("query($d: ID!) { termsDraft(id: $d) { wording { field } } }", 1 + 500 + PLAIN_LIST * 2),
    ],
)
def test_a_text_costs_by_its_length(text: str, counted: int) -> None:
    assert cost(text, t="a" * 50_000, d="x") == counted


def test_ten_of_the_longest_texts_are_more_than_may_be_asked_for_at_once() -> None:
    ten = " ".join(f'a{n}: wording(text: $t, language: "en") {{ checked }}' for n in range(10))

    with pytest.raises(NotExecuted) as refusal:
        Documents(SCHEMA).prepare(f"query($t: String!) {{ {ten} }}", None, {"t": "a" * 50_000}, Allowance())

    assert str(refusal.value.errors[0].original_error).startswith("QUERY_TOO_COSTLY")


@pytest.mark.parametrize(
    "asked",
    [
        {"descriptions": False},
        {
            "specified_by_url": True,
            "directive_is_repeatable": True,
            "schema_description": True,
            "input_value_deprecation": True,
        },
    ],
)
def test_the_query_with_which_tools_read_a_schema_costs_about_what_it_answers(asked: dict[str, Any]) -> None:
    """GraphiQL, Apollo, graphql-codegen and the libraries of other languages send it."""
    text = graphql.get_introspection_query(**asked)
    answered = values(graphql.graphql_sync(SCHEMA, text).data)

    counted = Documents(SCHEMA).prepare(text, None, {}, Allowance()).size.cost

    assert answered * 0.8 < counted < answered * 1.25


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { fields { type { ofType { fields { %s } } } } } } }",
        "{ __schema { types { ...Deep } } } fragment Deep on __Type { fields { type { fields { %s } } } }",
        "{ __schema { types { possibleTypes { fields { %s } } } } }",
        "{ __schema { types { fields { args { type { inputFields { %s } } } } } } }",
        '{ __type(name: "Query") { fields { type { fields { %s } } } } }',
    ],
)
def test_types_inside_types_are_refused(text: str) -> None:
    many = text % " ".join(f"a{n}: name" for n in range(99))

    with pytest.raises(NotExecuted) as refusal:
        Documents(SCHEMA).prepare(many, None, {}, Allowance())

    assert str(refusal.value.errors[0].original_error).startswith("QUERY_TOO_COSTLY")

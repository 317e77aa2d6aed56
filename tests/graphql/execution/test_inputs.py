"""What is settled once for a type gives, value for value, what graphql-core and Strawberry find out each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    get_variable_values,
    parse,
)
from strawberry.types.arguments import convert_arguments

from suivi.graphql.execution.conversion import conversion
from suivi.graphql.execution.field import STRAWBERRY
from suivi.graphql.execution.variables import MAX_COERCION_ERRORS, Variables
from suivi.graphql.schema import schema

pytestmark = pytest.mark.once

CORE = schema._schema
MUTATIONS = CORE.mutation_type.fields if CORE.mutation_type else {}
LEAVES = {"Int": 3, "Float": 2.5, "Boolean": True, "Date": "2026-03-13", "DateTime": "2026-03-13T10:00:00Z"}
ODD = build_schema("""
  input Loop { again: Loop  number: Int = 4 }
  input One @oneOf { a: Int  b: String }
  input Many { list: [Int!]!  nested: [[String]]  deep: Loop  with: Int! = 7  defaulted: [Int!] = [1, 2] }
  type Query { it(many: Many, loop: Loop, one: One, number: Int!, text: String = "a"): Int }
""")
ASKED = 'query($many: Many, $loop: Loop, $one: One, $number: Int!, $text: String = "b") { it(number: $number) }'
TOLD: list[dict[str, Any]] = [
    {"number": 1},
    {"number": 1, "text": None, "many": None},
    {"number": 1, "many": {"list": [1, 2], "nested": [["a", None], None], "with": 1}},
    {"number": 1, "many": {"list": 5}},
    {"number": 1, "many": {"list": (1, 2)}},
    {"number": 1, "many": {"list": [1, None]}},
    {"number": 1, "many": {"list": [1], "unknown": 2}},
    {"number": 1, "many": {}},
    {"number": 1, "many": {"list": [], "with": None, "defaulted": None}},
    {"number": 1, "many": "text"},
    {"number": 1, "loop": {"again": {"again": {}}}, "one": {"a": 1}},
    {"number": 1, "one": {"a": 1, "b": "x"}},
    {"number": "1"},
    {"number": 2**40, "text": 5},
    {"number": None},
    {},
]


def samples(type_: Any, depth: int = 0) -> list[Any]:
    """Some values of a type, the first of them right as a rule, most of the rest wrong."""
    if isinstance(type_, GraphQLNonNull):
        return [*samples(type_.of_type, depth), None]
    if isinstance(type_, GraphQLList):
        items = samples(type_.of_type, depth)
        return [items[:1], [], items, items[0], None]
    if isinstance(type_, GraphQLInputObjectType):
        return list(_objects(type_, depth))
    if isinstance(type_, GraphQLEnumType):
        return [next(iter(type_.values)), "NO_SUCH_VALUE", 5, None]
    return [LEAVES.get(type_.name, "text"), {}, float("inf"), None]


def _objects(type_: GraphQLInputObjectType, depth: int) -> Iterator[Any]:
    fields = {name: samples(field.type, depth + 1) for name, field in type_.fields.items()}
    whole = {name: values[0] for name, values in fields.items()}
    yield whole
    yield {name: whole[name] for name, field in type_.fields.items() if isinstance(field.type, GraphQLNonNull)}
    yield whole | {"unknown": 1}
    for name, values in fields.items():
        yield {other: value for other, value in whole.items() if other != name}
        if depth < 2:
            yield from (whole | {name: value} for value in values[1:])


def same(core: Any, document: str, given: dict[str, Any]) -> Any:
    """What the variables come to, or None where they are refused with the same words."""
    definitions = parse(document).definitions[0].variable_definitions  # type: ignore[attr-defined]
    ours = Variables(core, definitions).read(given)
    theirs = get_variable_values(core, definitions, given, max_errors=MAX_COERCION_ERRORS)
    if isinstance(theirs, list):
        assert isinstance(ours, list)
        assert [error.message for error in ours] == [error.message for error in theirs]
        return None
    assert not isinstance(ours, list)
    assert ours.coerced == theirs.coerced
    assert {name: source.value for name, source in ours.sources.items()} == {
        name: source.value for name, source in theirs.sources.items()
    }
    return ours.coerced


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_a_mutation_is_told_is_read_and_made_as_ever(name: str) -> None:
    """R-215."""
    field = MUTATIONS[name]
    definition, strawberry = field.extensions[STRAWBERRY], CORE.extensions[STRAWBERRY]
    kind = field.args["input"].type
    document = f"mutation($input: {kind}) {{ {name}(input: $input) {{ __typename }} }}"
    make = conversion(definition.arguments, strawberry)
    made = 0

    for value in samples(kind):
        coerced = same(CORE, document, {"input": value})
        if coerced is not None:
            registry = strawberry.schema_converter.scalar_registry
            assert make(coerced) == convert_arguments(coerced, definition.arguments, registry, strawberry.config)
            made += 1

    assert made


@pytest.mark.parametrize("given", TOLD, ids=str)
def test_odd_types_and_values_are_left_to_graphql_core(given: dict[str, Any]) -> None:
    same(ODD, ASKED, given)


def test_lists_are_made_anew_for_each_call() -> None:
    """What a function does to its list, no other sees."""
    field = MUTATIONS["postMessage"]
    make = conversion(field.extensions[STRAWBERRY].arguments, CORE.extensions[STRAWBERRY])
    told = {"input": {"idempotencyKey": "k", "caseId": "c", "body": "b", "language": "fr", "evidenceIds": ["one"]}}

    make(told)["input"].evidence_ids.append("another")

    assert make(told)["input"].evidence_ids == ["one"]

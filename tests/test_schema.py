"""What partners build on: the schema only grows, promises nobody a result, and every mutation keeps one shape."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    find_breaking_changes,
    get_named_type,
    is_required_input_field,
)

from suivi.core.cases.availability import INPUTS, ON_INPUT
from suivi.core.refusals import Refusal
from suivi.graphql.cases import MUTATIONS
from suivi.graphql.schema import schema as strawberry_schema

ROOT = Path(__file__).parent.parent
COMMITTED = (ROOT / "schema.graphql").read_text(encoding="utf-8")
SDL = strawberry_schema.as_str()
SCHEMA = build_schema(SDL)

PROMISES = {
    *("guarantee", "guaranteed", "guarantees", "promise", "promised", "promises", "assured", "assurance"),
    *("success", "successes", "successful", "succeeded", "cure", "cured", "satisfaction", "satisfied", "satisfying"),
}
PROMISED_TOGETHER = re.compile(r"\b(expected|certain|future|final) (outcomes?|results?)\b")
FAULT = {"fault", "faults", "blame", "guilt", "guilty", "negligence", "negligent", "malpractice", "liable", "liability"}
CHANGES_WHAT_IS_THERE = ("update", "close", "reopen", "end", "revoke")


def words(name: str) -> list[str]:
    """`mayBeJudgedFrom`, `MAY_BE_JUDGED` and `MayBeJudged` taken apart."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name.replace("_", " ")).lower().split()


def own_types(schema: GraphQLSchema) -> Iterator[object]:
    return (kind for name, kind in schema.type_map.items() if not name.startswith("__"))


def names(schema: GraphQLSchema) -> Iterator[str]:
    """Every name a partner can write: types, fields, arguments, enum values, as a path."""
    for kind in own_types(schema):
        yield str(kind)
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{kind}.{value}" for value in kind.values)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield f"{kind}.{name}"
                yield from (f"{kind}.{name}.{argument}" for argument in getattr(field, "args", {}))


def last(path: str) -> str:
    return path.rpartition(".")[2]


def promises(name: str) -> bool:
    apart = words(name)
    return bool(PROMISES.intersection(apart) or PROMISED_TOGETHER.search(" ".join(apart)))


def breaking(old: str, new: str) -> list[str]:
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def mutations() -> dict[str, GraphQLField]:
    assert SCHEMA.mutation_type is not None
    return dict(SCHEMA.mutation_type.fields)


def input_of(mutation: str) -> GraphQLInputObjectType:
    argument: GraphQLArgument = mutations()[mutation].args["input"]
    kind = get_named_type(argument.type)
    assert isinstance(kind, GraphQLInputObjectType)
    return kind


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def actions_that_take_a_version() -> set[str]:
    files = [file for file in ROOT.glob("core/*/*.py") if "@action" in file.read_text(encoding="utf-8")]
    modules = [import_module(f"suivi.core.{file.parent.name}.{file.stem}") for file in files]
    return {
        camel(name)
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "expected_version" in inspect.signature(function).parameters
    }


def test_the_committed_schema_is_the_one_in_force() -> None:
    """R-210."""
    assert SDL.strip() == COMMITTED.strip(), "schema.graphql is not what the code says: run `make schema`"


def test_nothing_that_partners_rely_on_goes_away() -> None:
    """R-210: what goes away is deprecated first, and named here when it is not."""
    assert breaking(COMMITTED, SDL) == []


@pytest.mark.parametrize(
    ("gone", "put"),
    [
        ("  messageCount: Int!\n", ""),
        ("  SUBJECTIVE_DISSATISFACTION\n", ""),
        ("input CloseCaseInput {\n", "input CloseCaseInput {\n  why: String!\n"),
    ],
    ids=["a field", "an enum value", "a new input that must be sent"],
)
def test_a_change_that_breaks_a_partner_is_named(gone: str, put: str) -> None:
    assert gone in SDL

    assert breaking(SDL, SDL.replace(gone, put))


def test_an_addition_breaks_nobody() -> None:
    assert breaking(SDL, SDL.replace("  messageCount: Int!\n", "  messageCount: Int!\n  videoCount: Int!\n")) == []


def test_no_name_in_the_schema_promises_a_result() -> None:
    """R-001."""
    assert [name for name in names(SCHEMA) if promises(last(name))] == []


@pytest.mark.parametrize("name", ["successRate", "RESULT_GUARANTEED", "OutcomePromise", "expectedResult", "isCured"])
def test_a_name_that_promises_a_result_is_noticed(name: str) -> None:
    """R-001."""
    assert promises(name)


@pytest.mark.parametrize("name", ["warranties", "SUBJECTIVE_DISSATISFACTION", "OpenCaseResult", "procedure"])
def test_a_name_that_promises_nothing_is_let_through(name: str) -> None:
    """R-001."""
    assert not promises(name)


def test_nothing_in_the_schema_names_a_fault() -> None:
    """R-075."""
    assert [name for name in names(SCHEMA) if FAULT & set(words(last(name)))] == []


def test_no_bytes_of_files_pass_through_the_schema() -> None:
    """R-171: values are texts, numbers and dates; an upload is a form for somewhere else."""
    scalars = {str(kind) for kind in own_types(SCHEMA) if isinstance(kind, GraphQLScalarType)}
    inputs = [kind for kind in own_types(SCHEMA) if isinstance(kind, GraphQLInputObjectType)]

    assert scalars <= {"ID", "String", "Int", "Float", "Boolean", "Date", "DateTime", "JSON"}
    assert not [f"{kind}.{name}" for kind in inputs for name, field in kind.fields.items() if "JSON" in str(field.type)]


@pytest.mark.parametrize("mutation", mutations())
def test_a_mutation_takes_one_input_with_an_idempotency_key(mutation: str) -> None:
    """R-213."""
    kind = input_of(mutation)
    key: GraphQLInputField = kind.fields["idempotencyKey"]

    assert list(mutations()[mutation].args) == ["input"]
    assert kind.name == f"{mutation[0].upper()}{mutation[1:]}Input"
    assert str(key.type) == "String!"


@pytest.mark.parametrize("mutation", mutations())
def test_a_mutation_answers_one_object_or_a_refusal(mutation: str) -> None:
    """R-212."""
    answer = mutations()[mutation].type
    union = get_named_type(answer)

    assert isinstance(answer, GraphQLNonNull)
    assert isinstance(union, GraphQLUnionType)
    assert union.name == f"{mutation[0].upper()}{mutation[1:]}Result"
    assert len(union.types) == 2
    assert SCHEMA.type_map["Refusal"] in union.types


@pytest.mark.parametrize("mutation", mutations())
def test_a_mutation_says_what_it_does(mutation: str) -> None:
    assert mutations()[mutation].description


def test_an_update_says_which_version_it_was_based_on() -> None:
    """R-213."""
    based = {name for name in mutations() if "expectedVersion" in input_of(name).fields}

    assert based == actions_that_take_a_version()
    assert all(str(input_of(name).fields["expectedVersion"].type) == "Int!" for name in based)


@pytest.mark.parametrize("mutation", [name for name in mutations() if words(name)[0] in CHANGES_WHAT_IS_THERE])
def test_what_changes_a_thing_already_there_takes_its_version(mutation: str) -> None:
    """R-213."""
    assert "expectedVersion" in input_of(mutation).fields


@pytest.mark.parametrize("verb", MUTATIONS)
def test_what_is_announced_beforehand_is_what_the_mutation_asks_for(verb: str) -> None:
    """R-211."""
    required = {name for name, field in input_of(MUTATIONS[verb]).fields.items() if is_required_input_field(field)}

    assert required == {"idempotencyKey", "caseId", *INPUTS[verb]}


def test_every_code_announced_beforehand_is_a_code_there_is() -> None:
    """R-211."""
    announced = {code for codes in ON_INPUT.values() for code in codes}

    assert announced <= set(Refusal.by_code)


def test_what_can_be_found_again_by_its_id_says_so() -> None:
    without = [
        str(kind)
        for kind in own_types(SCHEMA)
        if isinstance(kind, GraphQLObjectType)
        and "id" in kind.fields
        and SCHEMA.type_map["Node"] not in kind.interfaces
    ]

    assert without == []

"""R-012: every type, field, argument and mutation of the schema has a rule, and the rules are the access table's."""

import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
)

from suivi.core.access.table import TABLE
from suivi.graphql.schema import schema
from tests.access.matrix import Field, matrix
from tests.access.walking import BY_ID, OTHERWISE, WALKED, walks

SCHEMA = schema._schema
ROOTS = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
TYPES = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__") and kind not in ROOTS.values()
}
FREE = ("any", "own token", "the digest")
"""`any`: each object by its own rule. `own token`: says what the token says. `the digest`: open to whoever holds it."""


def signature(name: str, arguments: tuple[str, ...]) -> str:
    return f"{name}({' '.join(arguments)})" if arguments else name


def arguments_of(kind: str, field: GraphQLField) -> tuple[str, ...]:
    if kind != "mutation":
        return tuple(sorted(field.args))
    given = get_named_type(field.args["input"].type)
    assert isinstance(given, GraphQLInputObjectType)
    return tuple(sorted(set(given.fields) - {"idempotencyKey"}))


def test_the_grants_are_those_of_the_access_table() -> None:
    theirs = {
        f"{noun}.{verb}": {role.value: reach.value for role, reach in roles.items()}
        for noun, verbs in TABLE.items()
        for verb, roles in verbs.items()
    }

    assert matrix().grants == theirs, "write the change into the grants of tests/access/matrix.txt too, if it is meant"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_field_of_a_type_has_a_rule(name: str) -> None:
    written = matrix().types.get(name)
    assert written, f"add `type {name} = <noun, or inherits>: <its own fields>` to tests/access/matrix.txt"
    there = {field: arguments_of("", definition) for field, definition in TYPES[name].fields.items()}

    for field, arguments in there.items():
        line = signature(field, arguments)
        assert field in written.fields, f"add `{line}` to type {name} in tests/access/matrix.txt, with what governs it"
        assert written.fields[field].arguments == arguments, f"in tests/access/matrix.txt {name} now has `{line}`"
    assert set(written.fields) == set(there), f"{name} no longer has these fields: take them out of matrix.txt"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_field_that_leads_to_a_noun_is_governed_by_that_noun(name: str) -> None:
    for field, definition in TYPES[name].fields.items():
        rule = matrix().types[name].fields[field].rule
        leads_to = governing(get_named_type(definition.type).name)

        if leads_to is not None:
            assert rule == leads_to, f"{name}.{field} leads to {leads_to}: write `{field} -> {leads_to}` in matrix.txt"
        assert rule == "own" or f"{rule}.read" in matrix().grants, f"{name}.{field} -> {rule}: there is no such noun"


def governing(type_name: str) -> str | None:
    """The noun that a type, or a page of it, is governed by; None for what is part of another object."""
    written = matrix().types.get(type_name)
    if written is None:
        return None
    if written.rule == "inherits" and type_name.endswith("Connection"):
        return written.fields["nodes"].rule
    return None if written.rule == "inherits" else written.rule


@pytest.mark.parametrize("kind", ROOTS)
def test_every_root_field_has_a_rule(kind: str) -> None:
    root = ROOTS[kind]
    assert root is not None
    written = matrix().roots[kind]

    for name, definition in root.fields.items():
        arguments = arguments_of(kind, definition)
        line = f"{kind} {signature(name, arguments)} -> <noun>.<verb>"
        assert name in written, f"add `{line}` to tests/access/matrix.txt"
        assert written[name].arguments == arguments, f"the arguments changed: `{line}` in tests/access/matrix.txt"
    assert set(written) == set(root.fields), f"no such {kind} any more: take it out of tests/access/matrix.txt"


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for fields in matrix().roots.values() for name, field in fields.items()]
)
def test_the_rule_of_a_root_field_is_a_grant(name: str, field: Field) -> None:
    for rule in [] if field.rule in FREE else field.rule.split():
        assert rule in matrix().grants, f"{name} -> {rule}: there is no such grant"


def test_every_verb_is_somebodys_mutation() -> None:
    """A grant that nothing asks for is a mistake, or a hole waiting for its mutation."""
    asked = {rule for field in matrix().roots["mutation"].values() for rule in field.rule.split()}

    assert asked == {grant for grant in matrix().grants if not grant.endswith(".read")}


def test_no_role_may_classify_but_practitioners() -> None:
    """R-010, R-011: no permission exists that would let anybody else take a medical decision."""
    assert matrix().grants["case.classify"] == {"practitioner": "party"}


def test_nobody_reaches_every_case() -> None:
    """R-011, R-012: there is no superuser."""
    assert not [noun for noun in ABOUT_HEALTH if "all" in matrix().grants[f"{noun}.read"].values()]


ABOUT_HEALTH = (
    "patient",
    "trip",
    "treatment",
    "case",
    "message",
    "evidence",
    "complication_report",
    "classification",
    "terms_offer",
    "device",
    "device_warranty",
    "insurance",
    "confirmation_request",
    "confirmation",
    "reminder",
    "event",
)


def test_the_walk_starts_at_every_root_field() -> None:
    walked = {*WALKED, *BY_ID, *OTHERWISE}

    assert walked == set(matrix().roots["query"]), "say in tests/access/walking.py how the new root field is walked"


def test_the_walk_goes_through_every_field_of_every_type() -> None:
    """A type that no root leads to would be tried by nobody."""
    covered = set().union(*(walk.covered for walk in walks()))
    everything = {(name, field) for name, kind in TYPES.items() if name not in ANSWERED for field in kind.fields}
    assert everything - covered == set(), "let a root field lead there, or try it in a test of its own"


ANSWERED = ("CaseChange", "ConfirmationLink", "EvidenceLink", "FormField", "Upload", "UploadForm")
"""Types that only mutations and subscriptions answer with."""

"""R-214: how large a document is, however it is written."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse

from suivi.graphql.limits import documents as limits
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.documents import Documents, NotExecuted
from suivi.graphql.limits.measuring import DEEPEST, Measuring, Size
from suivi.graphql.limits.repeats import repeats
from suivi.graphql.limits.weights import PLAIN_LIST

SCHEMA: GraphQLSchema = build_schema("""
  type Query { case(id: ID): Case cases(first: Int = 20, last: Int): CaseConnection! }
  type Case { id: ID! tags: [String!]! parts: [Part!]! messages(first: Int! = 20): [Message!]! next: Case }
  type Part { name: String }
  type Message { body: String case: Case }
  type CaseConnection { edges: [CaseEdge!]! nodes: [Case!]! pageInfo: PageInfo! }
  type CaseEdge { cursor: String node: Case }
  type PageInfo { endCursor: String }
""")


def size_of(text: str, **variables: Any) -> Size:
    document = Documents(SCHEMA).prepare(text, None, variables, Allowance(cost=10**99, aliases=10**99, depth=10**9))
    return document.size


def refused(text: str, allowance: Allowance, name: str | None = None) -> list[str]:
    with pytest.raises(NotExecuted) as refusal:
        Documents(SCHEMA).prepare(text, name, {}, allowance)
    return [str(getattr(error.original_error, "code", None)) for error in refusal.value.errors]


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ case { id } }", 2),
        ("{ case { id tags } }", 3),
        ("{ case { parts { name } } }", 1 + PLAIN_LIST * 2),
        ("{ case { messages { body } } }", 1 + 20 * 2),
        ("{ case { messages(first: 7) { body } } }", 1 + 7 * 2),
        ("{ case { messages(first: 1000000) { body } } }", 1 + 100 * 2),
        ("{ case { messages(first: -5) { body } } }", 1),
        ("{ cases { nodes { id } } }", 1 + 20 * 2),
        ("{ cases(first: 5) { nodes { id } pageInfo { endCursor } } }", 1 + 5 * 2 + 2),
        ("{ cases(last: 5) { edges { cursor node { id } } } }", 1 + 5 * (1 + 1 + 2)),
        ("{ cases(first: 5) { ...Page } } fragment Page on CaseConnection { nodes { id } }", 1 + 5 * 2),
        ("{ cases(first: 5) { nodes { messages(first: 3) { body } } } }", 1 + 5 * (1 + 3 * 2)),
        ("query($n: Int) { cases(first: $n) { nodes { id } } }", 1 + 8 * 2),
        ("query($m: Int = 6) { cases(first: $m) { nodes { id } } }", 1 + 6 * 2),
        ("query($m: Int) { cases(first: $m) { nodes { id } } }", 1 + 20 * 2),
        ("query($m: Int) { cases(first: $m, last: 30) { nodes { id } } }", 1 + 30 * 2),
        ("{ ... on Query { case { ... { id } } } }", 2),
    ],
)
def test_a_cost_is_the_number_of_values_an_answer_may_hold(text: str, cost: int) -> None:
    assert size_of(text, n=8).cost == cost


def test_a_fragment_counts_wherever_it_is_spread() -> None:
    """CVE-2026-47707: aliases, directives and cost alike."""
    size = size_of("""{ a: case { ...F } b: case { ...F } }
      fragment F on Case { x: id y: id @include(if: true) next { id } }""")

    assert (size.aliases, size.directives, size.cost, size.depth) == (2 + 2 * 2, 2, 2 + 2 * 4, 3)


def test_doubling_a_fragment_forty_times_is_counted_and_not_walked() -> None:
    doubling = " ".join(f"fragment F{n} on Case {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, 41))

    size = size_of(f"{{ case {{ ...F40 }} }} fragment F0 on Case {{ x: id }} {doubling}")

    assert (size.cost, size.aliases, size.depth) == (1 + 2**40, 2**40, 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ case { ...Unknown } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ case { ...A } } fragment A on Case { ...B } fragment B on Case { ...A }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ case { next { next { next { id } } } } }", "QUERY_TOO_DEEP"),
        ("{ cases(first: 100) { nodes { id } } }", "QUERY_TOO_COSTLY"),
        ("{ a: case { id } b: case { id } c: case { id } }", "TOO_MANY_ALIASES"),
        ("{ case { id @include(if: true) @include(if: true) @include(if: true) } }", "TOO_MANY_DIRECTIVES"),
        ("{ case { " + "id " * 90 + "} }", "TOO_MANY_TOKENS"),
        ("{" + " case { id }" * 101 + "}", "TOO_MANY_REPEATS"),
        (" ".join(f"query Q{n} {{ case {{ id }} }}" for n in range(101)), "TOO_MANY_DEFINITIONS"),
        ("query A { case { id } } query B { case { id } }", "OPERATION_NOT_FOUND"),
        ("fragment A on Case { id }", "OPERATION_NOT_FOUND"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ case { id ", "GRAPHQL_PARSE_FAILED"),
        ("{ __schema { queryType { name } } }", "INTROSPECTION_NOT_ALLOWED"),
        ('{ case { ...F } } fragment F on Query { __type(name: "Case") { name } }', "INTROSPECTION_NOT_ALLOWED"),
        ("{ a" * 250 + "}" * 250, "QUERY_TOO_DEEP"),
    ],
)
def test_what_is_too_much_or_wrong_is_refused_with_its_code(text: str, code: str) -> None:
    small = Allowance(depth=4, cost=100, aliases=2, directives=2, tokens=2_000, may_introspect=False)
    short = replace(small, tokens=90) if code == "TOO_MANY_TOKENS" else small

    assert refused(text, short) == [code]


def test_fragments_inside_one_another_beyond_measure_are_refused() -> None:
    links = (f"fragment F{n} on Case {{ next {{ ...on Case {{ next {{ ...F{n + 1} }} }} }} }}" for n in range(90))
    chain = " ".join(links)

    assert refused(f"{{ case {{ ...F0 }} }} {chain}", Allowance(depth=10**6)) == ["QUERY_TOO_DEEP"]
    assert DEEPEST < 90 * 4


def test_those_who_may_not_introspect_are_told_nothing_of_the_schema() -> None:
    ordinary = Allowance(may_introspect=False)
    with pytest.raises(NotExecuted) as refusal:
        Documents(SCHEMA).prepare("{ case { idd } nothing }", None, {}, ordinary)
    with pytest.raises(NotExecuted) as told:
        Documents(SCHEMA).prepare("{ case { idd } nothing }", None, {}, Allowance())

    (error,) = refusal.value.errors
    assert str(error.original_error) == "GRAPHQL_VALIDATION_FAILED: The document does not fit the schema."
    assert error.locations is None
    assert any("Did you mean 'id'?" in error.message for error in told.value.errors)


def test_a_document_that_was_good_is_remembered_and_one_that_was_not_is_not() -> None:
    documents = Documents(SCHEMA)
    good = documents.prepare("{ case { id } }", None, {}, Allowance()).document
    with pytest.raises(NotExecuted):
        documents.prepare("{ nothing }", None, {}, Allowance())

    assert documents.prepare("{ case { id } }", None, {}, Allowance()).document is good
    assert list(documents._kept) == ["{ case { id } }"]


def test_what_is_remembered_is_bounded_by_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT_TOKENS", 1_000)
    documents = Documents(SCHEMA)
    for n in range(20):
        documents.prepare("query { case { id } }" + f" # {n}" + "\n" * n, None, {}, Allowance())
        documents.prepare("{ case { " + "id " * 90 + "} }" + " " * n, None, {}, Allowance())

    assert documents._tokens == sum(document.tokens for document in documents._kept.values()) <= 1_000


def test_the_size_of_a_document_follows_its_variables() -> None:
    documents = Documents(SCHEMA)
    text = "query($n: Int) { cases(first: $n) { nodes { id } } }"

    costs = [documents.prepare(text, None, {"n": n}, Allowance()).size.cost for n in (1, 2, 3, 1, 50, 100.0, 50)]

    assert costs == [3, 5, 7, 3, 101, 201, 101]


@pytest.mark.parametrize("wrong", ["default", "", 1.5, None, [3], {"n": 3}])
def test_what_is_no_number_changes_nothing_for_the_next_who_sends_none(wrong: Any) -> None:
    documents = Documents(SCHEMA)
    text = "query($n: Int! = 100) { cases(first: $n) { nodes { id } } }"

    documents.prepare(text, None, {"n": wrong}, Allowance())

    assert documents.prepare(text, None, {}, Allowance()).size.cost == 201


@pytest.mark.parametrize("invalid", ["{ casez { nodes { n } } }", "{ cases { nodes { n } } }", "{ zz { __schema } }"])
def test_the_cost_of_what_does_not_fit_is_told_to_those_who_may_introspect_and_nobody_else(invalid: str) -> None:
    """A field that is there costs more than one that is not."""
    told = {}
    for curious in (True, False):
        with pytest.raises(NotExecuted) as refusal:
            Documents(SCHEMA).prepare(invalid, None, {}, Allowance(cost=30, may_introspect=curious))
        told[curious] = refusal.value.size is not None

    assert told == {True: True, False: False}


def test_what_does_not_fit_is_not_refused_for_what_it_would_cost() -> None:
    costly = Allowance(cost=30, may_introspect=False)

    assert refused("{ cases { nodes { idd } } }", costly) == ["GRAPHQL_VALIDATION_FAILED"]
    assert refused("{ cases { nodes { id } } }", costly) == ["QUERY_TOO_COSTLY"]


def test_who_asks_too_much_of_what_fits_is_told_how_much() -> None:
    with pytest.raises(NotExecuted) as refusal:
        Documents(SCHEMA).prepare("{ cases { nodes { id } } }", None, {}, Allowance(cost=30, may_introspect=False))

    assert refusal.value.size is not None
    assert refusal.value.size.cost == 41


def test_repeats_are_counted_through_inline_fragments() -> None:
    assert repeats(parse("{ a b ... { a ... on Query { a x: b } } c { d d } }")) == 3


def test_measuring_says_which_variables_it_looked_at() -> None:
    document = parse("query($n: Int, $id: ID) { case(id: $id) { messages(first: $n) { body } } }")
    measuring = Measuring(SCHEMA, document, {})
    operation = document.definitions[0]
    measuring.measure(operation)  # type: ignore[arg-type]

    assert measuring.used == {"n"}

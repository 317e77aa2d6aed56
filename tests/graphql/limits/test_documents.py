"""R-214: what is remembered of documents, and for how long."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from suivi.graphql.limits import documents as limits
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.documents import Documents, NotExecuted, Prepared
from suivi.graphql.limits.trusted import Trusted
from suivi.settings import Settings

SCHEMA: GraphQLSchema = build_schema("type Query { a: String b(n: Int): Int } type Mutation { c: Int }")
WHO = "query Who { a }"
ALLOWED = Allowance()
ROOM = 500


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little enough to fill in a moment."""
    monkeypatch.setattr(limits, "KEPT_TOKENS", ROOM)


def prepared(documents: Documents, text: str, name: str | None = None, **variables: Any) -> Prepared:
    return documents.prepare(text, name, variables, ALLOWED)


def crowd(documents: Documents) -> None:
    """So many others that nothing from before is remembered."""
    long = " ".join(f"x{n}: a" for n in range(10))
    for number in range(ROOM // 30 + 1):
        prepared(documents, f"query Q{number} {{ {long} }}")


def test_an_operation_is_compiled_once_for_as_long_as_its_document_is_remembered() -> None:
    documents = Documents(SCHEMA)

    first, again = prepared(documents, WHO), prepared(documents, WHO)

    assert first.document is again.document
    assert first.plan(SCHEMA) is not None
    assert first.plan(SCHEMA) is again.plan(SCHEMA)


def test_nothing_is_compiled_before_it_is_executed() -> None:
    assert prepared(Documents(SCHEMA), WHO).document.plans == {}


def test_each_operation_of_a_document_has_a_plan_of_its_own() -> None:
    documents, text = Documents(SCHEMA), "query One { a } query Two { b }"

    one, two = (prepared(documents, text, name) for name in ("One", "Two"))
    plans = [found.plan(SCHEMA) for found in (one, two)]

    assert plans[0] is not plans[1]
    assert set(one.document.plans) == {"One", "Two"}


def test_one_plan_serves_all_variables() -> None:
    documents, text = Documents(SCHEMA), "query($n: Int) { b(n: $n) }"

    plans = {id(prepared(documents, text, n=n).plan(SCHEMA)) for n in range(5)}

    assert len(plans) == 1


def test_the_plan_is_forgotten_with_the_document() -> None:
    documents = Documents(SCHEMA)
    before = prepared(documents, WHO)
    plan = before.plan(SCHEMA)

    crowd(documents)
    after = prepared(documents, WHO)

    assert after.document is not before.document
    assert after.plan(SCHEMA) is not plan


def test_a_document_asked_for_again_and_again_is_not_the_one_that_is_forgotten() -> None:
    documents = Documents(SCHEMA)
    before = prepared(documents, WHO).document
    for number in range(ROOM):
        prepared(documents, f"query Q{number} {{ a }}")
        if number % 20 == 0:
            prepared(documents, WHO)

    assert prepared(documents, WHO).document is before


def test_a_trusted_document_is_never_pushed_out_nor_its_plan() -> None:
    documents = Documents(SCHEMA)
    documents.keep_for_good([WHO])
    before = prepared(documents, WHO)
    plan = before.plan(SCHEMA)

    crowd(documents)

    assert prepared(documents, WHO).document is before.document
    assert prepared(documents, WHO).plan(SCHEMA) is plan


def test_trusted_documents_take_no_room_from_the_others() -> None:
    documents = Documents(SCHEMA)
    trusted = [f"query T{number} {{ {' '.join(f'x{n}: a' for n in range(10))} }}" for number in range(ROOM // 10)]
    documents.keep_for_good(trusted)
    other = prepared(documents, WHO).document

    for text in trusted:
        prepared(documents, text)

    assert prepared(documents, WHO).document is other


def test_what_is_trusted_once_more_is_not_read_anew() -> None:
    """Several servers in one process have the same schema."""
    documents = Documents(SCHEMA)
    documents.keep_for_good([WHO])
    before = prepared(documents, WHO).document

    documents.keep_for_good([WHO, "{ b }"])

    assert prepared(documents, WHO).document is before


def test_what_was_read_before_it_was_trusted_is_kept_for_good_as_well() -> None:
    documents = Documents(SCHEMA)
    prepared(documents, WHO)

    documents.keep_for_good([WHO])
    kept = prepared(documents, WHO).document
    crowd(documents)

    assert prepared(documents, WHO).document is kept


def test_a_long_text_takes_room_by_its_length_however_few_its_tokens() -> None:
    documents = Documents(SCHEMA)
    for number in range(20):
        prepared(documents, f"{{ b(n: {number}) }} # {'x' * 20_000}")

    remembered = sum(map(len, documents._kept))

    assert 20_000 < remembered <= ROOM * limits.CHARACTERS


@pytest.mark.parametrize(("conditions", "is_crowded_out"), [(0, False), (5, True)])
def test_a_document_answered_in_many_ways_takes_the_room_of_them_all(conditions: int, is_crowded_out: bool) -> None:
    documents = Documents(SCHEMA)
    before = prepared(documents, WHO).document
    names = [f"v{number}" for number in range(conditions)]
    fields = " ".join(f"x{n}: a" for n in range(10))
    asked = " ".join(f"{name}: a @include(if: ${name})" for name in names)
    told = f"({', '.join(f'${name}: Boolean!' for name in names)})" if names else ""

    for copy in range(2):
        plan = prepared(documents, f"query Q{copy} {told} {{ {fields} {asked} }}").plan(SCHEMA)
        assert plan is not None
        for answers in product((True, False), repeat=conditions):
            plan.execute(variables=dict(zip(names, answers, strict=True)))

    assert (prepared(documents, WHO).document is not before) is is_crowded_out
    assert documents._tokens == sum(document.room for document in documents._kept.values())


def test_what_a_forgotten_document_still_grows_by_counts_for_nobody() -> None:
    documents = Documents(SCHEMA)
    plan = prepared(documents, WHO).plan(SCHEMA)
    crowd(documents)

    assert plan is not None
    plan.execute()

    assert documents._tokens == sum(document.room for document in documents._kept.values()) <= ROOM


def test_a_document_that_does_not_fit_is_not_remembered() -> None:
    documents = Documents(SCHEMA)

    with pytest.raises(NotExecuted):
        prepared(documents, "{ nothing }")

    assert not documents._kept


def test_every_text_of_a_manifest_is_kept_for_good_when_a_server_starts(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"who": WHO, "b": "{ b }"}))
    trusted = Trusted.of(Settings(trusted_documents=manifest), SCHEMA)
    documents = Documents(SCHEMA)

    documents.keep_for_good(trusted.texts)
    kept = [prepared(documents, text).document for text in (WHO, "{ b }")]
    crowd(documents)

    assert all(prepared(documents, text).document is one for text, one in zip((WHO, "{ b }"), kept, strict=True))

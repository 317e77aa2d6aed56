"""R-214: manifests as the tools of frontends write them, and each way in which one may be broken."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from suivi.graphql.limits.allowance import widest
from suivi.graphql.limits.manifests import examined, read_manifests
from suivi.graphql.limits.trusted import Trusted
from suivi.graphql.schema import schema
from suivi.problems import Problem
from suivi.settings import PartnerLimits, Settings

SCHEMA = schema.documents.schema
WHO = "query Who { viewer { role } }"
WRONG = "query Wrong { viewer { rol } }"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def apollo(*operations: Any, **rest: Any) -> dict[str, Any]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations)} | rest


WRITTEN: dict[str, Any] = {
    "relay-compiler, MD5": {"0f3b": f"{WHO}\n"},
    "relay-compiler, SHA256": {hashed(WHO): WHO},
    "graphql-codegen": {f"sha256:{hashed(WHO)}": WHO},
    "Apollo": apollo({"id": hashed(WHO), "name": "Who", "type": "query", "body": WHO}),
}


def written(folder: Path, told: Any, name: str = "manifest.json") -> Path:
    file = folder / name
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return file


def said_of(path: Path, **settings: Any) -> str:
    """What the server says when it will not start."""
    with pytest.raises(Problem) as problem:
        Trusted.of(Settings(trusted_documents=path, **settings), SCHEMA)
    return str(problem.value)


@pytest.mark.parametrize("tool", WRITTEN)
def test_what_the_tools_write_is_read(tmp_path: Path, tool: str) -> None:
    file = written(tmp_path, WRITTEN[tool])

    trusted = Trusted.of(Settings(trusted_documents=file), SCHEMA)

    assert {text.strip() for text in trusted.texts} == {WHO}


def test_a_folder_holds_a_manifest_for_each_frontend_and_each_of_its_versions(tmp_path: Path) -> None:
    written(tmp_path, {"who": WHO}, "one.json")
    written(tmp_path, {"who": WHO, "whose": "{ viewer { subject } }"}, "two.json")
    written(tmp_path, "not read", "notes.txt")

    assert {entry.id for entry in read_manifests(tmp_path)} == {"who", "whose"}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("{", "it is not JSON"),
        ('{"who": "{ viewer { role } }", "who": "{ viewer { subject } }"}', "a name twice"),
        ([], "it is no object"),
        ({}, "there is no document in it"),
        ({"who": 7}, "what stands at 'who' is no text"),
        ({"": WHO}, "what stands at '' is no text"),
        ({"format": "other", "operations": []}, "its format is neither"),
        (apollo(version=2), "its format is neither"),
        (apollo(operations={}), "`operations` is no list"),
        (apollo(7), "`operations[0]` lacks `id` or `body`"),
        (apollo({"id": "who", "name": "Who"}), "`operations[0]` lacks `id` or `body`"),
        (apollo(), "there is no document in it"),
        ({hashed(WHO): WRONG}, "is not the SHA-256 of its document"),
        ({f"sha256:{hashed(WHO)}": f"{WHO} "}, "is not the SHA-256 of its document"),
    ],
)
def test_a_broken_manifest_is_named_with_what_is_wrong_and_what_to_do(tmp_path: Path, told: Any, why: str) -> None:
    file = written(tmp_path, told)

    said = said_of(file)

    assert said.startswith(f"{file} is no manifest of trusted documents: ")
    assert why in said
    assert "Have it made again" in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WRONG, "line 1, column 24: Cannot query field 'rol' on type 'Viewer'. Did you mean 'role'?"),
        ("query {", "line 1, column 8: Syntax Error"),
        ("fragment A on Viewer { role }", "Which operation to execute is not clear"),
        ("", "Syntax Error"),
        (WHO + " { viewer { role } }", "anonymous operation must be the only"),
        ("{ viewer { " + "role " * 3_000 + "} }", "longer than 2000 tokens"),
        ("{ viewer " * 30 + "}" * 30, "nests fields 30 deep; 20 is the most"),
    ],
)
def test_a_document_that_does_not_fit_stops_the_start_with_its_id_and_why(tmp_path: Path, text: str, why: str) -> None:
    file = written(tmp_path, apollo({"id": "a1", "name": "Inbox", "body": text}, {"id": "b2", "body": WHO}))

    said = said_of(file)

    assert f"{file}: a1 (Inbox): " in said
    assert why in said
    assert "b2" not in said
    assert "suivi documents check" in said


def test_of_very_many_that_do_not_fit_the_first_are_told(tmp_path: Path) -> None:
    file = written(tmp_path, {f"a{n}": f"query Q{n} {{ nothing }}" for n in range(15)})

    said = said_of(file)

    assert "a9" in said
    assert "a10" not in said
    assert "and 5 more" in said


def test_manifests_that_are_missing_or_disagree_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    written(tmp_path, {"who": WHO}, "one.json")
    written(tmp_path, {"who": f"{WHO} "}, "two.json")

    assert "No such file" in said_of(tmp_path / "nowhere.json")
    assert "no file there ends in .json" in said_of(empty)
    assert "one.json has another document with the id who" in said_of(tmp_path)


def test_what_is_required_must_be_there() -> None:
    held = {uuid4(): PartnerLimits(trusted_only=True)}

    for chosen in (Settings(trusted_only=True), Settings(partner_limits=held)):
        with pytest.raises(Problem, match="set SUIVI_TRUSTED_DOCUMENTS"):
            Trusted.of(chosen, SCHEMA)


def test_a_document_may_be_as_large_as_the_partner_with_the_highest_limits_may_send(tmp_path: Path) -> None:
    file = written(tmp_path, {"aliases": "{ a: viewer { role } b: viewer { role } }"})
    wide, narrow = {uuid4(): PartnerLimits(aliases=2)}, {uuid4(): PartnerLimits(aliases=1)}

    assert "has 2 aliases" in said_of(file, query_aliases=1, partner_limits=narrow)
    Trusted.of(Settings(trusted_documents=file, query_aliases=1, partner_limits=wide), SCHEMA)


def test_the_highest_cost_is_that_of_the_longest_pages(tmp_path: Path) -> None:
    """R-173: a page holds a hundred."""
    file = written(tmp_path, {"a": "query A($n: Int = 2) { cases(first: $n) { nodes { id } } }"})

    (fit,) = examined(read_manifests(file), SCHEMA, widest(Settings()))

    assert getattr(fit, "cost", 0) == 201


def test_the_highest_cost_of_reading_a_text_is_that_of_the_longest(tmp_path: Path) -> None:
    text = 'query Look($text: String!) { wording(text: $text, language: "en") { checked } }'
    file = written(tmp_path, {hashed(text): text})

    (fit,) = examined(read_manifests(file), SCHEMA, widest(Settings()))

    assert getattr(fit, "cost", 0) == 5_002

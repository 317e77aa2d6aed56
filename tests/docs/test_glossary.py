"""One word an idea: whatever the schema and the tree name is explained in the glossary."""

import re

from graphql import GraphQLObjectType, build_schema

from suivi.graphql.schema import schema
from tests.docs.fences import ROOT, text_of

GLOSSARY = text_of("docs/glossary.md")
IN_CODE = set(re.findall(r"`([^`\n]+)`", GLOSSARY))
NO_NOUNS = {"locale", "migrations"}


def object_types() -> set[str]:
    kinds = build_schema(schema.as_str()).type_map.values()
    return {kind.name for kind in kinds if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")}


def test_every_type_that_partners_meet_is_explained() -> None:
    paging = {name for name in object_types() if name.endswith(("Connection", "Edge"))}

    assert object_types() - paging - {"Query", "Mutation", "Subscription"} - IN_CODE == set()


def test_no_type_is_explained_that_is_gone() -> None:
    named = {name for row in GLOSSARY.splitlines() if row.startswith("| **") for name in _types(row)}

    assert named - object_types() == set()


def test_every_noun_of_the_core_is_explained() -> None:
    nouns = {folder.name for folder in (ROOT / "core").iterdir() if folder.is_dir() and folder.name[0] not in "._"}

    assert {f"core/{noun}" for noun in nouns - NO_NOUNS} - IN_CODE == set()


def test_every_word_has_its_french() -> None:
    rows = [row.split("|") for row in GLOSSARY.splitlines() if row.startswith("| **") and row.count("|") == 5]

    assert [row[1] for row in rows if not row[2].strip()] == []
    assert len(rows) > 70


def _types(row: str) -> list[str]:
    cells = row.split("|")
    return re.findall(r"`([A-Z]\w+)`", cells[4]) if len(cells) == 6 else []

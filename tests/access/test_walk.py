"""R-012: on every path through the schema, each person reaches what they are a party to, all of it and nothing else."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType
from strawberry.relay.utils import to_base64

from tests.access.matrix import grants, matrix
from tests.access.oracle import Oracle, Row
from tests.access.universe import PEOPLE, TODAY, Person, Universe
from tests.access.walking import BY_ID, CLINICS, SCHEMA, Reached, governed, walks
from tests.services.suivi import Client
from tests.services.world import row_id

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("person", PEOPLE, ids=str),
]

NODES = {
    name: matrix().types[name].rule
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType) and governed(kind) and "id" in kind.fields
}
"""Types with an id, and the noun that governs them."""

UNREAD = {("mandate", "evidence")}
"""Columns that no field shows to anybody."""
PART_OF = {
    "addendum": ("treatment", "treatment_id"),
    "anchor": ("treatment", "treatment_id"),
    "consent": ("treatment", "treatment_id"),
    "confirmation_item": ("confirmation_request", "request_id"),
    "confirmation_answer": ("confirmation", "confirmation_id"),
}
"""Tables of parts: the noun that governs them, and the column that names it."""


def expected(universe: Universe, person: Person) -> dict[str, set[UUID]]:
    """Noun to ids, as the oracle has it."""
    oracle = Oracle(universe.rows, grants())
    nouns = {*NODES.values(), "clinic_settings"}
    return {noun: oracle.reaches(universe.who(person), noun, TODAY.date()) for noun in nouns}


def marks(universe: Universe, allowed: dict[str, set[UUID]]) -> set[str]:
    """The words that somebody may read who reaches these rows."""
    return {mark for noun, owner, mark in _marked(universe) if owner in allowed.get(noun, ())}


def _marked(universe: Universe) -> Iterator[tuple[str, UUID, str]]:
    for table, rows in universe.rows.items():
        for row in rows:
            for column, value in row.items():
                if (table, column) not in UNREAD:
                    for mark in re.findall(r"said_\w+", str(value)):
                        yield *_owner(table, column, row), mark


def _owner(table: str, column: str, row: Row) -> tuple[str, UUID]:
    if column == "notice_address":
        return "clinic_settings", row["id"]
    noun, of = PART_OF.get(table, (table, "id"))
    return noun, row[of]


async def answer(client: Client, query: str) -> Any:
    body = await client.send(query)
    assert "errors" not in body, (query, body["errors"])
    return body["data"]


async def test_reaches_all_of_their_own_and_nothing_else_from_every_root(universe: Universe, person: Person) -> None:
    client, allowed = universe.client(person), expected(universe, person)
    clinics = " ".join(f'"{to_base64("Clinic", row["id"])}"' for row in universe.rows["clinic"])

    reached = Reached()
    for walk in walks():
        reached.read(await answer(client, walk.text.replace(CLINICS, f"[{clinics}]")))

    seen = {name: reached.ids.get(name, set()) for name in NODES}
    assert {name: ids - allowed[NODES[name]] for name, ids in seen.items() if ids - allowed[NODES[name]]} == {}
    assert reached.mentioned <= set().union(*allowed.values())
    assert reached.marks <= marks(universe, allowed)
    missed = {name: allowed[NODES[name]] - ids for name, ids in seen.items() if allowed[NODES[name]] - ids}
    assert set(missed) <= unreachable(person), "what they may see they must be able to find"


def unreachable(person: Person) -> set[str]:
    """Types that a role may read by their id, handed to it, and finds on no list."""
    return {"operator": {"Partner", "Assignment"}, "frontend": set()}.get(person.role.value, set())


async def test_finds_by_id_what_they_may_see_and_nothing_else(universe: Universe, person: Person) -> None:
    client, allowed = universe.client(person), expected(universe, person)
    everything = [(name, row["id"]) for name, noun in NODES.items() for row in universe.rows[noun]]

    found = Reached()
    for some in batches(everything, 20):
        wanted = [f'n{n}: node(id: "{to_base64(name, identity)}") {{ __typename id }}' for n, (name, identity) in some]
        found.read(await answer(client, f"{{ {' '.join(wanted)} }}"))

    assert {name: found.ids.get(name, set()) for name in NODES} == {name: allowed[noun] for name, noun in NODES.items()}


def batches(items: list[Any], size: int) -> Iterable[list[tuple[int, Any]]]:
    return ([*enumerate(items[start : start + size])] for start in range(0, len(items), size))


async def test_the_fields_that_take_an_id_answer_no_stranger(universe: Universe, person: Person) -> None:
    client, allowed = universe.client(person), expected(universe, person)
    everything = [(root, name, row["id"]) for root, name in BY_ID.items() for row in universe.rows[NODES[name]]]

    for some in batches(everything, 20):
        asked = (f'n{n}: {root}(id: "{to_base64(name, row)}") {{ id }}' for n, (root, name, row) in some)
        body = await client.send(f"{{ {' '.join(asked)} }}")

        for n, (root, name, row) in some:
            assert (body["data"][f"n{n}"] is not None) == (row in allowed[NODES[name]]), (root, row, body)


async def test_filters_and_counts_tell_nothing_of_what_they_may_not_see(universe: Universe, person: Person) -> None:
    """A count, or an empty page against a full one, would be an answer too."""
    client, allowed = universe.client(person), expected(universe, person)
    visible = [row for row in universe.rows["case"] if row["id"] in allowed["case"]]

    for row in universe.rows["case"]:
        clinic, patient_id = to_base64("Clinic", row["clinic_id"]), to_base64("Patient", row["patient_id"])
        where = f'clinicId: "{clinic}", patientId: "{patient_id}"'
        data = await answer(client, f"{{ cases({where}) {{ nodes {{ id }} }} caseCount({where}) all: caseCount }}")

        both = {case["id"] for case in visible if same(case, row, "clinic_id", "patient_id")}
        assert {row_id(node["id"]) for node in data["cases"]["nodes"]} == both
        assert (data["caseCount"], data["all"]) == (len(both), len(visible))
    for patient in universe.rows["patient"]:
        data = await answer(client, f'{{ patients(reference: "{patient["reference"]}") {{ nodes {{ id }} }} }}')
        assert bool(data["patients"]["nodes"]) == (patient["id"] in allowed["patient"])


async def test_hints_for_a_form_tell_everyone_the_same_and_nothing_of_anybody(
    universe: Universe, person: Person
) -> None:
    """They know what is sent and what the specialty lists; nothing on record is read."""
    asked = '{ hints(input: {procedure: "crown", day: 3, told: {signs: ["cold"]}}) { ... on Hints { site topClass } } }'

    data = await answer(universe.client(person), asked)

    assert data == {"hints": {"site": None, "topClass": "NORMAL_EVOLUTION"}}


def same(one: Row, other: Row, *columns: str) -> bool:
    return all(one[column] == other[column] for column in columns)


async def test_the_counts_of_a_case_count_only_what_they_may_see(universe: Universe, person: Person) -> None:
    client, allowed = universe.client(person), expected(universe, person)
    messages, photos = defaultdict[UUID, int](int), defaultdict[UUID, int](int)
    for row in universe.rows["message"]:
        messages[row["case_id"]] += row["id"] in allowed["message"]
    for row in universe.rows["evidence"]:
        kept = row["state"] == "kept" and row["kind"].startswith("photo")
        photos[row["case_id"]] += kept and row["id"] in allowed["evidence"]

    data = await answer(client, "{ cases(first: 100) { nodes { id messageCount photoCount } } }")

    for case in data["cases"]["nodes"]:
        identity = row_id(case["id"])
        assert (case["messageCount"], case["photoCount"]) == (messages[identity], photos[identity])

"""Queries of nothing but rows are one statement on PostgreSQL, and show what they show anywhere (R-218)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.evidence.models import Evidence
from suivi.graphql.context import Context
from suivi.graphql.schema import schema
from tests.services.suivi import NOW, Client, Statements, suivi
from tests.services.world import World, build_world, row_id, upload_photo

INBOX = """{ cases(first: 50) { nodes { id state openedAt clinic { name } patient { reference }
  messages(first: 3) { nodes { body sentAt } } photoCount evidence(first: 4) { nodes { kind sha256 } } } } }"""
DETAIL = """query($id: ID!) { case(id: $id) { id state openedAt version clinic { name city }
  messages(first: 100) { nodes { id authorRole authorName body language sentAt } }
  evidence(first: 20) { nodes { id kind contentType size sha256 receivedAt } } } }"""
SMALL = "query($id: ID!) { case(id: $id) { id state openedAt closedAt version messageCount } }"
THREAD = "query($id: ID!) { case(id: $id) { messages { nodes { body sentAt authorName } } } }"
SIZES = "query($id: ID!) { case(id: $id) { state evidence { nodes { size } } } }"
REFERENCES = "{ cases { nodes { patient { reference } } } }"


async def asked(client: Client, query: str, **variables: Any) -> tuple[dict[str, Any], int]:
    """The whole answer, and how many statements it took."""
    with Statements() as statements:
        answer = await client.send(query, variables)
    return answer, len(statements)


@pytest.mark.compiled
@pytest.mark.parametrize("query", [INBOX, DETAIL, SMALL])
async def test_an_inbox_a_case_and_its_scalars_are_one_statement_each(world: World, query: str, parts: str) -> None:
    """R-218."""
    await upload_photo(world, world.patient)
    await world.patient.do("postMessage", caseId=world.case_id, body="Bonjour", language="fr")

    for client in (world.patient, world.coordinator):
        answer, statements = await asked(client, query, id=world.case_id)

        assert "errors" not in answer
        assert answer["extensions"]["cost"]
        assert statements == 1 or parts == "embedded"


async def test_words_and_moments_come_back_letter_for_letter(world: World) -> None:
    bodies = ['"Ça va ?"\n\\o/ \u2028 \U0001f9b7 </script>\t\x7f', "{} [] null", "'; --"]
    moments = [NOW + timedelta(microseconds=few) for few in (0, 120_000, 7)]
    for body, moment in zip(bodies, moments, strict=True):
        await world.patient.at(moment).do("postMessage", caseId=world.case_id, body=body, language="fr")

    answer, _ = await asked(world.patient, THREAD, id=world.case_id)

    thread = answer["data"]["case"]["messages"]["nodes"]
    assert [message["body"] for message in thread] == bodies[::-1]
    assert [message["sentAt"] for message in thread] == [moment.isoformat() for moment in moments[::-1]]
    assert {message["authorName"] for message in thread} == {None}


async def test_a_coordinator_of_another_clinic_and_a_stranger_are_shown_nothing(world: World) -> None:
    """R-012."""
    await build_world(world.suivi, name="two")
    stranger = world.suivi.as_(Role.COORDINATOR, "coordinator-two").at(world.coordinator.clock)

    seen, _ = await asked(world.coordinator, REFERENCES)
    seen_elsewhere, _ = await asked(stranger, REFERENCES)
    case, _ = await asked(stranger, DETAIL, id=world.case_id)

    assert seen["data"]["cases"]["nodes"] == [{"patient": {"reference": "P-one"}}]
    assert seen_elsewhere["data"]["cases"]["nodes"] == [{"patient": {"reference": "P-two"}}]
    assert case["data"] == {"case": None}
    assert case["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.compiled
async def test_nothing_is_shown_from_the_day_after_a_membership_ends(world: World, parts: str) -> None:
    """R-016. The same statement as the day before, with another day in it."""
    given: dict[str, Any] = {"kind": "COORDINATOR", "name": "Locum", "languages": ["hu"], "until": "2026-03-10"}
    await world.operator.do("addMember", clinicId=world.clinic_id, subject="locum", **given)
    locum = world.suivi.as_(Role.COORDINATOR, "locum")
    last_day = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)

    seen, statements = await asked(locum.at(last_day), INBOX)
    seen_later, statements_later = await asked(locum.at(last_day + timedelta(minutes=1)), INBOX)

    assert len(seen["data"]["cases"]["nodes"]) == 1
    assert seen_later["data"]["cases"]["nodes"] == []
    assert statements == statements_later == 1 or parts == "embedded"


async def test_a_token_of_another_partner_shows_nothing_of_the_patient(world: World) -> None:
    """R-014."""
    other = await build_world(world.suivi, name="two")
    herself = world.suivi.as_(Role.PATIENT, "patient-one", partner=row_id(other.partner_id)).at(NOW)

    answer, _ = await asked(herself, INBOX)

    assert answer == {"data": {"cases": {"nodes": []}}, "extensions": answer["extensions"]}


async def test_what_cannot_be_said_is_an_error_of_its_field_alone(world: World) -> None:
    evidence_id = await upload_photo(world, world.patient)
    await Evidence.filter(id=row_id(evidence_id)).update(size=2**40)

    answer, _ = await asked(world.patient, SIZES, id=world.case_id)

    assert answer["data"]["case"] == {"state": "OPEN", "evidence": {"nodes": [{"size": None}]}}
    assert [error["path"] for error in answer["errors"]] == [["case", "evidence", "nodes", 0, "size"]]


@pytest.mark.compiled
async def test_a_statement_is_counted_with_the_document_it_is_kept_for(world: World, parts: str) -> None:
    query = f"{INBOX} # nobody else's"

    _, statements = await asked(world.coordinator, query)

    document = schema.documents._kept[query]
    assert document.compiled > 1
    assert statements == 1 or parts == "embedded"


async def test_within_the_process_the_answer_is_a_dictionary(world: World) -> None:
    running = world.suivi.running
    viewer = await running.verifier.verify(world.patient.token, now=datetime.now(UTC))
    context = Context(viewer=viewer, house=running.house, clock=lambda: NOW)

    result = await schema.execute(REFERENCES, context_value=context)

    assert result.data == {"cases": {"nodes": [{"patient": {"reference": "P-one"}}]}}


@pytest.fixture
async def uncompiled(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with suivi(data_dir=tmp_path, database_url=database_url, compiled_execution=False, deliver=False) as running:
        yield await build_world(running)


async def test_without_compiled_execution_it_is_a_statement_a_level(uncompiled: World) -> None:
    answer, statements = await asked(uncompiled.patient, INBOX)

    assert len(answer["data"]["cases"]["nodes"]) == 1
    assert statements == 6

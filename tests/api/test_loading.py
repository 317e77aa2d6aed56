"""A page costs the same handful of statements however many rows are on it (R-218)."""

import pytest

from tests.services.suivi import Client, Statements
from tests.services.world import World, crown, upload_photo

INBOX = """query($first: Int!) {
  cases(first: $first) { nodes {
    id state
    clinic { name }
    patient { reference }
    messages(first: 3) { nodes { body attachments { id } } }
    photoCount
    messageCount
    evidence(first: 4) { nodes { kind } }
    treatments { sites anchors { name } terms { number } recovery { stabilisation { tooEarly } } }
    complicationReports { urgency { level } }
    deliveries { state }
    availableActions { mutation allowed }
  } }
}"""


async def with_many_cases(world: World, number: int) -> None:
    """Each about two crowns, with a message; the newest has several photos, attached to one message."""
    case_id = world.case_id
    for tooth in range(number - 1):
        crowns = [
            await crown(world.patient, world.patient_id, world.clinic_id, world.practitioner_id, tooth=f"{arch}{place}")
            for arch, place in ((1, 1 + tooth % 8), (2, 1 + tooth % 8))
        ]
        case = await world.patient.do("openCase", "... on Case { id }", treatmentIds=crowns)
        case_id = case["id"]
        await world.patient.do("postMessage", caseId=case_id, body="Bonjour", language="fr")
    photos = [await upload_photo(world, world.patient, caseId=case_id) for _ in range(3)]
    await world.patient.do("postMessage", caseId=case_id, body="Photos", language="fr", evidenceIds=photos)
    await world.patient.do("reportComplication", caseId=case_id, words="Ça saigne", language="fr")


async def statements_for(client: Client, first: int) -> int:
    with Statements() as statements:
        answer = await client.ask(INBOX, first=first)
    assert len(answer["cases"]["nodes"]) == first
    return len(statements)


@pytest.mark.parametrize("role", ["patient", "coordinator"])
async def test_a_page_of_fifty_cases_costs_as_many_statements_as_a_page_of_five(world: World, role: str) -> None:
    """R-218."""
    await with_many_cases(world, 50)
    client: Client = getattr(world, role)

    small, large = await statements_for(client, 5), await statements_for(client, 50)

    assert small == large
    assert large <= 20, "one statement an edge: cases, clinics, patients, messages, ..."

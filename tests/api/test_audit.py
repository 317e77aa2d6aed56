"""A history that nobody can alter unseen, on a world built through the API (R-207)."""

from tortoise.connection import get_connection

from suivi.core.events.verification import Finding, What, verify
from suivi.core.messages.models import Message
from tests.services.world import World, row_id, upload_photo


async def findings(world: World) -> list[Finding]:
    return await verify(world.suivi.running.house.audit_key)


async def run(sql: str) -> None:
    await get_connection("default").execute_script(sql)


async def test_an_ordinary_case_verifies(world: World) -> None:
    """R-207."""
    await upload_photo(world, world.patient)
    await world.patient.do("postMessage", caseId=world.case_id, body="Bonjour", language="fr")
    await world.patient.do("reportComplication", caseId=world.case_id, words="Ça saigne", language="fr")

    assert await findings(world) == []


async def test_one_letter_changed_in_a_message_is_named(world: World) -> None:
    """R-207."""
    await world.patient.do("postMessage", caseId=world.case_id, body="Pas de fièvre", language="fr")
    message = await Message.get()

    await run("UPDATE message SET body = 'Peu de fièvre'")

    assert await findings(world) == [Finding(what=What.CHANGED, table="message", row_id=str(message.id))]


async def test_a_case_removed_with_its_whole_history_is_still_missed(world: World) -> None:
    """R-207: its treatment's history says that it was opened."""
    case_id = row_id(world.case_id)

    await run(
        f"DELETE FROM case_treatment WHERE case_id = '{case_id}'; DELETE FROM \"case\" WHERE id = '{case_id}'; "
        f"DELETE FROM event WHERE noun_id = '{case_id}'; DELETE FROM chain WHERE noun_id = '{case_id}'"
    )

    assert await findings(world) == [Finding(what=What.REMOVED, table="case", row_id=str(case_id))]

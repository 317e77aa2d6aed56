"""The files of a confirmation: the same bytes for everybody and for good, and verified by whoever holds them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from suivi.core.access.viewer import Role
from suivi.core.documents.verifying import verify
from suivi.core.events.verification import verify as audit
from tests.api.confirming import (
    ALL,
    CONFIRMED,
    LINK,
    TAXI,
    asked,
    file_of,
    signed,
)
from tests.api.wrongs import error_code
from tests.services.world import CEMENTED, World, publish_terms


async def test_the_files_are_the_same_bytes_every_time_and_verify(world: World) -> None:
    """R-134: whatever the terms become; a changed byte is found out."""
    question = 'Zahlen Sie? 🦷\nهل تدفعون؟ \u202eevil\u202c "quoted" #typst $math$'
    request_id = await asked(world, ALL, {"kind": "OTHER", "question": question})
    words = {"item": 2, "answer": "CONFIRMED", "text": "Igen.\nEz\tjó 👍"}
    confirmation = await signed(world, request_id, CONFIRMED, words)
    certificates = world.suivi.running.house.signing.certificates

    before = [await file_of(world, confirmation, file_format) for file_format in ("PDF", "JSON")]
    await publish_terms(world.coordinator, world.clinic_id, period="P1Y")
    after = [await file_of(world, confirmation, file_format, by=world.coordinator) for file_format in ("PDF", "JSON")]

    assert before == after
    for file in after:
        verification = verify(file, certificates)
        assert verification.intact, verification
        assert verification.digest == confirmation["digest"]
        middle = len(file) // 2
        assert not verify(file[:middle] + bytes([file[middle] ^ 1]) + file[middle + 1 :], certificates).intact
    assert json.loads(after[1])["document"]["items"][1]["asked"]["text"] == question


async def test_anybody_with_the_hash_may_ask_whether_it_is_ours(world: World) -> None:
    """R-134: nothing about the patient is told, and whether a newer one answers the same."""
    ask = "query($of: String!) { verifyConfirmation(digest: $of) { issued number signedAt newer clinic { name } } }"
    stranger = world.suivi.as_(Role.EXPERT, "stranger")
    first = await signed(world, await asked(world, TAXI, ALL), {"item": 2, "answer": "CONFIRMED"})

    ours = (await stranger.ask(ask, of=first["digest"]))["verifyConfirmation"]
    await signed(world, await asked(world, ALL))
    later = (await stranger.ask(ask, of=first["digest"].upper()))["verifyConfirmation"]
    unknown = (await stranger.ask(ask, of="0" * 64))["verifyConfirmation"]

    assert ours == {
        "issued": True,
        "number": first["number"],
        "signedAt": first["signedAt"],
        "newer": False,
        "clinic": {"name": "Duna Dental one"},
    }
    assert later == ours | {"newer": True}
    assert unknown == {"issued": False, "number": None, "signedAt": None, "newer": False, "clinic": None}
    assert await error_code(stranger, ask, of="a paper") == "HASH_UNREADABLE"


async def test_links_open_for_minutes_and_cannot_be_made_up(world: World) -> None:
    """R-207, R-243: the look is in the history, the address says nothing about anybody."""
    request_id = await asked(world, ALL)
    confirmation = await signed(world, request_id)
    opening = {"confirmationId": confirmation["id"], "format": "JSON"}
    link = await world.patient.do("openConfirmation", LINK, key="look", **opening)
    url: str = link["url"]

    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    changed = [url.replace(".json", ".pdf"), forged, url.split("?")[0], url.replace("expires=", "expires=9")]
    statuses = [(await world.suivi.download(address)).status_code for address in (url, *changed)]
    clock = world.suivi.running.house.wall_clock
    world.suivi.running.house = replace(world.suivi.running.house, wall_clock=lambda: clock() + timedelta(minutes=6))
    expired = await world.suivi.download(url)
    then = world.patient.at(CEMENTED + timedelta(minutes=5))
    too_late = await then.refused("openConfirmation", key="look", **opening)

    assert statuses == [200, 403, 403, 403, 403]
    assert (expired.status_code, too_late) == (403, "LINK_EXPIRED")
    assert world.patient_id not in url
    assert await audit(world.suivi.running.settings.audit_secret) == []


async def test_who_signed_stays_named_after_they_left(world: World) -> None:
    """R-016."""
    request_id = await asked(world, ALL, TAXI)
    confirmation = await signed(world, request_id, by=world.practitioner)
    leaving: dict[str, Any] = {"memberId": world.practitioner_id, "expectedVersion": 1}

    await world.coordinator.do("endMembership", "... on Member { id }", **leaving)
    refused = await world.practitioner.refused(
        "answerConfirmation", requestId=request_id, answers=[{"item": 2, "answer": "CONFIRMED"}]
    )
    document = json.loads(await file_of(world, confirmation, "JSON"))["document"]

    assert refused == "NOT_FOUND"
    assert document["signatory"] == {
        "id": document["signatory"]["id"],
        "name": "Dr. Eszter Nagy",
        "role": "practitioner",
    }

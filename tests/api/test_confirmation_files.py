"""The files of a confirmation: the same bytes for everybody and for good, and verified by whoever holds them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from suivi.core.access.viewer import Role
from suivi.core.documents.kept import KeptFiles
from suivi.core.documents.signing import Signing, pem_of
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
from tests.core.documents.documents import chain
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
    world.suivi.running.house.signing.files = KeptFiles()
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


async def test_only_an_answer_to_the_same_question_is_a_newer_one(world: World) -> None:
    """R-134: before there is a treatment too; another question, or another material, is another matter."""
    ask = "query($of: String!) { verifyConfirmation(digest: $of) { newer } }"
    crown: dict[str, Any] = {"clinicId": world.clinic_id, "procedure": "crown", "material": "zirconia"}
    first = await signed(world, await asked(world, TAXI, **crown))

    async def newer() -> bool:
        found: bool = (await world.patient.ask(ask, of=first["digest"]))["verifyConfirmation"]["newer"]
        return found

    await signed(world, await asked(world, TAXI | {"question": "And the hotel?"}, **crown))
    crown_of_another: dict[str, Any] = crown | {"material": "e_max"}
    await signed(world, await asked(world, TAXI, **crown_of_another))
    await signed(world, await asked(world, TAXI))
    before = await newer()
    await signed(world, await asked(world, TAXI, **crown))

    assert (before, await newer()) == (False, True)


async def test_a_key_may_be_replaced_and_every_file_still_verifies(world: World, tmp_path: Path) -> None:
    """R-134: those handed out before, and those made with a key that nobody had when the clinic signed."""
    confirmation = await signed(world, await asked(world, ALL))
    formats = ("PDF", "JSON")
    before = [await file_of(world, confirmation, file_format) for file_format in formats]
    house, private = world.suivi.running.house, generate_private_key(65537, 2048)
    key, former = tmp_path / "new.pem", tmp_path / "former.pem"
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(plain + pem_of(chain(private)).encode())
    former.write_text(pem_of(house.signing.key.certificates))

    signing = Signing(tmp_path, key, former=former)
    world.suivi.running.house = replace(house, signing=signing)
    after = [await file_of(world, confirmation, file_format) for file_format in formats]

    assert before != after == [await file_of(world, confirmation, file_format) for file_format in formats]
    for file in (*before, *after):
        found = verify(file, signing.certificates)
        assert (found.fault, found.digest) == (None, confirmation["digest"])


async def test_nothing_is_signed_with_a_certificate_that_has_ended(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """R-134: no file is handed out that would verify nowhere; the answer stands, and the log says what to do."""
    confirmation = await signed(world, await asked(world, ALL))
    private, key = generate_private_key(65537, 2048), tmp_path / "ended.pem"
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(plain + pem_of(chain(private, around=CEMENTED - timedelta(days=9))).encode())

    ended = Signing(tmp_path, key)
    ended.warn_if_ended(CEMENTED)
    at_start = caplog.messages
    house = world.suivi.running.house
    world.suivi.running.house = replace(house, signing=ended)
    opening = {"confirmationId": confirmation["id"], "format": "PDF"}
    got = await world.suivi.download((await world.patient.do("openConfirmation", LINK, **opening))["url"])
    world.suivi.running.house = house

    assert (got.status_code, got.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert any("ended on 2026-02-23" in said for said in at_start)
    assert "SUIVI_SIGNING_KEY" in caplog.messages[-1]
    assert verify(await file_of(world, confirmation, "PDF"), house.signing.certificates).intact


async def test_a_file_says_honestly_which_languages_it_is_in(world: World) -> None:
    """R-002, R-134: English once for two languages that documents do not have, and both of them named."""
    fields = "... on Confirmation { id languages unavailableLanguages notice noticeVersion signedNoticeVersion }"
    request_id = await asked(world, ALL, treatmentId=world.treatment_id, language="ar")
    given: dict[str, Any] = {"requestId": request_id, "answers": [CONFIRMED], "language": "hu"}

    confirmation = await world.coordinator.do("answerConfirmation", fields, **given)
    document = json.loads(await file_of(world, confirmation, "JSON"))["document"]

    assert (confirmation["languages"], confirmation["unavailableLanguages"]) == (["en"], ["ar", "hu"])
    assert document["languages"] == ["en"]
    assert document["unavailable"] == [
        {"code": "ar", "names": {"en": "Arabic"}},
        {"code": "hu", "names": {"en": "Hungarian"}},
    ]
    assert {*document["items"][0]["what"]["names"]} == {"en"}
    [notice] = document["notices"]
    assert (notice["locale"], notice["text"]) == ("en", confirmation["notice"])
    assert notice["version"] == confirmation["noticeVersion"] == confirmation["signedNoticeVersion"]


async def test_terms_are_confirmed_with_the_time_in_which_the_clinic_answers(world: World) -> None:
    """R-132, R-133: it is one of the terms' deadlines."""
    await publish_terms(world.coordinator.at(CEMENTED - timedelta(days=1)), world.clinic_id, responseDays=3)
    about: dict[str, Any] = {"clinicId": world.clinic_id, "procedure": "crown"}
    one_part = ALL | {"subject": "crown"}
    confirmation = await signed(world, await asked(world, ALL, one_part, **about), CONFIRMED, CONFIRMED | {"item": 2})

    document = json.loads(await file_of(world, confirmation, "JSON"))["document"]

    told = [{line["what"]["code"]: line["stated"] for line in item["lines"]} for item in document["items"]]
    assert told[0]["response_time"] == {"code": "P3D", "names": {"fr": "3\u00a0jours", "en": "3 days"}}
    assert "response_time" not in told[1]


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

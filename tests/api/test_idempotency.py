"""One key, one deed: sent again, sent twenty times at once, sent by somebody else, sent for something else."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.evidence.objects import ObjectStore
from tests.api.wrongs import Trying, each_is_refused, nothing_written, refusal
from tests.services.suivi import FORM, Client, jpeg, sha256
from tests.services.world import BEFORE, World, build_world, row_id

SENDS = 20
MESSAGE = "... on Message { id body sentAt }"
EVIDENCE = "... on Evidence { id state receivedAt }"


def a_message(world: World) -> dict[str, Any]:
    return {"caseId": world.case_id, "body": "Is it too early?", "language": "en"}


async def twenty_times(client: Client, mutation: str, fields: str, key: str, **given: Any) -> list[dict[str, Any]]:
    return await asyncio.gather(*(client.do(mutation, fields, key=key, **given) for _ in range(SENDS)))


async def count_of_messages(world: World) -> int:
    answer = await world.patient.ask("query($id: ID!) { case(id: $id) { messageCount } }", id=world.case_id)
    count: int = answer["case"]["messageCount"]
    return count


async def test_twenty_sends_of_one_key_at_once_make_one_message(world: World) -> None:
    """R-213."""
    answers = await twenty_times(world.patient, "postMessage", MESSAGE, "key", **a_message(world))

    assert [answer for answer in answers if answer != answers[0]] == []
    assert answers[0]["__typename"] == "Message"
    assert await count_of_messages(world) == 1


async def test_twenty_ends_of_one_upload_at_once_seal_it_once(world: World) -> None:
    """R-213, R-240: one key gives one answer; keys of their own give one seal and nineteen refusals."""
    content = jpeg()
    asked = {"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": sha256(content)}
    uploads = [await world.patient.do("beginUpload", FORM, **asked) for _ in range(2)]
    for upload in uploads:
        await world.suivi.upload(world.patient, upload, content)
    first, second = (upload["evidence"]["id"] for upload in uploads)

    same = await twenty_times(world.patient, "finishUpload", EVIDENCE, "key", evidenceId=first)
    apart = await asyncio.gather(*(world.patient.do("finishUpload", EVIDENCE, evidenceId=second) for _ in range(SENDS)))

    assert [answer for answer in same if answer != same[0]] == []
    assert same[0]["state"] == "KEPT"
    codes = sorted(answer.get("code", "kept") for answer in apart)
    assert codes == ["EVIDENCE_SEALED"] * (SENDS - 1) + ["kept"]


class InStep:
    """A store in which two who move an object do so at the same moment."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.barrier = asyncio.Barrier(2)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def move(self, source: str, target: str) -> None:
        await self.barrier.wait()
        await self.store.move(source, target)


async def test_two_ends_of_one_upload_in_the_same_moment_give_one_answer(world: World) -> None:
    """R-213: whichever of the two moved the file."""
    content = jpeg()
    asked = {"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": sha256(content)}
    upload = await world.patient.do("beginUpload", FORM, **asked)
    await world.suivi.upload(world.patient, upload, content)
    running = world.suivi.running
    in_step: Any = InStep(running.house.store)
    running.house = replace(running.house, store=in_step)

    first, second = await asyncio.gather(
        *(world.patient.do("finishUpload", EVIDENCE, key="key", evidenceId=upload["evidence"]["id"]) for _ in "12")
    )

    assert first == second
    assert first["state"] == "KEPT", first


async def test_a_bad_file_finished_twenty_times_at_once_is_dropped_once(world: World) -> None:
    """R-240: nobody meets an error of ours."""
    asked = {"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": "0" * 64}
    upload = await world.patient.do("beginUpload", FORM, **asked)
    await world.suivi.upload(world.patient, upload, jpeg())

    answers = await asyncio.gather(
        *(world.patient.do("finishUpload", EVIDENCE, evidenceId=upload["evidence"]["id"]) for _ in range(SENDS))
    )

    assert {answer["code"] for answer in answers} <= {"FILE_HASH_MISMATCH", "FILE_MISSING"}


async def test_an_upload_begun_again_with_its_key_has_the_same_form(world: World) -> None:
    """R-213, R-240: minutes later too."""
    form = "... on Upload { evidence { id } form { url expiresAt maxBytes fields { name value } } }"
    asked = {"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": sha256(jpeg())}

    first = await world.patient.do("beginUpload", form, key="key", **asked)
    again = await world.patient.do("beginUpload", form, key="key", **asked)
    sent = await world.suivi.upload(world.patient, again, jpeg())

    assert again["evidence"] == first["evidence"]
    assert again["form"]["expiresAt"] == first["form"]["expiresAt"]
    assert _what_is_signed(again) == _what_is_signed(first)
    assert sent.is_success


def _what_is_signed(upload: dict[str, Any]) -> dict[str, str]:
    """S3 signs with the second of the asking; everything else is the same."""
    fields = {item["name"]: item["value"] for item in upload["form"]["fields"]}
    return {name: fields[name] for name in ("key", "Content-Type")}


async def test_a_repeat_writes_nothing(world: World) -> None:
    """R-213."""
    first = await world.patient.do("postMessage", MESSAGE, key="key", **a_message(world))

    async with nothing_written():
        again = await world.patient.do("postMessage", MESSAGE, key="key", **a_message(world))

    assert again == first


async def test_a_key_is_for_one_request_only(world: World, subtests: pytest.Subtests) -> None:
    """R-213: another body, another mutation, another case."""
    await world.patient.do("postMessage", key="key", **a_message(world))
    wrong = Trying(who=world.patient, mutation="postMessage", good=a_message(world))
    closing = Trying(who=world.patient, mutation="closeCase", good={"caseId": world.case_id, "expectedVersion": 1})

    for request in (
        wrong("another body", "IDEMPOTENCY_KEY_REUSED", "idempotencyKey", body="Something else"),
        wrong("another language", "IDEMPOTENCY_KEY_REUSED", "idempotencyKey", language="fr"),
        closing("another mutation", "IDEMPOTENCY_KEY_REUSED", "idempotencyKey"),
    ):
        with subtests.test(request.says):
            await refusal(request, key="key")


async def test_a_key_belongs_to_whoever_sent_it(world: World) -> None:
    """R-213: by person, role and frontend."""
    other = await build_world(world.suivi, name="two")
    through_another = world.suivi.as_(
        Role.PATIENT, "patient-one", partner=row_id(world.partner_id), frontend="an app"
    ).at(world.patient.clock)

    posted = [
        await client.do("postMessage", MESSAGE, key="key", **(a_message(world) | {"caseId": case_id}))
        for client, case_id in (
            (world.patient, world.case_id),
            (world.coordinator, world.case_id),
            (through_another, world.case_id),
            (other.patient, other.case_id),
        )
    ]

    assert len({message["id"] for message in posted}) == 4


@pytest.mark.parametrize("key", ["", " ", "\t\n\u2003", "x" * 256, "a\x00b", "\ud83d"])
async def test_what_is_no_key_is_refused(world: World, key: str) -> None:
    wrong = Trying(who=world.patient, mutation="postMessage", good=a_message(world))

    await refusal(wrong("no key", "IDEMPOTENCY_KEY_UNUSABLE", "idempotencyKey", idempotencyKey=key))


@pytest.mark.parametrize("key", ["x" * 255, " x ", "🦷", "'; --"])
async def test_any_other_key_will_do(world: World, key: str) -> None:
    for _ in range(2):
        posted = await world.patient.do("postMessage", MESSAGE, key=key, **a_message(world))

        assert posted["__typename"] == "Message", posted

    assert await count_of_messages(world) == 1


async def test_the_key_of_a_refused_request_can_be_used_again(world: World, subtests: pytest.Subtests) -> None:
    """R-213: as soon as what was in the way is gone, or for something else."""
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)
    wrong = Trying(who=world.patient, mutation="postMessage", good=a_message(world))

    await refusal(wrong("a closed case", "CASE_CLOSED"), key="key")
    await world.patient.do("reopenCase", caseId=world.case_id, expectedVersion=2)
    posted = await world.patient.do("postMessage", MESSAGE, key="key", **a_message(world))

    assert posted["__typename"] == "Message"
    await each_is_refused([wrong("an empty body", "TEXT_EMPTY", "body", body="")], subtests)


async def test_twenty_messages_at_once_stand_in_one_unbroken_chain(world: World) -> None:
    """R-207."""
    ask = "query($id: ID!) { case(id: $id) { history(first: 100) { nodes { seq kind hash previousHash } } } }"
    message = a_message(world)

    await asyncio.gather(
        *(world.patient.do("postMessage", **(message | {"body": str(number)})) for number in range(SENDS))
    )
    events = (await world.coordinator.at(BEFORE).ask(ask, id=world.case_id))["case"]["history"]["nodes"][::-1]

    assert [event["seq"] for event in events] == list(range(1, SENDS + 2))
    assert [event["previousHash"] for event in events[1:]] == [event["hash"] for event in events[:-1]]

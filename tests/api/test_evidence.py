"""Files that are not what they say, come too late, too large or twice, and the seal that nothing breaks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.storage import DiskStore
from tests.api.wrongs import Trying, each_is_refused, error_code, nothing_written, refusal
from tests.services.suivi import FORM, Client, Suivi, jpeg, sha256
from tests.services.world import CEMENTED, World, build_world, upload_photo

MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EVIDENCE = "... on Evidence { id state size sha256 receivedAt }"
LINK = "... on EvidenceLink { url }"


def beginning(world: World, who: Client | None = None) -> Trying:
    return Trying(
        who=who or world.patient,
        mutation="beginUpload",
        good={"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": "0" * 64},
    )


async def begun(world: World, content: bytes = b"", **changed: Any) -> dict[str, Any]:
    asked = beginning(world).good | {"sha256": sha256(content)} | changed
    upload = await world.patient.do("beginUpload", FORM, **asked)
    assert upload["__typename"] == "Upload", upload
    return upload


def finishing(world: World, upload: dict[str, Any], who: Client | None = None) -> Trying:
    return Trying(who=who or world.patient, mutation="finishUpload", good={"evidenceId": upload["evidence"]["id"]})


def later(suivi: Suivi, by: timedelta) -> None:
    """From now on the server's own clock is that much ahead; what it gave out has grown old."""
    clock = suivi.running.house.wall_clock
    suivi.running.house = replace(suivi.running.house, wall_clock=lambda: clock() + by)


async def test_what_cannot_be_announced(world: World, subtests: pytest.Subtests) -> None:
    """R-240."""
    wrong = beginning(world)
    other = await build_world(world.suivi, name="two")

    await each_is_refused(
        [
            wrong("a film", "FILE_TYPE_NOT_ACCEPTED", "contentType", contentType="video/mp4"),
            wrong("a drawing with scripts", "FILE_TYPE_NOT_ACCEPTED", "contentType", contentType="image/svg+xml"),
            wrong("a type with more to say", "FILE_TYPE_NOT_ACCEPTED", "contentType", contentType="image/jpeg; a=b"),
            wrong("no type", "TEXT_EMPTY", "contentType", contentType=""),
            wrong("no hash", "HASH_UNREADABLE", "sha256", sha256=""),
            wrong("a hash in capitals", "HASH_UNREADABLE", "sha256", sha256="A" * 64),
            wrong("a shorter hash", "HASH_UNREADABLE", "sha256", sha256="0" * 40),
            wrong("taken some day", "TIME_UNREADABLE", "takenAt", takenAt="some day"),
            wrong("taken in an odd zone", "TIME_UNREADABLE", "takenAt", takenAt="2026-03-13T10:00:00.5+01:00:30"),
            wrong("an empty view", "TEXT_EMPTY", "view", view=""),
            wrong("of another case", "TREATMENT_NOT_IN_CASE", "treatmentId", treatmentId=other.treatment_id),
            wrong("into no case", "INVALID_ID", "caseId", caseId="case"),
        ],
        subtests,
    )


@pytest.mark.parametrize(
    ("content", "declared", "code"),
    [
        pytest.param(PDF, "image/jpeg", "FILE_TYPE_MISMATCH", id="a PDF renamed to .jpg"),
        pytest.param(jpeg(), "application/pdf", "FILE_TYPE_MISMATCH", id="a photo renamed to .pdf"),
        pytest.param(b"MZ" + bytes(2000), "image/jpeg", "FILE_TYPE_NOT_ACCEPTED", id="a program"),
        pytest.param(jpeg(size=(640, 480))[:-700], "image/jpeg", "FILE_DAMAGED", id="a JPEG that broke off"),
        pytest.param(jpeg(size=(8100, 8100)), "image/jpeg", "FILE_TOO_MANY_PIXELS", id="a poster"),
    ],
)
async def test_a_file_that_is_not_what_it_says_is_dropped(
    world: World, content: bytes, declared: str, code: str
) -> None:
    """R-240: and its form takes the right one afterwards."""
    right = PDF if declared == "application/pdf" else jpeg(colour="ivory")
    upload = await begun(world, content, contentType=declared)
    await world.suivi.upload(world.patient, upload, content)

    refused = await refusal(finishing(world, upload)("wrong file", code))
    gone = await refusal(finishing(world, upload)("nothing there any more", "FILE_MISSING"))
    await world.suivi.upload(world.patient, upload, right)

    assert refused["remedy"] != gone["remedy"]
    await refusal(finishing(world, upload)("the right kind, but not what was announced", "FILE_HASH_MISMATCH"))


async def test_another_file_than_the_one_announced_is_refused_until_the_right_one_comes(world: World) -> None:
    """R-240: under the same key, since a refusal keeps nothing."""
    upload = await begun(world, jpeg(colour="white"))
    wrong = finishing(world, upload)

    await world.suivi.upload(world.patient, upload, jpeg(colour="black"))
    await refusal(wrong("black for white", "FILE_HASH_MISMATCH"), key="the same")
    await world.suivi.upload(world.patient, upload, jpeg(colour="white"))
    finished = await world.patient.do("finishUpload", EVIDENCE, key="the same", **wrong.good)

    assert (finished["state"], finished["sha256"]) == ("KEPT", sha256(jpeg(colour="white")))


@pytest.mark.parametrize("size", [pytest.param(0, id="0 bytes"), pytest.param(30 * MEGABYTE, id="30 MB")])
async def test_the_store_itself_turns_away_what_is_empty_or_too_large(world: World, size: int) -> None:
    """R-240: by the form's own policy, before Suivi hears of it."""
    content = bytes(size)
    upload = await begun(world, content)

    sent = await world.suivi.upload(world.patient, upload, content)

    assert sent.status_code == 400
    assert "EntityToo" in sent.text
    await refusal(finishing(world, upload)("nothing arrived", "FILE_MISSING"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "FILE_EMPTY", id="0 bytes"),
        pytest.param(jpeg() + bytes(2 * MEGABYTE), "FILE_TOO_LARGE", id="more than the limit"),
    ],
)
async def test_what_a_careless_store_let_through_is_refused_when_finishing(
    world: World, content: bytes, code: str
) -> None:
    """R-240: the check does not rely on the store's."""
    running = world.suivi.running
    if not isinstance(running.house.store, DiskStore):
        pytest.skip("needs a way around the store's own policy")
    upload = await begun(world, content)
    running.house = replace(running.house, max_upload_bytes=MEGABYTE)
    key = {item["name"]: item["value"] for item in upload["form"]["fields"]}["key"]
    arrived = running.settings.data_dir / "storage" / "kept" / key
    arrived.parent.mkdir(parents=True)
    arrived.write_bytes(content)

    await refusal(finishing(world, upload)("let through", code))


async def test_a_form_that_has_expired_takes_nothing(world: World) -> None:
    """R-240: a quarter of an hour after it was given out."""
    content = jpeg()
    later(world.suivi, -timedelta(minutes=16))
    upload = await begun(world, content)

    sent = await world.suivi.upload(world.patient, upload, content)

    assert sent.status_code in (400, 403)
    await refusal(finishing(world, upload)("nothing arrived", "FILE_MISSING"))


async def test_a_form_that_was_tampered_with_takes_nothing(world: World) -> None:
    upload = await begun(world, jpeg())
    for field in upload["form"]["fields"]:
        if field["name"] == "key":
            field["value"] = field["value"][:-4] + "0000"

    sent = await world.suivi.upload(world.patient, upload, jpeg())

    assert sent.status_code in (400, 403)


async def test_until_it_is_finished_the_last_upload_counts(world: World) -> None:
    """A form can be used again until its file is sealed: a connection may have broken off."""
    content = jpeg(colour="ivory")
    upload = await begun(world, content)

    for attempt in (jpeg(colour="red"), content):
        assert (await world.suivi.upload(world.patient, upload, attempt)).is_success
    finished = await world.patient.do("finishUpload", EVIDENCE, **finishing(world, upload).good)

    assert finished["size"] == len(content)


async def test_finishing_before_uploading_says_so(world: World) -> None:
    await refusal(finishing(world, await begun(world))("too soon", "FILE_MISSING"))


async def test_a_sealed_file_cannot_be_replaced_by_its_old_form(world: World) -> None:
    """R-244."""
    content = jpeg(colour="ivory")
    upload = await begun(world, content)
    await world.suivi.upload(world.patient, upload, content)
    finished = await world.patient.do("finishUpload", EVIDENCE, key="first", **finishing(world, upload).good)

    await world.suivi.upload(world.patient, upload, jpeg(colour="black"))
    sealed = await refusal(finishing(world, upload)("finished again", "EVIDENCE_SEALED"), key="second")
    async with nothing_written():
        replayed = await world.patient.do("finishUpload", EVIDENCE, key="first", **finishing(world, upload).good)
    opened = await world.patient.do("openEvidence", LINK, evidenceId=upload["evidence"]["id"])
    seen = await world.suivi.download(opened["url"])

    assert seen.content == content
    assert replayed == finished
    assert "new upload" in sealed["remedy"]


async def test_both_sides_may_finish_an_upload_and_nobody_else(world: World, subtests: pytest.Subtests) -> None:
    """R-012, R-240."""
    content = jpeg()
    upload = await begun(world, content)
    await world.suivi.upload(world.patient, upload, content)
    await world.patient.do("assignPerson", caseId=world.case_id, role="EXPERT", subject="expert", name="Prof. Look")
    expert = world.suivi.as_(Role.EXPERT, "expert").at(CEMENTED)
    stranger = (await build_world(world.suivi, name="two")).patient

    await each_is_refused(
        [
            finishing(world, upload, stranger)("another patient", "NOT_FOUND"),
            finishing(world, upload, expert)("an expert", "NOT_ALLOWED"),
            finishing(world, upload)("of a case", "INVALID_ID", "evidenceId", evidenceId=world.case_id),
        ],
        subtests,
    )
    finished = await world.coordinator.do("finishUpload", EVIDENCE, **finishing(world, upload).good)

    assert finished["state"] == "KEPT"


async def test_a_file_that_is_awaited_has_no_link(world: World) -> None:
    """R-243."""
    upload = await begun(world)
    opening = Trying(who=world.patient, mutation="openEvidence", good={"evidenceId": upload["evidence"]["id"]})

    await refusal(opening("not there yet", "EVIDENCE_AWAITED"))


async def test_each_look_is_in_the_history_and_a_repeat_adds_no_time(world: World) -> None:
    """R-207, R-243: the same key gives what is left of the same five minutes."""
    photo = await upload_photo(world, world.patient)
    opening = Trying(who=world.coordinator, mutation="openEvidence", good={"evidenceId": photo})
    history = "query($id: ID!) { case(id: $id) { history { nodes { kind actor } } } }"

    await world.coordinator.do("openEvidence", LINK, key="a look", **opening.good)
    async with nothing_written():
        again = await world.coordinator.at(CEMENTED + timedelta(minutes=4)).do(
            "openEvidence", LINK, key="a look", **opening.good
        )
    opening.who = world.coordinator.at(CEMENTED + timedelta(minutes=6))
    await refusal(opening("after five minutes", "LINK_EXPIRED", "idempotencyKey"), key="a look")
    nodes = (await world.patient.ask(history, id=world.case_id))["case"]["history"]["nodes"]

    assert (await world.suivi.download(again["url"])).is_success
    assert [node["actor"] for node in nodes if node["kind"] == "evidence_opened"] == ["coordinator-one"]


async def test_whoever_has_left_gets_no_link_out_of_an_old_key(world: World) -> None:
    """R-012, R-243: access is checked for a repeat too."""
    photo = await upload_photo(world, world.patient)
    await world.patient.do("assignPerson", caseId=world.case_id, role="EXPERT", subject="expert", name="Prof. Look")
    expert = world.suivi.as_(Role.EXPERT, "expert").at(CEMENTED)
    assignment = await world.patient.ask(
        "query($id: ID!) { case(id: $id) { assignments { id version } } }", id=world.case_id
    )
    (assigned,) = assignment["case"]["assignments"]

    seen = await expert.do("openEvidence", LINK, key="a look", evidenceId=photo)
    await world.patient.do("endAssignment", assignmentId=assigned["id"], expectedVersion=assigned["version"])
    repeated = await expert.do("openEvidence", LINK, key="a look", evidenceId=photo)

    assert (seen["__typename"], repeated["code"]) == ("EvidenceLink", "NOT_FOUND")


async def test_a_link_dies_after_five_minutes(world: World) -> None:
    """R-243."""
    store = world.suivi.running.house.store
    if not isinstance(store, DiskStore):
        pytest.skip("the store's clock is its own")
    opened = await world.patient.do("openEvidence", LINK, evidenceId=await upload_photo(world, world.patient))
    ahead: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(minutes=6)  # noqa: E731

    in_time = await world.suivi.download(opened["url"])
    store.now = ahead
    too_late = await world.suivi.download(opened["url"])

    assert (in_time.status_code, too_late.status_code) == (200, 403)


async def test_evidence_is_seen_only_by_those_who_may(world: World) -> None:
    """R-012: not even its hash."""
    photo = await upload_photo(world, world.patient)
    await world.patient.do("assignPerson", caseId=world.case_id, role="INTERPRETER", subject="voice", name="Voice")
    interpreter = world.suivi.as_(Role.INTERPRETER, "voice").at(CEMENTED)
    query = "query($id: ID!) { case(id: $id) { photoCount evidence { nodes { id } } } }"

    listed = await interpreter.ask(query, id=world.case_id)
    opened = await interpreter.refused("openEvidence", evidenceId=photo)
    page = await error_code(
        world.patient, "query($id: ID!) { case(id: $id) { evidence(first: 0) { nodes { id } } } }", id=world.case_id
    )

    assert listed["case"] == {"photoCount": 0, "evidence": {"nodes": []}}
    assert (opened, page) == ("NOT_FOUND", "INVALID_PAGE")

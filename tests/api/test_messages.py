"""The thread of a case: every script, every mistake, and corrections that leave the original standing."""

from uuid import uuid4

import pytest

from suivi.core.access.viewer import Role
from suivi.graphql.nodes import global_id
from tests.api.wrongs import Trying, each_is_refused
from tests.services.suivi import FORM
from tests.services.world import CEMENTED, World, build_world, upload_photo

MESSAGE = "... on Message { id body authorRole corrects { id } attachments { id } }"
THREAD = "query($id: ID!) { case(id: $id) { messages { nodes { id body corrects { id } } } messageCount } }"


def writing(world: World) -> Trying:
    return Trying(
        who=world.patient,
        mutation="postMessage",
        good={"caseId": world.case_id, "body": "Is it too early?", "language": "en"},
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("🦷😬 👩‍⚕️", id="emoji"),
        pytest.param("هل ما زال الوقت مبكرًا؟ \u202bعند السن 14\u202c", id="right to left"),
        pytest.param("Zu früh?\n\n— çok erken mi, 早すぎ?\ttabbed", id="many scripts"),
        pytest.param("x" * 20_000, id="the longest"),
        pytest.param("'; DROP TABLE message; -- <script>alert(1)</script> {limit} %s $1", id="code"),
    ],
)
async def test_a_message_is_read_back_as_it_was_written(world: World, body: str) -> None:
    posted = await world.patient.do("postMessage", MESSAGE, **(writing(world).good | {"body": body}))

    thread = await world.coordinator.ask(THREAD, id=world.case_id)

    assert posted["body"] == body
    assert [message["body"] for message in thread["case"]["messages"]["nodes"]] == [body]


async def test_what_is_no_message(world: World, subtests: pytest.Subtests) -> None:
    wrong = writing(world)
    theirs = await world.coordinator.do("postMessage", MESSAGE, **wrong.good)
    other = await build_world(world.suivi, name="two")
    foreign = await other.patient.do("postMessage", MESSAGE, **(wrong.good | {"caseId": other.case_id}))
    photo = await upload_photo(other, other.patient)
    begun = await world.patient.do(
        "beginUpload", FORM, caseId=world.case_id, kind="PHOTO_AFTER", contentType="image/jpeg", sha256="0" * 64
    )
    awaited = begun["evidence"]["id"]

    await each_is_refused(
        [
            wrong("nothing", "TEXT_EMPTY", "body", body=""),
            wrong("white space", "TEXT_EMPTY", "body", body=" \n\t\u00a0"),
            wrong("too much", "TEXT_TOO_LONG", "body", body="x" * 20_001),
            wrong("U+0000", "TEXT_UNUSABLE", "body", body="a\x00b"),
            wrong("half an emoji", "TEXT_UNUSABLE", "body", body="a\ud83d"),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language="xx"),
            wrong("in an endless language", "UNKNOWN_LANGUAGE", "language", language="x" * 5000),
            wrong("correcting somebody else", "NOT_FOUND", "corrects", corrects=theirs["id"]),
            wrong("correcting in another case", "NOT_FOUND", "corrects", corrects=foreign["id"]),
            wrong("correcting a photo", "INVALID_ID", "corrects", corrects=photo),
            wrong("with another case's photo", "NOT_FOUND", "evidenceIds", evidenceIds=[photo]),
            wrong("with a photo that is awaited", "EVIDENCE_AWAITED", "evidenceIds", evidenceIds=[awaited]),
            wrong("with a message for a photo", "INVALID_ID", "evidenceIds", evidenceIds=[theirs["id"]]),
        ],
        subtests,
    )


async def test_more_photos_than_a_message_holds_are_refused(world: World) -> None:
    """R-171."""
    photo = await upload_photo(world, world.patient)
    good = writing(world).good

    once = await world.patient.do("postMessage", MESSAGE, **good, evidenceIds=[photo] * 30)
    many = [global_id("Evidence", uuid4()) for _ in range(21)]
    code = await world.patient.refused("postMessage", **good, evidenceIds=many)

    assert [evidence["id"] for evidence in once["attachments"]] == [photo]
    assert code == "OUT_OF_RANGE"


async def test_a_correction_stands_beside_what_it_corrects(world: World) -> None:
    """R-170: nothing is ever overwritten."""
    good = writing(world).good
    first = await world.patient.do("postMessage", MESSAGE, **good)

    second = await world.patient.do("postMessage", MESSAGE, **(good | {"body": "Tooth 15!"}), corrects=first["id"])
    third = await world.patient.do("postMessage", MESSAGE, **(good | {"body": "No, 14."}), corrects=second["id"])
    thread = await world.patient.ask(THREAD, id=world.case_id)

    assert [message["body"] for message in thread["case"]["messages"]["nodes"]] == [
        "No, 14.",
        "Tooth 15!",
        "Is it too early?",
    ]
    assert third["corrects"] == {"id": second["id"]}


async def test_a_photo_is_shown_in_a_message_by_reference(world: World) -> None:
    """R-171: no bytes in GraphQL."""
    photo = await upload_photo(world, world.patient)

    message = await world.patient.do("postMessage", MESSAGE, **writing(world).good, evidenceIds=[photo])

    assert message["attachments"] == [{"id": photo}]


async def test_who_may_only_look_may_not_write(world: World) -> None:
    """R-010: the answer says who may."""
    await world.patient.do("assignPerson", caseId=world.case_id, role="EXPERT", subject="expert", name="Prof. Look")
    expert = world.suivi.as_(Role.EXPERT, "expert").at(CEMENTED)

    result = await expert.do("postMessage", **writing(world).good)

    assert result["code"] == "NOT_ALLOWED"
    assert "mediator" in result["message"]


async def test_an_interpreter_attaches_no_evidence_that_they_may_not_see(world: World) -> None:
    """R-012, R-172."""
    photo = await upload_photo(world, world.patient)
    interpreter = world.suivi.as_(Role.INTERPRETER, "interpreter").at(CEMENTED)
    await world.patient.do(
        "assignPerson", caseId=world.case_id, role="INTERPRETER", subject="interpreter", name="Anna Kiss"
    )

    refused = await interpreter.refused(
        "postMessage", caseId=world.case_id, body="Voir la photo", language="fr", evidenceIds=[photo]
    )

    assert refused == "NOT_FOUND"

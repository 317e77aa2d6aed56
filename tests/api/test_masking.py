"""What goes wrong on our side stays on our side: no word of it in an answer, no word of anybody's in a log."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from suivi.core.access.viewer import Role
from suivi.core.evidence.objects import StoredObject, StoreUnavailable, UploadForm
from tests.api.wrongs import nothing_written
from tests.services.smtp import SmtpServer
from tests.services.suivi import FORM, suivi
from tests.services.world import World, build_world, upload_photo

SECRET = "the patient lives in the Rue des Lilas"


class BrokenStore:
    """Fails with words that nobody may read."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def check(self) -> None:
        raise self.error

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_at: datetime) -> UploadForm:
        raise self.error

    async def stat(self, key: str) -> StoredObject | None:
        raise self.error

    async def read(self, key: str) -> AsyncIterator[bytes]:
        raise self.error
        yield b""

    async def move(self, source: str, target: str) -> None:
        raise self.error

    async def delete(self, key: str) -> None:
        raise self.error

    def link(self, key: str, *, expires_in: timedelta, content_type: str, filename: str) -> str:
        raise self.error


def breaking(world: World, error: Exception) -> None:
    running = world.suivi.running
    running.house = replace(running.house, store=BrokenStore(error))


@pytest.mark.parametrize("error", [RuntimeError(SECRET), KeyError(SECRET), StoreUnavailable(SECRET)])
async def test_an_error_nobody_expected_is_masked_and_logged_without_its_words(
    world: World, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """R-212."""
    asked = {"caseId": world.case_id, "kind": "PHOTO_AFTER", "contentType": "image/jpeg", "sha256": "0" * 64}
    begun = await world.patient.do("beginUpload", FORM, **asked)
    breaking(world, error)
    mutation = """mutation($id: ID!) { finishUpload(input: { idempotencyKey: "k", evidenceId: $id }) {
      __typename } }"""

    with caplog.at_level(logging.DEBUG):
        async with nothing_written():
            body = await world.patient.send(mutation, {"id": begun["evidence"]["id"]})
    (told,) = body["errors"]

    assert body["data"] is None
    assert (told["extensions"]["code"], told["path"]) == ("INTERNAL_SERVER_ERROR", ["finishUpload"])
    assert SECRET not in str(body)
    assert SECRET not in caplog.text
    assert f"unexpected {type(error).__name__} at ['finishUpload']" in caplog.text


async def test_what_one_field_breaks_the_others_survive(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """R-212: with its path."""
    photo = await upload_photo(world, world.patient)
    breaking(world, RuntimeError(SECRET))
    mutation = """mutation($photo: ID!) {
      broken: openEvidence(input: { idempotencyKey: "1", evidenceId: $photo }) { __typename }
    }"""

    body = await world.patient.send(mutation, {"photo": photo})
    after = await world.patient.ask("query($id: ID!) { case(id: $id) { photoCount } }", id=world.case_id)

    assert body["errors"][0]["path"] == ["broken"]
    assert after == {"case": {"photoCount": 1}}
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query($x: Nothing) { viewer { role } }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ case(id: {a: "secret words"}) { id } }', "GRAPHQL_VALIDATION_FAILED"),
        ("query($x: Int!) { cases(first: $x) { nodes { id } } }", "BAD_USER_INPUT"),
    ],
)
async def test_a_faulty_query_is_the_askers_own_fault(
    world: World, caplog: pytest.LogCaptureFixture, query: str, code: str
) -> None:
    """R-212: told to the asker, and not in our log."""
    with caplog.at_level(logging.DEBUG, logger="suivi"):
        body = await world.patient.send(query)

    assert body["errors"][0]["extensions"]["code"] == code
    assert "secret words" not in caplog.text


async def test_nobodys_words_names_or_tokens_are_in_the_logs_of_a_whole_case(
    tmp_path: Path, database_url: str, smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    """R-175: ours at DEBUG, everybody else's at INFO."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="suivi")
    async with suivi(data_dir=tmp_path, database_url=database_url, smtp_url=smtp.url) as started:
        world = await build_world(started, name="zebulon")
        await upload_photo(world, world.patient)
        await world.patient.do("postMessage", caseId=world.case_id, body="Ma joue gonfle.", language="fr")
        await world.patient.do("postMessage", caseId=world.case_id, body="Ma joue gonfle." * 9999, language="fr")
        await world.patient.do("reportComplication", caseId=world.case_id, words="J'ai de la fièvre.", language="fr")
        await smtp.wait_for(1)
        stranger = started.as_(Role.PATIENT, "stranger-zebulon")
        await stranger.send("query($id: ID!) { case(id: $id) { id } }", {"id": world.case_id})
        refused = await started.http.post("/graphql", json={}, headers={"authorization": "Bearer a.secret.token"})
    # The mail server's log is the receiver's own.
    records = [record for record in caplog.records if not record.name.startswith("mail.")]
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''} {record.args!r}" for record in records)
    tokens = [client.token for client in (world.patient, world.coordinator, world.operator, stranger)]

    assert refused.status_code == 401
    assert records
    for secret in ("joue", "fièvre", "zebulon", "Eszter", "chew", "a.secret.token", *tokens):
        assert secret not in logged

"""`suivi verify`, `suivi certificate` and its address, and what `suivi doctor` says of the signing key."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from suivi.cli import app
from suivi.commands.checks import Check, State, check_all
from suivi.core.documents.faults import Fault
from suivi.core.documents.json_file import json_file
from suivi.core.documents.signing import OWN_FILE, Signing, SigningKey, fingerprint, pem_of
from suivi.core.documents.verifying import MOST_BYTES
from suivi.graphql.certificates import PATH, certificate_route
from suivi.settings import Settings
from tests.core.documents.documents import SIGNED_AT, a_key, frozen

ISSUED = Path(__file__).parents[1] / "core" / "documents" / "issued_earlier"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return a_key()


@pytest.fixture
def file(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "confirmation.json"
    path.write_bytes(json_file(frozen(), key, SIGNED_AT))
    return path


@pytest.fixture
def pem(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "suivi.pem"
    path.write_text(pem_of(key.certificates))
    return path


def keep(key: SigningKey, data: Path) -> None:
    """As the server's own, which would take a second to make."""
    plain = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (data / OWN_FILE).write_bytes(plain + pem_of(key.certificates).encode())


def run(*arguments: str | Path, data: Path, **environment: str) -> Result:
    given = {"SUIVI_DATA_DIR": str(data), **environment}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=given)


@pytest.mark.parametrize("name", ["confirmation.pdf", "confirmation.json"])
def test_whoever_has_the_file_and_the_certificate_learns_who_signed_what_and_when(tmp_path: Path, name: str) -> None:
    """R-134: with no database and no server."""
    told = run("verify", ISSUED / name, "--certificate", ISSUED / "certificate.pem", data=tmp_path / "none")

    assert told.exit_code == 0
    for fact in ("Intact", "C-2026-17", "Duna Dental, Budapest, HU", "Réka Nagy, coordinator", "2026-11-23T10:00:05Z"):
        assert fact in told.stdout
    assert yaml.safe_load((ISSUED / "expected.yaml").read_text())["digest"] in told.stdout
    assert not (tmp_path / "none").exists()


def test_a_program_reads_the_same_as_json(tmp_path: Path, file: Path, pem: Path, key: SigningKey) -> None:
    told = run("verify", file, "--certificate", pem, "--json", data=tmp_path)

    answer = json.loads(told.stdout)
    assert (answer["intact"], answer["code"], answer["sentence"]) == (True, None, None)
    assert answer["document"] == frozen().document
    assert (answer["digest"], answer["signed_at"]) == (frozen().digest, "2026-11-23T10:00:05Z")
    assert answer["certificate"] == fingerprint(key.certificate)


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_terminal_without_the_letters_of_a_name_is_told_the_rest(as_json: list[str]) -> None:
    told = CliRunner(charset="ascii").invoke(
        app, ["verify", str(ISSUED / "confirmation.json"), "--certificate", str(ISSUED / "certificate.pem"), *as_json]
    )

    assert told.exit_code == 0
    assert "ka Nagy" in told.stdout


def test_a_changed_file_ends_with_1_and_a_sentence(tmp_path: Path, file: Path, pem: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"CONFIRMED", b"CONF1RMED", 1))

    told = run("verify", file, "--certificate", pem, data=tmp_path)
    as_json = json.loads(run("verify", file, "--certificate", pem, "--json", data=tmp_path).stdout)

    assert told.exit_code == 1
    assert told.stdout == f"CHANGED_SINCE: {Fault.CHANGED_SINCE.sentence()}\n"
    assert (as_json["intact"], as_json["code"], as_json["document"]) == (False, "CHANGED_SINCE", None)


def test_a_document_of_another_platform_ends_with_1(tmp_path: Path, file: Path) -> None:
    told = run("verify", file, "--certificate", ISSUED / "certificate.pem", data=tmp_path)

    assert told.exit_code == 1
    assert told.stdout.startswith("NOT_OURS: ")


@pytest.mark.parametrize("content", [b"", b"a letter", b"x" * (MOST_BYTES + 1)])
def test_what_is_no_document_ends_with_2(tmp_path: Path, pem: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)

    assert run("verify", other, "--certificate", pem, data=tmp_path).exit_code == 2


def test_what_cannot_be_read_ends_with_2_and_is_named(tmp_path: Path, file: Path, pem: Path) -> None:
    none, folder = tmp_path / "none.pdf", tmp_path

    for wrong in ((none, "--certificate", pem), (file, "--certificate", none), (folder, "--certificate", pem)):
        told = run("verify", *wrong, data=tmp_path)
        as_json = json.loads(run("verify", *wrong, "--json", data=tmp_path).stdout)

        assert (told.exit_code, as_json["code"]) == (2, "UNREADABLE")
        assert "cannot be read" in told.stderr
        assert as_json["sentence"] in told.stderr


def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path, file: Path) -> None:
    told = run("verify", file, "--certificate", file, data=tmp_path)

    assert told.exit_code == 2
    assert "has no certificate as PEM" in told.stderr


def test_without_any_certificate_it_says_where_to_have_one_and_makes_no_key(tmp_path: Path, file: Path) -> None:
    told = run("verify", file, data=tmp_path / "none")

    assert told.exit_code == 2
    assert "/certificate.pem" in told.stderr
    assert not (tmp_path / "none").exists()


def test_an_operator_verifies_with_the_server_s_own_key(tmp_path: Path, file: Path, key: SigningKey) -> None:
    keep(key, tmp_path)

    printed = run("certificate", data=tmp_path)

    assert printed.stdout == pem_of(key.certificates)
    assert run("verify", file, data=tmp_path).exit_code == 0


def test_a_document_of_an_earlier_key_verifies_with_what_the_operator_kept(
    tmp_path: Path, file: Path, pem: Path
) -> None:
    keep(a_key(), tmp_path)

    assert run("verify", file, data=tmp_path).exit_code == 1
    assert run("verify", file, data=tmp_path, SUIVI_SIGNING_FORMER=str(pem)).exit_code == 0


def test_a_newer_key_says_when_it_sealed_what_was_signed_before(tmp_path: Path, key: SigningKey, pem: Path) -> None:
    file = tmp_path / "again.json"
    file.write_bytes(json_file(frozen(), key, SIGNED_AT + timedelta(days=30)))

    told = run("verify", file, "--certificate", pem, data=tmp_path).stdout

    assert "signed       2026-11-23T10:00:05Z" in told
    assert "sealed       2026-12-23T10:00:05Z" in told


@pytest.mark.parametrize(
    "wrong", [{"SUIVI_SIGNING_KEY": "none.pem"}, {"SUIVI_SIGNING_FORMER": "none.pem"}, {"SUIVI_PORT": "x"}]
)
def test_settings_that_cannot_be_used_say_nothing_against_the_document(
    tmp_path: Path, file: Path, wrong: dict[str, str]
) -> None:
    """It ends with 2, not with the 1 of a document that was changed."""
    (tmp_path / OWN_FILE).write_text("none")

    told = run("verify", file, data=tmp_path, **wrong)

    assert told.exit_code == 2
    assert next(iter(wrong)) in told.stderr


def test_a_document_is_read_from_standard_input(tmp_path: Path, file: Path, pem: Path) -> None:
    told = CliRunner().invoke(app, ["verify", "-", "--certificate", str(pem)], input=file.read_bytes())

    assert told.exit_code == 0


def test_the_help_says_what_it_needs_and_how_it_ends(tmp_path: Path) -> None:
    told = " ".join(run("verify", "--help", data=tmp_path).stdout.split())

    for words in ("suivi certificate", "Needs no database", "with 0", "with 1", "with 2", "--certificate"):
        assert words in told


def test_anybody_fetches_the_certificate_from_the_server(tmp_path: Path, key: SigningKey) -> None:
    keep(key, tmp_path)
    signing = Signing(tmp_path)
    client = TestClient(Starlette(routes=[certificate_route(signing)]))

    answer = client.get(PATH)

    assert answer.text == signing.pem
    assert answer.text.count("BEGIN CERTIFICATE") == 1
    assert "PRIVATE" not in answer.text
    assert client.post(PATH).status_code == 405


async def signing_check(chosen: Settings) -> Check:
    return next(check for check in await check_all(chosen) if check.part == "signing")


async def test_doctor_asks_for_a_key_that_somebody_vouches_for_in_production(tmp_path: Path, key: SigningKey) -> None:
    keep(key, tmp_path)

    own = await signing_check(Settings(data_dir=tmp_path, environment="production"))
    here = await signing_check(Settings(data_dir=tmp_path))

    assert (own.state, "SUIVI_SIGNING_KEY" in own.remedy) == (State.NOTE, True)
    assert here.state is State.OK


async def test_doctor_says_that_a_key_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / OWN_FILE
    file.write_text("none")

    configured = await signing_check(Settings(data_dir=tmp_path, signing_key=file))
    damaged = await signing_check(Settings(data_dir=tmp_path))

    assert (configured.state, "SUIVI_SIGNING_KEY is" in configured.found) == (State.DOWN, True)
    assert (damaged.state, str(file) in damaged.found) == (State.DOWN, True)
